import { element } from "../element.ts";
import { listen } from "./acting.ts";
import { attachmentsShown } from "./attachments.ts";
import { dots } from "./button.ts";
import { adjustMenu } from "./choosing.ts";
import { componentsShown } from "./components.ts";
import type { MessageContext, SentMessage, WireMessage } from "./context.ts";
import { embedShown } from "./embed.ts";
import { formatted } from "./formatted.ts";
import type { Frame } from "./frame.ts";
import { aboveLine, authorAvatar, authorLine, personOf, privateLine } from "./header.ts";
import { icon } from "./icons.ts";
import { momentText, stampText } from "./moment.ts";
import { patch } from "./patch.ts";
import { pollShown } from "./poll.ts";
import { isSystemLine, systemLine, threadLink } from "./system-line.ts";

export type { MessageContext } from "./context.ts";

const flag = { suppressEmbeds: 1 << 2, ephemeral: 1 << 6, loading: 1 << 7, secondKind: 1 << 15 } as const;

const frames = new WeakMap<HTMLElement, Frame>();

/** A message as Discord shows it. */
export function renderMessage(message: SentMessage, context: MessageContext): HTMLElement {
  const frame = createFrame(message as WireMessage, context);
  const shown = drawn(frame);
  frames.set(shown, frame);
  listen(shown, frame, () => redraw(shown, frame));
  return shown;
}

function createFrame(message: WireMessage, context: MessageContext): Frame {
  const { language } = navigator;
  return {
    message,
    context,
    // The page speaks English, so a date in another language would stand in the middle of an English sentence.
    manner: { locale: language.startsWith("en") ? language : "en-US" },
    menu: null,
    picked: new Map(),
    pending: new Set(),
    failed: false,
    ballot: [],
    showsResults: false,
    revealed: new Set(),
    spoilers: 0,
    isDrawn: false,
  };
}

/** Shows a message anew in its place. What has the focus keeps it, an open menu stays open, a spoiler stays uncovered. */
export function updateMessage(shown: HTMLElement, message: SentMessage, context: MessageContext): void {
  const frame = frames.get(shown);
  if (!frame) throw new Error("Only what renderMessage made can be updated.");
  frame.message = message as WireMessage;
  frame.context = context;
  redraw(shown, frame);
}

/** Brings the relative times within up to date ("3 minutes ago"), and nothing else: cheap enough for every second. */
export function refreshTimes(within: ParentNode, now: Date): void {
  for (const time of within.querySelectorAll<HTMLElement>("time[data-relative]")) {
    const frame = frameAround(time);
    if (!frame) continue;
    const words = momentText(new Date(Number(time.dataset.relative) * 1000), "R", now, frame.manner);
    if (time.textContent !== words) time.textContent = words;
  }
}

function frameAround(part: HTMLElement): Frame | undefined {
  const shown = part.closest<HTMLElement>("[data-message-id]");
  return shown ? frames.get(shown) : undefined;
}

function redraw(shown: HTMLElement, frame: Frame): void {
  adjustMenu(frame);
  const focused = document.activeElement;
  const key = focused instanceof HTMLElement && shown.contains(focused) ? focused.dataset.key : undefined;
  // Classes that others have set on it (grouped, lit up) are theirs.
  const fresh = drawn(frame);
  const own = [...shown.classList].filter((name) => name.startsWith("message-is-") && name !== "message-is-grouped");
  shown.classList.remove(...own);
  shown.classList.add(...fresh.classList);
  fresh.className = shown.className;
  frame.isDrawn = true;
  patch(shown, fresh);
  frame.isDrawn = false;
  if (key === undefined || document.activeElement === focused) return;
  shown.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

function drawn(frame: Frame): HTMLElement {
  frame.spoilers = 0;
  const { message, context } = frame;
  const isPrivate = has(frame, "ephemeral");
  const isMentioned = message.mention_everyone || message.mentions.some(({ id }) => id === context.viewer.id);
  const classes = [
    "message",
    isSystemLine(frame) && "message-is-system",
    isPrivate ? "message-is-private" : isMentioned && "message-is-mentioned",
  ];
  const name = personOf(message.author, frame).name;
  const attributes = {
    class: classes.filter(Boolean).join(" "),
    "data-message-id": message.id,
    "aria-label": `${name}, ${stampText(new Date(message.timestamp), context.now, frame.manner)}`,
  };
  if (isSystemLine(frame)) return element("article", attributes, systemLine(frame));
  return element(
    "article",
    attributes,
    aboveLine(frame),
    authorAvatar(frame),
    element(
      "div",
      { class: "message-body" },
      authorLine(frame),
      ...(has(frame, "loading") ? [thinking(name)] : bodyShown(frame)),
      frame.failed &&
        element("div", { class: "message-failed", role: "alert" }, icon("warning"), "This interaction failed"),
      isPrivate && privateLine(frame),
    ),
  );
}

function has({ message }: Frame, name: keyof typeof flag): boolean {
  return ((message.flags ?? 0) & flag[name]) !== 0;
}

function thinking(name: string): HTMLElement {
  return element("div", { class: "message-thinking" }, dots(), element("span", {}, `${name} is thinking…`));
}

function bodyShown(frame: Frame): (Node | null)[] {
  const { message } = frame;
  if (has(frame, "secondKind")) return [componentsShown(frame), editedMark(frame), threadShown(frame)];
  const embeds = has(frame, "suppressEmbeds") ? [] : message.embeds;
  return [
    message.content !== "" || message.edited_timestamp
      ? element(
          "div",
          { class: contentClass(message.content) },
          ...formatted(message.content, frame),
          editedMark(frame),
        )
      : null,
    message.poll ? pollShown(message.poll, frame) : null,
    attachmentsShown(frame),
    ...embeds.map((embed) => embedShown(embed, frame)),
    componentsShown(frame),
    threadShown(frame),
  ];
}

const onlyEmoji = /^(?:\s|\p{Extended_Pictographic}|\p{Emoji_Modifier}|[\u200d\ufe0f\u{1f1e6}-\u{1f1ff}]){1,120}$/u;

/** A message of nothing but emoji shows them large. */
function contentClass(content: string): string {
  return onlyEmoji.test(content) && content.trim() !== "" ? "message-content message-jumbo" : "message-content";
}

function editedMark({ message, context, manner }: Frame): HTMLElement | null {
  if (!message.edited_timestamp) return null;
  const at = new Date(message.edited_timestamp);
  const title = momentText(at, "F", context.now, manner);
  return element("time", { class: "message-edited", datetime: at.toISOString(), title }, "(edited)");
}

function threadShown(frame: Frame): HTMLElement | null {
  const { thread } = frame.message;
  if (!thread) return null;
  const name = ("name" in thread && thread.name) || "Thread";
  const count = "message_count" in thread && typeof thread.message_count === "number" ? thread.message_count : 0;
  return element(
    "div",
    { class: "message-thread" },
    icon("thread"),
    threadLink(frame, name),
    element("span", { class: "message-thread-count" }, count === 1 ? "1 message" : `${count} messages`),
  );
}
