import { Channel } from "./channel.ts";
import { messageShape } from "./message-shape.ts";
import { botErred, missingPermissions, unknownMessage, worldRefuses } from "./refusal.ts";
import { channelOf, type Route, type RouteContext } from "./route.ts";
import { createMessage } from "./routes-messages.ts";
import { channelShape } from "./shapes.ts";
import { isRaw, text } from "./wire.ts";
import { Intent } from "./world.ts";

const MEDIA_CHANNEL = 16;

/** Which schema describes a channel: the specification knows no media channels, which are built like forums. */
function channelSchema(body: Record<string, unknown>): string | undefined {
  if (body.type === MEDIA_CHANNEL) return undefined;
  return "thread_metadata" in body ? "ThreadResponse" : "GuildChannelResponse";
}

/** Channels and threads themselves. */
export const channelRoutes: Route[] = [
  {
    method: "GET",
    pattern: "/channels/{channel_id}",
    response: channelSchema,
    handle: (context) => ({ status: 200, body: channelShape(channelOf(context)) }),
  },
  {
    method: "PATCH",
    pattern: "/channels/{channel_id}",
    request: (context) =>
      channelOf(context).isThread ? "UpdateThreadRequestPartial" : "UpdateGuildChannelRequestPartial",
    response: channelSchema,
    handle: (context) => {
      const channel = channelOf(context);
      if (channel.isThread) changeThread(channel, context);
      else if (!channel.botMay("ManageChannels")) throw missingPermissions();
      if (text(context.body.name)) channel.name = text(context.body.name);
      channel.tellChange();
      return { status: 200, body: channelShape(channel) };
    },
  },
  {
    method: "DELETE",
    pattern: "/channels/{channel_id}",
    response: channelSchema,
    handle: (context) => {
      const channel = channelOf(context);
      if (!channel.botMay(channel.isThread ? "ManageThreads" : "ManageChannels")) throw missingPermissions();
      const body = channelShape(channel);
      channel.delete();
      return { status: 200, body };
    },
  },
  {
    method: "POST",
    pattern: "/channels/{channel_id}/messages/{message_id}/threads",
    request: "CreateTextThreadWithMessageRequest",
    response: "ThreadResponse",
    handle: (context) => {
      const parent = channelOf(context);
      if (parent.kind !== "text" && parent.kind !== "announcement") {
        throw botErred(400, 50024, "Cannot execute action on this channel type");
      }
      const message = parent.history.find(
        (one) => one.id === context.param("message_id") && !one.deleted && !one.ephemeral,
      );
      if (!message) throw unknownMessage();
      if (!parent.botMay("CreatePublicThreads")) throw missingPermissions();
      if (message.thread) throw botErred(400, 160004, "A thread has already been created for this message");
      const kind = parent.kind === "announcement" ? "announcement-thread" : "thread";
      message.thread = openThread(context, parent, kind, message.id);
      return { status: 201, body: channelShape(message.thread) };
    },
  },
  {
    method: "POST",
    pattern: "/channels/{channel_id}/threads",
    request: (context) =>
      holdsPosts(channelOf(context)) ? "CreateForumThreadRequest" : "CreateTextThreadWithoutMessageRequest",
    response: "CreatedThreadResponse",
    handle: (context) => {
      const parent = channelOf(context);
      if (!holdsPosts(parent) && parent.kind !== "text" && parent.kind !== "announcement") {
        throw botErred(400, 50024, "Cannot execute action on this channel type");
      }
      const isPrivate = !holdsPosts(parent) && (context.body.type ?? 12) === 12;
      const needed = holdsPosts(parent) ? "SendMessages" : isPrivate ? "CreatePrivateThreads" : "CreatePublicThreads";
      if (!parent.botMay(needed)) throw missingPermissions();
      const announces = parent.kind === "announcement";
      const thread = openThread(
        context,
        parent,
        isPrivate ? "private-thread" : announces ? "announcement-thread" : "thread",
      );
      if (!holdsPosts(parent)) return { status: 201, body: channelShape(thread) };
      const first = createMessage(context, thread, isRaw(context.body.message) ? context.body.message : {});
      return { status: 201, body: { ...channelShape(thread), message: messageShape(first) } };
    },
  },
  {
    method: "PUT",
    pattern: "/channels/{channel_id}/thread-members/@me",
    handle: (context) => {
      const thread = channelOf(context);
      if (!thread.isThread) throw botErred(400, 50024, "Cannot execute action on this channel type");
      if (thread.archived) throw worldRefuses(400, 50083, "Thread is archived");
      return { status: 204 };
    },
  },
];

function holdsPosts(channel: Channel): boolean {
  return channel.kind === "forum" || channel.kind === "media";
}

function openThread(
  context: RouteContext,
  parent: Channel,
  kind: "thread" | "announcement-thread" | "private-thread",
  id?: string,
): Channel {
  const { body, world } = context;
  const minutes =
    typeof body.auto_archive_duration === "number" ? { autoArchiveMinutes: body.auto_archive_duration } : {};
  const thread = new Channel(parent.server, {
    name: text(body.name),
    kind,
    parent,
    ownerId: world.bot.id,
    ...minutes,
    ...(id === undefined ? {} : { id }),
  });
  parent.server.channels.set(thread.id, thread);
  world.changes.announce();
  world.dispatch("THREAD_CREATE", { ...channelShape(thread), newly_created: true }, Intent.Guilds);
  return thread;
}

function changeThread(thread: Channel, context: RouteContext): void {
  const { body } = context;
  const manages = thread.botMay("ManageThreads");
  const owns = thread.ownerId === context.world.bot.id;
  if (thread.locked && !manages) throw missingPermissions();
  if ("locked" in body && !manages) throw missingPermissions();
  if (thread.archived && body.archived !== false) throw worldRefuses(400, 50083, "Thread is archived");
  const opensOnly = body.archived === false && Object.keys(body).every((key) => key === "archived");
  if (!owns && !manages && !(opensOnly && thread.botMay("SendMessagesInThreads"))) throw missingPermissions();
  if (typeof body.archived === "boolean" && body.archived !== thread.archived) {
    thread.archived = body.archived;
    thread.archiveChangedAtMs = context.world.now();
  }
  if (typeof body.locked === "boolean") thread.locked = body.locked;
}
