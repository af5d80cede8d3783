import { describe, expect, it, onTestFinished, vi } from "vitest";
import { aWireListing } from "../../sandbox/openrouter/catalogues.ts";
import type { ChatFault } from "../../sandbox/openrouter/chat-faults.ts";
import { hunterRevealed } from "../../sandbox/openrouter/chat-refusals.ts";
import { aChat, apiKey, aRequest, ask, askThrough, failed, hunter, openRouter } from "./chatting.ts";

describe("a question", () => {
  it("is answered piece by piece, reasoning first, with what it took", async () => {
    openRouter.chat.answer(hunter, {
      reasoning: "They greet me.",
      text: "Hello from the hunter.",
      usage: { prompt_tokens: 7, completion_tokens: 12, reasoning_tokens: 4, cost: 0.25 },
    });
    const heard = await ask();
    expect([heard.reasoning, heard.answer]).toEqual(["They greet me.", "Hello from the hunter."]);
    expect(heard.pieces.length).toBeGreaterThan(4);
    expect(heard.pieces[0]?.kind).toBe("reasoning");
    const usage = { promptTokens: 7, answerTokens: 12, reasoningTokens: 4, costUsd: 0.25 };
    expect(heard.end).toEqual({ kind: "whole", usage });
    openRouter.chat.setUsagePlace("with-choice");
    expect((await ask()).end).toEqual({ kind: "whole", usage });
  });

  it("goes out with the whole conversation, the limit, the key and who asks, once", async () => {
    const turns = [
      { role: "user", text: "Pick a number." },
      { role: "assistant", text: "Seven." },
      { role: "user", text: "Why?" },
    ] as const;
    await ask({ request: { turns, mostTokens: 321 } });
    const [question, ...more] = openRouter.chat.questions;
    expect(more).toEqual([]);
    expect(question).toMatchObject({ model: hunter, turns, mostTokens: 321, isStream: true, state: "answered" });
    expect(question?.headers).toMatchObject({
      authorization: `Bearer ${apiKey}`,
      "x-openrouter-title": "Unmask",
      "http-referer": expect.stringMatching(/^https:/),
    });
    expect(Object.keys(question?.headers ?? {})).not.toContain("openai-organization");
  });

  it("that failed is not asked again behind its asker's back", async () => {
    await askThrough({ kind: "shared-pool" });
    await askThrough({ kind: "exactly", status: 500, contentType: "text/plain", body: "no" });
    expect(openRouter.chat.questions).toHaveLength(2);
  });

  it("whose answer reached the limit of tokens says so, with reasoning alone too", async () => {
    openRouter.chat.answer(hunter, { reasoning: "Hm. ".repeat(10), text: "x".repeat(400) });
    const cut = await ask({ request: { mostTokens: 20 } });
    expect([cut.answer.length, cut.end.kind]).toEqual([40, "token-limit"]);
    const onlyThought = await ask({ request: { mostTokens: 5 } });
    expect([onlyThought.answer, onlyThought.end.kind]).toEqual(["", "token-limit"]);
  });
});

describe("text", () => {
  it("comes as the model wrote it: characters cut in two whole, what no database stores replaced", async () => {
    openRouter.chat.answer(hunter, { text: ["a\ud83d", "\ude00b\0c", "\ude00", "`<@1>` @everyone\r\n", "\ud83d"] });
    const { pieces, answer } = await ask();
    expect(answer).toBe("a😀bc\ufffd`<@1>` @everyone\r\n\ufffd");
    for (const { text } of pieces) expect(text).not.toMatch(/^$|\0/);
    expect(pieces.every(({ text }) => text.isWellFormed())).toBe(true);
  });

  it("of reasoning is found in the details where it stands nowhere else", async () => {
    const details = [
      { type: "reasoning.summary", summary: "In short." },
      { type: "reasoning.encrypted", data: "x" },
    ];
    const delta = { content: "", reasoning_details: details };
    const body = `data: ${JSON.stringify({ choices: [{ delta, finish_reason: "length" }] })}\n\ndata: [DONE]\n\n`;
    const heard = await askThrough({ kind: "exactly", status: 200, contentType: "text/event-stream", body });
    expect([heard.reasoning, heard.end.kind]).toEqual(["In short.", "token-limit"]);
  });

  it("is read to a limit and no further, and the line is closed", async () => {
    openRouter.chat.break({ kind: "huge", characters: 50_000_000 });
    const { answer, end } = await ask({ mostCharacters: 10_500 });
    expect([answer.length, end.kind]).toEqual([10_500, "token-limit"]);
    await vi.waitFor(() => expect(openRouter.chat.questions[0]?.state).toBe("hung-up"));
  });

  it("in one piece without end is unreadable", async () => {
    expect((await askThrough({ kind: "endless-piece" })).end).toEqual(failed({ reason: "unreadable" }));
    await vi.waitFor(() => expect(openRouter.chat.questions[0]?.state).toBe("hung-up"));
  });
});

