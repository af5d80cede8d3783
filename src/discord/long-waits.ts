import type { RateLimitData } from "discord.js";

/** Longer than the usual limit of a channel, five messages in five seconds, makes anybody wait. */
const longWaitMs = 6_000;

type RateLimit = Pick<RateLimitData, "global" | "route" | "retryAfter">;

/**
 * Whether discord.js is to say so, instead of waiting, where Discord wants a request much later. It waits deaf to every
 * signal, and keeps others waiting: those who have to do with the same channel, and those who want what the sender holds
 * on to. One channel may be slowed down for minutes, and edits of messages older than an hour have a small limit of their
 * own (30046), which Discord tells of nowhere before. What everybody has to wait for is waited for.
 */
export function isTooLong({ global, route, retryAfter }: RateLimit): boolean {
  return !global && route.startsWith("/channels/") && retryAfter > longWaitMs;
}
