import type { Chat, ChatEnd, ChatFailure, ChatPiece, ChatRequest, ChatUsage } from "../../src/domain/chat.ts";

/** One model being asked, answered by the test. */
export type ScriptedAsk = {
  readonly request: ChatRequest;
  say(text: string): void;
  think(text: string): void;
  end(kind?: "whole" | "token-limit", usage?: Partial<ChatUsage>): void;
  fail(failure: ChatFailure): void;
  /** Whoever asked has hung up. */
  readonly stopped: boolean;
};

/** What an ordinary answer takes. */
export const someUsage: ChatUsage = { promptTokens: 12, answerTokens: 34, reasoningTokens: 5, costUsd: 0 };

/** A model whose answers a test speaks itself, piece by piece. */
export function aScriptedChat() {
  const asks: ScriptedAsk[] = [];
  const waiting: ((ask: ScriptedAsk) => void)[] = [];
  let given = 0;
  let always: ((ask: ScriptedAsk) => void) | null = null;

  const chat: Chat = async function* (request, signal) {
    const news: (ChatPiece | ChatEnd)[] = [];
    let wake = () => {};
    const tell = (what: ChatPiece | ChatEnd) => {
      news.push(what);
      wake();
    };
    const ask: ScriptedAsk = {
      request,
      say: (text) => tell({ kind: "answer", text }),
      think: (text) => tell({ kind: "reasoning", text }),
      end: (kind = "whole", usage = {}) => tell({ kind, usage: { ...someUsage, ...usage } }),
      fail: (failure) => tell({ kind: "failed", failure, usage: null }),
      get stopped() {
        return signal.aborted;
      },
    };
    signal.addEventListener("abort", () => wake());
    asks.push(ask);
    waiting.shift()?.(ask);
    always?.(ask);
    for (;;) {
      if (signal.aborted) return { kind: "failed", failure: { reason: "stopped" }, usage: null };
      const next = news.shift();
      if (!next) await new Promise<void>((resolve) => (wake = resolve));
      else if ("text" in next) yield next;
      else return next;
    }
  };

  return {
    chat,
    /** Everything asked so far. */
    asks: asks as readonly ScriptedAsk[],
    /** The next one asked that was not waited for yet. */
    asked(): Promise<ScriptedAsk> {
      given += 1;
      const there = asks[given - 1];
      return there ? Promise.resolve(there) : new Promise((resolve) => waiting.push(resolve));
    },
    /** From now on everything is answered at once like this. */
    always(answer: (ask: ScriptedAsk) => void) {
      always = answer;
    },
  };
}
