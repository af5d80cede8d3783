import type { App } from "../app.ts";
import type { Caller, ModelCard } from "../domain/card.ts";
import type { PollCard } from "../domain/poll.ts";
import { measure, mostMeasured } from "../domain/question.ts";
import { readCompanions } from "../storage/companions.ts";
import { countStances } from "../storage/evidence-board.ts";
import { readLatestCalls, readMarket, readMarkets, readSource } from "../storage/markets.ts";
import { readHistory } from "../storage/model-history.ts";
import { type PollRow, readLatestPoll } from "../storage/polls.ts";
import { readMeasured } from "../storage/questions.ts";
import { cardOf, readCardEvidence } from "./model-card.ts";

/** Models on the list: what one message shows. */
const mostModels = 25;
const mostCallers = 5;
/** Lines of history on a card. */
const mostHistory = 6;

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

/** One model's card with all there is to it, and its latest callers, newest first; null if this server has no such model. */
export async function showModel(
  app: App,
  request: { serverId: string; modelId: number },
): Promise<{
  readonly card: ModelCard;
  readonly latest: readonly Caller[];
} | null> {
  const market = await readMarket(app.db, request.serverId, request.modelId);
  if (!market) return null;
  const [source, companions, history, evidence, calls, asked, poll] = await Promise.all([
    market.state === "settled" ? readSource(app.db, market.marketId, market.revision) : null,
    readCompanions(app.db, [request]),
    readHistory(app.db, request.modelId, mostHistory),
    readCardEvidence(app.db, [market]),
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
  const card = {
    ...cardOf(market, { source, companions, history, ...evidence }),
    measured: measure(asked),
    poll: pollCardOf(poll),
  };
  return { card, latest };
}
