import { type Client, DefaultRestOptions } from "discord.js";
import type { Traffic } from "../domain/pace.ts";
import { retryAfterMs, saysTooLong } from "./long-waits.ts";

type MakeRequest = typeof DefaultRestOptions.makeRequest;

const secondMs = 1_000;
/** What is said to interactions Discord counts for itself. */
const countsNot = /\/v\d+\/(interactions|webhooks)\//;

type Disturbed = { readonly repeatedAtMs: number; readonly uncountedAtMs: number | null };

/** By client, oldest first. */
const disturbed = new WeakMap<Client, Disturbed[]>();

/**
 * Sends what discord.js sends, and notes when that will be sent again: after a 500 at once, after a 429 when Discord says,
 * unless that is so late that it will not be sent again at all.
 */
export function noteDisturbances(client: () => Client): MakeRequest {
  return async (url, init) => {
    const sentAtMs = performance.now();
    const response = await DefaultRestOptions.makeRequest(url, init);
    const isRefused = response.status === 429;
    const isRepeated = isRefused ? !saysTooLong(url, response.headers) : response.status >= 500;
    if (isRepeated && !countsNot.test(url)) {
      const nowMs = performance.now();
      const waitMs = retryAfterMs(response.headers);
      const recent = (disturbed.get(client()) ?? []).filter(({ repeatedAtMs }) => repeatedAtMs > nowMs - secondMs);
      const news = { repeatedAtMs: nowMs + waitMs, uncountedAtMs: isRefused ? sentAtMs : null };
      disturbed.set(client(), [...recent, news]);
    }
    return response;
  };
}

/** What goes on between a client and Discord beside the turns. */
export function trafficOf(client: Client): Traffic {
  const { rest } = client;
  return {
    silentMs: () => (rest.globalRemaining > 0 ? 0 : Math.max(0, rest.globalReset - Date.now())),
    disturbances() {
      const nowMs = performance.now();
      return (disturbed.get(client) ?? []).map(({ repeatedAtMs, uncountedAtMs }) => ({
        repeatedInMs: repeatedAtMs - nowMs,
        uncountedMsAgo: uncountedAtMs === null ? null : nowMs - uncountedAtMs,
      }));
    },
  };
}
