import { labByAuthor } from "./lab.ts";
import { authorOf, isPricedAsRouter, type Listing } from "./listing.ts";

/** A listing of a known lab, which can be asked the same as an anonymous model. */
export type AskableListing = {
  readonly listingId: string;
  readonly name: string;
  readonly promptUsdPerToken: number;
  readonly completionUsdPerToken: number;
};

/** The known labs' listings that give text at a known price, out of a catalogue. */
export function askableIn(listings: readonly Listing[]): AskableListing[] {
  return listings.flatMap((listing) => {
    const prices = pricesOf(listing);
    const givesText = listing.outputModalities?.includes("text") ?? true;
    if (!prices || !givesText || labByAuthor(authorOf(listing.id)) === null) return [];
    return [{ listingId: listing.id, name: listing.name ?? listing.id, ...prices }];
  });
}

/** A listing's prices for one token, in US dollars; null where they are unknown, or depend on where the request is sent. */
export function pricesOf(listing: Listing): Pick<AskableListing, "promptUsdPerToken" | "completionUsdPerToken"> | null {
  const { promptUsdPerToken: prompt, completionUsdPerToken: completion } = listing;
  if (prompt === null || completion === null || isPricedAsRouter(listing)) return null;
  const prices = { promptUsdPerToken: Number(prompt), completionUsdPerToken: Number(completion) };
  return Object.values(prices).every(Number.isFinite) ? prices : null;
}

export function costsNothing({ promptUsdPerToken, completionUsdPerToken }: Omit<AskableListing, "listingId" | "name">) {
  return promptUsdPerToken === 0 && completionUsdPerToken === 0;
}

/** Whether a listing may be asked at all: one that costs money only where the host has set a cap. */
export function mayBeAsked(listing: AskableListing, { usdPerMonth }: { readonly usdPerMonth: number }): boolean {
  return usdPerMonth > 0 || costsNothing(listing);
}

/**
 * The most an answer can cost, in US dollars: a token is at least a byte of what is sent, and every turn has a little
 * around it.
 */
export function worstCostUsd(
  prices: Omit<AskableListing, "listingId" | "name">,
  sent: { readonly bytes: number; readonly turns: number; readonly mostTokens: number },
): number {
  const promptTokens = sent.bytes + sent.turns * 16;
  return promptTokens * prices.promptUsdPerToken + sent.mostTokens * prices.completionUsdPerToken;
}

/** Listings whose name or id holds all the words typed, free ones first, at most `most`. Paid ones only if they may be asked. */
export function suggestAskable(
  listings: readonly AskableListing[],
  typed: string,
  { mayCost, most }: { readonly mayCost: boolean; readonly most: number },
): AskableListing[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ listingId, name }: AskableListing) =>
    words.every((word) => `${name} ${listingId}`.toLowerCase().includes(word));
  const fitting = listings.filter((listing) => (mayCost || costsNothing(listing)) && fits(listing));
  const [free, paid] = [fitting.filter(costsNothing), fitting.filter((listing) => !costsNothing(listing))];
  return [...free, ...paid].slice(0, most);
}

/** The known labs' listings, in memory: autocomplete must not wait for a query. */
export type AskableListings = {
  all(): readonly AskableListing[];
  /** By id, as autocomplete fills it in. */
  find(listingId: string): AskableListing | null;
  replace(listings: readonly AskableListing[]): void;
};

/** An empty memory. */
export function createAskableListings(): AskableListings {
  let known: readonly AskableListing[] = [];
  return {
    all: () => known,
    find: (listingId) => known.find((listing) => listing.listingId === listingId.trim()) ?? null,
    replace(listings) {
      known = listings;
    },
  };
}
