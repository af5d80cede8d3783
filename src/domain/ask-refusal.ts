import type { TooYoung } from "./account-age.ts";
import type { ConfirmedListing } from "./confirmed-listing.ts";
import type { AccessRefusal } from "./question-access.ts";
import type { LimitRefusal } from "./question-limits.ts";

/** This server knows who built the model: it is told, and nothing is asked. */
export type SettledRefusal = {
  readonly reason: "settled";
  readonly modelId: number;
  readonly modelName: string;
  readonly builders: readonly string[];
  /** What it turned out to be; null if the catalogue does not hold it. */
  readonly confirmed: ConfirmedListing | null;
  /** It costs money, and the host has set none aside. */
  readonly isTooDear: boolean;
  /** The question, if there was one, kept to be asked of that listing. */
  readonly promptId: number | null;
};

/** Why a question is not taken in. */
export type AskRefusal =
  | LimitRefusal
  | AccessRefusal
  | TooYoung
  | SettledRefusal
  /** It was settled, and the settlement is taken back. */
  | { readonly reason: "open-again"; readonly modelName: string }
  /** What a model turned out to be is not in the catalogue. */
  | { readonly reason: "no-confirmed-listing" }
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
