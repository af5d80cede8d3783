import type { App } from "../app.ts";
import type { Caller, ModelCard } from "../domain/card.ts";
import type { Evidence } from "../domain/evidence.ts";
import { OTHER } from "../domain/lab.ts";
import { missesUntilWithdrawn } from "../domain/listing-facts.ts";
import { prices } from "../domain/market.ts";
import type { PollCard } from "../domain/poll.ts";
import { measure, mostMeasured } from "../domain/question.ts";
import { readCompanions } from "../storage/companions.ts";
import { countStances, readStrongest, type StanceCounts } from "../storage/evidence-board.ts";
import { marketOf } from "../storage/guess-rows.ts";
import { type MarketWithModel, readLatestCalls, readMarket, readMarkets, readSource } from "../storage/markets.ts";
import { readHistory } from "../storage/model-history.ts";
import { type PollRow, readLatestPoll } from "../storage/polls.ts";
import { readMeasured } from "../storage/questions.ts";
import type { SettlementCounts } from "../storage/settlement-counts.ts";

/** Models on the list: what one message shows. */
const mostModels = 25;
const mostCallers = 5;
/** Lines of history on a card. */
const mostHistory = 6;

/** Labs whose strongest piece of evidence a card shows. */
const leadingLabs = 3;

/** What is told of a model besides its market's row, as far as somebody looked. */
type Besides = Partial<Pick<ModelCard, "source" | "companions" | "history">> & {
  readonly counts?: readonly StanceCounts[];
  readonly settled?: readonly SettlementCounts[];
};

/** What a server knows of a model, from its market's row and the counts of its evidence. */
export function cardOf(market: MarketWithModel, also: Besides = {}): ModelCard {
  const found = also.counts?.find((each) => each.serverId === market.serverId && each.modelId === market.modelId);
  const counted = also.settled?.find(({ marketId }) => marketId === market.marketId);
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
    ...(counted ? { counted: { callers: counted.callers, right: counted.right } } : {}),
    withdrawnSince: missedReads >= missesUntilWithdrawn ? missedSince : null,
    companions: also.companions ?? [],
    history: also.history ?? { entries: [], count: 0 },
    seenAt: link === null ? null : { link },
    evidence: { for: found?.for ?? 0, against: found?.against ?? 0 },
  };
}

/** A poll as a card shows it. */
function pollCardOf(row: PollRow | null): PollCard | null {
  if (!row || row.messageId === null || row.endsAt === null) return null;
  const { serverId, channelId, messageId, endsAt, endedAt, labs, counts } = row;
  const votes = labs.map((lab, i) => ({ lab, count: counts[i] ?? 0 }));
  return { serverId, channelId, messageId, votes, endsAt, isOver: endedAt !== null };
}

/** A server's models: open ones first, newest first, at most 25. */
export async function listModels(app: App, serverId: string): Promise<ModelCard[]> {
  const markets = await readMarkets(app.db, serverId, mostModels);
  const counts = await countStances(
    app.db,
    [serverId],
    markets.map(({ modelId }) => modelId),
  );
  return markets.map((market) => cardOf(market, { counts }));
}

/**
 * One model's card, its history, its latest callers, newest first, and the strongest evidence for the leading labs; null
 * if this server has no such model.
 */
export async function showModel(
  app: App,
  request: { serverId: string; modelId: number },
): Promise<{
  readonly card: ModelCard;
  readonly latest: readonly Caller[];
  readonly strongest: readonly Evidence[];
} | null> {
  const market = await readMarket(app.db, request.serverId, request.modelId);
  if (!market) return null;
  const leading = cardOf(market)
    .odds.map(({ lab }) => lab)
    .filter((lab) => lab !== OTHER)
    .slice(0, leadingLabs);
  const [source, companions, history, counts, strongest, calls, asked, poll] = await Promise.all([
    market.state === "settled" ? readSource(app.db, market.marketId, market.revision) : null,
    readCompanions(app.db, [request]),
    readHistory(app.db, request.modelId, mostHistory),
    countStances(app.db, [request.serverId], [request.modelId]),
    readStrongest(app.db, { ...request, stance: "for" }, leading),
    // A member who moved has several rows: enough are read to show five members as a rule.
    readLatestCalls(app.db, market, mostCallers * 4),
    readMeasured(app.db, request.serverId, request.modelId, mostMeasured),
    readLatestPoll(app.db, request.serverId, request.modelId),
  ]);
  const seen = new Set<string>();
  const latest: Caller[] = [];
  for (const { memberId, name, lab, unknownName, calledAt, callPrice } of calls) {
    if (seen.has(memberId)) continue;
    seen.add(memberId);
    if (lab === null || calledAt === null || callPrice === null || latest.length === mostCallers) continue;
    latest.push({ memberId, name: name ?? "", lab, unknownName, calledAt, callPrice });
  }
  strongest.sort((a, b) => leading.indexOf(a.lab) - leading.indexOf(b.lab));
  const card = {
    ...cardOf(market, { source, companions, history, counts }),
    measured: measure(asked),
    poll: pollCardOf(poll),
  };
  return { card, latest, strongest };
}
