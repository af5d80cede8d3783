import type { App } from "../app.ts";
import { isBurst, lostOverHalf } from "../domain/catalogue.ts";
import type { Listing } from "../domain/listing.ts";
import { type Judged, judgeNew, onePerModel } from "../domain/new-listings.ts";
import { stealthReasons } from "../domain/stealth.ts";
import { type Transaction, transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { queueDeliveries, readAwaitingSummary } from "../storage/deliveries.ts";
import { oweBurst, oweShrunk, readHeld } from "../storage/held-listings.ts";
import {
  type CatalogueRow,
  endReading,
  hashOf,
  hashOfAll,
  type ListingRow,
  lockCatalogue,
  markGone,
  putListings,
  readKnown,
  reserveReading,
  writeCatalogue,
} from "../storage/listings.ts";
import { readPresentServers } from "../storage/servers.ts";
import { compareArrivals } from "./compare-arrivals.ts";
import { currentTime } from "./current-time.ts";
import { followModels, followUnchanged } from "./follow-models.ts";
import { loadAskable } from "./load-askable.ts";
import { remember } from "./open-markets.ts";
import { announceModels, openModels } from "./open-models.ts";

/** A catalogue that was read, each entry checked on its own; never empty, each id once. */
export type CatalogueListings = { readonly listings: readonly Listing[]; readonly etag: string | null };

type OpenedModel = { readonly modelId: number; readonly name: string; readonly listingId: string };

export type RecordedCatalogue = {
  /**
   * first: the first read of all, which announces nothing. held: something about it looks wrong; why is in the log.
   * unchanged: it is as it was at the last read.
   */
  readonly kind: "first" | "recorded" | "held" | "unchanged";
  readonly opened: readonly OpenedModel[];
};

/** How long a process may take to read and record: after that another one may. */
const readingMs = 3 * 60_000;
/** Nobody waits longer than this for a process that may be dead. */
const longestReaderMs = 15 * 60_000;
/** A catalogue that lost over half of its listings is believed when it has stayed so for this long. */
const smallMs = 60 * 60_000;

/**
 * Reserves the reading of the catalogue, so that one process at a time reads it. Null if another one does. `end` gives
 * the reservation back; a process that dies loses it after three minutes.
 *
 * @param readerForMs how long others leave it to this process afterwards: beyond its next read, so that one process reads
 *   for all; when it dies another one does at the latest at the second read that is due
 */
export async function startReading(
  app: App,
  readerForMs = 0,
): Promise<{ etag: string | null; end: () => Promise<void> } | null> {
  const now = await currentTime(app);
  const until = new Date(now.getTime() + readingMs);
  const readerUntil = new Date(now.getTime() + Math.min(readerForMs, longestReaderMs));
  const row = await reserveReading(app.db, now, until, { reader: app.name, readerUntil });
  return row && { etag: row.etag, end: () => endReading(app.db, until) };
}

/** Notes that the catalogue is still as it was at the last read. */
export async function confirmCatalogue(app: App): Promise<RecordedCatalogue> {
  await transact(app.db, async (tx) => {
    await lockCatalogue(tx);
    await confirm(tx, app.clock(await readDatabaseTime(tx)));
  });
  return { kind: "unchanged", opened: [] };
}

async function confirm(tx: Transaction, now: Date): Promise<void> {
  if (await followUnchanged(tx, now)) await compareArrivals(tx, now);
  await writeCatalogue(tx, { readAt: now, smallSince: null });
}

/**
 * Records a read of the catalogue. Ids never seen before are new listings: the stealth ones among them become models,
 * each with a market in every server the bot is in and one announcement owed to every server with a channel for it.
 * Models known before are followed (see `followModels`). All of it happens or none; two processes recording the same read
 * open and announce everything once.
 *
 * A catalogue that lost over half of its listings changes nothing until it has stayed like that for an hour; moderators are
 * told once, and at most once a day where it comes and goes. More than
 * five new stealth models at once are held, and so are listings the rule is in doubt about: they are known from then on,
 * and neither opened nor announced, but left to moderators (see `listWaiting`). The first read of all opens what is
 * listed now and announces nothing: servers already set up get one summary.
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
      if (before.smallSince === null) await oweShrunk(tx, now);
      return { kind: "shrunk", before } as const;
    }
    const hashes = new Map(listings.map((listing) => [listing.id, hashOf(listing)]));
    const hash = hashOfAll([...hashes.values()]);
    if (hash === before.hash) {
      await confirm(tx, now);
      await writeCatalogue(tx, { etag: read.etag });
      return { kind: "unchanged" } as const;
    }
    const known = await readKnown(tx);
    const judged = judgeNew(listings, [...known.keys()]);
    const isFirst = before.listingsCount === 0;
    const stealth = onePerModel(judged.filter(({ verdict }) => verdict === "stealth"));
    const isBurstHeld = !isFirst && isBurst(stealth.length);
    await writeListings(tx, { listings, hashes, known, judged, isBurstHeld, now, lastReadAt: before.readAt });
    const news = await followModels(tx, listings, now);
    await compareArrivals(tx, now);
    await writeCatalogue(tx, {
      etag: read.etag,
      hash,
      listingsCount: listings.length,
      readAt: now,
      smallSince: null,
    });
    if (isBurstHeld) await oweBurst(tx, now);
    const opening = isBurstHeld
      ? []
      : stealth.map(({ listing, reasons }) => ({ listing, reasons, listedAt: listedSince(listing, before, now) }));
    const opened = isFirst ? await openModels(tx, opening, now) : await announceModels(tx, opening, now);
    if (isFirst && opened.models.length > 0) await summarise(tx, now);
    return { kind: isBurstHeld ? "burst" : "fine", isFirst, judged, news, ...opened } as const;
  });

  if (result.kind === "unchanged") return { kind: "unchanged", opened: [] };
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
  for (const model of result.news) app.log.info(model, "a model changed on the list");
  if (result.kind === "burst") {
    const ids = result.judged.filter(({ verdict }) => verdict === "stealth").map(({ listing }) => listing.id);
    app.log.error({ ids }, "too many new anonymous models at once: held, nothing is opened or announced");
    return { kind: "held", opened: [] };
  }
  await remember(app, result.markets, result.models);
  const opened = result.models.map(({ modelId, name, listingId }) => ({ modelId, name, listingId }));
  return { kind: result.isFirst ? "first" : "recorded", opened };
}

/** Says in the log which listings are held back and still listed. */
export async function reportHeldListings(app: App): Promise<void> {
  const ids = (await readHeld(app.db)).map(({ listingId }) => listingId);
  if (ids.length > 0) app.log.warn({ ids }, "listings that are left to moderators are still held back");
}

type Writing = {
  readonly listings: readonly Listing[];
  readonly hashes: ReadonlyMap<string, string>;
  readonly known: Awaited<ReturnType<typeof readKnown>>;
  readonly judged: readonly Judged[];
  readonly isBurstHeld: boolean;
  readonly now: Date;
  readonly lastReadAt: Date;
};

/** Writes only what differs from the last read: listings that are new, changed or back, and those that are gone. */
async function writeListings(tx: Transaction, writing: Writing): Promise<void> {
  const { listings, hashes, known, judged, isBurstHeld, now, lastReadAt } = writing;
  const verdicts = new Map(judged.map(({ listing, verdict }) => [listing.id, verdict]));
  const rows = listings.flatMap((listing): ListingRow[] => {
    const hash = hashes.get(listing.id) ?? null;
    const before = known.get(listing.id);
    if (before?.listed && before.hash === hash) return [];
    const verdict = verdicts.get(listing.id);
    const isDoubtful = verdict === "doubtful";
    const isHeld = isDoubtful || (isBurstHeld && verdict === "stealth");
    return [
      {
        listingId: listing.id,
        firstSeenAt: now,
        lastSeenAt: now,
        listed: true,
        facts: listing,
        hash,
        heldAt: isHeld ? now : null,
        heldBecause: isHeld ? (isDoubtful ? "doubtful" : "burst") : null,
        checks: 0,
        checkAt: isDoubtful ? now : null,
      },
    ];
  });
  await putListings(tx, rows);
  const gone = [...known].flatMap(([id, { listed }]) => (listed && !hashes.has(id) ? [id] : []));
  await markGone(tx, gone, lastReadAt);
}

/** Owes servers set up before the first read of all one summary, unless one that says the same is under way. */
async function summarise(tx: Transaction, now: Date): Promise<void> {
  const awaiting = new Set(await readAwaitingSummary(tx));
  const rows = (await readPresentServers(tx)).flatMap(({ serverId, announcementChannelId }) =>
    announcementChannelId === null || awaiting.has(serverId)
      ? []
      : [{ key: `summary:first-read:${serverId}`, kind: "summary" as const, serverId, dueAt: now }],
  );
  await queueDeliveries(tx, rows);
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
