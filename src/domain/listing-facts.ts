import type { Listing } from "./listing.ts";

/**
 * The facts whose changes are told. `createdAt` is not one: it moves without meaning anything. The tokenizer is what the
 * rule of `judgeStealth` goes by, and so worth a line.
 */
export const factNames = [
  "name",
  "contextTokens",
  "maxOutputTokens",
  "promptUsdPerToken",
  "completionUsdPerToken",
  "inputModalities",
  "outputModalities",
  "tokenizer",
  "description",
] as const satisfies readonly (keyof Listing)[];

export type FactName = (typeof factNames)[number];
export type FactValue = string | number | readonly string[] | null;
export type FactChange = { readonly fact: FactName; readonly before: FactValue; readonly after: FactValue };

/** One line of a model's history, newest where they are listed. */
export type HistoryEntry = { readonly at: Date } & (
  | ({ readonly kind: "fact" } & FactChange)
  | { readonly kind: "withdrawn" | "back" }
);

/** Good reads in a row without a model after which it counts as withdrawn from the list. */
export const missesUntilWithdrawn = 3;

/**
 * What a read tells about a listing that was known before. A fact that is missing now tells nothing: the catalogue leaves
 * fields out and sends malformed ones on bad days. Prices are compared as numbers ("0" and "0.0" are one price), and a
 * description that was only cut is still the same one (since April 2026 the catalogue cuts them).
 */
export function changedFacts(before: Listing, after: Listing): FactChange[] {
  return factNames.flatMap((fact) =>
    after[fact] === null || isSame(fact, before[fact], after[fact])
      ? []
      : [{ fact, before: before[fact], after: after[fact] }],
  );
}

/** The facts as known after a read: new ones where it tells any, the old ones where it does not. */
export function knownFacts(before: Listing, after: Listing): Listing {
  const changes = changedFacts(before, after).map(({ fact, after: value }) => [fact, value]);
  return { ...before, createdAt: after.createdAt ?? before.createdAt, ...Object.fromEntries(changes) };
}

function isSame(fact: FactName, before: FactValue, after: FactValue): boolean {
  if (before === null || after === null) return before === after;
  if (typeof before === "object" || typeof after === "object") return String(before) === String(after);
  if (fact === "promptUsdPerToken" || fact === "completionUsdPerToken") return Number(before) === Number(after);
  return before === after || (fact === "description" && isCutOf(String(after), String(before)));
}

function isCutOf(short: string, long: string): boolean {
  const kept = short.replace(/(\.\.\.|…)$/, "").trimEnd();
  return kept.length < short.length && kept !== "" && long.startsWith(kept);
}
