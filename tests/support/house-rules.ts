import { posix } from "node:path";
import { type Import, type Scan, scan } from "./import-scan.ts";

/** Who may call whom, apart from a room's own files. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  storage: ["domain"],
  integrations: ["domain"],
  actions: ["domain", "storage"],
  discord: ["domain"],
  commands: ["actions", "domain", "discord"],
  schedule: ["actions", "discord", "integrations", "domain"],
  app: ["actions", "storage", "domain"],
  config: [],
  log: ["config"],
  health: [],
  audit: ["actions", "storage", "config"],
  main: [
    "commands",
    "schedule",
    "actions",
    "discord",
    "integrations",
    "storage",
    "domain",
    "app",
    "config",
    "log",
    "health",
  ],
};

/** Packages that only these rooms may know. */
const packagesOf: readonly [RegExp, readonly string[]][] = [
  [/^(drizzle-orm|postgres|@electric-sql\/.*)$/, ["storage"]],
  [/^openai$/, ["integrations"]],
  [/^(discord\.js|@discordjs\/.*|discord-api-types)$/, ["discord", "commands", "main"]],
  [/^node-cron$/, ["schedule", "config"]],
  [/^prom-client$/, ["health"]],
];

const vagueWords = /^(utils?|helpers?|managers?|services?|common|types|misc)$/;
const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/;

type File = Scan & { readonly path: string; readonly room: string };

/** The room of a file that runs in the bot; the folder of any other. */
function roomOf(path: string): string {
  const [top = "", next = ""] = path.split("/");
  return top === "src" ? next.replace(/\.ts$/, "") : top;
}

const isOurs = (path: string) => path.startsWith("src/") || path.startsWith("commands/");

/**
 * What breaks the rules of the house, one line each.
 * @param texts TypeScript files by their path from the project's top
 * @param dependencies packages the bot is installed with
 */
export function violations(texts: ReadonlyMap<string, string>, dependencies: readonly string[]): string[] {
  const files = [...texts].map(([path, text]): File => ({ ...scan(text), path, room: roomOf(path) }));
  return [
    ...files.flatMap((file) => [
      ...named(file.path),
      ...file.imports.flatMap((each) => imported(file, each, texts, dependencies)),
      ...written(file),
    ]),
    ...cycles(files),
    ...forgottenCommands(files),
  ];
}

function named(path: string): string[] {
  const steps = path.split("/");
  const words = steps.flatMap((step) => step.split(/[-.]/));
  return [
    ...(steps.every((step) => kebabCase.test(step)) ? [] : [`${path}: its name is not in kebab-case`]),
    ...words.filter((word) => vagueWords.test(word)).map((word) => `${path}: "${word}" says nothing`),
  ];
}

/** The project's file an import leads to; undefined for a package. */
function target(file: Pick<File, "path">, from: string): string | undefined {
  return from.startsWith(".") || from.startsWith("/") ? posix.join(posix.dirname(file.path), from) : undefined;
}

function imported(
  file: File,
  { from, typeOnly }: Import,
  texts: ReadonlyMap<string, string>,
  dependencies: readonly string[],
): string[] {
  if (from === null) return isOurs(file.path) ? [`${file.path}: imports something computed`] : [];
  const to = target(file, from);
  if (to === undefined) return isOurs(file.path) ? packageImported(file, from, dependencies) : [];
  if (to === "src/main.ts") return [`${file.path}: nobody imports main`];
  if (to.endsWith(".ts") && !texts.has(to)) return [`${file.path}: ${from} is not there`];
  if (!isOurs(file.path)) return [];
  if (!isOurs(to)) return [`${file.path}: the bot does not import ${to}`];
  if (!to.endsWith(".ts")) return [`${file.path}: ${from} lacks its extension`];
  if (typeOnly && to === "src/app.ts") return [];
  const room = roomOf(to);
  if (room === file.room || mayImport[file.room]?.includes(room)) return [];
  return [
    mayImport[file.room] ? `${file.path}: ${file.room} may not import ${room}` : `${file.path}: src has no room for it`,
  ];
}

