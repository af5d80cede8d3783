import type { APIUser } from "discord.js";
import { element } from "../element.ts";
import { avatar } from "./avatar.ts";
import type { WireMessage } from "./context.ts";
import { type Frame, inWords } from "./frame.ts";
import { icon } from "./icons.ts";
import { parseMarkdown } from "./markdown.ts";
import { momentText, stampText } from "./moment.ts";
import { blockText } from "./nodes.ts";

export type Person = { readonly id: string; readonly name: string; readonly isBot: boolean; readonly color?: string };

/** Who a user of a message is here: the name in this server, else the one the message gives. */
export function personOf(user: APIUser, frame: Frame): Person & { readonly picture?: string } {
  const known = frame.context.resolve.user(user.id);
  return {
    id: user.id,
    name: known?.name ?? user.global_name ?? user.username,
    isBot: known?.bot ?? user.bot ?? false,
    ...(known?.color ? { color: known.color } : {}),
    ...(known?.avatar ? { picture: known.avatar } : {}),
  };
}

export function authorAvatar(frame: Frame): HTMLElement {
  const { id, name, picture } = personOf(frame.message.author, frame);
  return avatar(id, name, picture);
}

/** Name, mark of a bot, and when. */
export function authorLine(frame: Frame): HTMLElement {
  const person = personOf(frame.message.author, frame);
  return element("div", { class: "message-head" }, nameShown(person), botTag(person), stamp(frame));
}

export function nameShown({ name, color }: Person): HTMLElement {
  const shown = element("bdi", { class: "message-name" }, name);
  if (color) shown.style.setProperty("--own", color);
  return shown;
}

function botTag({ isBot }: Person): HTMLElement | null {
  return isBot ? element("span", { class: "message-bot-tag" }, "APP") : null;
}

export function stamp(frame: Frame): HTMLElement {
  const at = new Date(frame.message.timestamp);
  const { now } = frame.context;
  const attributes = {
    class: "message-stamp",
    datetime: at.toISOString(),
    title: momentText(at, "F", now, frame.manner),
  };
  return element("time", attributes, stampText(at, now, frame.manner));
}

/** The line above a message that answers another, or a command. */
export function aboveLine(frame: Frame): HTMLElement | null {
  return replyLine(frame) ?? commandLine(frame);
}

function replyLine(frame: Frame): HTMLElement | null {
  const { message_reference: reference, referenced_message: replied, type } = frame.message;
  // Type 19 is a reply; a thread's first message (21) and a forward (reference type 1) refer to messages otherwise.
  if (!reference?.message_id || reference.type === 1 || ![0, 19, 20, 23].includes(type)) return null;
  if (!replied) {
    const words = replied === null ? "Original message was deleted" : "Message could not be loaded.";
    return above(element("span", { class: "message-above-lost" }, words));
  }
  const person = personOf(replied.author, frame);
  return above(
    avatar(person.id, person.name, person.picture),
    botTag(person),
    nameShown(person),
    element(
      "button",
      {
        type: "button",
        class: "message-above-text",
        "data-act": "jump",
        "data-message": replied.id,
      },
      preview(replied, frame),
    ),
  );
}

function commandLine(frame: Frame): HTMLElement | null {
  const { interaction_metadata: metadata, interaction } = frame.message;
  const used = interaction?.name ?? commandName(metadata);
  const user = metadata?.user ?? interaction?.user;
  if (!used || !user || (metadata && metadata.type !== 2)) return null;
  const person = personOf(user, frame);
  return above(
    avatar(person.id, person.name, person.picture),
    nameShown(person),
    element("span", {}, " used "),
    element("span", { class: "message-above-command" }, `/${used}`),
  );
}

/** Discord tells the name of a command here too, though its documents do not. */
function commandName(metadata: unknown): string | undefined {
  const named = typeof metadata === "object" && metadata !== null && "name" in metadata ? metadata.name : undefined;
  return typeof named === "string" ? named : undefined;
}

function above(...children: (Node | null)[]): HTMLElement {
  return element("div", { class: "message-above" }, ...children);
}

/** What a message says, on one line. */
export function preview(message: WireMessage, frame: Frame): string {
  const text = blockText(parseMarkdown(message.content.slice(0, 400)), inWords(frame))
    .replace(/\s+/g, " ")
    .trim();
  if (text !== "") return text.slice(0, 160);
  return message.attachments.length > 0 ? "Click to see attachment" : "Click to see message";
}

/** What stands under a message only the viewer sees. */
export function privateLine(frame: Frame): HTMLElement {
  return element(
    "div",
    { class: "message-foot" },
    icon("eye"),
    element("span", {}, "Only you can see this"),
    frame.context.act.dismiss &&
      element("button", { type: "button", class: "message-link", "data-act": "dismiss" }, "Dismiss message"),
  );
}
