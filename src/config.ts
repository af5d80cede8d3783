import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { validateDetailed } from "node-cron";
import { z } from "zod";

/** What a host can set, checked. Addresses carry no slash at their end. */
export type Config = {
  readonly discordToken: string;
  readonly discordApiUrl: string;
  /** Commands are registered in this one server only; null: everywhere. */
  readonly discordGuildId: string | null;
  /** A PostgreSQL server; null: the embedded database in `dataDir`. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  readonly openRouterBaseUrl: string;
  /** For questions to models; null: nobody can ask. */
  readonly openRouterApiKey: string | null;
  /** Questions to models with the host's key in any minute, and in any 24 hours. */
  readonly questionsPerMinute: number;
  readonly questionsPerDay: number;
  /** What models that cost money may cost in a calendar month; 0: they are off. */
  readonly questionsUsdPerMonth: number;
  /** The only hosts evidence's files are downloaded from. */
  readonly attachmentHosts: readonly string[];
  /** What all copies of evidence's files together may take of the disk. */
  readonly evidenceMegabytes: number;
  readonly listingsCron: string;
  readonly logLevel: LogLevel;
  readonly healthPort: number | null;
};

const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

export type ConfigReading =
  | { readonly ok: true; readonly config: Config }
  /** One line for each wrong variable: its name, what it holds (never a secret), and what it should. */
  | { readonly ok: false; readonly problems: readonly string[] };

const mask = "[hidden]";

/** A setting's check: the text in, the value out; a refusal is what the variable should hold. */
function setting<T>(read: (text: string) => T | undefined, should: string) {
  return z.string().transform((text, context) => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue({ code: "custom", message: should });
    return z.NEVER;
  });
}

function urlOf(text: string, ...protocols: string[]): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && protocols.includes(url.protocol) ? url : undefined;
}

/** An http(s) address other paths are put behind, so without query, fragment, credentials and slash at its end. */
function baseAddress(text: string): string | undefined {
  const url = urlOf(text, "http:", "https:");
  if (!url || url.search || url.hash || url.username || url.password) return undefined;
  return url.href.replace(/\/+$/, "");
}

/** discord.js puts the API's version behind the address itself. */
function discordAddress(text: string): string | undefined {
  const address = baseAddress(text);
  return address && !/\/v\d+$/.test(address) ? address : undefined;
}

function wholeNumber(least: number, most: number) {
  return (text: string) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return number >= least && number <= most ? number : undefined;
  };
}

/** Travels in a header. What those it is shown to think of it is theirs to say. */
const oneWord = (text: string) => (/^[\x21-\x7e]+$/.test(text) ? text : undefined);

/** Hosts with or without a port, separated by commas. */
function hostList(text: string): string[] | undefined {
  const hosts = text.split(",").map((host) => host.trim().toLowerCase());
  const isHost = (host: string) => {
    const url = urlOf(`https://${host}`, "https:");
    return url !== undefined && (url.host === host || `${url.host}:443` === host);
  };
  return hosts.every(isHost) ? hosts.map((host) => host.replace(/:443$/, "")) : undefined;
}

const token = setting(
  oneWord,
  "should be the bot's token alone, from https://discord.com/developers/applications → Bot",
);

const variables = z.object({
  DISCORD_TOKEN: z
    .string("should be the bot's token, from https://discord.com/developers/applications → Bot")
    .pipe(token),
  DISCORD_API_URL: setting(
    discordAddress,
    "should be an http or https address without the version, such as https://discord.com/api",
  ).prefault("https://discord.com/api"),
  DISCORD_GUILD_ID: setting(
    (text) => (/^\d{17,20}$/.test(text) ? text : undefined),
    "should be a server's id, 17 to 20 digits (Discord: Copy Server ID)",
  )
    .nullable()
    .prefault(null),
  DATABASE_URL: setting(
    (text) => (urlOf(text, "postgres:", "postgresql:") ? text : undefined),
    "should be postgres://user:password@host:5432/database, other signs than letters and digits percent-encoded",
  )
    .nullable()
    .prefault(null),
  DATA_DIR: setting((text) => (text.includes("\0") ? undefined : text), "should be a folder").prefault("./data"),
  OPENROUTER_BASE_URL: setting(
    baseAddress,
    "should be an http or https address, such as https://openrouter.ai/api/v1",
  ).prefault("https://openrouter.ai/api/v1"),
  OPENROUTER_API_KEY: setting(oneWord, "should be the key alone, from https://openrouter.ai/settings/keys")
    .nullable()
    .prefault(null),
  QUESTIONS_PER_MINUTE: setting(wholeNumber(1, 1_000), "should be a whole number, 1 to 1000").prefault("15"),
  QUESTIONS_PER_DAY: setting(wholeNumber(1, 100_000), "should be a whole number, 1 to 100000").prefault("40"),
  QUESTIONS_USD_PER_MONTH: setting(
    (text) => (/^\d{1,6}(\.\d{1,2})?$/.test(text) ? Number(text) : undefined),
    "should be US dollars a month, such as 5 or 2.50, or 0 for free models only",
  ).prefault("0"),
  ATTACHMENT_HOSTS: setting(
    hostList,
    "should be hosts, with a port if need be, separated by commas, such as cdn.discordapp.com,media.discordapp.net",
  ).prefault("cdn.discordapp.com,media.discordapp.net"),
  EVIDENCE_MEGABYTES: setting(
    wholeNumber(0, 100_000_000),
    "should be a number of megabytes, such as 2000, or 0 to keep no files",
  ).prefault("2000"),
  LISTINGS_CRON: setting(
    (text) => (validateDetailed(text).valid ? text : undefined),
    "should be a cron line of five fields, or six with seconds, such as */5 * * * *",
  ).prefault("*/5 * * * *"),
  LOG_LEVEL: setting(
    (text) => logLevels.find((level) => level === text.toLowerCase()),
    `should be one of ${logLevels.join(", ")}`,
  ).prefault("info"),
  HEALTH_PORT: setting(
    (text) => (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535 ? Number(text) : undefined),
    "should be a port, 1 to 65535",
  )
    .nullable()
    .prefault(null),
});

