import { element } from "../element.ts";
import type { Frame } from "./frame.ts";
import { nameShown, personOf, stamp } from "./header.ts";
import { type IconName, icon } from "./icons.ts";

/** Kinds of messages that are said by Discord, not by their author. */
const lines: Readonly<Record<number, { icon: IconName; words: (frame: Frame) => (Node | string)[] }>> = {
  4: { icon: "arrow", words: ({ message }) => [" changed the channel name: ", bold(message.content)] },
  6: { icon: "arrow", words: () => [" pinned a message to this channel."] },
  7: { icon: "arrow", words: () => [" joined the server."] },
  18: { icon: "thread", words: (frame) => [" started a thread: ", threadLink(frame, frame.message.content)] },
  21: { icon: "thread", words: () => [" started this thread."] },
  46: { icon: "poll", words: (frame) => ["’s poll ", bold(field(frame, "poll_question_text") ?? ""), " has closed."] },
};

/** Whether a message is a plain line about something that happened. */
export function isSystemLine({ message }: Frame): boolean {
  return ![0, 19, 20, 23].includes(message.type) && !(message.type === 21 && message.content !== "");
}

export function systemLine(frame: Frame): HTMLElement {
  const { message } = frame;
  const known = lines[message.type];
  const words = known?.words(frame) ?? [
    message.content ? `: ${message.content}` : " did something this page cannot show.",
  ];
  return element(
    "div",
    { class: "message-system" },
    icon(known?.icon ?? "arrow"),
    element(
      "div",
      { class: "message-system-words" },
      nameShown(personOf(message.author, frame)),
      ...words,
      " ",
      stamp(frame),
      message.type === 46 && pollResult(frame),
    ),
  );
}

function bold(words: string): HTMLElement {
  return element("strong", {}, words);
}

/** A thread's name, as a way into it where there is one. */
export function threadLink({ message, context }: Frame, name: string): Node {
  const id = message.thread?.id ?? message.message_reference?.channel_id;
  if (!id || !context.act.openChannel) return bold(name);
  const attributes = { type: "button", class: "message-thread-name", "data-act": "channel", "data-channel": id };
  return element("button", attributes, name);
}

/** A poll's result comes as the fields of an embed. */
function field({ message }: Frame, name: string): string | undefined {
  return message.embeds[0]?.fields?.find((each) => each.name === name)?.value;
}

function pollResult(frame: Frame): HTMLElement {
  const winner = field(frame, "victor_answer_text");
  const votes = Number(field(frame, "victor_answer_votes") ?? 0);
  const total = Number(field(frame, "total_votes") ?? 0);
  const percent = total === 0 ? 0 : Math.round((votes / total) * 100);
  const says = winner ? `Winning answer • ${percent}%` : total === 0 ? "Nobody voted" : "The result was a draw";
  return element(
    "div",
    { class: "message-poll-result" },
    winner && element("div", { class: "message-poll-winner" }, winner, icon("check")),
    element("div", { class: "message-poll-hint" }, says),
  );
}
