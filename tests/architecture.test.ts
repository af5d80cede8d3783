import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { migrationViolations, topLevelViolations, violations } from "./support/house-rules.ts";
import { scan } from "./support/import-scan.ts";

const top = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(top, path), "utf8");
const manifest: { dependencies: Record<string, string> } = JSON.parse(read("package.json"));
const dependencies = Object.keys(manifest.dependencies);

function project(): Map<string, string> {
  const paths = ["commands", "src", "sandbox", "tests"].flatMap((folder) =>
    readdirSync(join(top, folder), { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)),
  );
  return new Map(paths.filter((path) => path.endsWith(".ts")).map((path) => [path.replaceAll("\\", "/"), read(path)]));
}

/** The violations of a small house made of these files, where everything imported is there. */
function inHouse(files: Record<string, string>): string[] {
  const rooms = ["domain/market", "storage/schema", "actions/place-guess", "discord/client", "integrations/catalogue"];
  const house = new Map(rooms.map((room) => [`src/${room}.ts`, "export const here = 1;"]));
  for (const path of ["src/app.ts", "src/config.ts", "src/main.ts", "sandbox/server.ts"]) house.set(path, "export {};");
  for (const [path, text] of Object.entries(files)) house.set(path, text);
  return violations(house, ["discord.js", "drizzle-orm", "postgres", "@electric-sql/pglite", "openai", "zod", "pino"]);
}

describe("the house", () => {
  it("keeps its own rules", () => {
    const files = project();
    expect(files.size).toBeGreaterThan(50);
    expect(violations(files, dependencies)).toEqual([]);
  });

  it("runs every migration that is in its folder", () => {
    const journal: { entries: { tag: string }[] } = JSON.parse(read("migrations/meta/_journal.json"));
    const tags = journal.entries.map(({ tag }) => tag);
    expect(tags.length).toBeGreaterThan(0);
    expect(migrationViolations(readdirSync(join(top, "migrations")), tags)).toEqual([]);
  });

  it("has nothing at its top but what belongs there", () => {
    const ignored = read(".gitignore").split("\n").filter(Boolean);
    expect(topLevelViolations(readdirSync(top), ignored)).toEqual([]);
  });

  it("imports something in every room that is allowed to, so the rules are not held by blindness", () => {
    const found = [...project()].flatMap(([path, text]) => scan(text).imports.map(({ from }) => `${path} ${from}`));
    expect(found).toContain("src/storage/embedded.ts @electric-sql/pglite");
    expect(found).toContain("src/storage/database.ts ./embedded.ts");
    expect(found).toContain("src/main.ts ../commands/index.ts");
    expect(found).toContain("tests/architecture.test.ts ./support/import-scan.ts");
  });
});

