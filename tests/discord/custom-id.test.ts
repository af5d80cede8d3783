import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { customId, numberIn, readCustomId } from "../../src/discord/custom-id.ts";

describe("what a button carries", () => {
  it("is what it does, a version and what it is about", () => {
    expect(customId("guess", 42)).toBe("guess:1:42");
    expect(readCustomId("guess:1:42")).toEqual({ kind: "current", action: "guess", key: "42" });
    expect(readCustomId("board:1:calls.2026-Q1.2")).toEqual({
      kind: "current",
      action: "board",
      key: "calls.2026-Q1.2",
    });
  });

  it("says that it is outdated when it was made by another version of the bot", () => {
    expect(readCustomId("guess:0:42")).toEqual({ kind: "outdated", action: "guess" });
    expect(readCustomId("guess:2:42")).toEqual({ kind: "outdated", action: "guess" });
  });

  it("is not ours when it has any other form", () => {
    for (const id of [
      "",
      "guess",
      "guess:1",
      "guess:1:",
      "Guess:1:4",
      "guess:1:4:5",
      "guess:x:4",
      " guess:1:4",
      "guess:1:4\n",
    ]) {
      expect(readCustomId(id), id).toEqual({ kind: "foreign" });
    }
  });

  it("is read back as it was written, and stays under 100 characters", () => {
    const action = fc.stringMatching(/^[a-z][a-z-]{0,30}$/);
    const key = fc.stringMatching(/^[\w.-]{1,60}$/);
    fc.assert(
      fc.property(action, key, (a, k) => {
        expect(customId(a, k).length).toBeLessThanOrEqual(100);
        expect(readCustomId(customId(a, k))).toEqual({ kind: "current", action: a, key: k });
      }),
    );
  });

  it("cannot be written with a key that does not fit", () => {
    expect(() => customId("guess", "a b")).toThrow("not a custom id");
    expect(() => customId("guess", "x".repeat(61))).toThrow("not a custom id");
  });

  it("names a model by a whole number only", () => {
    expect(numberIn("42")).toBe(42);
    for (const key of ["", "-1", "1.5", "1e3", "x", "9".repeat(16)])
      expect(() => numberIn(key)).toThrow("not a number");
  });
});
