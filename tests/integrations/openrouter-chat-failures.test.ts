import { beforeEach, describe, expect, it } from "vitest";
import type { ChatFault } from "../../sandbox/openrouter/chat-faults.ts";
import { hunterRevealed } from "../../sandbox/openrouter/chat-refusals.ts";
import { ask, askThrough, failed, hunter, openRouter } from "./chatting.ts";

describe("a refusal as it was recorded", () => {
  const fromProvider = { reason: "provider-busy", retryAfterSeconds: null };
  it.each<[string, ChatFault, object]>([
    [
      "a reveal with a link in its sentence",
      { kind: "revealed", told: hunterRevealed },
      {
        reason: "revealed",
        sentence:
          "Hunter Alpha was a stealth model revealed on March 18th as an early testing version of MiMo-V2-Pro. Find it here: https://openrouter.ai/xiaomi/mimo-v2-pro",
        officialName: "MiMo-V2-Pro",
        listingIds: ["xiaomi/mimo-v2-pro"],
      },
    ],
    [
      "a reveal with listings to use beside it, and a dot in the name",
      {
        kind: "revealed",
        told: {
          name: "Quasar Alpha",
          day: "April 14th",
          officialName: "GPT-4.1",
          officialId: "openai/gpt-4.1",
          shape: "availability",
        },
      },
      {
        reason: "revealed",
        sentence: "Quasar Alpha was a stealth model, revealed on April 14th as an early testing version of GPT-4.1.",
        officialName: "GPT-4.1",
        listingIds: ["openai/gpt-4.1"],
      },
    ],
    ["nobody serves the model", { kind: "no-endpoints" }, { reason: "not-served" }],
    ["the account's privacy settings", { kind: "privacy-settings" }, { reason: "privacy-settings" }],
    ["an error of the provider", { kind: "upstream-error" }, { reason: "provider-failed" }],
    ["the same in its newer shape", { kind: "upstream-error", isByok: false }, { reason: "provider-failed" }],
    ["the provider's pool is used up", { kind: "shared-pool" }, fromProvider],
    [
      "the provider's pool is used up, for so many seconds",
      { kind: "shared-pool", retryAfterSeconds: 12 },
      { reason: "provider-busy", retryAfterSeconds: 12 },
    ],
    [
      "the key's free questions of the day are used up: they come back at midnight UTC",
      { kind: "daily-limit" },
      { reason: "key-limit", per: "day", retryAt: new Date("2026-03-13T00:00:00Z") },
    ],
    [
      "the same, with the time in a header",
      { kind: "daily-limit", resetAt: new Date("2026-03-12T23:00:00Z") },
      { reason: "key-limit", per: "day", retryAt: new Date("2026-03-12T23:00:00Z") },
    ],
    [
      "the same, with a time that is over",
      { kind: "daily-limit", resetAt: new Date("2026-03-12T22:00:00Z") },
      { reason: "key-limit", per: "day", retryAt: new Date("2026-03-13T00:00:00Z") },
    ],
    [
      "the same, told by its source alone",
      { kind: "daily-limit", shape: "source" },
      { reason: "key-limit", per: "day", retryAt: new Date("2026-03-13T00:00:00Z") },
    ],
    [
      "too many questions in a minute",
      { kind: "minute-limit", resetAt: new Date("2026-03-12T22:31:00Z") },
      { reason: "key-limit", per: "minute", retryAt: new Date("2026-03-12T22:31:00Z") },
    ],
    [
      "too many questions in a minute, until nobody says when",
      { kind: "minute-limit" },
      { reason: "key-limit", per: "minute", retryAt: null },
    ],
    ["a negative balance", { kind: "negative-balance" }, { reason: "no-credit" }],
    [
      "moderation, with its reasons",
      { kind: "moderated", reasons: ["violence", "self-\nharm"] },
      { reason: "moderated", flagged: ["violence", "self- harm"] },
    ],
    ["a key it does not know", { kind: "key-refused" }, { reason: "key-refused" }],
    ["more than the model can read", { kind: "too-long" }, { reason: "too-long" }],
    ["a stream whose only event is an error", { kind: "only-an-error" }, fromProvider],
    [
      "status 200, long whitespace, then an error alone",
      { kind: "error-after-whitespace", afterMs: 60, everyMs: 10 },
      fromProvider,
    ],
    [
      "an error in the stream before the first word",
      { kind: "error-in-stream", afterPieces: 0, code: 502, errorType: "provider_unavailable" },
      { reason: "provider-failed" },
    ],
    [
      "it stopped as it should, says the stream, but the network failed",
      { kind: "network-error", afterPieces: 0 },
      { reason: "cut" },
    ],
  ])("is told apart: %s", async (_, fault, failure) => {
    const heard = await askThrough(fault);
    expect(heard.pieces).toEqual([]);
    expect(heard.end).toEqual(failed(failure));
  });

  it("is a whole body where no stream was sent: the network failed, or the answer is there", async () => {
    const body = (message: object, finish: object) =>
      JSON.stringify({ object: "chat.completion", choices: [{ index: 0, message, ...finish }] });
    const contentType = "application/json";
    const broken = body(
      { content: null, reasoning: null },
      { finish_reason: "stop", native_finish_reason: "network_error" },
    );
    expect((await askThrough({ kind: "exactly", status: 200, contentType, body: broken })).end).toEqual(
      failed({ reason: "cut" }),
    );
    const whole = body({ content: "All at once." }, { finish_reason: "length", native_finish_reason: "length" });
    const heard = await askThrough({ kind: "exactly", status: 200, contentType, body: whole });
    expect([heard.answer, heard.end]).toEqual(["All at once.", { kind: "token-limit", usage: null }]);
  });
});

