import type { Channel } from "../discord/channel.ts";
import { whyBarred } from "../discord/command-book.ts";
import type { Exchange, ShownModal } from "../discord/exchange.ts";
import type { FieldValue } from "../discord/filling-modals.ts";
import type { Member } from "../discord/member.ts";
import type { Message } from "../discord/message.ts";
import { CannotType, type TypedFile } from "../discord/typed-options.ts";
import { allComponents, isRaw, rawList, SELECT_KINDS, text } from "../discord/wire.ts";
import type { Acts, CommandEntry, FieldEntry, Outcome } from "../page/protocol.ts";
import { typedValues } from "./option-values.ts";
import { messageFor } from "./shown-messages.ts";
import type { Uploads } from "./uploads.ts";
import { channelsFor } from "./views.ts";

/** Carries out what a member does in the page. */
export type Actors = { [Act in keyof Acts]: (member: Member, act: Acts[Act]) => Promise<Outcome> };

/** A little longer than an interaction waits for its first response. */
const patienceMs = 4000;
const mostForms = 50;
const done: Outcome = { kind: "done" };

export function createActors(uploads: Uploads): Actors {
  const forms = new Map<string, ShownModal>();

  async function outcome(exchange: Exchange): Promise<Outcome> {
    const { changes } = exchange.channel.server.world;
    const isOver = () => exchange.acknowledged || exchange.failed;
    await changes.until(isOver, patienceMs, () => `a response to ${exchange.name}`);
    if (!exchange.acknowledged) return { kind: "silence" };
    if (exchange.answer !== "modal") return done;
    const modal = await exchange.modal();
    forms.set(exchange.id, modal);
    for (const old of [...forms.keys()].slice(0, -mostForms)) forms.delete(old);
    return { kind: "form", form: { id: exchange.id, title: modal.title, rows: modal.rows } };
  }

  return {
    async say(member, { channelId, content, uploads: ids }) {
      const files = ids.map((id) => uploads.get(id)).filter((file) => file !== undefined);
      if (content.trim() === "" && files.length === 0) throw new CannotType("There is nothing to send.");
      if (content.length > 2000) throw new CannotType("A message takes at most 2,000 characters.");
      member.say(channelOf(member, channelId), content, files.map(storedFile));
      return done;
    },
    async command(member, { channelId, line, options }) {
      const channel = channelOf(member, channelId);
      return outcome(member.command(channel, line, typedValues(channel, line, options, uploads)));
    },
    async autocomplete(member, { channelId, line, options, focused }) {
      const channel = channelOf(member, channelId);
      const { [focused]: typed = "", ...others } = options;
      const given = { ...typedValues(channel, line, others, uploads), [focused]: typed };
      try {
        return { kind: "choices", choices: await member.autocomplete(channel, line, given, focused) };
      } catch (error) {
        if (error instanceof CannotType) throw error;
        return { kind: "silence" };
      }
    },
    async menu(member, { channelId, command, on, targetId }) {
      const target = on === "message" ? messageOf(member, targetId) : personOf(member, targetId);
      return outcome(member.menu(channelOf(member, channelId), command, target));
    },
    async press(member, { messageId, customId }) {
      return outcome(member.press(messageOf(member, messageId), customId));
    },
    async choose(member, { messageId, customId, values }) {
      const message = messageOf(member, messageId);
      const menu = allComponents(message.components).find((part) => part.custom_id === customId);
      const chosen = values.map((value) => chosenFrom(message, Number(menu?.type), value));
      return outcome(member.select(message, customId, chosen));
    },
    async vote(member, { messageId, answerIds }) {
      const message = messageOf(member, messageId);
      const words = rawList(message.body.poll?.answers).map(({ poll_media: media }) =>
        isRaw(media) ? text(media.text) : "",
      );
      member.vote(
        message,
        answerIds.map((id) => words[id - 1] ?? ""),
      );
      return done;
    },
    async submit(member, { formId, fields }) {
      const modal = forms.get(formId);
      if (!modal) throw new CannotType("This form is not open any more.");
      // A field without files is one nobody touched.
      const touched = Object.entries(fields).filter(([, entry]) => !isEmptyUpload(entry));
      const filled = touched.map(([key, entry]) => [key, fieldValue(entry, uploads)] as const);
      return outcome(member.submit(modal, Object.fromEntries(filled)));
    },
    async commands(member, { channelId }) {
      return { kind: "commands", commands: commandsFor(member, channelOf(member, channelId)) };
    },
  };
}

function commandsFor(member: Member, channel: Channel): CommandEntry[] {
  const { id, world } = member.server;
  return [...world.commands.list(id), ...world.commands.list()]
    .filter((command) => !whyBarred(command, member, channel))
    .map(({ name, type, shape }) => {
      return { name, type, description: text(shape.description), options: rawList(shape.options) };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

function channelOf(member: Member, id: string): Channel {
  const found = channelsFor(member).find((channel) => channel.id === id);
  if (!found) throw new CannotType("This channel is not here any more.");
  return found;
}

function messageOf(member: Member, id: string): Message {
  const found = messageFor(member, id);
  if (!found) throw new CannotType("This message is not here any more.");
  return found;
}

function personOf(member: Member, id: string): Member {
  const found = member.server.members.get(id);
  if (!found) throw new CannotType("They are not in this server any more.");
  return found;
}

function chosenFrom({ channel: { server } }: Message, menuType: number, value: string) {
  const [, user, role, mentionable, place] = SELECT_KINDS;
  const members = menuType === user || menuType === mentionable ? server.members.get(value) : undefined;
  const roles = menuType === role || menuType === mentionable ? server.roles.get(value) : undefined;
  const channels = menuType === place ? server.channels.get(value) : undefined;
  return members ?? roles ?? channels ?? value;
}

function storedFile({ filename, contentType = "application/octet-stream", content }: TypedFile) {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return { name: filename, contentType, bytes };
}

function isEmptyUpload(entry: FieldEntry): boolean {
  return typeof entry === "object" && "uploads" in entry && entry.uploads.length === 0;
}

function fieldValue(entry: FieldEntry, uploads: Uploads): FieldValue {
  if (typeof entry === "string") return entry;
  if ("chosen" in entry) return [...entry.chosen];
  return entry.uploads.map((id) => uploads.get(id)).filter((file) => file !== undefined);
}
