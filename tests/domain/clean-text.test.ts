import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { oneLine } from "../../src/domain/clean-text.ts";

describe("text from outside in one line", () => {
  it.each([
    ["plain words", "plain words"],
    ["  spaces   around \t and between ", "spaces around and between"],
    ["two\nlines\r\nor\u2028three", "two lines or three"],
    ["a NUL\u0000 and a bell\u0007", "a NUL and a bell"],
    ["turned \u202e round \u2066here\u2069", "turned round here"],
    ["zero\u200bwidth", "zero width"],
    ["half \ud83d a letter \ude00", "half a letter"],
    ["a fox 🦊 stays", "a fox 🦊 stays"],
    ["مختبر 智谱 Ünï", "مختبر 智谱 Ünï"],
    ["\u0000\u200b ", ""],
    ["\u2800\u3164 \u{1160}\ufe0f", ""],
    ["", ""],
  ])("%j becomes %j", (text, line) => {
    expect(oneLine(text)).toBe(line);
  });

  it("is always well formed, has nothing that turns or breaks a line, and stays as it is when cleaned again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        const line = oneLine(text);
        expect(line.isWellFormed()).toBe(true);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(oneLine(line)).toBe(line);
      }),
    );
  });
});
