import type { App } from "../app.ts";
import { markCardsOfServer } from "../storage/cards.ts";
import { type Transaction, transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { dropOvertaken, queueDeliveries, readUnowed } from "../storage/deliveries.ts";
import { tryHelloAgain } from "../storage/delivery-troubles.ts";
import { oweWaiting, readMissedHeld } from "../storage/held-listings.ts";
import { holdCatalogue, readListedModels } from "../storage/listings.ts";
import { oweCandidates } from "../storage/reveals.ts";
import { markLeft, putServers, readKnown, readMarketPairs, readPresentServers } from "../storage/servers.ts";
import { noteSettledIn } from "../storage/settled-elsewhere.ts";
import { loadServers } from "./load-models.ts";
import { openMarketsFor } from "./open-markets.ts";

type JoinedServer = { readonly serverId: string; readonly name: string };

/**
 * Notes that the bot is in these servers: all of them at its start, each when it is invited. Opens the markets they lack
 * for the models listed now, owes one hello to those not greeted yet, and brings back all there was in those it had
 * left. Doing it again changes nothing, and costs next to nothing: after a crash in the middle of announcing something
 * thousands of servers must not wait for it.
 *
 * @param isIn given at the start: whether Discord lists the bot in a server, also in one that is unavailable for now. The
 *   servers where it does not were left while the bot was off.
 */
export async function joinServers(
  app: App,
  joined: readonly JoinedServer[],
  isIn: ((serverId: string) => boolean) | null = null,
): Promise<void> {
  if (isIn) await leaveOthers(app, isIn);
  if (joined.length === 0) return;
  const changedIds = await transact(app.db, async (tx) => {
    await holdCatalogue(tx);
    const now = app.clock(await readDatabaseTime(tx));
    // Always in the same order: two processes start at the same time and must not wait for each other.
    const ordered = [...joined].sort((a, b) => (a.serverId < b.serverId ? -1 : 1));
    const serverIds = ordered.map(({ serverId }) => serverId);
    const known = new Map((await readKnown(tx, serverIds)).map((row) => [row.serverId, row]));
    const returning = [...known.values()].filter(({ leftAt }) => leftAt !== null);
    const returningIds = returning.map(({ serverId }) => serverId);
    const missedHeld = await readMissedHeld(tx, returningIds);
    const isAsKnown = ({ serverId, name }: JoinedServer) => {
      const row = known.get(serverId);
      return row?.leftAt === null && row.name === name;
    };
    const news = ordered.filter((server) => !isAsKnown(server));
    await putServers(tx, news, now);
    const modelIds = (await readListedModels(tx)).map(({ modelId }) => modelId);
    const there = new Set(
      (await readMarketPairs(tx, serverIds, modelIds)).map((pair) => `${pair.modelId}/${pair.serverId}`),
    );
    const missing = modelIds
      .flatMap((modelId) => serverIds.map((serverId) => ({ modelId, serverId })))
      .filter(({ modelId, serverId }) => !there.has(`${modelId}/${serverId}`));
    await openMarketsFor(tx, missing, now);
    for (const server of returning) {
      const hasMissed = missing.some(({ serverId }) => serverId === server.serverId);
      await comeBack(tx, server, hasMissed, now);
    }
    await noteSettledIn(tx, returningIds);
    await tellModerators(tx, { returningIds, missedHeld }, now);
    const hellos = serverIds.map((serverId) => ({
      key: `hello:${serverId}`,
      kind: "hello" as const,
      serverId,
      dueAt: now,
    }));
    await queueDeliveries(tx, await readUnowed(tx, hellos));
    await tryHelloAgain(tx, serverIds, now);
    return new Set([...returningIds, ...missing.map(({ serverId }) => serverId)]);
  });
  // At the start memory was filled already with all there was; whoever comes alone may have been away.
  const isNews = (serverId: string) => changedIds.has(serverId) || !app.models.isLoaded(serverId);
  const toLoad = joined.map(({ serverId }) => serverId).filter((id) => joined.length === 1 || isNews(id));
  await loadServers(app, toLoad);
}

/**
 * Brings a server up to date that had left: its cards, and what it has not heard. Models that were listed meanwhile are not
 * announced one after the other: the server gets one summary of those open now, without a ping.
 */
async function comeBack(
  tx: Transaction,
  { serverId, announcementChannelId }: { serverId: string; announcementChannelId: string | null },
  hasMissed: boolean,
  now: Date,
): Promise<void> {
  await markCardsOfServer(tx, serverId, now);
  if (!hasMissed || announcementChannelId === null) return;
  const key = `summary:${serverId}:${now.getTime()}`;
  await queueDeliveries(tx, [{ key, kind: "summary", serverId, dueAt: now }]);
  await dropOvertaken(tx, serverId, key);
}

/** Owes the moderators of servers that had left what was found meanwhile: candidates, and listings that wait for them. */
async function tellModerators(
  tx: Transaction,
  { returningIds, missedHeld }: { returningIds: readonly string[]; missedHeld: readonly string[] },
  now: Date,
): Promise<void> {
  if (returningIds.length === 0) return;
  await oweCandidates(tx, { serverIds: returningIds }, now);
  await oweWaiting(tx, missedHeld, now);
}

/** Notes that the bot is in a server, as `joinServers` does. */
export async function joinServer(app: App, server: JoinedServer): Promise<void> {
  await joinServers(app, [server]);
}

/** Notes that the bot is no longer in a server. Its rows stay for a while; what is owed to it waits until it is back. */
export async function leaveServer(app: App, serverId: string): Promise<void> {
  await leave(app, [serverId]);
}

async function leaveOthers(app: App, isIn: (serverId: string) => boolean): Promise<void> {
  const present = await readPresentServers(app.db);
  // Asked only now: a server that invited the bot since its start is in it by the time it has a row.
  const left = present.flatMap(({ serverId }) => (isIn(serverId) ? [] : [serverId]));
  await leave(app, left);
}

/** What servers settled that the bot has left speaks for nothing in the others: it is counted again without them. */
async function leave(app: App, serverIds: readonly string[]): Promise<void> {
  if (serverIds.length === 0) return;
  await transact(app.db, async (tx) => {
    await markLeft(tx, serverIds, app.clock(await readDatabaseTime(tx)));
    await noteSettledIn(tx, serverIds);
  });
  for (const serverId of serverIds) app.models.forget(serverId);
}
