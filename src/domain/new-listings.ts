import { authorOf, type Listing, withoutVariant } from "./listing.ts";
import { judgeStealth, type StealthVerdict } from "./stealth.ts";

export type Judged = StealthVerdict & { readonly listing: Listing };

/**
 * Judges the listings that were never there. A new variant of a listing we know is not a new model.
 *
 * @param knownIds every id the catalogue ever held; empty at the first read of all
 */
export function judgeNew(listings: readonly Listing[], knownIds: readonly string[]): Judged[] {
  const known = new Set(knownIds);
  const knownModels = new Set(knownIds.map(withoutVariant));
  // At first nobody has been seen before: everybody listed beside a model counts as known.
  const seen = new Set((knownIds.length === 0 ? listings.map(({ id }) => id) : knownIds).map(authorOf));
  return listings
    .filter(({ id }) => !known.has(id) && !knownModels.has(withoutVariant(id)))
    .map((listing) => ({ listing, ...judgeStealth(listing, seen) }));
}

/** One listing of each model, oldest first: the one without a variant where there is one. */
export function onePerModel(judged: readonly Judged[]): Judged[] {
  const models = new Map<string, Judged>();
  for (const one of judged) {
    const model = withoutVariant(one.listing.id);
    if (!models.has(model) || one.listing.id === model) models.set(model, one);
  }
  return [...models.values()].sort((a, b) => (a.listing.createdAt ?? "").localeCompare(b.listing.createdAt ?? ""));
}
