import { element } from "../element.ts";
import { type Frame, inWords } from "./frame.ts";
import { parseInline } from "./inline.ts";
import { parseMarkdown } from "./markdown.ts";
import { momentText } from "./moment.ts";
import { type Block, type Inline, inlineText, type List } from "./nodes.ts";
import { spoiler } from "./spoiler.ts";

const tags = { bold: "strong", italic: "em", underline: "u", strike: "s" } as const;

/** Text as a message shows it: blocks, marks, mentions, times. */
export function formatted(text: string, frame: Frame): Node[] {
  return parseMarkdown(text).map((block) => blockShown(block, frame));
}

/** The same for a title or a name: one line, without blocks. */
export function formattedLine(text: string, frame: Frame): Node[] {
  return inlineShown(parseInline(text), frame);
}

function blockShown(block: Block, frame: Frame): Node {
  switch (block.kind) {
    case "heading": {
      // What a message calls its title is no heading of the page's own order.
      const attributes = { class: `message-heading-${block.level}`, role: "heading", "aria-level": 3 };
      return element("div", attributes, ...inlineShown(block.children, frame));
    }
    case "quote":
      return element(
        "blockquote",
        { class: "message-quote" },
        ...block.children.map((each) => blockShown(each, frame)),
      );
    case "code":
      return element("pre", { class: "message-code" }, element("code", {}, block.text));
    case "list":
      return listShown(block, frame);
    default:
      return element("div", { class: `message-${block.kind}` }, ...inlineShown(block.children, frame));
  }
}

function listShown({ start, items }: List, frame: Frame): HTMLElement {
  const shown = items.map(({ children, lists }) =>
    element("li", {}, ...inlineShown(children, frame), ...lists.map((list) => listShown(list, frame))),
  );
  if (start === null) return element("ul", { class: "message-list" }, ...shown);
  return element("ol", { class: "message-list", start }, ...shown);
}

function inlineShown(nodes: readonly Inline[], frame: Frame): Node[] {
  return nodes.map((node) => pieceShown(node, frame));
}

function pieceShown(node: Inline, frame: Frame): Node {
  const { resolve, act } = frame.context;
  switch (node.kind) {
    case "text":
      return document.createTextNode(node.text);
    case "bold":
    case "italic":
    case "underline":
    case "strike":
      return element(tags[node.kind], {}, ...inlineShown(node.children, frame));
    case "spoiler":
      return spoiler("span", frame, () => inlineShown(node.children, frame));
    case "code":
      return element("code", { class: "message-inline-code" }, node.text);
    case "link": {
      const says = inlineText(node.children, inWords(frame));
      return link(node.url, { title: says === node.url ? null : node.url }, ...inlineShown(node.children, frame));
    }
    case "everyone": {
      const pings = frame.message.mention_everyone;
      return pings ? element("span", { class: "message-mention" }, node.text) : document.createTextNode(node.text);
    }
    case "role":
      return mention(inWords(frame)(node), resolve.role(node.id)?.color);
    case "channel": {
      const opens = act.openChannel && resolve.channel(node.id);
      const attributes = opens ? { type: "button", "data-act": "channel", "data-channel": node.id } : {};
      return element(opens ? "button" : "span", { class: "message-mention", ...attributes }, inWords(frame)(node));
    }
    case "emoji":
      return element("span", { class: "message-emoji" }, inWords(frame)(node));
    case "time":
      return timeShown(node.seconds, node.style, frame);
    default:
      return mention(inWords(frame)(node));
  }
}

function mention(words: string, color?: string): HTMLElement {
  const shown = element("span", { class: "message-mention" }, words);
  if (color) shown.style.setProperty("--own", color);
  return shown;
}

function timeShown(seconds: number, style: Parameters<typeof momentText>[1], frame: Frame): HTMLElement {
  const at = new Date(seconds * 1000);
  const attributes = {
    class: "message-time",
    datetime: at.toISOString(),
    title: momentText(at, "F", frame.context.now, frame.manner),
    ...(style === "R" ? { "data-relative": seconds } : {}),
  };
  return element("time", attributes, momentText(at, style, frame.context.now, frame.manner));
}

/** A link that leads out of the page, and tells the other side nothing. */
export function link(
  href: string,
  attributes: Readonly<Record<string, string | null>>,
  ...children: Node[]
): HTMLAnchorElement {
  const way = { href, target: "_blank", rel: "noopener noreferrer", "data-act": "open" };
  return element("a", { class: "message-link", ...attributes, ...way }, ...children);
}
