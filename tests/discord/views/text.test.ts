import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { address, escaped, fittingLines, plain } from "../../../src/discord/views/text.ts";
import { hostileText, unescaped } from "../hostile.ts";

describe("a name typed by somebody", () => {
  it("stays as it is when there is nothing wrong with it", () => {
    expect(plain("Hunter Alpha", 60)).toBe("Hunter Alpha");
    expect(escaped("Z.ai (Zhipu) – 智谱 7.5", 60)).toBe("Z.ai (Zhipu) – 智谱 7.5");
  });

  it("fits on one line, is never empty and never longer than it may be", () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 12, max: 100 }), (name, most) => {
        const shown = plain(name, most);
        expect(shown.length).toBeLessThanOrEqual(most);
        expect(shown.trim()).not.toBe("");
        expect(shown).not.toMatch(/[\r\n\u2028\u2029\u202A-\u202E\u2066-\u2069\u200B\p{Cs}]/u);
      }),
    );
  });

  it("cannot format, mention, link or open a code block", () => {
    fc.assert(
      fc.property(hostileText, (name) => {
        expect(unescaped(escaped(name, 60))).not.toMatch(/[\\*_~`|[\]<>@#]|:\/\//);
      }),
    );
  });

  it("shows something where it is made of nothing to see", () => {
    expect(plain("\u3164\u2800\u200B \n", 32)).toBe("(no name)");
  });

  it("cannot begin a list or a heading", () => {
    expect(escaped("- item", 60)).toBe("\\- item");
    expect(escaped("1. item", 60)).toBe("1\\. item");
    expect(escaped("# Big", 60)).toBe("\\# Big");
  });

  it("cannot pile accents over the lines around it", () => {
    expect([...plain(`e${"\u0301".repeat(500)}`, 100)].length).toBeLessThanOrEqual(4);
  });

  it("does not turn the numbers after it round when it runs from right to left", () => {
    expect(escaped("שלום", 60)).toBe("\u2068שלום\u2069");
  });
});

describe("a long list", () => {
  it("is cut at a line's end and says how many lines are missing", () => {
    expect(fittingLines(["a", "b"], 100)).toBe("a\nb");
    const cut = fittingLines(
      Array.from({ length: 50 }, (_, i) => `line ${i}`),
      100,
    );
    expect(cut).toMatch(/^line 0\n[\s\S]*\n… and \d+ more$/);
    expect(cut.length).toBeLessThanOrEqual(100);
  });
});

describe("the address of a source", () => {
  it("is shown whole, without a preview, and cannot leave its brackets", () => {
    expect(address("https://example.com/a?b=1#c")).toBe("<https://example.com/a?b=1#c>");
    expect(address("https://example.com/> @everyone <x")).toBe("<https://example.com/%3E%20@everyone%20%3Cx>");
  });
});
