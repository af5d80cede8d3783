import type { App } from "../app.ts";
import type { Caller, ModelCard } from "../domain/card.ts";
import { prices } from "../domain/market.ts";
import { measure, mostMeasured } from "../domain/question.ts";
import { marketOf } from "../storage/guess-rows.ts";
import { type MarketWithModel, readLatestCalls, readMarket, readMarkets, readSource } from "../storage/markets.ts";
import { readMeasured } from "../storage/questions.ts";

/** Models on the list: what one message shows. */
const mostModels = 25;
const mostCallers = 5;

/** What a server knows of a model, from its market's row. */
export function cardOf(market: MarketWithModel, source: string | null = null): ModelCard {
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
    source,
  };
}

/** A server's models: open ones first, newest first, at most 25. */
export async function listModels(app: App, serverId: string): Promise<ModelCard[]> {
  return (await readMarkets(app.db, serverId, mostModels)).map((market) => cardOf(market));
}

/** One model's card and its latest callers, newest first; null if this server has no such model. */
export async function showModel(
  app: App,
  request: { serverId: string; modelId: number },
): Promise<{ readonly card: ModelCard; readonly latest: readonly Caller[] } | null> {
  const market = await readMarket(app.db, request.serverId, request.modelId);
  if (!market) return null;
  const [source, calls, asked] = await Promise.all([
    market.state === "settled" ? readSource(app.db, market.marketId, market.revision) : null,
    // A member who moved has several rows: enough are read to show five members as a rule.
    readLatestCalls(app.db, market, mostCallers * 4),
    readMeasured(app.db, request.serverId, request.modelId, mostMeasured),
  ]);
  const seen = new Set<string>();
  const latest: Caller[] = [];
  for (const { memberId, name, lab, unknownName, calledAt, callPrice } of calls) {
    if (seen.has(memberId)) continue;
    seen.add(memberId);
    if (lab === null || calledAt === null || callPrice === null || latest.length === mostCallers) continue;
    latest.push({ memberId, name: name ?? "", lab, unknownName, calledAt, callPrice });
  }
  return { card: { ...cardOf(market, source), measured: measure(asked) }, latest };
}