describe("a rule notices", () => {
  it.each<[string, Record<string, string>, string]>([
    [
      "a rule of the game that asks the database",
      { "src/domain/odds.ts": `import { here } from "../storage/schema.ts";` },
      "src/domain/odds.ts: domain may not import storage",
    ],
    [
      "a rule of the game that uses a package, or even Node",
      { "src/domain/odds.ts": `import { z } from "zod";` },
      "src/domain/odds.ts: domain imports nothing but itself, not zod",
    ],
    [
      "types count too",
      { "src/storage/rows.ts": `import type { here } from "../actions/place-guess.ts";` },
      "src/storage/rows.ts: storage may not import actions",
    ],
    [
      "so do re-exports",
      { "src/discord/all.ts": `export * from "../storage/schema.ts";` },
      "src/discord/all.ts: discord may not import storage",
    ],
    [
      "and imports in the middle of code",
      { "src/discord/late.ts": `const it = await import("../actions/place-guess.ts");` },
      "src/discord/late.ts: discord may not import actions",
    ],
    [
      "and imports in a type",
      { "src/actions/late.ts": `type It = import("../discord/client.ts").It;` },
      "src/actions/late.ts: actions may not import discord",
    ],
    [
      "and imports over several lines, for their effect, in single quotes",
      { "src/actions/ask.ts": `import {\n  a, // from "x"\n  b,\n} from\n  '../integrations/catalogue.ts';` },
      "src/actions/ask.ts: actions may not import integrations",
    ],
    [
      "a command that goes around the actions",
      { "commands/guess.ts": `import "../src/storage/schema.ts";` },
      "commands/guess.ts: commands may not import storage",
    ],
    [
      "an action that needs more of the app than its type",
      { "src/actions/go.ts": `import { type App, createApp } from "../app.ts";` },
      "src/actions/go.ts: actions may not import app",
    ],
    [
      "an import nobody can follow",
      { "src/discord/all.ts": "for (const name of names) await import(`./${name}.ts`);" },
      "src/discord/all.ts: imports something computed",
    ],
    [
      "SQL outside the storage",
      { "src/actions/go.ts": `import { eq } from "drizzle-orm/pg-core";` },
      "src/actions/go.ts: drizzle-orm is for storage only",
    ],
    [
      "the embedded database outside the storage",
      { "src/discord/go.ts": `const { PGlite } = await import("@electric-sql/pglite/nodefs");` },
      "src/discord/go.ts: @electric-sql/pglite is for storage only",
    ],
    [
      "Discord in an action",
      { "src/actions/go.ts": `import type { Client } from "discord.js";` },
      "src/actions/go.ts: discord.js is for discord, commands, main only",
    ],
    [
      "a model asked from outside the integrations",
      { "src/actions/go.ts": `import { OpenAI } from "openai";` },
      "src/actions/go.ts: openai is for integrations only",
    ],
    [
      "a package that is only there while developing",
      { "src/storage/go.ts": `import { describe } from "vitest";` },
      "src/storage/go.ts: vitest is not among the dependencies",
    ],
    [
      "a bot that needs its sandbox",
      { "src/discord/go.ts": `import { s } from "../../sandbox/server.ts";` },
      "src/discord/go.ts: the bot does not import sandbox/server.ts",
    ],
    [
      "somebody who imports main",
      { "tests/start.ts": `await import("../src/main.ts");` },
      "tests/start.ts: nobody imports main",
    ],
    [
      "a file that is not there",
      { "tests/a.test.ts": `import { a } from "./support/gone.ts";` },
      "tests/a.test.ts: ./support/gone.ts is not there",
    ],
    [
      "a missing extension",
      { "src/domain/odds.ts": `import { here } from "./market";` },
      "src/domain/odds.ts: ./market lacks its extension",
    ],
    [
      "a room nobody planned",
      { "src/plugins/go.ts": `import { here } from "../domain/market.ts";` },
      "src/plugins/go.ts: src has no room for it",
    ],
    [
      "a circle of imports",
      {
        "src/domain/a.ts": `export { b } from "./b.ts";`,
        "src/domain/b.ts": `import { c } from "./c.ts";`,
        "src/domain/c.ts": `import { a } from "./a.ts";`,
      },
      "a circle of imports: src/domain/a.ts → src/domain/b.ts → src/domain/c.ts → src/domain/a.ts",
    ],
    ["a default export", { "sandbox/go.ts": "export default function go() {}" }, "sandbox/go.ts: exports a default"],
    [
      "a second reader of the environment",
      { "src/discord/go.ts": "const token = process.env.TOKEN;" },
      "src/discord/go.ts: only src/config.ts reads process.env",
    ],
    [
      "a reader of the environment who hides it",
      { "src/discord/go.ts": "const { env } = process;" },
      "src/discord/go.ts: only src/config.ts reads process.env",
    ],
    [
      "work put off",
      { "src/domain/odds.ts": "// TODO: round\nexport {};" },
      "src/domain/odds.ts: puts work off in a comment",
    ],
    [
      "a name in camel case",
      { "src/domain/openModels.ts": "" },
      "src/domain/openModels.ts: its name is not in kebab-case",
    ],
    ["a name that says nothing", { "src/domain/date-utils.ts": "" }, `src/domain/date-utils.ts: "utils" says nothing`],
    [
      "a command left off the list",
      { "commands/index.ts": `import { help } from "./help.ts";`, "commands/help.ts": "", "commands/guess.ts": "" },
      "commands/guess.ts: commands/index.ts does not list it",
    ],
  ])("%s", (_, files, violation) => {
    expect(inHouse(files)).toEqual([violation]);
  });

  it("a migration the journal does not name, and the other way round", () => {
    expect(migrationViolations(["0000_first.sql", "0001_more.sql", "meta"], ["0000_first", "0002_gone"])).toEqual([
      "migrations/0001_more.sql is not in the journal",
      "the journal names 0002_gone, which is not there",
    ]);
  });

  it("a stranger at the top, but not what git ignores", () => {
    const entries = ["src", "vitest.config.ts", "node_modules", "npm-debug.log", ".git"];
    expect(topLevelViolations(entries, ["node_modules/", "*.log"])).toEqual([
      "vitest.config.ts does not belong at the top",
    ]);
  });
});

describe("a rule lets pass", () => {
  it.each<[string, Record<string, string>]>([
    ["the app's type, for everybody", { "src/discord/go.ts": `import type { App } from "../app.ts";` }],
    [
      "types in a circle",
      { "src/domain/a.ts": `import type { B } from "./b.ts";`, "src/domain/b.ts": `import { a } from "./a.ts";` },
    ],
    [
      "imports in comments, strings, templates and regular expressions",
      {
        "src/domain/odds.ts": [
          `// import { a } from "../storage/schema.ts";`,
          `/* import "zod"; */ const text = 'import { z } from "zod"';`,
          'const nested = `${a.map((x) => `import "${x}" from "pino"`)} import("zod") process.env`;',
          `const pattern = /from "zod"|[/"'\`]|process\\.env/; const half = total / 2 / "1".length;`,
          `const late = { a: 1 } /* } */ ; const quote = "\\" from 'zod'";`,
        ].join("\n"),
      },
    ],
    [
      "tests and the sandbox using whatever they like",
      { "tests/a.ts": `import p from "postgres"; process.env.A = "1";` },
    ],
  ])("%s", (_, files) => {
    expect(inHouse(files)).toEqual([]);
  });
});
