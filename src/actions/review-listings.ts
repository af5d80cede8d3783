import type { App } from "../app.ts";
import type { WaitingListing } from "../domain/held-listing.ts";
import { transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { queueDeliveries } from "../storage/deliveries.ts";
import { countWaiting, dismissListings, type HeldRow, readWaiting } from "../storage/held-listings.ts";
import { addModels, holdCatalogue } from "../storage/listings.ts";
import { readServerRow } from "../storage/servers.ts";
import { openMarketsFor, remember } from "./open-markets.ts";
import { announcementOf, rowOf } from "./open-models.ts";

/** What one message shows; the next are on the list once these are decided. */
const mostWaiting = 25;

/**
 * The listings held back that a server's moderators have not decided about, latest first and as many as one message shows,
 * how many there are in all, and whether the catalogue looks broken now.
 */
export async function listWaiting(
  app: App,
  serverId: string,
): Promise<{ waiting: WaitingListing[]; inAll: number; smallSince: Date | null }> {
  return transact(app.db, async (tx) => {
    const { smallSince } = await holdCatalogue(tx);
    const rows = await readWaiting(tx, serverId, mostWaiting);
    const inAll = rows.length < mostWaiting ? rows.length : await countWaiting(tx, serverId);
    return { waiting: rows.flatMap(waitingOf), inAll, smallSince };
  });
}

/**
 * Opens held listings for one server: it gets their markets, and an announcement of each if it has a channel. No other
 * server sees anything of it, and new servers do not get them: each server's moderators decide for their own. Doing it
 * again changes nothing. Returns the names of those opened.
 *
 * @param pick tells which of the waiting ones are meant
 */
export async function openWaiting(app: App, serverId: string, pick: (one: WaitingListing) => boolean) {
  const { models, markets } = await transact(app.db, async (tx) => {
    await holdCatalogue(tx);
    const at = app.clock(await readDatabaseTime(tx));
    const rows = (await readWaiting(tx, serverId, mostWaiting)).filter((row) => waitingOf(row).some(pick));
    const added = await addModels(
      tx,
      rows.flatMap(({ facts, firstSeenAt }) =>
        facts === null
          ? []
          : [
              {
                ...rowOf({ listing: facts, reasons: ["opened-by-moderators"], listedAt: firstSeenAt }),
                everywhere: false,
              },
            ],
      ),
    );
    const opened = await openMarketsFor(
      tx,
      added.map(({ modelId }) => ({ serverId, modelId })),
      at,
    );
    const server = await readServerRow(tx, serverId);
    if (server?.announcementChannelId) {
      await queueDeliveries(
        tx,
        opened.map(({ modelId }) => announcementOf({ modelId, serverId, dueAt: at })),
      );
    }
    return { models: added, markets: opened };
  });
  await remember(app, markets, models);
  return models.map(({ name }) => name);
}

/** Takes held listings off one server's list for good. */
export async function dismissWaiting(
  app: App,
  by: { serverId: string; memberId: string },
  pick: (one: WaitingListing) => boolean,
): Promise<void> {
  await transact(app.db, async (tx) => {
    const at = app.clock(await readDatabaseTime(tx));
    const rows = (await readWaiting(tx, by.serverId, mostWaiting)).filter((row) => waitingOf(row).some(pick));
    await dismissListings(
      tx,
      by,
      rows.map(({ listingId }) => listingId),
      at,
    );
  });
}

function waitingOf({ facts, heldAt, heldBecause }: HeldRow): WaitingListing[] {
  return facts === null || heldAt === null ? [] : [{ listing: facts, because: heldBecause ?? "burst", heldAt }];
}
