// The package ships its zod schemas as JavaScript without declarations; this is the part of their shape spec.ts relies on.
declare module "discord-api-spec/zod" {
  interface Issue {
    code: string;
    path: (string | number)[];
    expected?: string;
    maximum?: number;
    minimum?: number;
    format?: string;
    errors?: Issue[][];
  }
  interface Schema {
    safeParse(value: unknown): { success: true } | { success: false; error: { issues: Issue[] } };
  }
  const schemas: Record<string, Schema>;
  export = schemas;
}
