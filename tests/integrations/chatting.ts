import { afterEach, beforeEach } from "vitest";
import { marchCatalogues } from "../../sandbox/openrouter/catalogues.ts";
import type { ChatFault } from "../../sandbox/openrouter/chat-faults.ts";
import { type SandboxOpenRouter, startOpenRouter } from "../../sandbox/openrouter/server.ts";
import type { ChatEnd, ChatPiece, ChatRequest } from "../../src/domain/chat.ts";
import { type ChatOptions, createChat } from "../../src/integrations/openrouter-chat.ts";

/* Every test of a file that imports this has an OpenRouter of its own to ask. */

export const apiKey = "sk-or-v1-nobody-may-see-this";

export const hunter = "openrouter/hunter-alpha";

const now = new Date("2026-03-12T22:30:00Z");

export let openRouter: SandboxOpenRouter;

beforeEach(async () => {
  openRouter = await startOpenRouter({ catalogue: marchCatalogues().after, apiKey });
});

afterEach(() => openRouter.close());

type Heard = { pieces: ChatPiece[]; answer: string; reasoning: string; end: ChatEnd };

export const aChat = (options: Partial<ChatOptions> = {}) =>
  createChat({ apiKey, baseUrl: openRouter.baseUrl, clock: () => now, ...options });

export function aRequest(fields: Partial<ChatRequest> = {}): ChatRequest {
  return { listingId: hunter, turns: [{ role: "user", text: "Who are you?" }], mostTokens: 1_000, ...fields };
}

/** Asks, and listens to the end; `onPiece` hears each piece as it comes. */
export async function ask(
  options: Partial<ChatOptions> & { request?: Partial<ChatRequest>; signal?: AbortSignal } = {},
  onPiece?: (piece: ChatPiece) => void,
): Promise<Heard> {
  const { request, signal = new AbortController().signal, ...rest } = options;
  const heard = aChat(rest)(aRequest(request), signal);
  const pieces: ChatPiece[] = [];
  const said = (wanted: string) => pieces.map(({ kind, text }) => (kind === wanted ? text : "")).join("");
  for (;;) {
    const next = await heard.next();
    if (next.done) return { pieces, answer: said("answer"), reasoning: said("reasoning"), end: next.value };
    pieces.push(next.value);
    onPiece?.(next.value);
  }
}

/** Asks while this goes wrong. */
export async function askThrough(fault: ChatFault, options: Parameters<typeof ask>[0] = {}): Promise<Heard> {
  openRouter.chat.break(fault);
  return ask(options);
}

export const failed = (failure: object) => ({ kind: "failed", failure, usage: null });
