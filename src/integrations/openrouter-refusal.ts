import { z } from "zod";
import type { ChatFailure } from "../domain/chat.ts";
import { oneLine } from "../domain/clean-text.ts";
import { retryAtOf, secondsToWait, type WireHeaders } from "./openrouter-retry.ts";
import { readReveal } from "./openrouter-reveal.ts";

/** OpenRouter's error, wherever it stood: alone in a body, in an event, in a choice. */
export type WireRefusal = {
  /** HTTP's status; null where the error came in an answer that began well. */
  readonly status: number | null;
  readonly error: unknown;
  readonly headers: Headers | null;
  readonly now: Date;
};

const text = z.string().nullish().catch(null);
const texts = z.array(z.string()).nullish().catch(null);
const wireError = z.object({
  message: text,
  code: z.coerce.number().nullish().catch(null),
  error_type: text,
  http_status: z.number().nullish().catch(null),
  metadata: z
    .object({
      error_type: text,
      limit_source: text,
      provider_name: text,
      reasons: texts,
      patterns: texts,
      headers: z.record(z.string(), z.unknown()).nullish().catch(null),
    })
    .nullish()
    .catch(null),
  availability: z.object({ fallback_models: texts }).nullish().catch(null),
});

/** Everything the decision needs, in one place. */
type Refusal = {
  readonly code: number | null;
  readonly type: string | null;
  readonly message: string;
  readonly limitSource: string;
  /** Whether the model's provider refused, and not OpenRouter. */
  readonly isProviders: boolean;
  readonly flagged: readonly string[];
  readonly recommended: readonly string[];
  readonly headers: WireHeaders;
  readonly now: Date;
};

const mostFlagged = 10;
const mostFlaggedCharacters = 80;

/** Why there is no answer: by the type OpenRouter gives where it gives one, else by the code, else by the sentence. */
export function failureOf(wire: WireRefusal): ChatFailure {
  const refusal = read(wire);
  return byType(refusal) ?? byCode(refusal) ?? bySentence(refusal);
}

/** Whether the answer ended because it had all the tokens it may have, which comes as an error in the stream. */
export function isTokenLimit(error: unknown): boolean {
  const type = wireError.safeParse(error).data?.metadata?.error_type;
  return type === "max_tokens_exceeded" || type === "token_limit_exceeded";
}

function read({ status, error, headers, now }: WireRefusal): Refusal {
  const parsed = wireError.safeParse(error).data;
  const metadata = parsed?.metadata;
  const message = parsed?.message ?? (typeof error === "string" ? error : "");
  return {
    code: parsed?.code || parsed?.http_status || status,
    type: metadata?.error_type ?? parsed?.error_type ?? null,
    message,
    limitSource: metadata?.limit_source ?? "",
    isProviders: /^Provider returned error/i.test(message) || Boolean(metadata?.provider_name),
    flagged: (metadata?.reasons ?? metadata?.patterns ?? [])
      .slice(0, mostFlagged)
      .map((reason) => oneLine(reason).slice(0, mostFlaggedCharacters).toWellFormed())
      .filter(Boolean),
    recommended: parsed?.availability?.fallback_models ?? [],
    headers: { ofAnswer: headers, ofError: metadata?.headers ?? {} },
    now,
  };
}

function byType(refusal: Refusal): ChatFailure | null {
  switch (refusal.type) {
    case "not_found":
      return missing(refusal);
    case "rate_limit_exceeded":
      return limited(refusal);
    case "provider_overloaded":
      return { reason: "provider-busy", retryAfterSeconds: secondsToWait(refusal.headers, refusal.now) };
    case "context_length_exceeded":
    case "string_too_long":
    case "payload_too_large":
      return { reason: "too-long" };
    case "authentication":
      return { reason: "key-refused" };
    case "permission_denied":
      return forbidden(refusal);
    case "payment_required":
    case "token_limit_exceeded":
      return { reason: "no-credit" };
    case "content_policy_violation":
    case "refusal":
      return { reason: "moderated", flagged: refusal.flagged };
    case "timeout":
      return { reason: "timed-out" };
    case "provider_unavailable":
    case "server":
    case "unmapped":
      return { reason: "provider-failed" };
    default:
      return null;
  }
}

function byCode(refusal: Refusal): ChatFailure | null {
  switch (refusal.code) {
    case 401:
      return { reason: "key-refused" };
    case 402:
      return { reason: "no-credit" };
    case 403:
      return forbidden(refusal);
    case 404:
      return missing(refusal);
    case 408:
    case 504:
    case 524:
      return { reason: "timed-out" };
    case 413:
      return { reason: "too-long" };
    case 429:
      return limited(refusal);
    case 503:
      return refusal.message === ""
        ? { reason: "unreachable" }
        : { reason: "provider-busy", retryAfterSeconds: secondsToWait(refusal.headers, refusal.now) };
    default:
      return null;
  }
}

function bySentence({ code, message }: Refusal): ChatFailure {
  if (/context length|context window|too many tokens|too long/i.test(message)) return { reason: "too-long" };
  if (/not a valid model|no endpoints found/i.test(message)) return { reason: "not-served" };
  if (message !== "") return { reason: "provider-failed" };
  // A status without words is some other server's on the way.
  return { reason: code !== null && code >= 500 ? "unreachable" : "unreadable" };
}

function missing(refusal: Refusal): ChatFailure {
  const reveal = readReveal(refusal.message, refusal.recommended);
  if (reveal) return reveal;
  if (/data policy|settings\/privacy|guardrail/i.test(refusal.message)) return { reason: "privacy-settings" };
  return { reason: "not-served" };
}

function forbidden({ message, flagged, isProviders }: Refusal): ChatFailure {
  if (flagged.length > 0 || /moderat|flagged|request blocked/i.test(message)) return { reason: "moderated", flagged };
  if (/\bkey limit\b/i.test(message)) return { reason: "no-credit" };
  return { reason: isProviders ? "provider-failed" : "key-refused" };
}

/** Too many questions: for the key's day, for its minute, or for the provider, whose pool we share with strangers. */
function limited({ message, limitSource, isProviders, headers, now }: Refusal): ChatFailure {
  const said = `${limitSource} ${message}`;
  if (!/^upstream/.test(limitSource)) {
    if (/per-day|daily/i.test(said)) {
      return { reason: "key-limit", per: "day", retryAt: retryAtOf(headers, now) ?? nextUtcMidnight(now) };
    }
    const isMinute = /per-min|minute|rpm\b/i.test(said) || (!isProviders && /rate limit/i.test(message));
    if (isMinute) return { reason: "key-limit", per: "minute", retryAt: retryAtOf(headers, now) };
  }
  return { reason: "provider-busy", retryAfterSeconds: secondsToWait(headers, now) };
}

/** Free questions are counted by the day in UTC. */
function nextUtcMidnight(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1));
}
