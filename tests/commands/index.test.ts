import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { commands } from "../../commands/index.ts";
import { commandProblems, commandSetProblems } from "../../sandbox/discord/limits-commands.ts";
import { problemsByTheSpec } from "../../sandbox/discord/spec.ts";
import type { AnyCommand } from "../../src/discord/command.ts";

const folder = new URL("../../commands/", import.meta.url);
const asSent = commands.map(({ data }) => JSON.parse(JSON.stringify(data)));

describe("the list of commands", () => {
  it("holds every command of the folder, under its file's name, and /help last", async () => {
    const files = (await readdir(folder)).filter((file) => file.endsWith(".ts") && file !== "index.ts");
    const inFolder = await Promise.all(
      files.map(async (file) => {
        const name = file.replace(/\.ts$/, "");
        const exported = await import(new URL(file, folder).href);
        const inCamelCase = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
        expect(Object.keys(exported), file).toEqual([inCamelCase]);
        const command: AnyCommand = exported[inCamelCase];
        // What stands in a menu is written as a sentence.
        expect(command.data.name.toLowerCase().replaceAll(" ", "-")).toBe(name);
        return command;
      }),
    );
    expect(new Set(commands)).toEqual(new Set(inFolder));
    expect(commands.at(-1)?.data.name).toBe("help");
  });

  it("is one Discord takes", () => {
    expect(commandSetProblems(asSent)).toEqual([]);
    for (const command of asSent) {
      expect(commandProblems(command, [command.name])).toEqual([]);
      expect(problemsByTheSpec("ApplicationCommandUpdateRequest", command)).toEqual([]);
    }
  });

  it("is for servers only: not for direct messages, and not to be installed by users for themselves", () => {
    for (const { data } of commands)
      expect([data.name, data.contexts, data.integration_types]).toEqual([data.name, [0], [0]]);
  });

  it("shows /setup to members with Manage Server only; /settle to all, as the moderator role may use it", () => {
    const restricted = commands.filter(({ data }) => data.default_member_permissions).map(({ data }) => data.name);
    expect(restricted).toEqual(["setup"]);
  });

  it("has no two commands that claim the same button, menu or form", () => {
    for (const kind of ["buttons", "selects", "modals"] as const) {
      const actions = commands.flatMap((command) => Object.keys(command[kind] ?? {}));
      expect(new Set(actions).size).toBe(actions.length);
    }
  });

  it("offers suggestions wherever a model or a lab is typed", () => {
    const options = asSent.flatMap((command) =>
      (command.options ?? []).flatMap((option: { options?: object[] }) => option.options ?? [option]),
    );
    const named = options.filter(({ name }) => ["model", "lab", "second-lab", "season"].includes(name));
    expect(named.length).toBeGreaterThanOrEqual(9);
    for (const option of named) expect([option.name, option.autocomplete]).toEqual([option.name, true]);
  });
});
