import { describe, expect, it } from "vitest";
import type { Lab } from "../../src/domain/lab.ts";
import { longestName, readSuspect } from "../../src/domain/suspect.ts";

const frobozz: Lab = { slug: "frobozz", name: "Frobozz", aliases: ["FMC"], parent: null, country: null, prefixes: [] };

describe("whom a member means", () => {
  it.each([
    ["xiaomi", "xiaomi"],
    ["MiMo", "xiaomi"],
    ["ZHIPU AI", "z-ai"],
    ["glm", "z-ai"],
    ["Kimi", "moonshotai"],
    ["Google DeepMind", "google"],
  ])("by %s is the lab %s", (typed, lab) => {
    expect(readSuspect(typed, [])).toEqual({ read: true, suspect: { kind: "lab", lab } });
  });

  it.each(["other", "Someone else", "someone-else", "SOMEBODY ELSE", "none of these", "Another lab…"])(
    "by %s is someone else",
    (typed) => {
      expect(readSuspect(typed, [])).toEqual({ read: true, suspect: { kind: "other" } });
    },
  );

  it("by a name the server's moderators taught is that lab, in that server only", () => {
    expect(readSuspect("fmc", [frobozz])).toEqual({ read: true, suspect: { kind: "lab", lab: "frobozz" } });
    expect(readSuspect("fmc", [])).toEqual({ read: true, suspect: { kind: "unknown", name: "fmc" } });
  });

  it("by a name nobody knows is that name, as typed but in one line", () => {
    expect(readSuspect("  Frobozz\nMagic \u202eCo ", [])).toEqual({
      read: true,
      suspect: { kind: "unknown", name: "Frobozz Magic Co" },
    });
  });

  it("is nobody when there is no letter or digit in it", () => {
    for (const typed of ["", "  ", "?!", "🦊🦊", "\u0000", "\ud83d", "\u3164"])
      expect(readSuspect(typed, [])).toEqual({ read: false, reason: "no-name" });
  });

  it("may take sixty characters to say, counted as a reader does not as a machine", () => {
    expect(readSuspect("x".repeat(longestName), [])).toMatchObject({ read: true });
    expect(readSuspect(`${"🦊".repeat(longestName - 1)}x`, [])).toMatchObject({ read: true });
    expect(readSuspect(`   ${"x".repeat(longestName)}   `, [])).toMatchObject({ read: true });
    expect(readSuspect("x".repeat(longestName + 1), [])).toEqual({
      read: false,
      reason: "name-too-long",
      mostCharacters: longestName,
    });
  });
});
