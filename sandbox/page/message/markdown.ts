import { parseInline } from "./inline.ts";
import { isListLine, parseLists } from "./lists.ts";
import type { Block } from "./nodes.ts";

const quoteRest = /^ *>>> +/;
const quoteLine = /^ *>(?!>>) +/;
const headingLine = /^ *(#{1,3}) +(?=[^\s#])/;
const subtextLine = /^ *-# +(?=\S)/;
const language = /^([\w+\-.#]{1,40})\n/;

/** Reads a message's text as Discord does: blocks of lines, and what is in them. Takes time as the text is long. */
export function parseMarkdown(source: string): Block[] {
  return new BlockReader(source, false).read();
}

class BlockReader {
  readonly #source: string;
  readonly #inQuote: boolean;
  readonly #blocks: Block[] = [];
  readonly #fences: Fence[];
  #at = 0;

  constructor(source: string, inQuote: boolean) {
    this.#source = source;
    this.#inQuote = inQuote;
    this.#fences = fencesOf(source).reverse();
  }

  read(): Block[] {
    while (this.#at < this.#source.length) {
      const line = this.#line(this.#at);
      if (quoteRest.test(line) && !this.#inQuote) this.#quoteRest(line);
      else if (quoteLine.test(line) && !this.#inQuote) this.#quote();
      else if (headingLine.test(line)) this.#heading(line);
      else if (subtextLine.test(line)) this.#subtext(line);
      else if (isListLine(line)) this.#list();
      else this.#paragraph();
    }
    return this.#blocks;
  }

  #line(from: number): string {
    const end = this.#source.indexOf("\n", from);
    return this.#source.slice(from, end < 0 ? undefined : end);
  }

  *#lines(from: number): Generator<string> {
    for (let at = from; at < this.#source.length; ) {
      const line = this.#line(at);
      yield line;
      at += line.length + 1;
    }
  }

  #quoteRest(line: string): void {
    const text = this.#source.slice(this.#at + (quoteRest.exec(line)?.[0].length ?? 0));
    this.#blocks.push({ kind: "quote", children: new BlockReader(text, true).read() });
    this.#at = this.#source.length;
  }

  #quote(): void {
    const quoted: string[] = [];
    for (const line of this.#lines(this.#at)) {
      if (!quoteLine.test(line)) break;
      quoted.push(line.replace(quoteLine, ""));
      this.#at += line.length + 1;
    }
    this.#blocks.push({ kind: "quote", children: new BlockReader(quoted.join("\n"), true).read() });
  }

  #heading(line: string): void {
    const [head = "", marks = ""] = headingLine.exec(line) ?? [];
    const level = marks.length === 1 ? 1 : marks.length === 2 ? 2 : 3;
    this.#blocks.push({ kind: "heading", level, children: parseInline(withoutEnd(line.slice(head.length))) });
    this.#at += line.length + 1;
  }

  #subtext(line: string): void {
    this.#blocks.push({ kind: "subtext", children: parseInline(line.replace(subtextLine, "").trimEnd()) });
    this.#at += line.length + 1;
  }

  #list(): void {
    const { lists, taken } = parseLists(this.#lines(this.#at));
    this.#at += taken;
    this.#blocks.push(...lists);
  }

  /** Lines up to the next block, or up to the code that begins within one. */
  #paragraph(): void {
    const from = this.#at;
    while ((this.#fences.at(-1)?.from ?? from) < from) this.#fences.pop();
    const fence = this.#fences.at(-1);
    let end = from;
    for (const line of this.#lines(from)) {
      if (end > from && this.#opensBlock(line)) break;
      if (fence && fence.from < end + line.length) {
        this.#text(from, fence.from);
        this.#blocks.push({ kind: "code", language: fence.language, text: fence.text });
        this.#at = fence.end + (this.#source.charAt(fence.end) === "\n" ? 1 : 0);
        return;
      }
      end += line.length + 1;
    }
    this.#text(from, end);
    this.#at = end;
  }

  #text(from: number, end: number): void {
    const text = this.#source.slice(from, end).replace(/\n$/, "");
    if (text !== "" || end - from > 0) this.#blocks.push({ kind: "paragraph", children: parseInline(text) });
  }

  #opensBlock(line: string): boolean {
    if (!this.#inQuote && (quoteRest.test(line) || quoteLine.test(line))) return true;
    return headingLine.test(line) || subtextLine.test(line) || isListLine(line);
  }
}

type Fence = { readonly from: number; readonly end: number; readonly language: string; readonly text: string };

/**
 * Blocks of code, anywhere in a line, in their order. Whether they count is for the reader of blocks: a quoted line is not
 * within one.
 */
function fencesOf(source: string): Fence[] {
  const runs = [...source.matchAll(/`{3,}/g)].map(({ 0: run, index }) => ({ from: index, length: run.length }));
  const fences: Fence[] = [];
  for (const [at, run] of runs.entries()) {
    const close = runs[at + 1];
    if (!close || run.length > 3 || isEscaped(source, run.from)) continue;
    const inside = source.slice(run.from + 3, close.from);
    const named = language.exec(inside);
    const text = withoutEmptyEnds(inside.slice(named?.[0].length ?? 0));
    if (text === "") continue;
    fences.push({ from: run.from, end: close.from + 3, language: named?.[1] ?? "", text });
  }
  return fences;
}

/** Code without the empty lines around it; nothing if there is nothing but space. */
function withoutEmptyEnds(code: string): string {
  if (code.trim() === "") return "";
  let from = 0;
  let end = code.length;
  while (code.charAt(from) === "\n") from++;
  while (code.charAt(end - 1) === "\n") end--;
  return code.slice(from, end);
}

function isEscaped(source: string, at: number): boolean {
  let slashes = 0;
  while (source.charAt(at - slashes - 1) === "\\") slashes++;
  return slashes % 2 === 1;
}

/** A heading's text without the marks that close it. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && /[\s#]/.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
