import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { answerParts } from "../../../src/discord/views/answer-parts.ts";
import { answerLines } from "../../../src/discord/views/answer-text.ts";
import { hostileText } from "../hostile.ts";

const most = 500;

function partsOf(answer: string, room = most): string[] {
  return answerParts(answerLines(answer), () => room);
}

function shownOf(answer: string): string {
  return partsOf(answer, 100_000).join("\n");
}

/** What Discord acts on: the text outside of code, read as its client does, with what is escaped taken out. */
function liveText(message: string, instead = ""): string {
  return message.replace(/\\[^0-9A-Za-z\s]|```[\s\S]*?```|(`+)[\s\S]*?[^`]\1(?!`)/g, instead);
}

/** Answers with everything in them: hostile names, fences, tables, code, and lines. */
const hostileAnswer = fc
  .array(
    fc.oneof(
      hostileText,
      fc.constantFrom(
        "```js\nconst a = '@everyone';",
        "```",
        "~~~",
        "| a | b |\n| - | - |\n| @here | `x` |",
        "`<@123456789012345678>`",
        "`\\`",
        "\\`@everyone`",
        "\\\\`@everyone`\\",
        "discord.gg/abc",
        "discord.com:443/invite/abc",
        "discord.gg?abc",
        "**",
        "__ ~~",
        "***so*",
        "`".repeat(700),
        "## heading",
        "> # quoted heading",
        "-# small",
        ">>> all",
        "\0",
        "\uDC00",
      ),
    ),
    { maxLength: 14 },
  )
  .chain((pieces) => fc.constantFrom("", " ", "\n").map((between) => pieces.join(between)));

describe("a model's answer", () => {
  it("reads as it was written: bold, lists, quotes, inline code and code blocks", () => {
    const answer = "**Yes.** It is *so*:\n\n- one\n- `two`\n\n1. first\n\n> said\n\n```ts\nconst a = `b`;\n```\nEnd.";
    expect(shownOf(answer)).toBe(answer);
  });

  it("has bold lines for headings, and a table as code", () => {
    expect(shownOf("# Results\n| a | b |\n|---|---|\n| 1 | 2 |\nafter")).toBe(
      "**Results**\n```\n| a | b |\n|---|---|\n| 1 | 2 |\n```\nafter",
    );
  });

  it("shows where a link leads, and links nowhere", () => {
    expect(shownOf("[bank](https://evil.example) and discord.gg/abc")).toBe(
      "\\[bank\\](https\\://evil.example) and discord.gg\\/abc",
    );
  });

  it("opens no invite, with a port or a question in it either", () => {
    expect(shownOf("discord.com:443/invite/x discord.gg?x discord.gg/?x discordapp.com#x")).toBe(
      "discord.com\\:443/invite/x discord.gg\\?x discord.gg\\/?x discordapp.com\\#x",
    );
  });

  it("formats nothing but what it closes on the same line", () => {
    expect(shownOf("**bold** and **not\n__init__ __not ~~gone~~ ~~not\n***both*** ****none")).toBe(
      "**bold** and \\*\\*not\n__init__ \\_\\_not ~~gone~~ \\~\\~not\n***both*** \\*\\*\\*\\*none",
    );
    for (const part of partsOf(`**${"word ".repeat(300)}**`)) expect(part.replaceAll("\\*", "")).not.toContain("*");
  });

  it("keeps emoji made of several, and letters with accents", () => {
    expect(shownOf("👩‍👩‍👧‍👦 é ệ 智谱 नमस्ते می‌خواهم")).toBe("👩‍👩‍👧‍👦 é ệ 智谱 नमस्ते می‌خواهم");
  });

  it("closes a block the model left open, and does not let it end early", () => {
    expect(shownOf("```py\nprint('```')\n@everyone")).toBe("```py\nprint('`\u200B`\u200B`')\n@everyone\n```");
  });

  it("mentions nobody, links nowhere, hides nothing and has no headings, however it is cut", () => {
    fc.assert(
      fc.property(hostileAnswer, fc.integer({ min: 260, max: 2_000 }), (answer, room) => {
        for (const part of partsOf(answer, room)) {
          expect(part.length).toBeLessThanOrEqual(room);
          expect(part.isWellFormed()).toBe(true);
          expect(part.trim()).not.toBe("");
          expect(part).not.toMatch(/[\0\u202A-\u202E\u2066-\u2069]|\u200B\u200B|[\u2060\uFEFF\u3164\u2800]/);
          expect(part.split("```").length % 2, part).toBe(1);
          const live = liveText(part);
          expect(live, part).not.toMatch(/@|<[#&:@/t]|\]\(|:\/\/|\|\||discord\.(gg|com)[/:?#]|`/);
          for (const line of liveText(part, "·").split("\n")) expect(line.split("**").length % 2, part).toBe(1);
          expect(live, part).not.toMatch(/^\s*(-?#|>>>)/m);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("is cut between lines, with code blocks opened again in their language", () => {
    const code = Array.from({ length: 40 }, (_, i) => `const name${i} = ${i};`);
    const parts = partsOf(`Look:\n\`\`\`ts\n${code.join("\n")}\n\`\`\`\nThat is all.`);
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts.slice(1)) expect(part).toMatch(/^```ts\n/);
    const inside = parts
      .join("\n")
      .replaceAll(/^```(ts)?$/gm, "")
      .split("\n")
      .filter((line) => line.startsWith("const"));
    expect(inside).toEqual(code);
  });

  it("is never cut in the middle of a table's row or of a character", () => {
    const rows = Array.from({ length: 60 }, (_, i) => `| row ${i} | ${"👩‍👩‍👧‍👦".repeat(2)} |`);
    const table = partsOf(["| a | b |", "|---|---|", ...rows].join("\n"));
    expect(
      table
        .join("\n")
        .split("\n")
        .filter((line) => line.startsWith("| row")),
    ).toEqual(rows);
    const family = "👩‍👩‍👧‍👦";
    const cuts = partsOf(family.repeat(200));
    expect(cuts.join("")).toBe(family.repeat(200));
    for (const part of cuts) expect(part.length % family.length).toBe(0);
  });

  it("loses no word, and leaves finished messages alone while it grows", () => {
    fc.assert(
      fc.property(fc.array(fc.lorem({ maxCount: 30 }), { minLength: 1, maxLength: 40 }), fc.nat(), (lines, at) => {
        const whole = lines.join("\n");
        const parts = partsOf(whole);
        expect(parts.join(" ").split(/\s+/)).toEqual(whole.split(/\s+/).filter(Boolean));
        const before = partsOf(whole.slice(0, at % whole.length));
        expect(parts.slice(0, Math.max(0, before.length - 1))).toEqual(before.slice(0, -1));
      }),
    );
  });

  it("is read quickly even when it is made to be slow", () => {
    const begun = performance.now();
    for (const piece of ["`", "[", "|", "> ", "- ", "*", "\\", "\u200D", "e\u0301", "|-", " ", "#"]) {
      partsOf(piece.repeat(Math.ceil(100_000 / piece.length)), 2_000);
    }
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  it("is read no further than it can be shown, however many blocks it opens", () => {
    const answer = "```js\nx\n```\n".repeat(8_000);
    const read = vi.fn();
    const lines = answerLines(answer);
    const counted = (function* () {
      for (const line of lines) {
        read();
        yield line;
      }
    })();
    expect(answerParts(counted, () => 1_500, 4)).toHaveLength(5);
    expect(read.mock.calls.length).toBeLessThan(1_000);
    const begun = performance.now();
    partsOf(answer, 1_500);
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});