describe("a refusal as it is documented", () => {
  const refused = (status: number, error: unknown): ChatFault => ({
    kind: "exactly",
    status,
    contentType: "application/json",
    body: JSON.stringify({ error }),
  });
  const typed = (errorType: string) => ({ message: "…", code: 500, metadata: { error_type: errorType } });

  it.each([
    ["provider_overloaded", "provider-busy"],
    ["context_length_exceeded", "too-long"],
    ["authentication", "key-refused"],
    ["permission_denied", "key-refused"],
    ["payment_required", "no-credit"],
    ["content_policy_violation", "moderated"],
    ["timeout", "timed-out"],
    ["server", "provider-failed"],
    ["not_found", "not-served"],
    ["something_new", "provider-failed"],
  ])("goes by its type before its code: %s", async (errorType, reason) => {
    expect((await askThrough(refused(500, typed(errorType)))).end).toMatchObject({ failure: { reason } });
  });

  it.each([
    [400, { message: "foo/bar is not a valid model ID", code: 400 }, "not-served"],
    [403, { message: "Request blocked: a pattern", code: 403, metadata: { patterns: ["x"] } }, "moderated"],
    [403, { message: "Key limit exceeded (daily limit).", code: 403 }, "no-credit"],
    [408, { message: "late", code: 408 }, "timed-out"],
    [413, { message: "large", code: 413 }, "too-long"],
    [503, { message: "No provider", code: 503 }, "provider-busy"],
    [500, "a sentence", "provider-failed"],
    [500, { message: 5, code: {}, metadata: "?" }, "unreachable"],
    [404, { message: "Old is gone.", code: 404, availability: { fallback_models: ["a/b"] } }, "not-served"],
  ])("goes by its code, then by its words: %i %j", async (status, error, reason) => {
    expect((await askThrough(refused(status, error))).end).toMatchObject({ failure: { reason } });
  });

  it.each([
    [502, "<h1>Bad gateway</h1>", "unreachable"],
    [503, "", "unreachable"],
    [429, "slow down", "provider-busy"],
    [302, "", "unreadable"],
    [418, "tea", "unreadable"],
    [500, "x".repeat(1_000_000), "unreachable"],
  ])("may be another server's, a page without OpenRouter's words: %i", async (status, body, reason) => {
    const end = (await askThrough({ kind: "exactly", status, contentType: "text/html", body })).end;
    expect(end).toMatchObject({ kind: "failed", failure: { reason } });
  });
});

