import fc from "fast-check";
import { expect, it } from "vitest";
import { piecewiseText } from "../../src/integrations/piecewise-text.ts";

function read(...pieces: string[]): string[] {
  const text = piecewiseText();
  return [...pieces.map((piece) => text.next(piece)), text.rest()];
}

it("a character whose halves come in two pieces comes out whole, with the second", () => {
  expect(read("a\ud83d", "\ude00b")).toEqual(["a", "😀b", ""]);
  expect(read("a\ud83d", "", "\0", "\ude00")).toEqual(["a", "", "", "😀", ""]);
});

it("halves without the other become U+FFFD, and NUL goes", () => {
  expect(read("a\ud83d", "b")).toEqual(["a", "\ufffdb", ""]);
  expect(read("\ude00a\0b", "\ud83d\ud83d")).toEqual(["\ufffdab", "\ufffd", "\ufffd"]);
});

it("however a text is cut, its pieces make what the whole would have", () => {
  const signs = fc.constantFrom("a", "\ud83d", "\ude00", "\0", "é", "中");
  fc.assert(
    fc.property(fc.array(fc.array(signs)), (pieces) => {
      const whole = pieces.flat().join("");
      const got = read(...pieces.map((piece) => piece.join("")));
      expect(got.join("")).toBe(whole.replaceAll("\0", "").toWellFormed());
      for (const piece of got) expect(piece.isWellFormed()).toBe(true);
    }),
  );
});