type Variable = keyof typeof variables.shape;

/** What a variable holds, as far as it may be shown. */
function shown(variable: Variable, text: string): string {
  if (variable === "DISCORD_TOKEN" || variable === "OPENROUTER_API_KEY") return `${mask}, ${text.length} characters`;
  if (variable === "DATABASE_URL") return withoutPassword(text) ?? `${mask}, ${text.length} characters`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.password || url?.username) return withoutPassword(text) ?? mask;
  const short = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return JSON.stringify(short);
}

function withoutPassword(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  // Of an unknown kind of address nobody knows where the password stands.
  if (url.host === "" && !url.protocol.startsWith("postgres")) return undefined;
  if (url.password) url.password = "hidden";
  if (url.search) url.search = "?hidden";
  if (url.hash) url.hash = "hidden";
  return JSON.stringify(url.href);
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The process's variables, and for those it lacks the lines of .env in the folder it was started in. */
function hostEnvironment(): Environment {
  let lines = "";
  try {
    lines = readFileSync(".env", "utf8");
  } catch {
    // Having none is usual: containers and services bring their variables themselves.
  }
  return { ...parseEnv(lines), ...process.env };
}

type Refused = Extract<ConfigReading, { ok: false }>;

/** What a schema makes of its variables. An empty one counts as unset, space around a value as absent. */
function read<Data>(
  schema: z.ZodType<Data> & { readonly shape: Partial<typeof variables.shape> },
  environment: Environment,
): { readonly ok: true; readonly data: Data } | Refused {
  const set: Partial<Record<Variable, string>> = {};
  for (const variable of Object.keys(schema.shape) as Variable[]) {
    const text = environment[variable]?.trim();
    if (text) set[variable] = text;
  }
  const parsed = schema.safeParse(set);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => {
      const variable = path[0] as Variable;
      const text = set[variable];
      return text === undefined
        ? `${variable} is not set; it ${message}`
        : `${variable} holds ${shown(variable, text)}; it ${message}`;
    });
    return { ok: false, problems };
  }
  return { ok: true, data: parsed.data };
}

/** All of the environment as settings. */
export function readConfig(environment: Environment = hostEnvironment()): ConfigReading {
  const reading = read(variables, environment);
  if (!reading.ok) return reading;
  const { data } = reading;
  return {
    ok: true,
    config: {
      discordToken: data.DISCORD_TOKEN,
      discordApiUrl: data.DISCORD_API_URL,
      discordGuildId: data.DISCORD_GUILD_ID,
      databaseUrl: data.DATABASE_URL,
      dataDir: data.DATA_DIR,
      openRouterBaseUrl: data.OPENROUTER_BASE_URL,
      openRouterApiKey: data.OPENROUTER_API_KEY,
      questionsPerMinute: data.QUESTIONS_PER_MINUTE,
      questionsPerDay: data.QUESTIONS_PER_DAY,
      questionsUsdPerMonth: data.QUESTIONS_USD_PER_MONTH,
      attachmentHosts: data.ATTACHMENT_HOSTS,
      evidenceMegabytes: data.EVIDENCE_MEGABYTES,
      listingsCron: data.LISTINGS_CRON,
      logLevel: data.LOG_LEVEL,
      healthPort: data.HEALTH_PORT,
    },
  };
}

/** Where the database is: all that is needed by what looks at it and talks to nobody. */
export function readDatabaseConfig(
  environment: Environment = hostEnvironment(),
): { readonly ok: true; readonly config: Pick<Config, "databaseUrl" | "dataDir"> } | Refused {
  const reading = read(variables.pick({ DATABASE_URL: true, DATA_DIR: true }), environment);
  if (!reading.ok) return reading;
  const { DATABASE_URL: databaseUrl, DATA_DIR: dataDir } = reading.data;
  return { ok: true, config: { databaseUrl, dataDir } };
}
