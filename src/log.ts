import { type DestinationStream, type LogFn, type Logger, type LoggerOptions, pino } from "pino";
import type { LogLevel } from "./config.ts";

/** Signs of a message or stack that are kept: drizzle puts whole statements with all their values into its errors. */
const mostMessageCharacters = 2_000;
const mostStackCharacters = 6_000;
const mostCauses = 5;

/** Shorter passwords would blot out ordinary words; in addresses they are hidden all the same. */
const shortestSecret = 8;
const hidden = "[hidden]";

/**
 * The log: JSON lines on stdout. Secrets are taken out of the finished line, so wherever they stood: in a field, a
 * message, a stack, an error's cause.
 * @param secrets texts that must never be seen; addresses may be given whole, their password is the secret
 */
export function createLog(
  { level, secrets }: { level: LogLevel; secrets: readonly (string | null)[] },
  destination?: DestinationStream,
): Logger {
  const hide = hider(secrets.flatMap((secret) => (secret === null ? [] : secretsIn(secret))));
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError },
    hooks: { streamWrite: hide, logMethod: withShortMessage },
  } satisfies LoggerOptions;
  return destination ? pino(options, destination) : pino(options);
}

/** The whole text, or of an address the password, as written and decoded. */
function secretsIn(text: string): string[] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) return [text];
  const passwords = [url.password, url.searchParams.get("password") ?? ""];
  return passwords.flatMap((password) => [password, decoded(password)]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What gives access and is not known beforehand: what stands in addresses and headers. */
const patterns: readonly [RegExp, string][] = [
  // Authorization: Bot …, also as a JSON field.
  [/(authorization\\?"?\s*[:=]\s*\\?"?(?:Bot|Bearer|Basic)?\s*)(?!\[hidden\])[^\s"\\,}]+/gi, `$1${hidden}`],
  [/\b(Bot|Bearer) (?=[\w.-]*[\d_.-])[\w.+/=-]{20,}/g, `$1 ${hidden}`],
  // user:password@host. The password may hold anything but what ends it.
  [/(\b[a-z][a-z\d+.-]*:\/\/[^\s:@/"\\]*:)[^\s@/"\\]+(?=@)/gi, `$1${hidden}`],
  // Whoever has an interaction's token may answer in our name for a quarter of an hour.
  [/(\/(?:webhooks|interactions)\/\d+\/)[^/\s"\\?]+/g, `$1${hidden}`],
];

function hider(secrets: readonly string[]): (line: string) => string {
  const known = [...new Set(secrets)]
    .filter((secret) => secret.length >= shortestSecret)
    .sort((a, b) => b.length - a.length)
    .map((secret) => JSON.stringify(secret).slice(1, -1))
    .map((secret) => secret.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  // An n after an odd number of backslashes is a line's end and not the beginning of a secret.
  const pattern = known.length === 0 ? null : new RegExp(`(?<!(?<!\\\\)(?:\\\\\\\\)*\\\\)(?:${known.join("|")})`, "g");
  return (line) => {
    let safe = pattern ? line.replaceAll(pattern, hidden) : line;
    for (const [of, by] of patterns) safe = safe.replaceAll(of, by);
    return safe;
  };
}

/** An error logged without a message lends its own to the line, which pino would take whole. */
function withShortMessage(this: Logger, args: Parameters<LogFn>, log: LogFn): void {
  const [first, message] = args as unknown[];
  const error =
    first instanceof Error ? first : first && typeof first === "object" && "err" in first ? first.err : null;
  if (message === undefined && error instanceof Error)
    log.call(this, first, short(error.message, mostMessageCharacters));
  else log.apply(this, args);
}

const short = (text: string, most: number) => (text.length > most ? `${text.slice(0, most)}…` : text);

/** Facts of errors worth a field of their own: HTTP's, PostgreSQL's, the system's. Never a request's body. */
const facts = [
  "code",
  "status",
  "method",
  "url",
  "syscall",
  "address",
  "port",
  "severity",
  "constraint_name",
  "constraint",
];

function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const described: Record<string, unknown> = {
    type: error.name,
    message: short(error.message, mostMessageCharacters),
    stack: short(error.stack ?? "", mostStackCharacters),
  };
  for (const fact of facts) {
    const value: unknown = Reflect.get(error, fact);
    if (typeof value === "string" || typeof value === "number") described[fact] = value;
  }
  if (depth < mostCauses) {
    if (error.cause !== undefined) described.cause = describeError(error.cause, depth + 1);
    if (error instanceof AggregateError) {
      described.errors = error.errors.slice(0, mostCauses).map((each) => describeError(each, depth + 1));
    }
  }
  return described;
}
