import { type ModelCard, type Odds, whoLeads } from "../domain/card.ts";
import type { Evidence } from "../domain/evidence.ts";
import { missesUntilWithdrawn } from "../domain/listing-facts.ts";
import { prices } from "../domain/market.ts";
import type { Db, Transaction } from "../storage/database.ts";
import { countStances, readStrongestFor, type StanceCounts } from "../storage/evidence-board.ts";
import { marketOf } from "../storage/guess-rows.ts";
import type { MarketWithModel } from "../storage/markets.ts";
import type { SettlementCounts } from "../storage/settlement-counts.ts";

/** What is told of a model besides its market's row, as far as somebody looked; the evidence may be that of many models. */
type Besides = Partial<Pick<ModelCard, "source" | "companions" | "history">> & {
  readonly counts?: readonly StanceCounts[];
  readonly strongest?: readonly Evidence[];
  readonly settled?: readonly SettlementCounts[];
};

/** What a server knows of a model, from its market's row and what was read of its evidence. */
export function cardOf(market: MarketWithModel, also: Besides = {}): ModelCard {
  const isItsOwn = (each: { readonly serverId: string; readonly modelId: number }) =>
    each.serverId === market.serverId && each.modelId === market.modelId;
  const found = also.counts?.find(isItsOwn);
  const counted = also.settled?.find(({ marketId }) => marketId === market.marketId);
  const own = (also.strongest ?? []).filter(isItsOwn);
  const { missedReads, missedSince, link } = market.model;
  const odds = oddsOf(market);
  return {
    modelId: market.modelId,
    name: market.model.name,
    listingId: market.model.listingId,
    facts: market.model.facts,
    listedAt: market.model.listedAt,
    openedAt: market.openedAt,
    state: market.state,
    odds,
    callers: market.outcomes.reduce((sum, outcome) => sum + outcome.callers, 0),
    builders: market.builders,
    publishedAt: market.publishedAt,
    source: also.source ?? null,
    ...(counted ? { counted: { callers: counted.callers, right: counted.right } } : {}),
    withdrawnSince: missedReads >= missesUntilWithdrawn ? missedSince : null,
    companions: also.companions ?? [],
    history: also.history ?? { entries: [], count: 0 },
    seenAt: link === null ? null : { link },
    evidence: { for: found?.for ?? 0, against: found?.against ?? 0 },
    strongest: whoLeads(odds).flatMap((lab) => own.find((piece) => piece.lab === lab) ?? []),
  };
}

function oddsOf(market: MarketWithModel): Odds[] {
  const now = prices(marketOf(market));
  return market.outcomes
    .map(({ lab, callers }, i) => ({ lab, callers, price: now[i] ?? 0 }))
    .sort((a, b) => b.price - a.price);
}

/** The evidence that the cards of these markets show, for `cardOf`: read once for all of them. */
export async function readCardEvidence(
  db: Db | Transaction,
  markets: readonly MarketWithModel[],
): Promise<Pick<Besides, "counts" | "strongest">> {
  const counts = await countStances(
    db,
    markets.map(({ serverId }) => serverId),
    markets.map(({ modelId }) => modelId),
  );
  const argued = markets.filter(({ serverId, modelId }) =>
    counts.some((each) => each.serverId === serverId && each.modelId === modelId && each.for > 0),
  );
  const wanted = argued.flatMap((market) => {
    const { serverId, modelId } = market;
    return whoLeads(oddsOf(market)).map((lab) => ({ serverId, modelId, lab }));
  });
  return { counts, strongest: await readStrongestFor(db, wanted) };
}
