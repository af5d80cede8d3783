import { type Client, SnowflakeUtil } from "discord.js";

/** Discord counts edits of messages older than an hour channel by channel, and takes about two a minute. */
const oldMs = 55 * 60_000;
const apartMs = 40_000;

/** When a client last edited an old message of each channel, longest ago first. */
const lastEdits = new WeakMap<Client, Map<string, number>>();

/**
 * How long the edit of a message has to wait for its turn: 0 if it may be made now, and then the next one in that channel
 * waits. Otherwise discord.js would wait for Discord, and whoever sends with it.
 */
export function waitToEdit(client: Client, posted: { channelId: string; messageId: string }, now: Date): number {
  const { channelId, messageId } = posted;
  const nowMs = now.getTime();
  if (nowMs - SnowflakeUtil.timestampFrom(messageId) < oldMs) return 0;
  const edits = lastEdits.get(client) ?? new Map<string, number>();
  lastEdits.set(client, edits);
  for (const [channel, at] of edits) {
    if (nowMs - at < apartMs) break;
    edits.delete(channel);
  }
  const last = edits.get(channelId);
  if (last !== undefined) return last + apartMs - nowMs;
  edits.set(channelId, nowMs);
  return 0;
}
