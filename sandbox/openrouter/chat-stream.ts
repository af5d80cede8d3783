import type { ServerResponse } from "node:http";
import { setTimeout as after } from "node:timers/promises";
import type { CutAnswer, Pace } from "./chat-answer.ts";

/** Where a stream goes wrong, after so many pieces. */
export type StreamFault =
  /** The connection is reset. */
  | { readonly kind: "dies"; readonly afterPieces: number }
  /** Nothing comes any more, and the connection stays open; with comments that keep it so, or without. */
  | { readonly kind: "falls-silent"; readonly afterPieces: number; readonly commentEveryMs?: number }
  /** The stream ends as if nothing was missing, without a reason and figures. */
  | { readonly kind: "ends-early"; readonly afterPieces: number }
  /** An error in place of the next piece: beside empty choices as recorded, or beside a choice as documented. */
  | {
      readonly kind: "error-in-stream";
      readonly afterPieces: number;
      readonly code: number;
      readonly errorType: string;
      readonly choices?: "empty" | "ended";
    }
  /** It says it stopped as it should, and only in the provider's own words that the network failed. No figures. */
  | { readonly kind: "network-error"; readonly afterPieces: number }
  | { readonly kind: "garbage"; readonly afterPieces: number };

/** What every chunk and every whole answer carries. */
export type Envelope = {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly provider: string;
};

/** Whether the figures come in a chunk without choices, or with the last choice. */
export type UsagePlace = "alone" | "with-choice";

type Streaming = {
  readonly envelope: Envelope;
  readonly answer: CutAnswer;
  readonly pace: Pace;
  readonly usagePlace: UsagePlace;
  readonly fault: StreamFault | null;
};

const readWithinMs = 50;
const comment = ": OPENROUTER PROCESSING\n\n";

/** Streams an answer, until it ends or the reader hangs up; resolves with whether it came to its end. */
export async function streamAnswer(response: ServerResponse, streaming: Streaming): Promise<boolean> {
  const { envelope, answer, pace, usagePlace, fault } = streaming;
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const send = (data: object) =>
    write(response, `data: ${JSON.stringify({ ...chunk(envelope), ...data })}\n\n`, gone.signal);
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  try {
    for (let i = 0; i < pace.comments; i += 1) {
      await pause(pace.commentMs, gone.signal);
      await write(response, comment, gone.signal);
    }
    if (fault?.kind !== "error-in-stream" || fault.afterPieces > 0) await send(opening);
    for (const [i, { kind, text }] of answer.pieces.entries()) {
      if (fault && i >= fault.afterPieces) break;
      await pause(pace.pieceMs, gone.signal);
      await send(kind === "content" ? said({ content: text }) : thought(text));
    }
    if (fault) return await goWrong(response, fault, send, gone.signal);
    const figures = { usage: usageOnWire(answer) };
    await send({ ...said({ content: "" }, answer.finish), ...(usagePlace === "alone" ? {} : figures) });
    if (usagePlace === "alone") await send({ choices: [], ...figures });
    await write(response, "data: [DONE]\n\n", gone.signal);
    response.end();
    return true;
  } catch (error) {
    if (!gone.signal.aborted) throw error;
    return false;
  }
}

async function goWrong(
  response: ServerResponse,
  fault: StreamFault,
  send: (data: object) => Promise<void>,
  gone: AbortSignal,
): Promise<false> {
  switch (fault.kind) {
    case "dies":
      // A reset takes with it what has arrived and was not read yet.
      await after(readWithinMs, null, { signal: gone });
      response.socket?.resetAndDestroy();
      return false;
    case "falls-silent":
      for (;;) {
        await after(fault.commentEveryMs ?? 3_600_000, null, { signal: gone });
        if (fault.commentEveryMs !== undefined) await write(response, comment, gone);
      }
    case "ends-early":
      break;
    case "error-in-stream": {
      const { code, errorType: error_type, choices } = fault;
      const ended = choices === "ended" ? said({ content: "" }, "error") : { choices: [] };
      await send({ ...ended, error: { code, message: "Provider returned error", metadata: { error_type } } });
      break;
    }
    case "network-error":
      await send(said({ content: "", role: "assistant" }, "stop", "network_error"));
      break;
    case "garbage":
      await write(response, `data: {"choices":[{"delta":{"content":"\n\ndata: <html>\n\n`, gone);
  }
  response.end();
  return false;
}

const chunk = ({ id, created, model, provider }: Envelope) => ({
  id,
  object: "chat.completion.chunk",
  created,
  model,
  provider,
});

function said(delta: object, finish: string | null = null, native: string | null = finish) {
  return { choices: [{ index: 0, delta, finish_reason: finish, native_finish_reason: native, logprobs: null }] };
}

const opening = said({ role: "assistant", content: "" });

function thought(text: string) {
  const details = [{ type: "reasoning.text", text, format: "unknown", index: 0 }];
  return said({ content: "", reasoning: text, reasoning_details: details });
}

/** The figures as OpenRouter writes them. */
export function usageOnWire({ usage }: CutAnswer): object {
  const { prompt_tokens, completion_tokens, reasoning_tokens, cost } = usage;
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    cost,
    completion_tokens_details: { reasoning_tokens },
  };
}

/** Resolves when the reader may have more, so that nothing is written into the void. */
function write(response: ServerResponse, text: string, gone: AbortSignal): Promise<void> {
  gone.throwIfAborted();
  if (response.write(text)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const hungUp = () => reject(gone.reason);
    gone.addEventListener("abort", hungUp, { once: true });
    response.once("drain", () => {
      gone.removeEventListener("abort", hungUp);
      resolve();
    });
  });
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await after(ms, null, { signal });
}