function packageImported(file: File, from: string, dependencies: readonly string[]): string[] {
  if (file.room === "domain") return [`${file.path}: domain imports nothing but itself, not ${from}`];
  if (/^(node:)?process$/.test(from))
    return [`${file.path}: imports ${from}; process is there, its env for config.ts alone`];
  if (from.startsWith("node:")) return [];
  const name = /^(@[^/]+\/[^/]+|[^/]+)/.exec(from)?.[0] ?? from;
  if (!dependencies.includes(name)) return [`${file.path}: ${name} is not among the dependencies`];
  const keepers = packagesOf.find(([pattern]) => pattern.test(name))?.[1];
  return !keepers || keepers.includes(file.room) ? [] : [`${file.path}: ${name} is for ${keepers.join(", ")} only`];
}

function written({ path, code, comments }: File): string[] {
  const found: string[] = [];
  if (/\bexport\s+default\b|\bas\s+default\b/.test(code)) found.push(`${path}: exports a default`);
  if (comments.some((comment) => /\b(TODO|FIXME|XXX)\b/.test(comment)))
    found.push(`${path}: puts work off in a comment`);
  if (!isOurs(path) || path === "src/config.ts") return found;
  if (/\bprocess\s*(?:\?\.|!?\.)\s*env\b|\bprocess\s*(?:\?\.)?\[|\}\s*=\s*(?:globalThis\.)?process\b/.test(code)) {
    found.push(`${path}: only src/config.ts reads process.env`);
  }
  return found;
}

/** Types may refer to each other in a circle: they are gone when the code runs. */
function cycles(files: readonly File[]): string[] {
  const next = new Map(
    files.map((file) => [
      file.path,
      file.imports.flatMap(({ from, typeOnly }) => (from === null || typeOnly ? [] : (target(file, from) ?? []))),
    ]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push(`a circle of imports: ${[...trail.slice(start), path].join(" → ")}`);
    if (start >= 0 || done.has(path)) return;
    for (const to of next.get(path) ?? []) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  return found;
}

function forgottenCommands(files: readonly File[]): string[] {
  const index = files.find(({ path }) => path === "commands/index.ts");
  if (!index) return [];
  const listed = new Set(index.imports.map(({ from }) => from && target(index, from)));
  return files
    .filter(({ path }) => /^commands\/[^/]+\.ts$/.test(path) && path !== index.path && !listed.has(path))
    .map(({ path }) => `${path}: commands/index.ts does not list it`);
}

/** Migrations without an entry in drizzle's journal would never run, and entries without a file stop the bot. */
export function migrationViolations(fileNames: readonly string[], journalTags: readonly string[]): string[] {
  const scripts = fileNames.filter((name) => name.endsWith(".sql")).map((name) => name.replace(/\.sql$/, ""));
  return [
    ...scripts
      .filter((name) => !journalTags.includes(name))
      .map((name) => `migrations/${name}.sql is not in the journal`),
    ...journalTags.filter((tag) => !scripts.includes(tag)).map((tag) => `the journal names ${tag}, which is not there`),
  ];
}

const topLevel = new Set(
  `commands src migrations tests sandbox Dockerfile compose.yaml package.json package-lock.json tsconfig.json
  README.md CONTRIBUTING.md LICENSE .ci .github .env.example .gitignore .dockerignore .biome.json`.split(/\s+/),
);

/** Entries of the project's top folder that have no business there; `ignored` are git's. */
export function topLevelViolations(entries: readonly string[], ignored: readonly string[]): string[] {
  const isIgnored = (entry: string) =>
    ignored.some(
      (line) => line === entry || line === `${entry}/` || (line.startsWith("*") && entry.endsWith(line.slice(1))),
    );
  return entries
    .filter((entry) => entry !== ".git" && !topLevel.has(entry) && !isIgnored(entry))
    .map((entry) => `${entry} does not belong at the top`);
}
