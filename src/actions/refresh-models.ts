import type { App } from "../app.ts";
import { type Batches, createBatches } from "../domain/batches.ts";
import { findModel, type OpenModel } from "../domain/open-models.ts";
import { countMemoryChange, everyServer, readChangesOf, readLatestChanges } from "../storage/memory-changes.ts";
import { learnMarkets, loadModels, loadServers } from "./load-models.ts";

/** Where a server whose memory lacks something queues to be read: those who ask meanwhile share the next read. */
export type Refreshes = Batches<string, void>;

const mostTogether = 100;
const readsAtOnce = 2;
/** Whoever types wrong words has a server read so often, or else only if something has changed. */
const readAgainAfterMs = 1_000;

/** No server is read twice at the same time, nor more than once a second while nothing changes. */
export function createRefreshes(app: Pick<App, "db" | "clock" | "models" | "elapsedMs">): Refreshes {
  const reads = new Map<string, { atMs: number; changes: number }>();
  const refresh = async (serverId: string) => {
    const changes = await readChangesOf(app.db, serverId);
    const last = reads.get(serverId);
    const atMs = app.elapsedMs();
    if (last && atMs - last.atMs < readAgainAfterMs && last.changes === changes) return;
    for (const [id, read] of reads) if (atMs - read.atMs >= readAgainAfterMs) reads.delete(id);
    await loadModels(app, serverId);
    reads.set(serverId, { atMs, changes });
  };
  return createBatches<string, void>({
    lane: (serverId) => serverId,
    mostItems: mostTogether,
    atOnce: readsAtOnce,
    async work(serverIds) {
      await Promise.all([...new Set(serverIds)].map(refresh));
      return serverIds.map(() => undefined);
    },
  });
}

/**
 * What a search of memory finds; if nothing, what it finds once this server has been read from the database, as another
 * process may just have opened a model or been taught a lab. Only after an acknowledgement: it may take a query.
 */
export async function orRefreshed<Found>(
  app: App,
  serverId: string,
  search: () => Found | null,
): Promise<Found | null> {
  const found = search();
  if (found !== null) return found;
  await app.refreshes.add(serverId);
  return search();
}

/** The one model of this server a member means, by id, name or listing id; null if none or several fit. */
export function modelMeant(app: App, serverId: string, typed: string): Promise<OpenModel | null> {
  return orRefreshed(app, serverId, () => findModel(app.models.of(serverId).models, typed));
}

/**
 * Counts a change of a server's models or labs, for other processes to see: once it is committed, and in this one's memory.
 *
 * @param serverId left out for what changed in many servers at once
 */
export async function countChange(app: App, serverId: string = everyServer): Promise<void> {
  const changes = await countMemoryChange(app.db, serverId);
  // Unless others changed something in between, all of it is known here.
  if (app.models.changesSeen(serverId) === changes - 1) app.models.seeChanges(serverId, changes);
}

/** Brings up to date what other processes have counted a change of: those servers, or the markets opened in many at once. */
export async function learnChanges(app: App): Promise<void> {
  const changed = await readLatestChanges(app.db, app.models.followed()?.from.at ?? null);
  const news = changed.filter(({ serverId, changes }) => app.models.changesSeen(serverId) !== changes);
  const everywhere = news.find(({ serverId }) => serverId === everyServer);
  if (everywhere) {
    await learnMarkets(app);
    app.models.seeChanges(everyServer, everywhere.changes);
  }
  const serverIds = news.map(({ serverId }) => serverId).filter((serverId) => serverId !== everyServer);
  await loadServers(app, serverIds);
}
