import { type Client, Events, GatewayDispatchEvents, type Guild, SnowflakeUtil } from "discord.js";
import { z } from "zod";
import type { RunningPoll, VoteEvent } from "../domain/poll.ts";
import { isConnected } from "./client.ts";

const id = z.string().regex(/^\d{1,20}$/);
const voteShape = z.object({ user_id: id, message_id: id, guild_id: id, answer_id: z.int().positive() });
const goneShape = z.object({ id: id.optional(), ids: z.array(id).optional() });

/** What is heard of polls. Nothing here may throw: the gateway itself calls it. */
export type PollEars = {
  readonly voted: (event: VoteEvent) => void;
  readonly gone: (isGone: (poll: RunningPoll) => boolean) => void;
  /** Events of a server, or of all, may have been lost: the connection is a new one, or the server was not to be had. */
  readonly missed: (serverId: string | null) => void;
};

/**
 * Listens to votes, and to messages and channels that are deleted, as the gateway tells them. discord.js itself would need
 * partials for all of them, and keeps every voter in memory; a vote names its message and member, which is enough.
 */
export function listenToPolls(client: Client, ears: PollEars): { stop(): void } {
  const vote = (kind: VoteEvent["kind"]) => (data: unknown) => {
    const read = voteShape.safeParse(data);
    if (!read.success) return;
    const { user_id: memberId, message_id: messageId, guild_id: serverId, answer_id: answer } = read.data;
    const user = client.users.cache.get(memberId);
    if (user?.bot) return;
    const member = client.guilds.cache.get(serverId)?.members.cache.get(memberId);
    const name = member?.displayName ?? user?.displayName ?? null;
    ears.voted({ kind, messageId, answer, memberId, name, createdAt: createdAt(memberId) });
  };
  const gone = (of: "messageId" | "channelId") => (data: unknown) => {
    const read = goneShape.safeParse(data);
    if (!read.success) return;
    const ids = [...(read.data.ids ?? []), ...(read.data.id === undefined ? [] : [read.data.id])];
    ears.gone((poll) => ids.includes(poll[of]));
  };
  const listeners = [
    [GatewayDispatchEvents.MessagePollVoteAdd, vote("vote")],
    [GatewayDispatchEvents.MessagePollVoteRemove, vote("unvote")],
    [GatewayDispatchEvents.MessageDelete, gone("messageId")],
    [GatewayDispatchEvents.MessageDeleteBulk, gone("messageId")],
    [GatewayDispatchEvents.ChannelDelete, gone("channelId")],
    [GatewayDispatchEvents.ThreadDelete, gone("channelId")],
  ] as const;
  for (const [event, listener] of listeners) client.ws.on(event, listener);
  const anew = () => ears.missed(null);
  // While a connection becomes ready all its servers come, thousands perhaps; then it is anew for all of them at once.
  const isBack = ({ id: serverId }: Guild) => isConnected(client) && ears.missed(serverId);
  client.on(Events.ShardReady, anew);
  client.on(Events.GuildAvailable, isBack);
  client.on(Events.GuildCreate, isBack);
  return {
    stop() {
      for (const [event, listener] of listeners) client.ws.off(event, listener);
      client.off(Events.ShardReady, anew);
      client.off(Events.GuildAvailable, isBack);
      client.off(Events.GuildCreate, isBack);
    },
  };
}

/** An account's id says when it was made. */
export function createdAt(memberId: string): Date {
  return new Date(SnowflakeUtil.timestampFrom(memberId));
}
