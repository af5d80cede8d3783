/** How a time is shown: `<t:0:R>` is relative. */
export type TimeStyle = "t" | "T" | "d" | "D" | "f" | "F" | "s" | "S" | "R";

export type SpanKind = "bold" | "italic" | "underline" | "strike" | "spoiler";

/** A piece of a line. */
export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: SpanKind; readonly children: readonly Inline[] }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "link"; readonly url: string; readonly children: readonly Inline[] }
  | { readonly kind: "user" | "role" | "channel"; readonly id: string }
  | { readonly kind: "everyone"; readonly text: string }
  | { readonly kind: "command" | "emoji"; readonly name: string }
  | { readonly kind: "time"; readonly seconds: number; readonly style: TimeStyle };

export type List = { readonly kind: "list"; readonly start: number | null; readonly items: ListItem[] };

/** A line of a list, and the lists under it. */
export type ListItem = { readonly children: readonly Inline[]; readonly lists: List[] };

/** What stands on lines of its own. */
export type Block =
  | { readonly kind: "paragraph" | "subtext"; readonly children: readonly Inline[] }
  | { readonly kind: "heading"; readonly level: 1 | 2 | 3; readonly children: readonly Inline[] }
  | { readonly kind: "quote"; readonly children: readonly Block[] }
  | { readonly kind: "code"; readonly language: string; readonly text: string }
  | List;

/** What a mention or a time says, for text without form. */
export type InWords = (node: Exclude<Inline, { children: readonly Inline[] } | { text: string }>) => string;

/** Pieces without their form. A spoiler stays a secret. */
export function inlineText(nodes: readonly Inline[], inWords: InWords): string {
  return nodes
    .map((node) => {
      if (node.kind === "spoiler") return "█████";
      if ("children" in node) return inlineText(node.children, inWords);
      return "text" in node ? node.text : inWords(node);
    })
    .join("");
}

/** Blocks without their form, on one line. */
export function blockText(blocks: readonly Block[], inWords: InWords): string {
  return blocks
    .map((block) => {
      if (block.kind === "code") return block.text;
      if (block.kind === "quote") return blockText(block.children, inWords);
      if (block.kind === "list") return block.items.map((item) => itemText(item, inWords)).join(" ");
      return inlineText(block.children, inWords);
    })
    .join(" ");
}

function itemText({ children, lists }: ListItem, inWords: InWords): string {
  return [inlineText(children, inWords), blockText(lists, inWords)].filter(Boolean).join(" ");
}
