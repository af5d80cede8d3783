import type { App } from "../app.ts";
import { openMarket } from "../domain/market.ts";
import { likeliestLabs, pastReveals } from "../domain/past-reveals.ts";
import { rules } from "../domain/rules.ts";
import { seasonOf } from "../domain/season.ts";
import type { Transaction } from "../storage/database.ts";
import { countActiveMembers, openMarkets } from "../storage/markets.ts";
import { openModelOf } from "./load-models.ts";
import { countChange } from "./refresh-models.ts";

const dayMs = 86_400_000;

/** A market opens with ten outcomes, each a row of six values: this keeps a statement below 65,535 parameters. */
const marketsAtOnce = 500;
const serversAtOnce = 10_000;

type Model = { readonly modelId: number; readonly name: string; readonly listingId: string; readonly listedAt: Date };
type OpenedMarket = Awaited<ReturnType<typeof openMarkets>>[number];

/** Opens a market for every pair that has none, with the odds and the liquidity of this moment. Returns those opened. */
export async function openMarketsFor(
  tx: Transaction,
  pairs: readonly { serverId: string; modelId: number }[],
  at: Date,
): Promise<OpenedMarket[]> {
  const active = await activeMembers(tx, [...new Set(pairs.map(({ serverId }) => serverId))], at);
  const labs = likeliestLabs(pastReveals, at);
  const season = seasonOf(at);
  const opened: OpenedMarket[] = [];
  for (let from = 0; from < pairs.length; from += marketsAtOnce) {
    const news = pairs.slice(from, from + marketsAtOnce).map(({ serverId, modelId }) => ({
      serverId,
      modelId,
      season,
      openedAt: at,
      market: openMarket(labs, active.get(serverId) ?? 0),
    }));
    opened.push(...(await openMarkets(tx, news)));
  }
  return opened;
}

async function activeMembers(tx: Transaction, serverIds: readonly string[], at: Date): Promise<Map<string, number>> {
  const since = new Date(at.getTime() - rules.activeDays * dayMs);
  const counts = new Map<string, number>();
  for (let from = 0; from < serverIds.length; from += serversAtOnce) {
    for (const [serverId, members] of await countActiveMembers(
      tx,
      serverIds.slice(from, from + serversAtOnce),
      since,
    )) {
      counts.set(serverId, members);
    }
  }
  return counts;
}

/** Tells the memory for autocomplete of markets just opened, once they are committed, and other processes. */
export async function remember(app: App, opened: readonly OpenedMarket[], models: readonly Model[]): Promise<void> {
  const byId = new Map(models.map((model) => [model.modelId, model]));
  for (const market of opened) {
    const model = byId.get(market.modelId);
    if (model) app.models.update(market.serverId, openModelOf({ ...market, ...model }));
  }
  const serverIds = new Set(opened.map(({ serverId }) => serverId));
  const [only] = serverIds;
  if (only !== undefined) await countChange(app, serverIds.size === 1 ? only : undefined);
}
