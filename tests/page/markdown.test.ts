import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseInline } from "../../sandbox/page/message/inline.ts";
import { parseMarkdown } from "../../sandbox/page/message/markdown.ts";
import type { Block, Inline } from "../../sandbox/page/message/nodes.ts";
import { escaped, plain } from "../../src/discord/views/text.ts";

/** Nodes in a line of brackets: bold is b(…), a link is a(address …). */
function seen(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => {
      if (node.kind === "text") return node.text;
      if (node.kind === "link") return `a(${node.url} ${seen(node.children)})`;
      if ("children" in node) return `${node.kind}(${seen(node.children)})`;
      if (node.kind === "code") return `code(${node.text})`;
      if (node.kind === "time") return `time(${node.seconds} ${node.style})`;
      if (node.kind === "everyone") return `everyone(${node.text})`;
      return `${node.kind}(${"id" in node ? node.id : node.name})`;
    })
    .join("");
}

const line = (source: string) => seen(parseInline(source));

function blocks(nodes: readonly Block[]): unknown[] {
  return nodes.map((block) => {
    if (block.kind === "code") return ["code", block.language, block.text];
    if (block.kind === "quote") return ["quote", ...blocks(block.children)];
    if (block.kind === "list") {
      const items = block.items.map(({ children, lists }) => [seen(children), ...blocks(lists)]);
      return [block.start === null ? "list" : `list from ${block.start}`, ...items];
    }
    return block.kind === "heading" ? [`h${block.level}`, seen(block.children)] : [block.kind, seen(block.children)];
  });
}

const page = (source: string) => blocks(parseMarkdown(source));

describe("what is written within a line", () => {
  it.each([
    ["**bold** and *italic* and _italic_", "bold(bold) and italic(italic) and italic(italic)"],
    ["__under__ ~~gone~~ ||secret||", "underline(under) strike(gone) spoiler(secret)"],
    ["***both*** ___both___", "italic(bold(both)) italic(underline(both))"],
    ["**bold *both* bold**", "bold(bold italic(both) bold)"],
    ["*a **b** c*", "italic(a bold(b) c)"],
    ["__**~~||deep||~~**__", "underline(bold(strike(spoiler(deep))))"],
    ["snake_case_name and a * b * c", "snake_case_name and a * b * c"],
    ["**never closed", "**never closed"],
    ["**crossed *over** here*", "bold(crossed *over) here*"],
    ["**** ____ |||| ~~~~", "**** ____ |||| ~~~~"],
    ["over\n**two\nlines**", "over\nbold(two\nlines)"],
    ["`code **not bold**`", "code(code **not bold**)"],
    ["``a ` b`` and `` `x` ``", "code(a ` b) and code(`x`)"],
    ["`open", "`open"],
    ["\\*not\\* \\`not\\` \\\\ \\a", "*not* `not` \\ \\a"],
    ["¯\\_(ツ)_/¯", "¯_(ツ)_/¯"],
  ])("%s", (source, expected) => {
    expect(line(source)).toBe(expected);
  });

  it.each([
    ["see https://a.example/x.", "see a(https://a.example/x https://a.example/x)."],
    ["(https://a.example/x_(y))", "(a(https://a.example/x_(y) https://a.example/x_(y)))"],
    ["**https://a.example/x**", "bold(a(https://a.example/x https://a.example/x))"],
    ["<https://a.example/>", "a(https://a.example/ https://a.example/)"],
    ["[the **word**](https://a.example/)", "a(https://a.example/ the bold(word))"],
    ["[word](<https://a.example/b>)", "a(https://a.example/b word)"],
    ['[word](https://a.example/ "title")', "a(https://a.example/ word)"],
    [
      "[a [b](https://a.example/) c](https://b.example/)",
      "[a a(https://a.example/ b) c](a(https://b.example/ https://b.example/))",
    ],
    ["[word](javascript:alert(1)) [word](data:text/html,x)", "[word](javascript:alert(1)) [word](data:text/html,x)"],
    ["https\\://a.example/ ftp://a.example/", "https://a.example/ ftp://a.example/"],
    [
      "[https://bank.example](https://thief.example/)",
      "[a(https://bank.example/ https://bank.example)](a(https://thief.example/ https://thief.example/))",
    ],
  ])("an address in %s", (source, expected) => {
    expect(line(source)).toBe(expected);
  });

  it("knows mentions, emoji and times, and leaves what only looks like them", () => {
    expect(line("<@1> <@!2> <@&3> <#4> </guess:5> <:lab:6> <a:lab:7>")).toBe(
      "user(1) user(2) role(3) channel(4) command(guess) emoji(lab) emoji(lab)",
    );
    expect(line("@everyone @here @everyones")).toBe("everyone(@everyone) everyone(@here) @everyones");
    expect(line("<t:0> <t:-5:R> <t:1773187200:S>")).toBe("time(0 f) time(-5 R) time(1773187200 S)");
    const strange = "<@> <@x> <t:99999999999999> <t:9999999999999> <t:1:x> <b>bold</b> <";
    expect(line(strange)).toBe(strange);
  });
});

