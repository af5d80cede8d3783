import { oneLine } from "./clean-text.ts";
import type { Listing } from "./listing.ts";
import { readSource } from "./settlement.ts";

/** Longest name of a model that moderators add. */
export const longestModelName = 60;

/** Why a model cannot be added. */
export type AddingRefusal =
  | { readonly reason: "no-name" }
  | { readonly reason: "name-too-long"; readonly mostCharacters: number }
  | { readonly reason: "bad-link" }
  | { readonly reason: "already-here"; readonly name: string }
  | { readonly reason: "too-many"; readonly mostModels: number };

export type NewModelReading =
  | { readonly read: true; readonly name: string; readonly link: string; readonly listing: Listing }
  | { readonly read: false; readonly refusal: AddingRefusal };

/**
 * A model as a moderator typed it: its name in one line, its link, and a listing of which nothing but the name is known.
 * The listing's id holds the server's, so that two servers can add models of the same name.
 */
export function readNewModel(typed: { serverId: string; name: string; link: string }): NewModelReading {
  const name = oneLine(typed.name);
  const slug = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
  if (slug === "") return { read: false, refusal: { reason: "no-name" } };
  if ([...name].length > longestModelName) {
    return { read: false, refusal: { reason: "name-too-long", mostCharacters: longestModelName } };
  }
  const link = readSource(typed.link);
  if (link === null) return { read: false, refusal: { reason: "bad-link" } };
  const id = `server:${typed.serverId}/${slug}`;
  return { read: true, name, link, listing: { ...nothingKnown, id, name } };
}

const nothingKnown = {
  createdAt: null,
  contextTokens: null,
  maxOutputTokens: null,
  promptUsdPerToken: null,
  completionUsdPerToken: null,
  inputModalities: null,
  outputModalities: null,
  tokenizer: null,
  description: null,
} as const;
