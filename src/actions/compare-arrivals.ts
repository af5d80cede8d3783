import { labByAuthor } from "../domain/lab.ts";
import { type Arrival, likeliestArrivals, mostLikely, sameDaysMs } from "../domain/likeness.ts";
import { authorOf, withoutVariant } from "../domain/listing.ts";
import type { Transaction } from "../storage/database.ts";
import {
  addCandidates,
  type NewCandidate,
  readArrivals,
  readKnownFacts,
  readRecentlyWithdrawn,
} from "../storage/reveals.ts";

/** OpenRouter's page of a listing. */
export const pageOf = (listingId: string) => `https://openrouter.ai/${encodeURI(listingId)}`;

/**
 * Looks for official listings that came as models went, with a like context and like modalities, and offers the few
 * likeliest to the moderators as candidates. Part of recording a read: a model is looked at for six days after it went.
 */
export async function compareArrivals(tx: Transaction, at: Date): Promise<void> {
  const withdrawn = await readRecentlyWithdrawn(tx, new Date(at.getTime() - 2 * sameDaysMs));
  const since = withdrawn.flatMap(({ missedSince }) => missedSince?.getTime() ?? []);
  if (since.length === 0) return;
  const arrivals = await readArrivals(tx, new Date(Math.min(...since) - sameDaysMs), at);
  const ofLabs = arrivals.flatMap(({ listing, firstSeenAt }): Arrival[] => {
    const lab = listing && labByAuthor(authorOf(listing.id));
    return listing && lab ? [{ listing, lab: lab.slug, firstSeenAt }] : [];
  });
  const known = await readKnownFacts(
    tx,
    withdrawn.map(({ modelId }) => modelId),
  );
  const news = withdrawn.flatMap(({ modelId, facts, listedAt, missedSince, offered }): NewCandidate[] =>
    likeliestArrivals({ facts, listedAt, goneAt: missedSince ?? at }, ofLabs)
      .filter(({ listing }) => !known.some((one) => one.modelId === modelId && one.fact === factOf(listing.id)))
      .slice(0, Math.max(0, mostLikely - offered))
      .map(({ listing, lab, score, publishedAt, isDated }) => ({
        modelId,
        kind: "listing",
        fact: factOf(listing.id),
        labs: [lab],
        found: listing.name ?? listing.id,
        score,
        source: pageOf(listing.id),
        publishedAt,
        publishedHow: isDated ? "listed" : "seen",
        foundAt: at,
      })),
  );
  await addCandidates(tx, news, at);
}

function factOf(listingId: string): string {
  return `listing:${withoutVariant(listingId)}`;
}
