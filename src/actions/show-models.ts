import type { App } from "../app.ts";
import type { Caller, ModelCard } from "../domain/card.ts";
import { missesUntilWithdrawn } from "../domain/listing-facts.ts";
import { prices } from "../domain/market.ts";
import { readCompanions } from "../storage/companions.ts";
import { marketOf } from "../storage/guess-rows.ts";
import { type MarketWithModel, readLatestCalls, readMarket, readMarkets, readSource } from "../storage/markets.ts";
import { readHistory } from "../storage/model-history.ts";

/** Models on the list: what one message shows. */
const mostModels = 25;
const mostCallers = 5;
/** Lines of history on a card. */
const mostHistory = 6;

/** What a server knows of a model, from its market's row. */
export function cardOf(
  market: MarketWithModel,
  also: Partial<Pick<ModelCard, "source" | "companions" | "history">> = {},
): ModelCard {
  const { missedReads, missedSince, link } = market.model;
  const odds = prices(marketOf(market));
  return {
    modelId: market.modelId,
    name: market.model.name,
    listingId: market.model.listingId,
    facts: market.model.facts,
    listedAt: market.model.listedAt,
    openedAt: market.openedAt,
    state: market.state,
    odds: market.outcomes
      .map(({ lab, callers }, i) => ({ lab, callers, price: odds[i] ?? 0 }))
      .sort((a, b) => b.price - a.price),
    callers: market.outcomes.reduce((sum, outcome) => sum + outcome.callers, 0),
    builders: market.builders,
    publishedAt: market.publishedAt,
    source: also.source ?? null,
    withdrawnSince: missedReads >= missesUntilWithdrawn ? missedSince : null,
    companions: also.companions ?? [],
    history: also.history ?? { entries: [], count: 0 },
    seenAt: link === null ? null : { link },
  };
}

/** A server's models: open ones first, newest first, at most 25. */
export async function listModels(app: App, serverId: string): Promise<ModelCard[]> {
  return (await readMarkets(app.db, serverId, mostModels)).map((market) => cardOf(market));
}

/** One model's card, its history and its latest callers, newest first; null if this server has no such model. */
export async function showModel(
  app: App,
  request: { serverId: string; modelId: number },
): Promise<{ readonly card: ModelCard; readonly latest: readonly Caller[] } | null> {
  const market = await readMarket(app.db, request.serverId, request.modelId);
  if (!market) return null;
  const [source, companions, history, calls] = await Promise.all([
    market.state === "settled" ? readSource(app.db, market.marketId, market.revision) : null,
    readCompanions(app.db, [request]),
    readHistory(app.db, request.modelId, mostHistory),
    // A member who moved has several rows: enough are read to show five members as a rule.
    readLatestCalls(app.db, market, mostCallers * 4),
  ]);
  const seen = new Set<string>();
  const latest: Caller[] = [];
  for (const { memberId, name, lab, unknownName, calledAt, callPrice } of calls) {
    if (seen.has(memberId)) continue;
    seen.add(memberId);
    if (lab === null || calledAt === null || callPrice === null || latest.length === mostCallers) continue;
    latest.push({ memberId, name: name ?? "", lab, unknownName, calledAt, callPrice });
  }
  return { card: cardOf(market, { source, companions, history }), latest };
}
