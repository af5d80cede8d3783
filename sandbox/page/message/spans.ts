import type { Inline, SpanKind } from "./nodes.ts";

/** What opens and closes a span. */
export type Mark = "**" | "*" | "__" | "_" | "~~" | "||";

const kinds = {
  "**": "bold",
  "*": "italic",
  __: "underline",
  _: "italic",
  "~~": "strike",
  "||": "spoiler",
} as const satisfies Record<Mark, SpanKind>;

type Opened = { readonly mark: Mark | "["; readonly at: number };

/**
 * The pieces of a text as they come, and the marks that wait for their other end. What is closed takes everything since
 * its opening; marks opened in between turn back into text. Each step costs the same however much waits.
 */
export class Spans {
  #nodes: Inline[] = [];
  #opened: Opened[] = [];
  readonly #live = new Map<Mark, number>();
  #brackets: number[] = [];

  text(text: string): void {
    if (text !== "") this.#nodes.push({ kind: "text", text });
  }

  node(node: Inline): void {
    this.#nodes.push(node);
  }

  /** How deep the mark lies that waits to be closed; -1 if none does, or if there is nothing in between. */
  depth(mark: Mark): number {
    const at = this.#live.get(mark);
    const opened = at === undefined ? undefined : this.#opened[at];
    return at === undefined || !opened || opened.at === this.#nodes.length - 1 ? -1 : at;
  }

  isOpen(mark: Mark): boolean {
    return this.#live.has(mark);
  }

  open(mark: Mark): void {
    this.#live.set(mark, this.#opened.length);
    this.#push(mark);
  }

  close(mark: Mark): void {
    const children = this.#take(this.#live.get(mark));
    this.#nodes.push({ kind: kinds[mark], children });
  }

  get inBracket(): boolean {
    return this.#brackets.length > 0;
  }

  openBracket(): void {
    this.#brackets.push(this.#opened.length);
    this.#push("[");
  }

  /** What stands since the last bracket becomes a link, unless it is empty or holds one itself. */
  link(url: string): boolean {
    const at = this.#brackets.at(-1);
    const from = at === undefined ? undefined : this.#opened[at]?.at;
    if (from === undefined || from === this.#nodes.length - 1) return false;
    const children = this.#take(at);
    // No link in a link: brackets further out have lost their chance.
    this.#brackets = [];
    this.#nodes.push({ kind: "link", url, children });
    return true;
  }

  /** An address in brackets keeps them from becoming a link that says it leads elsewhere. */
  forgetBrackets(): void {
    this.#brackets = [];
  }

  finish(): Inline[] {
    return joined(this.#nodes);
  }

  #push(mark: Mark | "["): void {
    this.#opened.push({ mark, at: this.#nodes.length });
    this.#nodes.push({ kind: "text", text: mark });
  }

  #take(at: number | undefined): Inline[] {
    const opened = at === undefined ? undefined : this.#opened[at];
    if (at === undefined || !opened) return [];
    const children = joined(this.#nodes.slice(opened.at + 1));
    this.#nodes.length = opened.at;
    for (const [index, { mark }] of this.#opened.slice(at).entries()) {
      if (mark !== "[" && this.#live.get(mark) === at + index) this.#live.delete(mark);
    }
    this.#opened.length = at;
    while ((this.#brackets.at(-1) ?? -1) >= at) this.#brackets.pop();
    return children;
  }
}

/** Texts beside each other as one. */
function joined(nodes: readonly Inline[]): Inline[] {
  const result: Inline[] = [];
  let texts: string[] = [];
  const flush = () => {
    if (texts.length > 0) result.push({ kind: "text", text: texts.join("") });
    texts = [];
  };
  for (const node of nodes) {
    if (node.kind === "text") {
      texts.push(node.text);
      continue;
    }
    flush();
    result.push(node);
  }
  flush();
  return result;
}
