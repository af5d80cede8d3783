import type { App } from "../app.ts";
import { askableIn } from "../domain/askable.ts";
import { isBurst, lostOverHalf } from "../domain/catalogue.ts";
import { authorOf, type Listing, withoutVariant } from "../domain/listing.ts";
import { judgeStealth, type StealthReason, stealthReasons } from "../domain/stealth.ts";
import { writeAskable } from "../storage/askable-listings.ts";
import { type Transaction, transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { queueDeliveries, readAwaitingSummary } from "../storage/deliveries.ts";
import {
  type CatalogueRow,
  endReading,
  insertModels,
  lockCatalogue,
  readHeldIds,
  readKnownIds,
  reserveReading,
  sawListings,
  sawListingsAgain,
  writeCatalogue,
} from "../storage/listings.ts";
import { readPresentServers } from "../storage/servers.ts";
import { currentTime } from "./current-time.ts";
import { loadAskable } from "./load-askable.ts";
import { openMarketsFor, remember } from "./open-markets.ts";

/** A catalogue that was read, each entry checked on its own; never empty, each id once. */
export type CatalogueListings = { readonly listings: readonly Listing[]; readonly etag: string | null };

type OpenedModel = { readonly modelId: number; readonly name: string; readonly listingId: string };

export type RecordedCatalogue = {
  /**
   * first: the first read of all, which announces nothing. held: something about it looks wrong; why is in the log.
   * unchanged: the server said so.
   */
  readonly kind: "first" | "recorded" | "held" | "unchanged";
  readonly opened: readonly OpenedModel[];
};

/** How long a process may take to read and record: after that another one may. */
const readingMs = 3 * 60_000;
/** A catalogue that lost over half of its listings is believed when it has stayed so for this long. */
const smallMs = 60 * 60_000;

/**
 * Reserves the reading of the catalogue, so that one process at a time reads it. Null if another one does. `end` gives
 * the reservation back; a process that dies loses it after three minutes.
 */
export async function startReading(app: App): Promise<{ etag: string | null; end: () => Promise<void> } | null> {
  const now = await currentTime(app);
  const until = new Date(now.getTime() + readingMs);
  const row = await reserveReading(app.db, now, until);
  return row && { etag: row.etag, end: () => endReading(app.db, until) };
}

/** Notes that the catalogue is still as it was at the last read. */
export async function confirmCatalogue(app: App): Promise<RecordedCatalogue> {
  await transact(app.db, async (tx) => {
    const before = await lockCatalogue(tx);
    const now = app.clock(await readDatabaseTime(tx));
    await sawListingsAgain(tx, before.readAt, now);
    await writeCatalogue(tx, { readAt: now, smallSince: null });
  });
  return { kind: "unchanged", opened: [] };
}

/**
 * Records a read of the catalogue. Ids never seen before are new listings: the stealth ones among them become models,
 * each with a market in every server the bot is in and one announcement owed to every server with a channel for it.
 * All of it happens or none; two processes recording the same read open and announce everything once.
 *
 * A catalogue that lost over half of its listings changes nothing until it has stayed like that for an hour. More than
 * five new stealth models at once are held: they are known from then on, and neither opened nor announced, as nobody can
 * look at them first yet. The first read of all opens what is listed now and announces nothing: servers already set up
 * get one summary.
 */
export async function recordCatalogue(app: App, read: CatalogueListings): Promise<RecordedCatalogue> {
  const { listings } = read;
  const result = await transact(app.db, async (tx) => {
    const before = await lockCatalogue(tx);
    const now = app.clock(await readDatabaseTime(tx));
    const smallSince = before.smallSince ?? now;
    const isSmall = lostOverHalf(before.listingsCount, listings.length);
    if (listings.length === 0 || (isSmall && now.getTime() - smallSince.getTime() < smallMs)) {
      await writeCatalogue(tx, { smallSince });
      return { kind: "shrunk", before, judged: [] } as const;
    }
    const isFirst = before.listingsCount === 0;
    const judged = judge(listings, await readKnownIds(tx), isFirst);
    const stealth = judged.filter(({ verdict }) => verdict === "stealth").map(({ listing }) => listing);
    const isHeld = !isFirst && isBurst(onePerModel(stealth).length);
    const ids = listings.map(({ id }) => id);
    await sawListings(tx, ids, new Set(isHeld ? stealth.map(({ id }) => id) : []), now);
    await writeAskable(tx, askableIn(listings));
    await writeCatalogue(tx, { etag: read.etag, listingsCount: ids.length, readAt: now, smallSince: null });
    if (isHeld) return { kind: "burst", before, judged } as const;
    return {
      kind: "fine",
      isFirst,
      judged,
      ...(await openModels(tx, onePerModel(stealth), judged, before, now)),
    } as const;
  });

  if (result.kind === "shrunk") {
    const { listingsCount } = result.before;
    app.log.warn(
      { listings: listings.length, listingsBefore: listingsCount },
      "the catalogue shrank by over half: ignored unless it stays so for an hour",
    );
    return { kind: "held", opened: [] };
  }
  logVerdicts(app, result.judged);
  await loadAskable(app);
  if (result.kind === "burst") {
    const ids = result.judged.filter(({ verdict }) => verdict === "stealth").map(({ listing }) => listing.id);
    app.log.error({ ids }, "too many new anonymous models at once: held, nothing is opened or announced");
    return { kind: "held", opened: [] };
  }
  remember(app, result.markets, result.models);
  const opened = result.models.map(({ modelId, name, listingId }) => ({ modelId, name, listingId }));
  return { kind: result.isFirst ? "first" : "recorded", opened };
}

/** Says in the log which listings are held back and still listed. */
export async function reportHeldListings(app: App): Promise<void> {
  const ids = await readHeldIds(app.db);
  if (ids.length > 0) app.log.warn({ ids }, "anonymous models that came in a burst are still held back");
}

type Judged = {
  readonly listing: Listing;
  readonly verdict: "stealth" | "doubtful" | "ordinary";
  readonly reasons: readonly StealthReason[];
};

/** Judges the listings that were never there. A new variant of a listing we know is not a new model. */
function judge(listings: readonly Listing[], knownIds: readonly string[], isFirst: boolean): Judged[] {
  const known = new Set(knownIds);
  const knownModels = new Set(knownIds.map(withoutVariant));
  // At first nobody has been seen before: everybody listed beside a model counts as known.
  const seen = new Set(isFirst ? listings.map(({ id }) => authorOf(id)) : knownIds.map(authorOf));
  return listings
    .filter(({ id }) => !known.has(id) && !knownModels.has(withoutVariant(id)))
    .map((listing) => ({ listing, ...judgeStealth(listing, seen) }));
}

/** One listing of each model: the one without a variant where there is one. */
function onePerModel(stealth: readonly Listing[]): Listing[] {
  const models = new Map<string, Listing>();
  for (const listing of stealth) {
    const model = withoutVariant(listing.id);
    if (!models.has(model) || listing.id === model) models.set(model, listing);
  }
  return [...models.values()].sort((a, b) => (a.createdAt ?? "").localeCompare(b.createdAt ?? ""));
}

async function openModels(
  tx: Transaction,
  stealth: readonly Listing[],
  judged: readonly Judged[],
  before: CatalogueRow,
  now: Date,
) {
  if (stealth.length === 0) return { models: [], markets: [] };
  const models = await insertModels(
    tx,
    stealth.map((listing) => ({
      listingId: listing.id,
      name: listing.name ?? listing.id,
      facts: listing,
      reasons: [...(judged.find((one) => one.listing === listing)?.reasons ?? [])],
      createdAt: listing.createdAt === null ? null : new Date(listing.createdAt),
      listedAt: listedSince(listing, before, now),
    })),
  );
  const servers = await readPresentServers(tx);
  const pairs = models.flatMap(({ modelId }) => servers.map(({ serverId }) => ({ serverId, modelId })));
  const markets = await openMarketsFor(tx, pairs, now);
  const withChannel = servers.filter(({ announcementChannelId }) => announcementChannelId !== null);
  if (before.listingsCount === 0) {
    const awaiting = new Set(await readAwaitingSummary(tx));
    const rows = withChannel
      .filter(({ serverId }) => !awaiting.has(serverId))
      .map(({ serverId }) => ({
        key: `summary:first-read:${serverId}`,
        kind: "summary" as const,
        serverId,
        dueAt: now,
      }));
    await queueDeliveries(tx, rows);
  } else {
    const rows = models.flatMap(({ modelId }) =>
      withChannel.map(({ serverId }) => {
        return {
          key: `announcement:${modelId}:${serverId}`,
          kind: "announcement" as const,
          serverId,
          modelId,
          dueAt: now,
        };
      }),
    );
    await queueDeliveries(tx, rows);
  }
  return { models, markets };
}

/**
 * Since when a listing is there. `created` is no listing time (models are listed back-dated), so it is believed only
 * where it fits: after the last read without the listing, which matters when that is long ago.
 */
function listedSince(listing: Listing, before: CatalogueRow, now: Date): Date {
  const created = listing.createdAt === null ? null : new Date(listing.createdAt);
  return created !== null && created > before.readAt && created < now ? created : now;
}

function logVerdicts(app: App, judged: readonly Judged[]): void {
  for (const { listing, verdict, reasons } of judged) {
    if (verdict === "ordinary") continue;
    const why = reasons.map((reason) => stealthReasons[reason]);
    app.log.info({ listingId: listing.id, verdict, why }, "a listing never seen before");
  }
}
