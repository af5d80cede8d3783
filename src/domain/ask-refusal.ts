import type { AccessRefusal } from "./question-access.ts";
import type { LimitRefusal } from "./question-limits.ts";

/** Why a question is not taken in. */
export type AskRefusal =
  | LimitRefusal
  | AccessRefusal
  /** The host has set no key for OpenRouter. */
  | { readonly reason: "no-key" }
  | { readonly reason: "no-such-model" }
  /** Moderators added it: OpenRouter does not serve it. */
  | { readonly reason: "seen-elsewhere" }
  | { readonly reason: "no-such-question" }
  | { readonly reason: "no-such-listing" }
  | { readonly reason: "no-prompt" }
  | { readonly reason: "prompt-too-long"; readonly mostCharacters: number }
  /** This very request was answered before. */
  | { readonly reason: "asked-before" };
