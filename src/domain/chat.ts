/** One thing said in a conversation with a model. */
export type Turn = { readonly role: "user" | "assistant"; readonly text: string };

/** What a model is asked: the whole conversation so far, the question last. */
export type ChatRequest = {
  readonly listingId: string;
  readonly turns: readonly Turn[];
  /** Most tokens the answer may take, reasoning included. */
  readonly mostTokens: number;
};

/** A piece of an answer, as it arrives. */
export type ChatPiece = { readonly kind: "answer" | "reasoning"; readonly text: string };

/** What an answer took, as far as its provider tells; reasoning is part of the answer's tokens. */
export type ChatUsage = {
  readonly promptTokens: number | null;
  readonly answerTokens: number | null;
  readonly reasoningTokens: number | null;
  readonly costUsd: number | null;
};

/** Why there is no answer, or not all of it. */
export type ChatFailure =
  /** The model is no longer anonymous, and no longer there. */
  | {
      readonly reason: "revealed";
      /** OpenRouter's own sentence. */
      readonly sentence: string;
      readonly officialName: string | null;
      /** Listings to ask instead, likeliest first. */
      readonly listingIds: readonly string[];
    }
  | { readonly reason: "not-served" }
  /** The host's OpenRouter account does not allow providers that log prompts. */
  | { readonly reason: "privacy-settings" }
  | { readonly reason: "key-refused" }
  | { readonly reason: "no-credit" }
  /** The host's key has asked as much as OpenRouter allows it, a minute or a day. */
  | { readonly reason: "key-limit"; readonly per: "minute" | "day"; readonly retryAt: Date | null }
  | { readonly reason: "moderated"; readonly flagged: readonly string[] }
  | { readonly reason: "too-long" }
  /** The model's provider has too many questions. */
  | { readonly reason: "provider-busy"; readonly retryAfterSeconds: number | null }
  /** The model's provider answered with an error of its own. */
  | { readonly reason: "provider-failed" }
  /** It ended without a word. */
  | { readonly reason: "empty" }
  /** It broke off. */
  | { readonly reason: "cut" }
  | { readonly reason: "timed-out" }
  | { readonly reason: "unreachable" }
  /** An answer nobody here can read. */
  | { readonly reason: "unreadable" }
  | { readonly reason: "stopped" };

/** How an answer ended: whole, at the limit of tokens, or not as it should. */
export type ChatEnd = { readonly usage: ChatUsage | null } & (
  | { readonly kind: "whole" | "token-limit" }
  | { readonly kind: "failed"; readonly failure: ChatFailure }
);

/** Asks a model and tells its answer piece by piece; returns how it ended. Never throws: what goes wrong is an end. */
export type Chat = (request: ChatRequest, signal: AbortSignal) => AsyncGenerator<ChatPiece, ChatEnd, undefined>;