describe("patience", () => {
  const patience = { firstWordMs: 150, silenceMs: 150, totalMs: 20_000 };

  it.each<[string, ChatFault]>([
    ["never answers", { kind: "never-answers" }],
    ["sends whitespace for ever", { kind: "error-after-whitespace", afterMs: 20_000, everyMs: 5 }],
    ["keeps the line alive and never speaks", { kind: "falls-silent", afterPieces: 0, commentEveryMs: 5 }],
    ["falls silent half way", { kind: "falls-silent", afterPieces: 4 }],
    ["falls silent half way and keeps the line alive", { kind: "falls-silent", afterPieces: 4, commentEveryMs: 5 }],
  ])("ends with who %s, and the line is closed", async (_, fault) => {
    const { end } = await askThrough(fault, { patience });
    expect(end).toEqual(failed({ reason: "timed-out" }));
    await vi.waitFor(() => expect(openRouter.chat.questions[0]?.state).toBe("hung-up"));
  });

  it("ends with who talks for ever", async () => {
    openRouter.chat.answer(hunter, { text: "and on ".repeat(10_000), pace: { pieceMs: 5 } });
    const { answer, end } = await ask({ patience: { totalMs: 200 }, request: { mostTokens: 1_000_000 } });
    expect(answer).toMatch(/^and on and/);
    expect(end).toEqual(failed({ reason: "timed-out" }));
  });

  it("does not end with who is slow but speaks", async () => {
    openRouter.chat.answer(hunter, { text: "slow words", pace: { pieceMs: 60, pieceCharacters: 1, commentMs: 30 } });
    expect((await ask({ patience: { firstWordMs: 2_000, silenceMs: 2_000 } })).end.kind).toBe("whole");
  });
});

describe("stopping", () => {
  it("closes the line at once, keeps what came, and says so", async () => {
    openRouter.chat.answer(hunter, { text: "and on ".repeat(1_000), pace: { pieceMs: 5 } });
    const stop = new AbortController();
    const heard = await ask({ signal: stop.signal }, () => stop.abort());
    expect([heard.pieces.length, heard.end]).toEqual([1, failed({ reason: "stopped" })]);
    await vi.waitFor(() => expect(openRouter.chat.questions[0]?.state).toBe("hung-up"));
  });

  it("works while nothing comes", async () => {
    openRouter.chat.break({ kind: "never-answers" });
    const stop = new AbortController();
    const heard = ask({ signal: stop.signal });
    await vi.waitFor(() => expect(openRouter.chat.questions).toHaveLength(1));
    stop.abort();
    expect((await heard).end).toEqual(failed({ reason: "stopped" }));
    await vi.waitFor(() => expect(openRouter.chat.questions[0]?.state).toBe("hung-up"));
  });

  it("before asking asks nothing", async () => {
    expect((await ask({ signal: AbortSignal.abort() })).end).toEqual(failed({ reason: "stopped" }));
    expect(openRouter.requests).toEqual([]);
  });

  it("happens when the listener goes away", async () => {
    openRouter.chat.answer(hunter, { text: "and on ".repeat(1_000), pace: { pieceMs: 5 } });
    for await (const piece of aChat()(aRequest(), new AbortController().signal)) {
      expect(piece.text).not.toBe("");
      break;
    }
    await vi.waitFor(() => expect(openRouter.chat.questions[0]?.state).toBe("hung-up"));
  });
});

describe("the host", () => {
  it("whose OpenRouter is not there hears that it is unreachable", async () => {
    expect((await ask({ baseUrl: "http://127.0.0.1:1/api/v1" })).end).toEqual(failed({ reason: "unreachable" }));
  });

  it("whose key is wrong hears so, and nobody sees the key, nor anything on the console", async () => {
    const consoles = (["debug", "info", "log", "warn", "error"] as const).map((level) => vi.spyOn(console, level));
    onTestFinished(() => void vi.restoreAllMocks());
    const { end } = await ask({ apiKey: "sk-or-v1-the-wrong-one" });
    expect(end).toEqual(failed({ reason: "key-refused" }));
    await askThrough({ kind: "garbage", afterPieces: 1 });
    for (const written of consoles) expect(written).not.toHaveBeenCalled();
    expect(openRouter.chat.questions).toHaveLength(1);
  });

  it("may be told of a reveal as soon as OpenRouter tells, while others are still answered", async () => {
    openRouter.chat.reveal(hunter, hunterRevealed);
    openRouter.addListing(aWireListing({ id: "stealth/ox-alpha" }));
    expect((await ask()).end).toMatchObject({ failure: { reason: "revealed", officialName: "MiMo-V2-Pro" } });
    expect((await ask({ request: { listingId: "stealth/ox-alpha" } })).end.kind).toBe("whole");
    openRouter.removeListing("stealth/ox-alpha");
    expect((await ask({ request: { listingId: "stealth/ox-alpha" } })).end).toEqual(failed({ reason: "not-served" }));
  });
});
