export interface FieldProblem {
  path: (string | number)[];
  code: string;
  message: string;
}

export interface RefusalDetails {
  status: number;
  code: number;
  message: string;
  /** "bot": the request was wrong, which is a violation. "world": permissions, deletions, faults; nobody's mistake. */
  blame: "bot" | "world";
  problems?: FieldProblem[];
  /** Further properties of the answer, such as retry_after. */
  extra?: Record<string, unknown>;
  headers?: Record<string, string>;
}

/** What Discord answers instead of doing what it was asked. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;
  readonly blame: "bot" | "world";
  readonly problems: FieldProblem[];
  readonly extra: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(details: RefusalDetails) {
    super(details.message);
    this.status = details.status;
    this.code = details.code;
    this.blame = details.blame;
    this.problems = details.problems ?? [];
    this.extra = details.extra ?? {};
    this.headers = details.headers ?? {};
  }

  /** The answer in Discord's error shape: `{ code, message, errors? }`. */
  body(): Record<string, unknown> {
    const errors = errorTree(this.problems);
    return { message: this.message, code: this.code, ...(errors ? { errors } : {}), ...this.extra };
  }

  /** One line for a list of violations. */
  explain(): string {
    if (this.problems.length === 0) return this.message;
    return this.problems.map((problem) => `${problem.path.join(".") || "body"}: ${problem.message}`).join("; ");
  }
}

function errorTree(problems: FieldProblem[]): Record<string, unknown> | undefined {
  if (problems.length === 0) return undefined;
  const tree: Record<string, unknown> = {};
  for (const { path, code, message } of problems) {
    let node = tree;
    for (const key of path) {
      node[key] ??= {};
      node = node[key] as Record<string, unknown>;
    }
    node._errors ??= [];
    (node._errors as unknown[]).push({ code, message });
  }
  return tree;
}

/** 400, 50035: the body is not what Discord accepts. */
export function invalidForm(problems: FieldProblem[]): Refusal {
  return new Refusal({ status: 400, code: 50035, message: "Invalid Form Body", blame: "bot", problems });
}

/** A refusal the world explains: a thing that is gone or forbidden. */
export function worldRefuses(status: number, code: number, message: string): Refusal {
  return new Refusal({ status, code, message, blame: "world" });
}

/** A refusal that only a mistake of the bot explains. */
export function botErred(status: number, code: number, message: string): Refusal {
  return new Refusal({ status, code, message, blame: "bot" });
}

export const unknownChannel = () => worldRefuses(404, 10003, "Unknown Channel");
export const unknownMessage = () => worldRefuses(404, 10008, "Unknown Message");
export const missingAccess = () => worldRefuses(403, 50001, "Missing Access");
export const missingPermissions = () => worldRefuses(403, 50013, "Missing Permissions");
