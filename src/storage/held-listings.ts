import { and, asc, desc, eq, gt, gte, inArray, isNotNull, isNull, lte, or, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { Db, Transaction } from "./database.ts";
import { queueDeliveries } from "./deliveries.ts";
import { deliveries, dismissedListings, listings, markets, models, servers } from "./schema.ts";

export type HeldRow = typeof listings.$inferSelect;

const isHeld = and(isNotNull(listings.heldAt), eq(listings.listed, true));

/** What is held back and in the catalogue now. */
export async function readHeld(db: Db | Transaction): Promise<HeldRow[]> {
  return db.select().from(listings).where(isHeld).orderBy(listings.listingId);
}

/** Of these, what a server's moderators have not yet opened for it or dismissed; latest first. */
export async function readWaiting(db: Db | Transaction, serverId: string, most: number): Promise<HeldRow[]> {
  return db
    .select()
    .from(listings)
    .where(waitsIn(db, serverId))
    .orderBy(desc(listings.heldAt), listings.listingId)
    .limit(most);
}

/** How many wait for a server's moderators. */
export async function countWaiting(db: Db | Transaction, serverId: string): Promise<number> {
  return db.$count(listings, waitsIn(db, serverId));
}

/** A condition on listings: held, and a server's moderators have neither opened it there nor dismissed it. */
function waitsIn(db: Db | Transaction, serverId: string | PgColumn): SQL | undefined {
  const opened = db
    .select({ one: sql`1` })
    .from(models)
    .innerJoin(markets, and(eq(markets.modelId, models.modelId), eq(markets.serverId, serverId)))
    .where(eq(models.listingId, listings.listingId));
  const dismissed = db
    .select({ one: sql`1` })
    .from(dismissedListings)
    .where(and(eq(dismissedListings.serverId, serverId), eq(dismissedListings.listingId, listings.listingId)));
  return and(isHeld, sql`not exists ${opened}`, sql`not exists ${dismissed}`);
}

/** Notes what a server's moderators do not want to see any more. */
export async function dismissListings(
  tx: Transaction,
  by: { serverId: string; memberId: string },
  listingIds: readonly string[],
  at: Date,
): Promise<void> {
  if (listingIds.length === 0) return;
  await tx
    .insert(dismissedListings)
    .values(listingIds.map((listingId) => ({ ...by, listingId, at })))
    .onConflictDoNothing();
}

/** Doubtful listings whose turn it is to be asked about, longest waiting first. */
export async function readDueChecks(db: Db, now: Date, most: number): Promise<HeldRow[]> {
  return db
    .select()
    .from(listings)
    .where(and(isHeld, lte(listings.checkAt, now)))
    .orderBy(asc(listings.checkAt), listings.listingId)
    .limit(most);
}

/** Locks a doubtful listing, if it is still to be asked about. */
export async function lockCheck(tx: Transaction, listingId: string): Promise<HeldRow | null> {
  const [row] = await tx
    .select()
    .from(listings)
    .where(and(eq(listings.listingId, listingId), isNotNull(listings.checkAt)))
    .for("update");
  return row ?? null;
}

/** Writes what came of asking about a listing. */
export async function changeHeld(
  tx: Transaction,
  listingId: string,
  change: Partial<Pick<HeldRow, "heldAt" | "heldBecause" | "checks" | "checkAt">>,
): Promise<void> {
  await tx.update(listings).set(change).where(eq(listings.listingId, listingId));
}

/** Of these listings moderators are told in the announcement channel if they have none of their own; what is only doubtful waits on their list. */
const canBeToldOfBurst = or(isNotNull(servers.moderatorChannelId), isNotNull(servers.announcementChannelId));
const canBeToldOfDoubtful = isNotNull(servers.moderatorChannelId);

/** Owes the moderators of every server one message that a burst of listings waits for them. */
export async function oweBurst(tx: Transaction, at: Date): Promise<void> {
  const told = await tx
    .select({ serverId: servers.serverId })
    .from(servers)
    .where(and(isNull(servers.leftAt), canBeToldOfBurst));
  await oweWaiting(tx, serverIdsOf(told), at);
}

/**
 * Owes moderators one message that a doubtful listing waits for them, where it does. All that waits is behind the same
 * button, so nobody is told who was told since the listing is held, or after `toldSince`.
 */
export async function oweDoubtful(tx: Transaction, listingId: string, toldSince: Date, at: Date): Promise<void> {
  const told = tx
    .select({ one: sql`1` })
    .from(deliveries)
    .where(
      and(
        eq(deliveries.serverId, servers.serverId),
        eq(deliveries.kind, "waiting"),
        // As it is of every such message: with it there is an index that leaves few rows.
        isNull(deliveries.modelId),
        or(gte(deliveries.aboutAt, listings.heldAt), gt(deliveries.aboutAt, toldSince)),
      ),
    );
  const untold = await tx
    .select({ serverId: servers.serverId })
    .from(servers)
    .innerJoin(listings, and(eq(listings.listingId, listingId), waitsIn(tx, servers.serverId)))
    .where(and(isNull(servers.leftAt), canBeToldOfDoubtful, sql`not exists ${told}`));
  await oweWaiting(tx, serverIdsOf(untold), at);
}

/** Of these servers, those that the bot has left and where something waits that is held since then. */
export async function readMissedHeld(tx: Transaction, serverIds: readonly string[]): Promise<string[]> {
  if (serverIds.length === 0) return [];
  const canBeTold = or(
    and(eq(listings.heldBecause, "burst"), canBeToldOfBurst),
    and(eq(listings.heldBecause, "doubtful"), gt(listings.checks, 0), canBeToldOfDoubtful),
  );
  const missed = await tx
    .selectDistinct({ serverId: servers.serverId })
    .from(servers)
    .innerJoin(listings, and(gte(listings.heldAt, servers.leftAt), waitsIn(tx, servers.serverId)))
    .where(and(inArray(servers.serverId, [...serverIds]), canBeTold));
  return serverIdsOf(missed);
}

/** Owes these servers' moderators one message that listings wait for them. */
export async function oweWaiting(tx: Transaction, serverIds: readonly string[], at: Date): Promise<void> {
  await queueDeliveries(
    tx,
    serverIds.map((serverId) => ({
      key: `waiting:${at.getTime()}:${serverId}`,
      kind: "waiting" as const,
      serverId,
      aboutAt: at,
      dueAt: at,
    })),
  );
}

/** Owes moderators with a channel of their own one message that the catalogue shrank by over half at this moment. */
export async function oweShrunk(tx: Transaction, at: Date): Promise<void> {
  const told = await tx
    .select({ serverId: servers.serverId })
    .from(servers)
    .where(and(isNull(servers.leftAt), isNotNull(servers.moderatorChannelId)));
  const day = at.toISOString().slice(0, 10);
  await queueDeliveries(
    tx,
    told.map(({ serverId }) => ({
      key: `shrunk:${day}:${serverId}`,
      kind: "shrunk" as const,
      serverId,
      aboutAt: at,
      dueAt: at,
    })),
  );
}

function serverIdsOf(rows: readonly { serverId: string }[]): string[] {
  return rows.map(({ serverId }) => serverId);
}
