import { type AskableListing, costsNothing } from "./askable.ts";
import { labByAuthor } from "./lab.ts";
import { authorOf, type Listing, withoutVariant } from "./listing.ts";

/** The listing of a known lab that a settled model turned out to be. */
export type ConfirmedListing = {
  readonly listing: AskableListing;
  /** "named": the settlement's source or OpenRouter itself names it. "alike": of its lab's newer listings it is most like it. */
  readonly by: "named" | "alike";
};

/** A listing of the catalogue with what tells it from its lab's others. */
export type DatedListing = { readonly firstSeenAt: Date; readonly facts: Listing | null };

type Settled = {
  readonly facts: Listing;
  readonly listedAt: Date;
  readonly builders: readonly string[];
  readonly publishedAt: Date;
  /** Listings that were named, likeliest first. */
  readonly namedIds: readonly string[];
};

/** The listing an address on OpenRouter's site shows; null for any other address. */
export function listingAt(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const { hostname, pathname } = new URL(address);
  const [author, name] = pathname.split("/").filter(Boolean);
  return hostname.replace(/^www\./, "") === "openrouter.ai" && author && name ? `${author}/${name}` : null;
}

/** The listings of those who built a model: what `confirmedListing` chooses from. */
export function listingsOf(builders: readonly string[], askable: readonly AskableListing[]): AskableListing[] {
  return askable.filter(({ listingId }) => builders.includes(labByAuthor(authorOf(listingId))?.slug ?? ""));
}

/**
 * Which listing a settled model is asked under now: one that was named, a free variant of it rather than another. Where
 * nobody names one of its builder's, it is one of theirs that came after it, with as large a context and the same inputs
 * rather than others, then the one that came closest to the day it was published. Null if there is none.
 *
 * @param known facts of the builder's listings, by id
 */
export function confirmedListing(
  settled: Settled,
  askable: readonly AskableListing[],
  known: ReadonlyMap<string, DatedListing>,
): ConfirmedListing | null {
  const theirs = listingsOf(settled.builders, askable);
  // A lab of the server's own has no listings anybody knows to be its.
  const nameable = theirs.length > 0 ? theirs : askable;
  for (const id of settled.namedIds) {
    const variants = nameable.filter(({ listingId }) => withoutVariant(listingId) === withoutVariant(id));
    const listing = variants.find(costsNothing) ?? variants[0];
    if (listing) return { listing, by: "named" };
  }
  const [likeliest] = theirs
    .flatMap((listing) => {
      const candidate = known.get(listing.listingId);
      return candidate && candidate.firstSeenAt > settled.listedAt ? [{ listing, ...candidate }] : [];
    })
    .sort(
      (a, b) =>
        likeness(b.facts, settled.facts) - likeness(a.facts, settled.facts) || gap(a) - gap(b) || cost(a) - cost(b),
    );
  return likeliest ? { listing: likeliest.listing, by: "alike" } : null;

  function cost({ listing }: { listing: AskableListing }): number {
    return costsNothing(listing) ? 0 : 1;
  }

  function gap({ firstSeenAt }: DatedListing): number {
    return Math.abs(firstSeenAt.getTime() - settled.publishedAt.getTime());
  }
}

function likeness(facts: Listing | null, of: Listing): number {
  const sameContext = facts?.contextTokens !== null && facts?.contextTokens === of.contextTokens;
  const sameInputs = facts?.inputModalities?.join() === of.inputModalities?.join();
  return (sameContext ? 2 : 0) + (sameInputs ? 1 : 0);
}
