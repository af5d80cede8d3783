import type { ServerResponse } from "node:http";
import { setTimeout as after } from "node:timers/promises";
import type { RefusalFault } from "./chat-refusals.ts";
import type { StreamFault } from "./chat-stream.ts";

/** What goes wrong before a word was said, though not as a refusal. */
type OpeningFault =
  /** Status 200, whitespace for as long as told, then an error as the whole body. Recorded: 41 seconds. */
  | { readonly kind: "error-after-whitespace"; readonly afterMs: number; readonly everyMs: number }
  /** Status 200, and a stream whose one event is an error. */
  | { readonly kind: "only-an-error" }
  /** No answer, and the connection stays open. */
  | { readonly kind: "never-answers" }
  /** Exactly this. */
  | { readonly kind: "exactly"; readonly status: number; readonly contentType: string; readonly body: string }
  /** An answer of this many characters in pieces of a thousand, whatever was allowed. */
  | { readonly kind: "huge"; readonly characters: number }
  /** One piece that never ends. */
  | { readonly kind: "endless-piece" };

/** What can go wrong with a question. */
export type ChatFault = RefusalFault | StreamFault | OpeningFault;

const streamFaults = ["dies", "falls-silent", "ends-early", "error-in-stream", "network-error", "garbage"] as const;
const openingFaults = [
  "error-after-whitespace",
  "only-an-error",
  "never-answers",
  "exactly",
  "huge",
  "endless-piece",
] as const;

const isOneOf = (kinds: readonly string[], { kind }: ChatFault) => kinds.includes(kind);

export const isStreamFault = (fault: ChatFault): fault is StreamFault => isOneOf(streamFaults, fault);
export const isOpeningFault = (fault: ChatFault): fault is OpeningFault => isOneOf(openingFaults, fault);

const events = { "content-type": "text/event-stream" };
const json = { "content-type": "application/json" };

/** Sends an answer that is wrong from its beginning; resolves when that is done, or the reader has hung up. */
export async function sendOpeningFault(response: ServerResponse, fault: OpeningFault): Promise<void> {
  switch (fault.kind) {
    case "never-answers":
      return;
    case "exactly":
      response.writeHead(fault.status, { "content-type": fault.contentType });
      response.end(fault.body);
      return;
    case "only-an-error": {
      const error = { code: 429, message: "Provider returned error", metadata: { error_type: "rate_limit_exceeded" } };
      const event = { id: "gen-1", object: "chat.completion.chunk", model: "unknown", provider: "Stealth" };
      response.writeHead(200, events);
      response.end(`data: ${JSON.stringify({ ...event, choices: [], error })}\n\n`);
      return;
    }
    case "error-after-whitespace": {
      response.writeHead(200, json);
      const until = performance.now() + fault.afterMs;
      while (performance.now() < until && !response.destroyed) {
        response.write("\n         ");
        await after(fault.everyMs);
      }
      response.end(JSON.stringify({ error: { message: "Provider returned error", code: 429 } }));
      return;
    }
    case "huge": {
      const content = "All work and no play. ".repeat(50).slice(0, 1_000);
      const data = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
      return pour(response, data, Math.ceil(fault.characters / content.length));
    }
    case "endless-piece":
      response.writeHead(200, events);
      response.write(`data: {"choices":[{"index":0,"delta":{"content":"`);
      return pour(response, "x".repeat(65_536), Number.POSITIVE_INFINITY);
  }
}

/** Writes as fast as the reader reads, until that was all or it hangs up. */
async function pour(response: ServerResponse, text: string, times: number): Promise<void> {
  if (!response.headersSent) response.writeHead(200, events);
  for (let i = 0; i < times && !response.destroyed; i += 1) {
    if (response.write(text)) continue;
    await new Promise<void>((resolve) => {
      const goOn = () => {
        response.off("drain", goOn);
        response.off("close", goOn);
        resolve();
      };
      response.on("drain", goOn);
      response.on("close", goOn);
    });
  }
  response.end("data: [DONE]\n\n");
}
