import type { App } from "../app.ts";
import { prices } from "../domain/market.ts";
import type { OpenModel } from "../domain/open-models.ts";
import { marketOf } from "../storage/guess-rows.ts";
import { type MarketWithModel, readOpenModels } from "../storage/markets.ts";
import { readLatestChanges } from "../storage/memory-changes.ts";
import { labsOfRows } from "../storage/server-labs.ts";
import { currentTime } from "./current-time.ts";

/** Paid models are offered for a year: for /models, and for a settlement that has to be reopened. */
const rememberedMs = 365 * 86_400_000;

type MarketFacts = Pick<MarketWithModel, "modelId" | "state" | "liquidity" | "outcomes"> & {
  name: string;
  listingId: string;
  listedAt: Date;
};

/** A stored market as the memory for autocomplete holds it: labs most guessed first, then likeliest first. */
export function openModelOf(row: MarketFacts): OpenModel {
  const odds = prices(marketOf(row));
  const labs = row.outcomes
    .map(({ lab, callers }, i) => ({ lab, callers, price: odds[i] ?? 0 }))
    .sort((a, b) => b.callers - a.callers || b.price - a.price);
  const { modelId, name, listingId, listedAt, state } = row;
  return { modelId, name, listingId, listedAt, state, labs };
}

/**
 * Fills the memory for autocomplete: at the start, and again from time to time, because other processes change markets
 * too. With a server's id only that server. What changes here while it is read stays as it has become.
 */
export async function loadModels(
  app: Pick<App, "db" | "clock" | "models">,
  serverId: string | null = null,
): Promise<void> {
  // Asked before the rest: what is counted later may not be in it.
  const changed = await readLatestChanges(app.db);
  const read = app.models.beginRead();
  const paidSince = new Date((await currentTime(app)).getTime() - rememberedMs);
  const { markets, labs } = await readOpenModels(app.db, serverId, paidSince);
  const memory = new Map<string, { models: OpenModel[]; labs: typeof labs }>();
  const of = (id: string) => {
    const known = memory.get(id) ?? { models: [], labs: [] };
    memory.set(id, known);
    return known;
  };
  if (serverId !== null) of(serverId);
  for (const row of markets) of(row.serverId).models.push(openModelOf(row));
  for (const row of labs) of(row.serverId).labs.push(row);
  for (const [id, known] of memory) {
    app.models.replace(id, { models: known.models, labs: labsOfRows(known.labs) }, read);
  }
  for (const { serverId: id, changes } of changed) {
    if (serverId === null || id === serverId) app.models.seeChanges(id, changes);
  }
}
