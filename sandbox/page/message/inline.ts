import { fromAngles, inAngles } from "./angles.ts";
import type { Inline } from "./nodes.ts";
import { type Mark, Spans } from "./spans.ts";
import { webAddress } from "./web-address.ts";

const plainRun = /[^\\`*_~|[\]<@h]+/y;
const everyone = /@(?:everyone|here)(?!\w)/y;
const bareAddress = /https?:\/\/[^\s<]{1,2000}/y;
const escaped = /\\([^0-9A-Za-z\s])/uy;
const target =
  /\]\(\s{0,9}(?:<(?<angled>https?:\/\/[^\s<>]{1,2000})>|(?<bare>https?:\/\/(?:[^\s()<>]|\([^\s()<>]{0,200}\)){1,2000}))(?:\s{1,9}(?:"[^"\n]{0,200}"|'[^'\n]{0,200}'))?\s{0,9}\)/y;

/**
 * Reads the marks within a line or several: bold, italic, links, mentions and so on, as Discord does. It never goes back,
 * so the time it takes grows with the text and not with what is wrong in it.
 */
export function parseInline(source: string): Inline[] {
  return new InlineReader(source).read();
}

class InlineReader {
  readonly #source: string;
  readonly #spans = new Spans();
  #at = 0;
  /** Where runs of backticks stand, by their length, those ahead last. */
  #backticks: Map<number, number[]> | undefined;

  constructor(source: string) {
    this.#source = source;
  }

  read(): Inline[] {
    while (this.#at < this.#source.length) {
      const run = this.#match(plainRun);
      if (run) this.#text(run[0]);
      else this.#special(this.#source.charAt(this.#at));
    }
    return this.#spans.finish();
  }

  #special(character: string): void {
    if (character === "\\") this.#escaped();
    else if (character === "`") this.#code();
    else if (character === "*" || character === "_") this.#emphasis(character);
    else if (character === "~" || character === "|") this.#pair(character === "~" ? "~~" : "||");
    else if (character === "[") this.#bracket();
    else if (character === "]") this.#linkEnd();
    else if (character === "<") this.#angle();
    else if (character === "@") this.#everyone();
    else this.#address();
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#source);
  }

  #text(text: string): void {
    this.#spans.text(text);
    this.#at += text.length;
  }

  #node(node: Inline, source: string): void {
    this.#spans.node(node);
    this.#at += source.length;
  }

  #escaped(): void {
    const found = this.#match(escaped);
    this.#spans.text(found?.[1] ?? "\\");
    this.#at += found?.[0].length ?? 1;
  }

  #everyone(): void {
    const all = this.#match(everyone);
    if (all) this.#node({ kind: "everyone", text: all[0] }, all[0]);
    else this.#text("@");
  }

  #bracket(): void {
    this.#spans.openBracket();
    this.#at++;
  }

  #code(): void {
    const run = this.#run("`");
    const from = this.#at + run.length;
    const close = this.#nextBackticks(run.length, from);
    if (close === undefined) {
      this.#text(run);
      return;
    }
    // A space keeps backticks at the ends apart from those that make it code.
    const text = this.#source.slice(from, close).replace(/^ (?=`)|(?<=`) $/g, "");
    this.#node({ kind: "code", text }, this.#source.slice(this.#at, close + run.length));
  }

  #run(character: string): string {
    let end = this.#at;
    while (this.#source.charAt(end) === character) end++;
    return this.#source.slice(this.#at, end);
  }

  #nextBackticks(length: number, from: number): number | undefined {
    if (!this.#backticks) {
      this.#backticks = new Map();
      for (const { 0: run, index } of [...this.#source.matchAll(/`+/g)].reverse()) {
        const known = this.#backticks.get(run.length);
        if (known) known.push(index);
        else this.#backticks.set(run.length, [index]);
      }
    }
    const ahead = this.#backticks.get(length) ?? [];
    while ((ahead.at(-1) ?? from) < from) ahead.pop();
    return ahead.at(-1);
  }

  /** Stars and underscores: one is italic, two are bold or underlined, three are both. */
  #emphasis(character: "*" | "_"): void {
    const run = this.#run(character);
    if (run.length > 3) {
      this.#text(run);
      return;
    }
    const double = character === "*" ? "**" : "__";
    const before = this.#source.charAt(this.#at - 1);
    const after = this.#source.charAt(this.#at + run.length);
    const endsOne = character === "*" ? !/^\s?$/.test(before) : !/\w/.test(after);
    const beginsOne = character === "*" ? !/^\s?$/.test(after) : after !== "";
    this.#at += run.length;
    let left = run.length;
    while (left > 0) {
      const one = endsOne && left !== 2 ? this.#spans.depth(character) : -1;
      const two = left > 1 ? this.#spans.depth(double) : -1;
      if (two > one) {
        this.#spans.close(double);
        left -= 2;
      } else if (one >= 0) {
        this.#spans.close(character);
        left--;
      } else if (left === 2) {
        if (this.#spans.isOpen(double)) this.#spans.text(double);
        else this.#spans.open(double);
        left -= 2;
      } else {
        if (beginsOne) this.#spans.open(character);
        else this.#spans.text(character);
        left--;
      }
    }
  }

  #pair(mark: "~~" | "||"): void {
    const isPair = this.#source.startsWith(mark, this.#at);
    if (!isPair) this.#spans.text(mark.charAt(0));
    else if (this.#spans.depth(mark) >= 0) this.#spans.close(mark);
    else if (this.#spans.isOpen(mark)) this.#spans.text(mark);
    else this.#spans.open(mark);
    this.#at += isPair ? 2 : 1;
  }

  #linkEnd(): void {
    const found = this.#spans.inBracket ? this.#match(target) : null;
    const url = found && webAddress(found.groups?.angled ?? found.groups?.bare ?? "");
    if (found && url && this.#spans.link(url)) this.#at += found[0].length;
    else this.#text("]");
  }

  #angle(): void {
    const found = this.#match(inAngles);
    const node = found && fromAngles(found.groups ?? {});
    if (found && node) {
      if (node.kind === "link") this.#spans.forgetBrackets();
      this.#node(node, found[0]);
    } else this.#text("<");
  }

  #address(): void {
    const found = this.#match(bareAddress);
    const text = found ? this.#cut(found[0]) : "h";
    const url = found && webAddress(text);
    if (url) {
      this.#spans.forgetBrackets();
      this.#node({ kind: "link", url, children: [{ kind: "text", text }] }, text);
    } else this.#text(text);
  }

  /** An address without the end of what it stands in, and without the full stop after it. */
  #cut(address: string): string {
    let text = address;
    for (const mark of ["**", "__", "~~", "||", "*"] satisfies Mark[]) {
      const at = this.#spans.isOpen(mark) ? text.indexOf(mark) : -1;
      if (at >= 0) text = text.slice(0, at);
    }
    const bracket = this.#spans.inBracket ? text.indexOf("](") : -1;
    if (bracket >= 0) text = text.slice(0, bracket);
    if (this.#spans.isOpen("_")) text = text.replace(/_$/, "");
    text = text.replace(/[.,:;"'\]]+$/, "");
    let open = [...text].reduce((sum, each) => sum + (each === "(" ? 1 : each === ")" ? -1 : 0), 0);
    for (; open < 0 && text.endsWith(")"); open++) text = text.slice(0, -1);
    return text;
  }
}
