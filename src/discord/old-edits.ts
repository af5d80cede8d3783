import { type Client, SnowflakeUtil } from "discord.js";
import { isOldMessage, oldCardEveryMs } from "../domain/card.ts";

/** When a message was posted, as its id says. */
export function timeOf(messageId: string): Date {
  return new Date(SnowflakeUtil.timestampFrom(messageId));
}

/** When a client last edited an old message of each channel, longest ago first. */
const lastEdits = new WeakMap<Client, Map<string, number>>();

/**
 * How long the edit of a message has to wait for its turn: 0 if it may be made now, and then the next one in that channel
 * waits. Discord counts edits of old messages channel by channel and takes few; otherwise whoever sends would wait for it.
 */
export function waitToEdit(client: Client, posted: { channelId: string; messageId: string }, now: Date): number {
  const { channelId, messageId } = posted;
  if (!isOldMessage(timeOf(messageId), now)) return 0;
  const nowMs = now.getTime();
  const edits = lastEdits.get(client) ?? new Map<string, number>();
  lastEdits.set(client, edits);
  for (const [channel, at] of edits) {
    if (nowMs - at < oldCardEveryMs) break;
    edits.delete(channel);
  }
  const last = edits.get(channelId);
  if (last !== undefined) return last + oldCardEveryMs - nowMs;
  edits.set(channelId, nowMs);
  return 0;
}
