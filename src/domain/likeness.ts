import type { Listing } from "./listing.ts";
import { withoutVariant } from "./listing.ts";

const dayMs = 86_400_000;
/** Official listings came within a day of the model's going as a rule, at times in the same read. */
export const sameDaysMs = 3 * dayMs;
/** Below this a listing has hardly more in common with the model than that both are there. */
export const leastScore = 0.75;
/** Official listings offered for one model in all. */
export const mostLikely = 3;

/** An anonymous model that is gone from the list. */
export type GoneModel = { readonly facts: Listing; readonly listedAt: Date; readonly goneAt: Date };

/** A known lab's listing that is new on the list. */
export type Arrival = { readonly listing: Listing; readonly lab: string; readonly firstSeenAt: Date };

/** An official listing that may be the model, with how much speaks for it. */
export type Likely = {
  readonly listing: Listing;
  readonly lab: string;
  readonly score: number;
  readonly publishedAt: Date;
  /** Whether the listing itself says when it was made; else it is the first read that held it. */
  readonly isDated: boolean;
};

/** The official listings among those that arrived that may be the model, likeliest first, one variant of each. */
export function likeliestArrivals(model: GoneModel, arrivals: readonly Arrival[]): Likely[] {
  const likely = arrivals
    .filter(({ firstSeenAt }) => firstSeenAt > model.listedAt)
    .map(({ listing, lab, firstSeenAt }): Likely => {
      const made = madeAt(listing, model.listedAt, firstSeenAt);
      const publishedAt = made ?? firstSeenAt;
      return { listing, lab, publishedAt, isDated: made !== null, score: likeness(model, listing, publishedAt) };
    })
    .filter(({ score }) => score >= leastScore)
    .sort((a, b) => b.score - a.score || a.listing.id.localeCompare(b.listing.id));
  const seen = new Set<string>();
  return likely.filter(({ listing: { id } }) => {
    const isNew = !seen.has(withoutVariant(id));
    seen.add(withoutVariant(id));
    return isNew;
  });
}

/** When the catalogue says a listing was made, where that can be: after the model was listed and before it was seen itself. */
function madeAt({ createdAt }: Listing, listedAt: Date, firstSeenAt: Date): Date | null {
  const made = createdAt === null ? null : new Date(createdAt);
  return made !== null && made > listedAt && made <= firstSeenAt ? made : null;
}

/** How much two lists of modalities have in common, 0 to 1; unknown ones nothing. */
function shared(a: readonly string[] | null, b: readonly string[] | null): number {
  if (!a || !b) return 0;
  const all = new Set([...a, ...b]);
  return all.size === 0 ? 0 : a.filter((each) => b.includes(each)).length / all.size;
}

/**
 * How much speaks for an official listing being the model, 0 to 1: the same context (0.4), the same modalities (0.3), and
 * that it came as the model went (0.3 on the hour, nothing three days apart). Nothing at all where the context is another
 * one, or where less than half of what they take is the same.
 */
export function likeness(
  model: { readonly facts: Listing; readonly goneAt: Date },
  official: Listing,
  publishedAt: Date,
): number {
  const [ours, theirs] = [model.facts.contextTokens, official.contextTokens];
  const context = ours === null || theirs === null ? 0 : Math.min(ours, theirs) / Math.max(ours, theirs, 1);
  const inputs = shared(model.facts.inputModalities, official.inputModalities);
  const outputs = shared(model.facts.outputModalities, official.outputModalities);
  // 1,000,000 and 1,048,576 are one context, said in two ways; a quarter more is another.
  const sameContext = Math.min(1, Math.max(0, (context - 0.85) / 0.1));
  if (sameContext === 0 || inputs < 0.5) return 0;
  const apartMs = Math.abs(model.goneAt.getTime() - publishedAt.getTime());
  const time = 0.3 * Math.max(0, 1 - apartMs / sameDaysMs);
  return 0.4 * sameContext + 0.2 * inputs + 0.1 * outputs + time;
}
