import { and, eq, gte, isNotNull, isNull, lte, or, sql } from "drizzle-orm";
import type { Db, Transaction } from "./database.ts";
import { selectAll } from "./recordset.ts";
import { catalogue, listings, models } from "./schema.ts";

export type CatalogueRow = typeof catalogue.$inferSelect;

/** The catalogue's one row. */
const theRow = eq(catalogue.id, 1);

async function makeRow(db: Db | Transaction): Promise<void> {
  await db
    .insert(catalogue)
    .values({ id: 1, listingsCount: 0, readAt: new Date(0) })
    .onConflictDoNothing();
}

/** Reserves reading the catalogue until a time. Null if another process has; else what the last read left behind. */
export async function reserveReading(db: Db, now: Date, until: Date): Promise<CatalogueRow | null> {
  await makeRow(db);
  const [row] = await db
    .update(catalogue)
    .set({ readingUntil: until })
    .where(and(theRow, or(isNull(catalogue.readingUntil), lte(catalogue.readingUntil, now))))
    .returning();
  return row ?? null;
}

/** Gives the reservation back, if it is still the one made until that time. */
export async function endReading(db: Db, until: Date): Promise<void> {
  await db
    .update(catalogue)
    .set({ readingUntil: null })
    .where(and(theRow, eq(catalogue.readingUntil, until)));
}

/** Locks the catalogue: until the transaction ends nobody else records a read, and no server joins. */
export async function lockCatalogue(tx: Transaction): Promise<CatalogueRow> {
  await makeRow(tx);
  const [row] = await tx.select().from(catalogue).where(theRow).for("update");
  if (!row) throw new Error("the catalogue has no row");
  return row;
}

/** Keeps reads from being recorded until the transaction ends; others may hold the catalogue like this too. */
export async function holdCatalogue(tx: Transaction): Promise<CatalogueRow> {
  await makeRow(tx);
  const [row] = await tx.select().from(catalogue).where(theRow).for("share");
  if (!row) throw new Error("the catalogue has no row");
  return row;
}

/** Writes what a read leaves behind for the next one. */
export async function writeCatalogue(tx: Transaction, change: Partial<Omit<CatalogueRow, "id">>): Promise<void> {
  await tx.update(catalogue).set(change).where(theRow);
}

/** Every id the catalogue ever held. */
export async function readKnownIds(tx: Transaction): Promise<string[]> {
  return (await tx.select({ id: listings.listingId }).from(listings)).map((row) => row.id);
}

/** The ids that are held back and in the catalogue now, as the last read found them. */
export async function readHeldIds(db: Db): Promise<string[]> {
  const rows = await db
    .select({ id: listings.listingId })
    .from(listings)
    .innerJoin(catalogue, gte(listings.lastSeenAt, catalogue.readAt))
    .where(isNotNull(listings.heldAt))
    .orderBy(listings.listingId);
  return rows.map((row) => row.id);
}

/** Notes that these ids are in the catalogue now. Those of `held` are held back from now on. */
export async function sawListings(
  tx: Transaction,
  ids: readonly string[],
  held: ReadonlySet<string>,
  at: Date,
): Promise<void> {
  const rows = ids.map((listingId) => ({
    listingId,
    firstSeenAt: at,
    lastSeenAt: at,
    heldAt: held.has(listingId) ? at : null,
  }));
  await tx
    .insert(listings)
    .select(selectAll(listings, rows))
    .onConflictDoUpdate({ target: listings.listingId, set: { lastSeenAt: sql`excluded.last_seen_at` } });
}

/** The same for all ids of the last read, when the catalogue says that nothing has changed since. */
export async function sawListingsAgain(tx: Transaction, lastReadAt: Date, at: Date): Promise<void> {
  await tx.update(listings).set({ lastSeenAt: at }).where(gte(listings.lastSeenAt, lastReadAt));
}

/** Writes new models; their ids have never been there. */
export async function insertModels(tx: Transaction, rows: readonly (typeof models.$inferInsert)[]) {
  return rows.length === 0
    ? []
    : tx
        .insert(models)
        .values([...rows])
        .returning();
}

/** The models that are in the catalogue now, as the last read found them. */
export async function readListedModels(tx: Transaction, lastReadAt: Date) {
  return tx
    .select({ modelId: models.modelId, name: models.name, listingId: models.listingId, listedAt: models.listedAt })
    .from(models)
    .innerJoin(listings, eq(listings.listingId, models.listingId))
    .where(gte(listings.lastSeenAt, lastReadAt))
    .orderBy(models.modelId);
}