describe("what stands on lines of its own", () => {
  it("headings, subtext and the text between", () => {
    expect(page("# One\n## Two ##\n### *Three*\n-# small\ntext\n#### four\n#five")).toEqual([
      ["h1", "One"],
      ["h2", "Two"],
      ["h3", "italic(Three)"],
      ["subtext", "small"],
      ["paragraph", "text\n#### four\n#five"],
    ]);
  });

  it("quotes of some lines, and of all that follow", () => {
    expect(page("a\n> b\n> **c**\nd\n>>> e\n# f\n> g")).toEqual([
      ["paragraph", "a"],
      ["quote", ["paragraph", "b\nbold(c)"]],
      ["paragraph", "d"],
      ["quote", ["paragraph", "e"], ["h1", "f"], ["paragraph", "> g"]],
    ]);
    expect(page(">no quote\n>>> ")).toEqual([["paragraph", ">no quote"], ["quote"]]);
  });

  it("blocks of code, also in the middle of a line and in a quote", () => {
    expect(page("a ```ts\nlet x = **1**;\n> no quote\n```\nb")).toEqual([
      ["paragraph", "a "],
      ["code", "ts", "let x = **1**;\n> no quote"],
      ["paragraph", "b"],
    ]);
    expect(page("> ```\n> x\n> ```\ny")).toEqual([
      ["quote", ["code", "", "x"]],
      ["paragraph", "y"],
    ]);
    expect(page("```one line```")).toEqual([["code", "", "one line"]]);
    expect(page("\\```x ```never closed")).toEqual([["paragraph", "```x ```never closed"]]);
  });

  it("lists within lists", () => {
    expect(page("- a\n  - b\n    - c\n  - d\n- e\n  goes on\n3. f\n4. g\nend")).toEqual([
      ["list", ["a", ["list", ["b", ["list", ["c"]]], ["d"]]], ["e\ngoes on"]],
      ["list from 3", ["f"], ["g"]],
      ["paragraph", "end"],
    ]);
  });

  it("keeps empty lines", () => {
    expect(page("a\n\n\nb")).toEqual([["paragraph", "a\n\n\nb"]]);
    expect(page("")).toEqual([]);
  });
});

const marks = ["*", "**", "_", "__", "~~", "||", "`", "```", "[", "](", ")", "<", ">", "> ", ">>> ", "# ", "- ", "-# "];
const pieces = [
  ...marks,
  "\\",
  "\n",
  " ",
  "1. ",
  "<@1>",
  "<t:1:R>",
  "https://a.b/",
  "@everyone",
  "\ud83d",
  "\u202e",
  "é",
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "binary", maxLength: 5 })), { maxLength: 200 })
  .map((parts) => parts.join(""));

const words = (source: string) => source.replace(/[^A-Z]/g, "");

describe("any text at all", () => {
  it("is read, and whatever it is made of", () => {
    fc.assert(
      fc.property(hostile, (source) => Array.isArray(parseMarkdown(source))),
      { numRuns: 500 },
    );
  });

  it("loses none of its words", () => {
    const lettered = fc.array(
      fc.constantFrom(..."*_~|`\\[]()<>@# \n".split(""), "**", "__", "||", "A", "B", "C", "D"),
      {
        maxLength: 80,
      },
    );
    fc.assert(
      fc.property(lettered, (parts) => {
        const source = parts.join("");
        const all = JSON.stringify(page(source).flat(20));
        expect(words(all)).toBe(words(source));
      }),
      { numRuns: 500 },
    );
  });

  it("is shown as it is where it has no marks", () => {
    const letters = fc.array(fc.constantFrom(..."abz éжあ漢👍\u0301".split("")), { maxLength: 200 });
    fc.assert(
      fc.property(letters, (parts) => {
        expect(line(parts.join(""))).toBe(parts.join(""));
      }),
    );
  });

  it("that the bot has escaped is shown as it was, and formats nothing", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const isolated = /^\u2068|\u2069$/g;
        expect(
          page(escaped(text, 200)).map((block) =>
            String(block)
              .replace(/^paragraph,/, "")
              .replace(isolated, ""),
          ),
        ).toEqual([plain(text, 200)]);
      }),
      { numRuns: 500 },
    );
  });

  const long = 20_000;
  const repeated = [
    "`",
    "```",
    "`a",
    "``a`",
    "*",
    "**a",
    "*a **b ",
    "_a_b",
    "||",
    "|| a",
    "~~",
    "[",
    "[a](",
    "](",
    "[a](https://a.b/",
    "](https://",
  ];
  const others = [
    "<",
    "<@",
    "<t:1",
    "https://",
    "**https://",
    "\\",
    "> ",
    ">>> ",
    "\n",
    "- \n",
    " - a\n",
    "# #",
    "# # \n",
    "-# ",
    "1. a\n",
    "```\n",
    " ",
    "@",
    "\ud83d",
    "\u202e",
  ];
  it.each([...repeated, ...others].map((part) => [JSON.stringify(part), part]))(
    "takes no longer than it is long: %s over and over",
    (_, part) => {
      const read = (length: number) => parseMarkdown(part.repeat(Math.ceil(length / part.length)).slice(0, length));
      read(long);
      const began = performance.now();
      read(long);
      // Anything quadratic takes seconds here.
      expect(performance.now() - began).toBeLessThan(400);
    },
  );
});