describe("an answer that goes wrong on its way", () => {
  const script = { reasoning: "Let me think.", text: "One two three four five six seven." };
  beforeEach(() => openRouter.chat.answer(hunter, script));

  it.each<[string, ChatFault]>([
    ["the connection dies", { kind: "dies", afterPieces: 5 }],
    ["the stream ends without saying so", { kind: "ends-early", afterPieces: 5 }],
    ["the provider's network fails", { kind: "network-error", afterPieces: 5 }],
    [
      "an error comes beside empty choices",
      { kind: "error-in-stream", afterPieces: 5, code: 502, errorType: "provider_unavailable" },
    ],
    [
      "an error comes with a last choice",
      { kind: "error-in-stream", afterPieces: 5, code: 429, errorType: "rate_limit_exceeded", choices: "ended" },
    ],
  ])("is cut, and what came is kept: %s", async (_, fault) => {
    const heard = await askThrough(fault);
    expect(heard.reasoning).toBe(script.reasoning);
    expect(heard.answer).toBe("One two thre");
    expect(heard.end).toEqual(failed({ reason: "cut" }));
  });

  it("is at its limit when the error in the stream says so", async () => {
    const heard = await askThrough({
      kind: "error-in-stream",
      afterPieces: 5,
      code: 400,
      errorType: "max_tokens_exceeded",
    });
    expect(heard.end.kind).toBe("token-limit");
  });

  it("was moderated when a filter ended it", async () => {
    openRouter.chat.answer(hunter, { text: "I could", finish: "content_filter" });
    expect((await ask()).end).toMatchObject({ kind: "failed", failure: { reason: "moderated", flagged: [] } });
  });

  it("is unreadable when nonsense comes, and what came is kept", async () => {
    const heard = await askThrough({ kind: "garbage", afterPieces: 5 });
    expect(heard.answer.length).toBeGreaterThan(5);
    expect(heard.end).toEqual(failed({ reason: "unreadable" }));
  });

  it.each([
    ["text/html", "<!doctype html><title>Back soon</title>"],
    ["text/event-stream", `data: {"choices":"none"}\n\n`],
    ["text/event-stream", `data: {"choices":[{"delta":{"content":["a"]}}]}\n\n`],
    ["application/json", "[]"],
    ["application/json", "{}"],
  ])("is unreadable when it is no answer at all: %s %s", async (contentType, body) => {
    expect((await askThrough({ kind: "exactly", status: 200, contentType, body })).end).toEqual(
      failed({ reason: "unreadable" }),
    );
  });

  it.each(["", " \n ", ["\0"]])("is empty when it is over without a word: %j", async (text) => {
    openRouter.chat.answer(hunter, { reasoning: "Nothing to say.", text });
    const { end } = await ask();
    expect(end).toMatchObject({ kind: "failed", failure: { reason: "empty" }, usage: { reasoningTokens: 4 } });
  });

  it.each(["text/event-stream", "application/json"])("is cut when %s ends before it begins", async (contentType) => {
    expect((await askThrough({ kind: "exactly", status: 200, contentType, body: "" })).end).toEqual(
      failed({ reason: "cut" }),
    );
  });

  it("is whole when the line dies after it was over and only the figures are missing", async () => {
    const body = `data: {"choices":[{"delta":{"content":"Done."},"finish_reason":"stop"}]}\n\n`;
    const heard = await askThrough({ kind: "exactly", status: 200, contentType: "text/event-stream", body });
    expect(heard.end).toEqual({ kind: "whole", usage: null });
  });
});
