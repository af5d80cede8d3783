import { and, asc, desc, eq, isNotNull, isNull, lte, or, sql } from "drizzle-orm";
import type { Db, Transaction } from "./database.ts";
import { queueDeliveries } from "./deliveries.ts";
import { dismissedListings, listings, markets, models, servers } from "./schema.ts";

export type HeldRow = typeof listings.$inferSelect;

const isHeld = and(isNotNull(listings.heldAt), eq(listings.listed, true));

/** What is held back and in the catalogue now. */
export async function readHeld(db: Db | Transaction): Promise<HeldRow[]> {
  return db.select().from(listings).where(isHeld).orderBy(listings.listingId);
}

/** Of these, what a server's moderators have not yet opened for it or dismissed; latest first. */
export async function readWaiting(db: Db | Transaction, serverId: string, most: number): Promise<HeldRow[]> {
  const opened = db
    .select({ one: sql`1` })
    .from(models)
    .innerJoin(markets, and(eq(markets.modelId, models.modelId), eq(markets.serverId, serverId)))
    .where(eq(models.listingId, listings.listingId));
  const dismissed = db
    .select({ one: sql`1` })
    .from(dismissedListings)
    .where(and(eq(dismissedListings.serverId, serverId), eq(dismissedListings.listingId, listings.listingId)));
  return db
    .select()
    .from(listings)
    .where(and(isHeld, sql`not exists ${opened}`, sql`not exists ${dismissed}`))
    .orderBy(desc(listings.heldAt), listings.listingId)
    .limit(most);
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

/**
 * Owes the moderators of every server one message that listings wait for them. About a burst they are told in the
 * announcement channel if they have none of their own; what is only doubtful waits on their list.
 */
export async function oweModerators(tx: Transaction, because: "burst" | "doubtful", at: Date): Promise<void> {
  const hasChannel =
    because === "burst"
      ? or(isNotNull(servers.moderatorChannelId), isNotNull(servers.announcementChannelId))
      : isNotNull(servers.moderatorChannelId);
  const told = await tx
    .select({ serverId: servers.serverId })
    .from(servers)
    .where(and(isNull(servers.leftAt), hasChannel));
  await queueDeliveries(
    tx,
    told.map(({ serverId }) => ({
      key: `waiting:${at.getTime()}:${serverId}`,
      kind: "waiting" as const,
      serverId,
      aboutAt: at,
      dueAt: at,
    })),
  );
}
