import type { Channel } from "./channel.ts";
import { refuseClosedThread } from "./interactions.ts";
import { messageProblems } from "./limits-messages.ts";
import type { Message } from "./message.ts";
import { messageShape } from "./message-shape.ts";
import { deleteMessage, editMessage, postMessage } from "./messages.ts";
import { tooMany } from "./rate-limits.ts";
import { botErred, invalidForm, missingPermissions, unknownMessage, worldRefuses } from "./refusal.ts";
import { channelOf, type Route, type RouteContext, refuseProblems } from "./route.ts";
import { compareSnowflakes } from "./snowflakes.ts";
import { isRaw, MessageFlag, rawList, text } from "./wire.ts";

const HOUR_MS = 3_600_000;
/** Discord says "the past few minutes"; a delivery record must not need more than this. */
const NONCE_MEMORY_MS = 120_000;

/** Messages of channels and threads. */
export const messageRoutes: Route[] = [
  {
    method: "GET",
    pattern: "/channels/{channel_id}/messages",
    response: "MessageResponse",
    responseList: true,
    handle: (context) => ({ status: 200, body: listMessages(context).map((message) => messageShape(message)) }),
  },
  {
    method: "POST",
    pattern: "/channels/{channel_id}/messages",
    request: "MessageCreateRequest",
    response: "MessageResponse",
    handle: (context) => ({ status: 200, body: messageShape(createMessage(context, channelOf(context))) }),
  },
  {
    method: "GET",
    pattern: "/channels/{channel_id}/messages/{message_id}",
    response: "MessageResponse",
    handle: (context) => {
      const channel = channelOf(context);
      if (!channel.botMay("ReadMessageHistory")) throw missingPermissions();
      return { status: 200, body: messageShape(messageOf(context, channel)) };
    },
  },
  {
    method: "PATCH",
    pattern: "/channels/{channel_id}/messages/{message_id}",
    request: "MessageEditRequestPartial",
    response: "MessageResponse",
    handle: (context) => ({ status: 200, body: messageShape(changeMessage(context)) }),
  },
  {
    method: "DELETE",
    pattern: "/channels/{channel_id}/messages/{message_id}",
    handle: (context) => {
      const channel = channelOf(context);
      const message = messageOf(context, channel);
      const own = message.author.id === context.world.bot.id;
      if (!own && !channel.botMay("ManageMessages")) throw missingPermissions();
      refuseClosedThread(channel);
      deleteMessage(message);
      return { status: 204 };
    },
  },
  {
    method: "POST",
    pattern: "/channels/{channel_id}/typing",
    handle: (context) => {
      channelOf(context);
      return { status: 204 };
    },
  },
];

/** Posts a message for the bot: limits, permissions, nonce. */
export function createMessage(context: RouteContext, channel: Channel, body = context.body): Message {
  const { files } = context;
  refuseProblems(messageProblems({ body, files, interaction: false }));
  if (!channel.holdsMessages) throw botErred(400, 50008, "Cannot send messages in a non-text channel");
  refuseClosedThread(channel);
  const needed = [
    channel.isThread ? "SendMessagesInThreads" : "SendMessages",
    ...(rawList(body.embeds).length > 0 ? ["EmbedLinks"] : []),
    ...(files.length > 0 ? ["AttachFiles"] : []),
    ...(isRaw(body.poll) ? ["SendPolls"] : []),
  ] as const;
  if (!needed.every((name) => channel.botMay(name as "SendMessages"))) throw missingPermissions();
  const twin = body.enforce_nonce === true ? rememberedNonce(channel, body.nonce) : undefined;
  if (twin) return twin;
  return postMessage(channel, { author: channel.server.bot, body, files, repliesTo: repliedMessage(channel, body) });
}

function rememberedNonce(channel: Channel, nonce: unknown): Message | undefined {
  const { world } = channel.server;
  return channel.history.find(
    (message) =>
      message.author.id === world.bot.id &&
      message.nonce !== undefined &&
      String(message.nonce) === String(nonce) &&
      world.now() - message.createdAtMs < NONCE_MEMORY_MS,
  );
}

