import type { Member } from "../discord/member.ts";
import type { Message } from "../discord/message.ts";
import { messageShape } from "../discord/message-shape.ts";
import type { DiscordSandbox } from "../discord/sandbox.ts";
import { userShape } from "../discord/shapes.ts";
import { compareSnowflakes } from "../discord/snowflakes.ts";
import { isRaw, type Raw, rawList } from "../discord/wire.ts";
import type { WireMessage } from "../page/protocol.ts";
import { channelsFor } from "./views.ts";

/** The messages a member sees in all channels of their server, oldest first. */
export function messagesFor(viewer: Member): Message[] {
  return channelsFor(viewer)
    .flatMap((channel) => channel.messages({ as: viewer }))
    .sort((a, b) => compareSnowflakes(a.id, b.id));
}

/** The message that a member means, if they see it. */
export function messageFor(viewer: Member, id: string): Message | undefined {
  return messagesFor(viewer).find((message) => message.id === id);
}

/** How a message stands: differs whenever it looks different to this member. */
export function stateOf(message: Message, viewer: Member): string {
  const votes = [...message.votes].map(([id, voters]) => `${id}:${voters.size}:${voters.has(viewer.id)}`);
  const { thread } = message;
  return [
    message.flags,
    message.edits.length,
    message.pollFinalised,
    thread && `${thread.id} ${thread.name} ${thread.archived} ${thread.deleted} ${thread.history.length}`,
    ...votes,
  ].join("|");
}

/**
 * A message as Discord's own client has it for this member: their votes are marked, what it answers is within, and links
 * to files lead to the page's own server.
 */
export function wireMessage(message: Message, viewer: Member, discord: DiscordSandbox): WireMessage {
  const shape = withReference(messageShape(message, true), message, viewer);
  const { poll } = shape;
  const marked = isRaw(poll) ? { ...shape, poll: withOwnVotes(poll, message, viewer) } : shape;
  const origin = new URL(discord.apiUrl).origin;
  const local = JSON.stringify(marked).replaceAll(new RegExp(`${origin}(?=/(?:ephemeral-)?attachments/)`, "g"), "");
  return JSON.parse(local);
}

function withReference(shape: Raw, message: Message, viewer: Member): Raw {
  const { exchange, repliesTo, channel } = message;
  const answered = channel.history.find(({ id }) => id === repliesTo);
  // Of what somebody else sees alone, nobody is told more than that it is there.
  const isHidden = answered?.visibleTo !== undefined && answered.visibleTo.id !== viewer.id;
  const isGone = answered === undefined || answered.deleted;
  const reference = repliesTo && !isHidden ? { referenced_message: isGone ? null : messageShape(answered, true) } : {};
  if (exchange?.kind !== "command" || exchange.original !== message) return { ...shape, ...reference };
  const name = exchange.name.replace(/^\//, "");
  return {
    ...shape,
    ...reference,
    interaction: { id: exchange.id, type: 2, name, user: userShape(exchange.member.user) },
  };
}

function withOwnVotes(poll: Raw, message: Message, viewer: Member): Raw {
  const results = isRaw(poll.results) ? poll.results : {};
  const counts = rawList(results.answer_counts).map((count) => ({
    ...count,
    me_voted: message.votes.get(Number(count.id))?.has(viewer.id) ?? false,
  }));
  return { ...poll, results: { ...results, answer_counts: counts } };
}
