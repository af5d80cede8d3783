import { cardWaitMs } from "../domain/card.ts";
import type { Listing } from "../domain/listing.ts";
import { withoutVariant } from "../domain/listing.ts";
import { changedFacts, knownFacts, missesUntilWithdrawn } from "../domain/listing-facts.ts";
import { markCardsOfModels } from "../storage/cards.ts";
import type { Transaction } from "../storage/database.ts";
import {
  appendHistory,
  changeFollowed,
  countMissedAgain,
  type FollowedModel,
  readFollowed,
} from "../storage/model-history.ts";

/** What became of one model, for logs. */
export type ModelNews = { readonly modelId: number; readonly name: string; readonly what: readonly string[] };

/**
 * Follows the models through a read of the catalogue: facts that changed, models that are withdrawn (not there for three
 * good reads in a row) and models that are back go to their history, and to their threads in one message for each read.
 * A model is there as long as any variant of it is. Its market stays as it is, whatever happens.
 */
export async function followModels(tx: Transaction, listings: readonly Listing[], at: Date): Promise<ModelNews[]> {
  const byId = new Map(listings.map((listing) => [listing.id, listing]));
  const there = new Set(listings.map(({ id }) => withoutVariant(id)));
  const steps = (await readFollowed(tx)).map((model) =>
    followed(model, byId.get(model.listingId) ?? null, there.has(withoutVariant(model.listingId)), at),
  );
  await changeFollowed(
    tx,
    steps.filter(({ changed }) => changed).map(({ model }) => model),
  );
  await appendHistory(
    tx,
    steps.flatMap(({ history }) => history),
    at,
  );
  await markCardsOfModels(
    tx,
    steps.filter(showsOnCard).map(({ model }) => model.modelId),
    dueSoon(at),
  );
  return steps.flatMap(({ model: { modelId, name }, history }) =>
    history.length === 0 ? [] : [{ modelId, name, what: history.map((row) => ("fact" in row ? row.fact : row.kind)) }],
  );
}

/** A card shows neither the description nor the tokenizer. */
function showsOnCard({ history }: ReturnType<typeof followed>): boolean {
  return history.some((row) => !("fact" in row) || !["description", "tokenizer"].includes(row.fact));
}

function dueSoon(at: Date): Date {
  return new Date(at.getTime() + cardWaitMs);
}

/** The same for a read that found the catalogue unchanged: what was not there is still not there. */
export async function followUnchanged(tx: Transaction, at: Date): Promise<void> {
  const withdrawn = await countMissedAgain(tx);
  await appendHistory(
    tx,
    withdrawn.map((modelId) => ({ modelId, at, kind: "withdrawn" as const })),
    at,
  );
  await markCardsOfModels(tx, withdrawn, dueSoon(at));
}

function followed(model: FollowedModel, listing: Listing | null, isThere: boolean, at: Date) {
  const { modelId, facts, missedReads } = model;
  const changes = listing === null ? [] : changedFacts(facts, listing);
  const missed = isThere ? 0 : Math.min(missedReads + 1, missesUntilWithdrawn);
  const wasWithdrawn = missedReads === missesUntilWithdrawn;
  const isWithdrawn = missed === missesUntilWithdrawn;
  const presence = wasWithdrawn === isWithdrawn ? [] : [isWithdrawn ? ("withdrawn" as const) : ("back" as const)];
  const after = listing === null ? facts : knownFacts(facts, listing);
  return {
    changed: changes.length > 0 || missed !== missedReads,
    model: {
      ...model,
      name: after.name ?? model.name,
      facts: after,
      missedReads: missed,
      missedSince: isThere ? null : (model.missedSince ?? at),
    },
    history: [
      ...presence.map((kind) => ({ modelId, at, kind })),
      ...changes.map((change) => ({ modelId, at, kind: "fact" as const, ...change })),
    ],
  };
}