function repliedMessage(channel: Channel, body: Record<string, unknown>): Message | undefined {
  if (!isRaw(body.message_reference)) return undefined;
  const reference = body.message_reference;
  if (!channel.botMay("ReadMessageHistory")) {
    throw worldRefuses(400, 160002, "Cannot reply without permission to read message history");
  }
  const found = channel.history.find((message) => message.id === text(reference.message_id) && !message.deleted);
  if (found || reference.fail_if_not_exists === false) return found;
  const gone = { path: ["message_reference"], code: "REPLIES_UNKNOWN_MESSAGE", message: "Unknown message" };
  const refusal = invalidForm([gone]);
  throw worldRefuses(400, refusal.code, refusal.explain());
}

function listMessages(context: RouteContext): Message[] {
  const channel = channelOf(context);
  const { query } = context;
  const limit = Number(query.get("limit") ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    const message = "int value should be between 1 and 100.";
    throw invalidForm([{ path: ["limit"], code: "NUMBER_TYPE_MAX", message }]);
  }
  // Discord answers with nothing at all here, not with an error.
  if (!channel.botMay("ReadMessageHistory")) return [];
  const newestFirst = [...channel.messages()].reverse();
  const before = query.get("before");
  const after = query.get("after");
  const around = query.get("around");
  if (before) return newestFirst.filter((message) => compareSnowflakes(message.id, before) < 0).slice(0, limit);
  if (after) return newestFirst.filter((message) => compareSnowflakes(message.id, after) > 0).slice(-limit);
  if (!around) return newestFirst.slice(0, limit);
  const half = Math.floor(limit / 2);
  const older = newestFirst.filter((message) => compareSnowflakes(message.id, around) < 0).slice(0, half);
  const newer = newestFirst
    .filter((message) => compareSnowflakes(message.id, around) > 0)
    .slice(-half || newestFirst.length);
  return [...newer, ...newestFirst.filter((message) => message.id === around), ...older].slice(0, limit);
}

/** The message a path names, deleted and ephemeral ones left out. */
export function messageOf(context: RouteContext, channel: Channel): Message {
  const id = context.param("message_id");
  const message = channel.history.find((one) => one.id === id && !one.deleted && !one.ephemeral);
  if (!message) throw unknownMessage();
  return message;
}

function changeMessage(context: RouteContext): Message {
  const { world, body, files } = context;
  const channel = channelOf(context);
  const message = messageOf(context, channel);
  if (message.author.id !== world.bot.id) throw botErred(403, 50005, "Cannot edit a message authored by another user");
  refuseProblems(messageProblems({ body, files, flagsBefore: message.flags, interaction: true }));
  if (message.body.poll) throw botErred(400, 520003, "Cannot edit a poll message");
  if (isRaw(body.poll)) throw invalidForm([{ path: ["poll"], code: "POLL_EDIT", message: "An edit brings no poll." }]);
  if (Number(body.flags ?? 0) & MessageFlag.Ephemeral)
    throw botErred(400, 50035, "An edit cannot make a message ephemeral");
  refuseClosedThread(channel);
  if (rawList(body.embeds).length > 0 && !channel.botMay("EmbedLinks")) throw missingPermissions();
  if (files.length > 0 && !channel.botMay("AttachFiles")) throw missingPermissions();
  if (world.now() - message.createdAtMs > HOUR_MS) countOldEdit(channel);
  editMessage(message, body, files);
  return message;
}

function countOldEdit(channel: Channel): void {
  const { world } = channel.server;
  channel.oldEditsAtMs = channel.oldEditsAtMs.filter((at) => world.now() - at < 60_000);
  const oldest = channel.oldEditsAtMs[0];
  if (oldest !== undefined && channel.oldEditsAtMs.length >= world.oldEditsPerMinute) {
    const message = "Maximum number of edits to messages older than 1 hour reached. Try again later.";
    throw tooMany(oldest + 60_000 - world.now(), "user", {}, 30046, message);
  }
  channel.oldEditsAtMs.push(world.now());
}
