import type { ChatEnd, ChatFailure, ChatPiece, ChatUsage } from "../domain/chat.ts";
import type { WireChunk } from "./openrouter-chunk.ts";
import { isTokenLimit } from "./openrouter-refusal.ts";
import { piecewiseText } from "./piecewise-text.ts";

/** Names providers give to an answer that broke off, while OpenRouter says it stopped as it should. */
const brokenOff = /error|abort/i;

/** An answer that is being heard. */
export type Answer = {
  /** What a chunk adds, safe to store and show. */
  take(chunk: WireChunk): ChatPiece[];
  /** What is left when nothing comes any more. */
  rest(): ChatPiece[];
  isFinished(): boolean;
  isFull(): boolean;
  /** OpenRouter said that nothing follows. */
  done(): void;
  end(): ChatEnd;
  failed(failure: ChatFailure): ChatEnd;
  /** An error came in place of the next words. */
  refused(error: unknown, failure: ChatFailure): ChatEnd;
};

/**
 * Keeps count of an answer while it is heard, and says how it ended.
 * @param mostCharacters of answer and reasoning together
 */
export function hearAnswer(mostCharacters: number): Answer {
  const texts = { answer: piecewiseText(), reasoning: piecewiseText() };
  let charactersLeft = mostCharacters;
  let hasWords = false;
  let hasThoughts = false;
  let isDone = false;
  let usage: ChatUsage | null = null;
  let finish: WireChunk["finish"] = null;

  const heard = (kind: ChatPiece["kind"], text: string): ChatPiece[] => {
    const taken = text.slice(0, charactersLeft).replace(/[\ud800-\udbff]$/, "");
    charactersLeft = taken.length < text.length ? 0 : charactersLeft - taken.length;
    if (kind === "answer") hasWords ||= taken.trim() !== "";
    else hasThoughts ||= taken.trim() !== "";
    return taken === "" ? [] : [{ kind, text: taken }];
  };
  const failed = (failure: ChatFailure): ChatEnd => ({ kind: "failed", failure, usage });

  return {
    take(chunk) {
      usage = chunk.usage ?? usage;
      finish = chunk.finish ?? finish;
      return chunk.pieces.flatMap(({ kind, text }) => heard(kind, texts[kind].next(text)));
    },
    rest: () => (["reasoning", "answer"] as const).flatMap((kind) => heard(kind, texts[kind].rest())),
    isFinished: () => finish !== null || isDone,
    isFull: () => charactersLeft === 0,
    done: () => {
      isDone = true;
    },
    failed,
    end() {
      if (charactersLeft === 0) return { kind: "token-limit", usage };
      if (finish && (brokenOff.test(finish.reason) || brokenOff.test(finish.native))) return failed({ reason: "cut" });
      if (finish?.reason === "content_filter") return failed({ reason: "moderated", flagged: [] });
      if (finish?.reason === "length" && (hasWords || hasThoughts)) return { kind: "token-limit", usage };
      if (!finish && !isDone) return failed({ reason: "cut" });
      return hasWords ? { kind: "whole", usage } : failed({ reason: "empty" });
    },
    refused(error, failure) {
      const hasBegun = hasWords || hasThoughts;
      if (hasBegun && isTokenLimit(error)) return { kind: "token-limit", usage };
      const isBreak = ["provider-failed", "provider-busy", "timed-out", "unreachable"].includes(failure.reason);
      return failed(hasBegun && isBreak ? { reason: "cut" } : failure);
    },
  };
}
