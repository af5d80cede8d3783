import * as specification from "discord-api-spec/zod";
import type { FieldProblem } from "./refusal.ts";

type Schemas = typeof specification;
type Issue = Extract<ReturnType<Schemas[string]["safeParse"]>, { success: false }>["error"]["issues"][number];

/**
 * What Discord's published OpenAPI has against a value, by the name of its schema (without the final "Schema").
 * Laxer than the schemas where Discord is: integers may come as numeric strings, ids as integers.
 */
export function problemsByTheSpec(schemaName: string, value: unknown): FieldProblem[] {
  const schema = (specification as Schemas)[`${schemaName}Schema`];
  if (!schema) throw new Error(`Discord's specification has no schema called ${schemaName}.`);
  const result = schema.safeParse(value);
  if (result.success) return [];
  return result.error.issues.flatMap((issue) => flatten(issue, [], value));
}

function flatten(issue: Issue, above: (string | number)[], root: unknown): FieldProblem[] {
  const path = [...above, ...issue.path];
  if (issue.code === "invalid_union" && issue.errors) {
    const branch = branchMeant(issue.errors);
    if (branch) return branch.flatMap((inner) => flatten(inner, path, root));
  }
  if (isTolerated(issue, valueAt(root, path), path)) return [];
  return [{ path, code: codeOf(issue), message: messageOf(issue, valueAt(root, path)) }];
}

/** In Discord's unions `type` says which branch was meant; only that branch's complaints are of use. */
function branchMeant(branches: Issue[][]): Issue[] | undefined {
  const sameType = branches.filter((issues) => !issues.some((issue) => issue.path[0] === "type"));
  const candidates = sameType.length > 0 ? sameType : branches;
  return [...candidates].sort((a, b) => a.length - b.length)[0];
}

function isTolerated(issue: Issue, value: unknown, path: (string | number)[]): boolean {
  const numberWanted = issue.expected === "number" || issue.expected === "int";
  if (issue.code === "invalid_type" && numberWanted && typeof value === "string") return /^-?\d+$/.test(value);
  if (issue.code === "invalid_type" && issue.expected === "string" && path.at(-1) === "id")
    return Number.isInteger(value);
  // The specification has not heard of media channels.
  return issue.code === "invalid_value" && value === 16 && path.at(-2) === "channel_types";
}

function valueAt(root: unknown, path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value && typeof value === "object" ? (value as Record<string | number, unknown>)[key] : undefined),
    root,
  );
}

function codeOf(issue: Issue): string {
  const codes: Record<string, string> = {
    too_big: "BASE_TYPE_MAX_LENGTH",
    too_small: "BASE_TYPE_BAD_LENGTH",
    invalid_type: "BASE_TYPE_INVALID",
    invalid_value: "BASE_TYPE_CHOICES",
    invalid_format: "BASE_TYPE_BAD_FORMAT",
  };
  return codes[issue.code] ?? "BASE_TYPE_INVALID";
}

function messageOf(issue: Issue, value: unknown): string {
  if (value === undefined) return "This field is required";
  if (issue.code === "too_big") return `Must be ${issue.maximum} or fewer in length or value.`;
  if (issue.code === "too_small") return `Must be ${issue.minimum} or more in length or value.`;
  if (issue.code === "invalid_type") return `Must be a ${issue.expected}.`;
  if (issue.code === "invalid_format") return `Not a well formed ${issue.format}.`;
  return `${JSON.stringify(value)?.slice(0, 60)} is not an allowed value.`;
}
