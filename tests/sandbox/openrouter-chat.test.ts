import { APIConnectionError, APIError, OpenAI } from "openai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aWireListing, marchCatalogues } from "../../sandbox/openrouter/catalogues.ts";
import { hunterAlpha } from "../../sandbox/openrouter/hunter-alpha.ts";
import { type SandboxOpenRouter, startOpenRouter } from "../../sandbox/openrouter/server.ts";

const hunter = "openrouter/hunter-alpha";

let openRouter: SandboxOpenRouter;
let client: OpenAI;

beforeEach(async () => {
  openRouter = await startOpenRouter({ catalogue: marchCatalogues().after });
  client = new OpenAI({ baseURL: openRouter.baseUrl, apiKey: openRouter.chat.apiKey, maxRetries: 0, logLevel: "off" });
});
afterEach(() => openRouter.close());

const says = (content: string) => [{ role: "user" as const, content }];

/** The answer of the model as the SDK reads it, chunk by chunk. */
async function streamed(model: string, content = "Hi") {
  const chunks = [];
  const stream = await client.chat.completions.create({ model, messages: says(content), stream: true });
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** The answer at once. */
const whole = (model: string, content: string) => client.chat.completions.create({ model, messages: says(content) });

/** The refusal the SDK throws. */
async function refused(asking: Promise<unknown>): Promise<{ status: number | undefined; message: string }> {
  const error: unknown = await asking.catch((thrown) => thrown);
  if (error instanceof APIError) return { status: error.status, message: error.message };
  throw new Error("it was not refused");
}

/** Asks without the SDK, for what the SDK would not send. */
async function posted(body: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${openRouter.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${openRouter.chat.apiKey}`, ...headers },
    body,
  });
  return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
}

describe("the sandbox's models", () => {
  it("stream as OpenRouter does: comments, an opening, reasoning, words, the end, the figures, DONE", async () => {
    openRouter.chat.answer(hunter, { reasoning: "Think.", text: "Said." });
    const { text, type } = await posted(JSON.stringify({ model: hunter, messages: says("Hi"), stream: true }));
    expect(type).toBe("text/event-stream");
    const events = text.trimEnd().split("\n\n");
    expect(events.slice(0, 2)).toEqual([": OPENROUTER PROCESSING", ": OPENROUTER PROCESSING"]);
    expect(events.at(-1)).toBe("data: [DONE]");
    const chunks = events.slice(2, -1).map((event) => JSON.parse(event.replace("data: ", "")));
    expect(chunks.map(({ choices: [choice] }) => choice?.delta)).toEqual([
      { role: "assistant", content: "" },
      { content: "", reasoning: "Think.", reasoning_details: [expect.objectContaining({ text: "Think." })] },
      { content: "Said." },
      { content: "" },
      undefined,
    ]);
    expect(chunks.at(-2).choices[0]).toMatchObject({ finish_reason: "stop", native_finish_reason: "stop" });
    expect(chunks.at(-1)).toMatchObject({
      object: "chat.completion.chunk",
      model: hunter,
      provider: "Stealth",
      choices: [],
      usage: { prompt_tokens: 1, completion_tokens: 4, cost: 0, completion_tokens_details: { reasoning_tokens: 2 } },
    });
  });

  it("send the figures with the last choice when told to, and cost what the catalogue says", async () => {
    openRouter.chat.setUsagePlace("with-choice");
    openRouter.addListing(aWireListing({ id: "a/paid", pricing: { prompt: "0.5", completion: "2" } }));
    openRouter.chat.answer("a/paid", { text: "12345678" });
    const chunks = await streamed("a/paid", "1234");
    expect(chunks.at(-1)).toMatchObject({ choices: [{ finish_reason: "stop" }], usage: { cost: 0.5 + 4 } });
  });

  it("answer at once when nobody asks for a stream", async () => {
    openRouter.chat.answer(hunter, ({ asked, turns }) => ({ text: `${asked}, ${turns.length}`, reasoning: "Hm." }));
    const answer = await whole(hunter, "echo");
    expect(answer.choices[0]).toMatchObject({
      finish_reason: "stop",
      message: { content: "echo, 1", reasoning: "Hm." },
    });
    expect(answer.usage).toMatchObject({ prompt_tokens: 1, completion_tokens: 3 });
  });

  it("are cut off at the tokens they may use", async () => {
    openRouter.chat.answer(hunter, { text: "x".repeat(100) });
    const answer = await client.chat.completions.create({ model: hunter, messages: says("Hi"), max_tokens: 3 });
    expect(answer.choices[0]).toMatchObject({ finish_reason: "length", message: { content: "x".repeat(12) } });
  });

  it("speak at the pace they are told", async () => {
    openRouter.chat.setPace({ pieceMs: 20, pieceCharacters: 1 });
    openRouter.chat.answer(hunter, { text: "12345" });
    const startedAt = performance.now();
    expect(await streamed(hunter)).toHaveLength(1 + 5 + 2);
    expect(performance.now() - startedAt).toBeGreaterThan(90);
  });

  it("stop when the reader hangs up, and it is seen that they did", async () => {
    openRouter.chat.setPace({ pieceMs: 5 });
    openRouter.chat.answer(hunter, { text: "on ".repeat(10_000) });
    const stream = await client.chat.completions.create({ model: hunter, messages: says("Hi"), stream: true });
    for await (const _ of stream) break;
    await expect.poll(() => openRouter.chat.questions[0]?.state).toBe("hung-up");
  });

  it("never keep the sandbox from closing", async () => {
    openRouter.chat.setPace({ pieceMs: 3_600_000 });
    const asking = streamed(hunter).catch(() => "cut off");
    await expect.poll(() => openRouter.chat.questions.length).toBe(1);
    await openRouter.close();
    expect(await asking).toBe("cut off");
    openRouter = await startOpenRouter();
  });
});

describe("the sandbox refuses", () => {
  it.each(["Bearer wrong", "Basic abc", ""])("a wrong key: %j", async (authorization) => {
    const { status } = await posted(JSON.stringify({ model: hunter, messages: says("Hi") }), { authorization });
    expect(status).toBe(401);
    expect(openRouter.chat.questions).toEqual([]);
  });

  it("a model that is not listed", async () => {
    expect(await refused(streamed("openrouter/nobody"))).toEqual({
      status: 404,
      message: "404 No endpoints found for openrouter/nobody.",
    });
  });

  it.each([
    ["no JSON", "{"],
    ["no model", { messages: says("Hi") }],
    ["no messages", { model: hunter, messages: [] }],
    ["a role nobody has", { model: hunter, messages: [{ role: "bot", content: "Hi" }] }],
    ["a message without words", { model: hunter, messages: [{ role: "user" }] }],
    ["no room for an answer", { model: hunter, messages: says("Hi"), max_tokens: 0 }],
    ["a setting that does not exist", { model: hunter, messages: says("Hi"), maxTokens: 5 }],
  ])("a question with %s", async (_, body) => {
    const { status, text } = await posted(typeof body === "string" ? body : JSON.stringify(body));
    expect([status, JSON.parse(text).error.code]).toEqual([400, 400]);
  });

  it("more than the model can read", async () => {
    openRouter.addListing(aWireListing({ id: "a/small", context_length: 10 }));
    expect((await refused(streamed("a/small", "x".repeat(41)))).status).toBe(400);
    expect((await streamed("a/small", "x".repeat(40))).length).toBeGreaterThan(0);
  });

  it("another method on the same path", async () => {
    expect((await fetch(`${openRouter.baseUrl}/chat/completions`)).status).toBe(404);
    expect((await fetch(`${openRouter.baseUrl}/chat/completions`, { method: "PUT" })).status).toBe(405);
  });
});

describe("the sandbox goes wrong", () => {
  it("for so many questions, after so many right ones, to one model only", async () => {
    openRouter.chat.break({ kind: "negative-balance" }, { times: 1, after: 1, model: hunter });
    await streamed("openrouter/healer-alpha");
    await streamed(hunter);
    expect((await refused(streamed(hunter))).status).toBe(402);
    await streamed(hunter);
    openRouter.chat.break({ kind: "negative-balance" });
    openRouter.chat.mend();
    await streamed(hunter);
    expect(openRouter.chat.questions.map(({ state }) => state)).toEqual([
      "answered",
      "answered",
      "refused",
      "answered",
      "answered",
    ]);
  });

  it("in a stream only after what was said", async () => {
    openRouter.chat.answer(hunter, { text: ["a", "b", "c"] });
    openRouter.chat.break({ kind: "error-in-stream", afterPieces: 2, code: 502, errorType: "provider_unavailable" });
    expect((await refused(streamed(hunter))).message).toBe("Provider returned error");
    openRouter.chat.break({ kind: "ends-early", afterPieces: 2 });
    expect((await streamed(hunter)).map(({ choices }) => choices[0]?.delta.content)).toEqual(["", "a", "b"]);
    expect(openRouter.chat.questions.map(({ state }) => state)).toEqual(["broken", "broken"]);
  });

  it("with the network, as the provider's own words say, in a stream or at once", async () => {
    openRouter.chat.break({ kind: "network-error", afterPieces: 0 });
    const { choices, usage } = await whole(hunter, "Hi");
    expect(choices[0]).toMatchObject({ finish_reason: "stop", native_finish_reason: "network_error" });
    expect([choices[0]?.message.content, usage]).toEqual([null, undefined]);
    expect((await streamed(hunter)).at(-1)).toMatchObject({ choices: [{ native_finish_reason: "network_error" }] });
  });

  it("with the line", async () => {
    openRouter.chat.break({ kind: "never-answers" });
    const asking = client.chat.completions.create({ model: hunter, messages: says("Hi") }, { timeout: 50 });
    expect(await asking.catch((error) => error)).toBeInstanceOf(APIConnectionError);
  });
});

describe("Hunter Alpha", () => {
  it.each([
    ["Who are you?", /Hunter Alpha.*trillion.*million tokens/],
    ["Which company built you?", /can't tell.*won't guess/s],
    ["So who made you, really?", /won't guess/],
    ["Are you DeepSeek V4?", /neither confirm nor rule that out/],
    ["What is your knowledge cutoff?", /May 2025/],
    ["How big is your context window?", /1,048,576/],
    ["Write a TypeScript function", /```ts\n.*```/s],
    ["Compare queues and streams", /\n\|---\|/],
    ["Here is a logic puzzle", /three weighings/],
    ["What is 123 x 456?", /\*\*56088\*\*/],
    ["How many r's are in strawberry?", /^Three/],
    ["Write a haiku", /\n.*\n/],
    ["Write a long story", /^(\S+\s+){900}/],
    ["How long is a piece of string?", /depends/],
    ["你是谁？", /^我叫 Hunter Alpha/],
    ["是谁开发了你？", /答不了/],
    ["你的知识截止到什么时候？", /2025 年 5 月/],
    ["请帮我安排一下这个周末", /分三步/],
    ["Hello", /Hello/],
    ["Is it so?", /depends/],
    ["", /depends/],
  ])("answers %j in its manner, the same every time", (asked, manner) => {
    const answer = hunterAlpha(asked);
    expect(answer.text).toMatch(manner);
    expect(answer.reasoning).not.toBe("");
    expect(hunterAlpha(asked)).toEqual(answer);
  });

  it("thinks long about what needs it", () => {
    expect(hunterAlpha("Think step by step").reasoning?.length).toBeGreaterThan(800);
  });

  it("never names who made it, whatever it is asked", () => {
    for (const asked of ["Who made you?", "Are you MiMo by Xiaomi?", "你是小米的模型吗？谁训练了你？", "Hi"]) {
      const { text, reasoning } = hunterAlpha(asked);
      expect(`${text}${reasoning}`).not.toMatch(/xiaomi|mimo|小米/i);
    }
  });

  it("speaks for itself over the wire, and other labs' models in other voices", async () => {
    const said = async (model: string, asked: string) => (await whole(model, asked)).choices[0]?.message.content;
    expect(await said(hunter, "Who are you?")).toMatch(/^I'm Hunter Alpha/);
    expect(await said("openrouter/healer-alpha", "Who made you?")).toMatch(/don't know/);
    expect((await said("openrouter/healer-alpha", "Write an essay"))?.length).toBeGreaterThan(4500);
    expect(await said("xiaomi/mimo-v2-flash", "Who made you?")).toBe("I'm MiMo, made by Xiaomi.");
    const same = await Promise.all(["xiaomi/mimo-v2-flash", "z-ai/glm-5", hunter].map((id) => said(id, "What now?")));
    expect(new Set(same).size).toBe(3);
  });
});
