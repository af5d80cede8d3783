import type { RateLimitData } from "discord.js";

/** Longer than the usual limit of a channel, five messages in five seconds, makes anybody wait. */
const longWaitMs = 6_000;

type Headers = { get(name: string): string | null };
type RateLimit = Pick<RateLimitData, "global" | "route" | "retryAfter" | "sublimitTimeout">;

/**
 * Whether discord.js is to say so, instead of waiting, where Discord wants a request much later. It waits deaf to every
 * signal, and keeps others waiting: those who have to do with the same channel, and those who want what the sender holds
 * on to. One channel may be slowed down for minutes, and edits of messages older than an hour have a small limit of their
 * own (30046), which Discord tells of nowhere before. What everybody has to wait for is waited for.
 */
export function isTooLong({ global, route, retryAfter, sublimitTimeout }: RateLimit): boolean {
  // A channel may be slowed down while everybody waits anyway.
  const waitMs = global ? sublimitTimeout : retryAfter;
  return route.startsWith("/channels/") && waitMs > longWaitMs;
}

/** The same of an answer of Discord: what it refuses so is not sent again by discord.js. */
export function saysTooLong(url: string, headers: Headers): boolean {
  return isTooLong({
    global: headers.get("x-ratelimit-global") !== null,
    route: new URL(url).pathname.replace(/^.*\/v\d+(?=\/)/, ""),
    retryAfter: retryAfterMs(headers),
    sublimitTimeout: 0,
  });
}

/** For how long Discord asks to wait. */
export function retryAfterMs(headers: Headers): number {
  return Number(headers.get("retry-after") ?? 0) * 1_000;
}
