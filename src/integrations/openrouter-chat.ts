import { APIConnectionError, APIError, OpenAI } from "openai";
import type { Chat, ChatEnd, ChatPiece, ChatRequest } from "../domain/chat.ts";
import { type Answer, hearAnswer } from "./openrouter-answer.ts";
import { readChunk } from "./openrouter-chunk.ts";
import { readEvents } from "./openrouter-events.ts";
import { textWithin } from "./openrouter-page.ts";
import { failureOf } from "./openrouter-refusal.ts";
import { type Patience, waiting } from "./patience.ts";

export type ChatOptions = {
  readonly apiKey: string;
  /** As configured: https://openrouter.ai/api/v1 */
  readonly baseUrl: string;
  readonly patience?: Partial<Patience>;
  /** Of answer and reasoning together; what comes after is not read. */
  readonly mostCharacters?: number;
  /** For limits that end at a time of day. */
  readonly clock?: () => Date;
};

/**
 * A model may think for minutes before its first word, and OpenRouter was seen keeping a line open for 41 seconds before
 * it told of an error. Node's own fetch gives up after 300 seconds without a byte.
 */
const ordinaryPatience: Patience = { firstWordMs: 180_000, silenceMs: 60_000, afterwordMs: 5_000, totalMs: 600_000 };

const mostRefusalBytes = 64 * 1024;
const wireLimits = { mostBytes: 64 * 1024 * 1024, mostEventCharacters: 2 * 1024 * 1024 };

/** Asks models on OpenRouter, with the host's key. Nothing of the key, of headers or of addresses is in what it tells. */
export function createChat(options: ChatOptions): Chat {
  const { apiKey, baseUrl, mostCharacters = 400_000, clock = () => new Date() } = options;
  const patience = { ...ordinaryPatience, ...options.patience };
  const client = new OpenAI({
    apiKey,
    baseURL: baseUrl,
    // The environment is config.ts's to read: not the SDK's for an organisation, nor for how loud it is on the console.
    organization: null,
    project: null,
    adminAPIKey: null,
    webhookSecret: null,
    logLevel: "off",
    // A question that failed is its asker's to repeat: every attempt counts against the host's limits of the day.
    maxRetries: 0,
    timeout: patience.totalMs * 2,
    // Where a redirect leads nobody said the question may go.
    fetchOptions: { redirect: "manual" },
    fetch: fetchBounded,
    // OpenRouter wants to know who asks. The bot has no site of its own; this is where it lives.
    defaultHeaders: { "HTTP-Referer": "https://discord.com/", "X-OpenRouter-Title": "Unmask" },
  });

  return async function* ask(request, signal) {
    const hangUp = new AbortController();
    const line: Line = {
      signal: AbortSignal.any([signal, hangUp.signal]),
      wait: waiting(patience, hangUp),
      answer: hearAnswer(mostCharacters),
      now: clock,
    };
    let end: ChatEnd;
    try {
      const response = await line.wait.until(() => open(client, request, line.signal));
      end = yield* listen(response, line);
    } catch (error) {
      end = brokenBy(error, line);
    } finally {
      // Whoever stops listening closes the line, and OpenRouter tells the provider to stop.
      hangUp.abort();
    }
    if (signal.aborted) return line.answer.failed({ reason: "stopped" });
    yield* line.answer.rest();
    return end;
  };
}

/** A question that is being answered. */
type Line = {
  readonly signal: AbortSignal;
  readonly wait: ReturnType<typeof waiting>;
  readonly answer: Answer;
  readonly now: () => Date;
};

/** Asks; an answer with a bad status is thrown by the SDK. */
function open(client: OpenAI, { listingId, turns, mostTokens }: ChatRequest, signal: AbortSignal): Promise<Response> {
  const messages = turns.map(({ role, text }) => ({ role, content: text }));
  return client.chat.completions
    .create({ model: listingId, messages, max_tokens: mostTokens, stream: true }, { signal })
    .asResponse();
}

async function* listen(
  { body, headers }: Response,
  { signal, wait, answer, now }: Line,
): AsyncGenerator<ChatPiece, ChatEnd, undefined> {
  const reader = body?.getReader();
  const next = async () => (reader ? ((await wait.until(() => reader.read())).value ?? null) : null);
  for await (const event of readEvents(next, wireLimits)) {
    if (event.kind === "event" && event.text.trim() === "[DONE]") {
      answer.done();
      break;
    }
    const chunk = event.kind === "too-large" ? null : readChunk(event.text);
    if (!chunk) return answer.isFinished() ? answer.end() : answer.failed({ reason: "unreadable" });
    for (const piece of answer.take(chunk)) {
      yield piece;
      signal.throwIfAborted();
    }
    if (answer.isFull()) break;
    if (chunk.error)
      return answer.refused(chunk.error, failureOf({ status: null, error: chunk.error, headers, now: now() }));
    if (chunk.pieces.length > 0) wait.spoken();
    if (answer.isFinished()) wait.finished();
  }
  return answer.end();
}

/** What it means that the line broke. */
function brokenBy(error: unknown, { signal, answer, now }: Line): ChatEnd {
  if (answer.isFinished()) return answer.end();
  if (signal.aborted) return answer.failed({ reason: "timed-out" });
  if (error instanceof APIError && error.status !== undefined) {
    const { status, error: said, headers } = error;
    return answer.failed(failureOf({ status, error: said, headers: headers ?? null, now: now() }));
  }
  return answer.failed({ reason: error instanceof APIConnectionError ? "unreachable" : "cut" });
}

/** The SDK reads the body of a refusal whole, however long it is. */
async function fetchBounded(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  if (response.ok || !response.body) return response;
  const { status, headers } = response;
  return new Response((await textWithin(response, mostRefusalBytes))?.text ?? "", { status, headers });
}
