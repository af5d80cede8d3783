import { createHash } from "node:crypto";
import { Refusal } from "./refusal.ts";

export interface RateLimitOptions {
  /** Requests a second for the whole bot; 0 switches all rate limits off. */
  globalPerSecond: number;
  /** Divides the length of every route's window, to make tests faster. */
  routeSpeed: number;
}

interface Window {
  startedAtMs: number;
  used: number;
}

/** How many requests a route's bucket takes in how many milliseconds. */
const routeLimits: Record<string, { limit: number; windowMs: number }> = {
  "POST /channels/{channel_id}/messages": { limit: 5, windowMs: 5000 },
  "PATCH /channels/{channel_id}/messages/{message_id}": { limit: 5, windowMs: 5000 },
  "DELETE /channels/{channel_id}/messages/{message_id}": { limit: 5, windowMs: 1000 },
  "PUT /applications/{application_id}/commands": { limit: 5, windowMs: 20_000 },
  "PATCH /channels/{channel_id}": { limit: 5, windowMs: 5000 },
  "POST /webhooks/{webhook_id}/{webhook_token}": { limit: 5, windowMs: 5000 },
  "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}": { limit: 5, windowMs: 5000 },
};
const OTHER_ROUTES = { limit: 50, windowMs: 1000 };

/** Discord's limits on how often, in real time: one for the whole bot and one per route and major id. */
export class RateLimits {
  readonly #options: RateLimitOptions;
  readonly #windows = new Map<string, Window>();

  constructor(options: RateLimitOptions) {
    this.#options = options;
  }

  /** Counts a request and returns the headers of its answer; throws the 429 it meets. */
  count(route: string, major: string, interaction: boolean): Record<string, string> {
    if (this.#options.globalPerSecond === 0) return {};
    const now = performance.now();
    // The routes of interactions do not count against the bot's global limit.
    if (!interaction) {
      const all = this.#window("global", now, 1000);
      if (all.used >= this.#options.globalPerSecond) throw tooMany(all.startedAtMs + 1000 - now, "global", {});
      all.used++;
    }
    if (route === "POST /interactions/{interaction_id}/{interaction_token}/callback") return {};
    const { limit, windowMs } = routeLimits[route] ?? OTHER_ROUTES;
    const lengthMs = windowMs / this.#options.routeSpeed;
    const bucket = createHash("md5").update(route).digest("hex");
    const window = this.#window(`${bucket}:${major}`, now, lengthMs);
    const resetAfterMs = window.startedAtMs + lengthMs - now;
    const headers = {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(Math.max(0, limit - window.used - 1)),
      "x-ratelimit-reset": ((Date.now() + resetAfterMs) / 1000).toFixed(3),
      "x-ratelimit-reset-after": (resetAfterMs / 1000).toFixed(3),
      "x-ratelimit-bucket": bucket,
    };
    if (window.used >= limit) throw tooMany(resetAfterMs, "user", headers);
    window.used++;
    return headers;
  }

  #window(key: string, now: number, lengthMs: number): Window {
    const old = this.#windows.get(key);
    if (old && now - old.startedAtMs < lengthMs) return old;
    const fresh = { startedAtMs: now, used: 0 };
    this.#windows.set(key, fresh);
    return fresh;
  }
}

/** 429 as Discord sends it. */
export function tooMany(
  retryAfterMs: number,
  scope: "global" | "shared" | "user",
  headers: Record<string, string>,
  code = 0,
  message = "You are being rate limited.",
): Refusal {
  const seconds = Math.max(0.001, retryAfterMs / 1000);
  return new Refusal({
    status: 429,
    code,
    message,
    blame: "world",
    extra: { retry_after: Number(seconds.toFixed(3)), global: scope === "global" },
    headers: {
      ...headers,
      "retry-after": seconds.toFixed(3),
      "x-ratelimit-scope": scope,
      ...(scope === "global" ? { "x-ratelimit-global": "true" } : {}),
    },
  });
}
