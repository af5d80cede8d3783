import { setImmediate as breath } from "node:timers/promises";
import type { App } from "../app.ts";
import { prices } from "../domain/market.ts";
import type { Mark, OpenModel } from "../domain/open-models.ts";
import { readChangedMarkets, readMark } from "../storage/changed-markets.ts";
import { marketOf } from "../storage/guess-rows.ts";
import { type MarketWithModel, readOpenModels } from "../storage/markets.ts";
import { readLatestChanges } from "../storage/memory-changes.ts";
import { labsOfRows, readLabsOfServers } from "../storage/server-labs.ts";
import { readPresentServers } from "../storage/servers.ts";
import { currentTime } from "./current-time.ts";

/** Paid models are offered for a year: for /models, and for a settlement that has to be reopened. */
const rememberedMs = 365 * 86_400_000;

/** Some hundred rows at a time: reading them holds up everybody else for ten milliseconds or so. */
const serversAtOnce = 10;
const marketsAtOnce = 200;

/** So many numbers of actions, of markets or of news are not given to what is under way at one moment. */
const mostUnderWay = 2_000;

type Memory = Pick<App, "db" | "clock" | "models">;

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
 * Fills the memory for autocomplete at the start, a few servers at a time; from then on `learnMarkets` reads what changes.
 * With a server's id only that server is read.
 */
export async function loadModels(app: Memory, serverId: string | null = null): Promise<void> {
  if (serverId !== null) return loadServers(app, [serverId]);
  // Asked before the rest: what is counted or written later may not be in it.
  const changed = await readLatestChanges(app.db, null);
  const mark = await readMark(app.db);
  const present = await readPresentServers(app.db);
  await loadServers(
    app,
    present.map((server) => server.serverId),
  );
  app.models.follow({ from: underWayBefore(mark), next: mark });
  for (const { serverId: id, changes } of changed) app.models.seeChanges(id, changes);
}

/** Reads these servers whole, a few at a time. What changes here while they are read stays as it has become. */
export async function loadServers(app: Memory, serverIds: readonly string[]): Promise<void> {
  if (serverIds.length === 0) return;
  const changed = await readLatestChanges(app.db, app.models.followed()?.from.at ?? null);
  const paidSince = await rememberedSince(app);
  for (let from = 0; from < serverIds.length; from += serversAtOnce) {
    // Members who type meanwhile come first.
    if (from > 0) await breath();
    await loadSlice(app, serverIds.slice(from, from + serversAtOnce), paidSince);
  }
  const loaded = new Set(serverIds);
  for (const { serverId, changes } of changed) if (loaded.has(serverId)) app.models.seeChanges(serverId, changes);
}

async function loadSlice(app: Memory, serverIds: readonly string[], paidSince: Date): Promise<void> {
  const read = app.models.beginRead();
  const [markets, labs] = await Promise.all([
    readOpenModels(app.db, { serverIds }, paidSince),
    readLabsOfServers(app.db, serverIds),
  ]);
  const found = new Map(serverIds.map((id) => [id, { models: [] as OpenModel[], labs: [] as typeof labs }]));
  for (const row of markets) found.get(row.serverId)?.models.push(openModelOf(row));
  for (const row of labs) found.get(row.serverId)?.labs.push(row);
  for (const [id, { models, labs: own }] of found) {
    app.models.replace(id, { models, labs: labsOfRows(own) }, read);
  }
}

/**
 * Brings the memory up to date with all that was written since the last look, by whichever process: odds, models opened,
 * decided and renamed. Only these are read, however many servers there are.
 */
export async function learnMarkets(app: Memory): Promise<void> {
  const followed = app.models.followed();
  if (!followed) return loadModels(app);
  const mark = await readMark(app.db);
  const changed = await readChangedMarkets(app.db, followed.from);
  const paidSince = await rememberedSince(app);
  for (let from = 0; from < changed.length; from += marketsAtOnce) {
    if (from > 0) await breath();
    const read = app.models.beginRead();
    const marketIds = changed.slice(from, from + marketsAtOnce);
    const found = new Map<string, OpenModel[]>();
    for (const row of await readOpenModels(app.db, { marketIds }, paidSince)) {
      found.set(row.serverId, [...(found.get(row.serverId) ?? []), openModelOf(row)]);
    }
    for (const [serverId, models] of found) app.models.bringIn(serverId, models, read);
  }
  const hasEnded = mark.endedBelow >= followed.next.begunBelow;
  if (hasEnded) app.models.follow({ from: followed.next, next: mark });
}

async function rememberedSince(app: Memory): Promise<Date> {
  return new Date((await currentTime(app)).getTime() - rememberedMs);
}

/** A mark before all that may be under way at this one. */
function underWayBefore(mark: Mark): Mark {
  const { transactionId, marketId, historyId } = mark;
  return {
    ...mark,
    transactionId: transactionId - mostUnderWay,
    marketId: marketId - mostUnderWay,
    historyId: historyId - mostUnderWay,
  };
}
