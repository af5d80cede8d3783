import { createHash } from "node:crypto";
import { and, eq, inArray, isNull, lte, or, sql } from "drizzle-orm";
import type { Listing } from "../domain/listing.ts";
import type { Db, Transaction } from "./database.ts";
import { recordset, selectAll } from "./recordset.ts";
import { catalogue, listings, models } from "./schema.ts";

export type CatalogueRow = typeof catalogue.$inferSelect;

/** The same for the same facts. */
export function hashOf(listing: Listing): string {
  return createHash("sha256").update(JSON.stringify(listing)).digest("base64url").slice(0, 22);
}

/** The same for the same catalogue, in whatever order it comes. */
export function hashOfAll(hashes: readonly string[]): string {
  return createHash("sha256")
    .update([...hashes].sort().join())
    .digest("base64url")
    .slice(0, 22);
}

/** The catalogue's one row. */
const theRow = eq(catalogue.id, 1);

async function makeRow(db: Db | Transaction): Promise<void> {
  await db
    .insert(catalogue)
    .values({ id: 1, listingsCount: 0, readAt: new Date(0) })
    .onConflictDoNothing();
}

/**
 * Reserves reading the catalogue until a time. Null if another process has, or is the one that reads for all; else what
 * the last read left behind.
 */
export async function reserveReading(
  db: Db,
  now: Date,
  until: Date,
  { reader, readerUntil }: { readonly reader: string; readonly readerUntil: Date },
): Promise<CatalogueRow | null> {
  await makeRow(db);
  const [row] = await db
    .update(catalogue)
    .set({ readingUntil: until, reader, readerUntil })
    .where(
      and(
        theRow,
        or(isNull(catalogue.readingUntil), lte(catalogue.readingUntil, now)),
        or(isNull(catalogue.readerUntil), lte(catalogue.readerUntil, now), eq(catalogue.reader, reader)),
      ),
    )
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

/** Every listing the catalogue ever held: the hash of its facts, and whether it is there now. */
export async function readKnown(tx: Transaction): Promise<Map<string, { hash: string | null; listed: boolean }>> {
  const rows = await tx.select({ id: listings.listingId, hash: listings.hash, listed: listings.listed }).from(listings);
  return new Map(rows.map(({ id, ...rest }) => [id, rest]));
}

export type ListingRow = typeof listings.$inferInsert;

/** Writes listings that are new, have changed or are back. Only facts and presence of those known before change. */
export async function putListings(tx: Transaction, rows: readonly ListingRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx
    .insert(listings)
    .select(selectAll(listings, rows))
    .onConflictDoUpdate({
      target: listings.listingId,
      set: {
        listed: true,
        lastSeenAt: sql`excluded.last_seen_at`,
        facts: sql`excluded.facts`,
        hash: sql`excluded.hash`,
      },
    });
}

/** Notes that the catalogue holds these ids no longer, and when the last read was that found them. */
export async function markGone(tx: Transaction, ids: readonly string[], lastSeenAt: Date): Promise<void> {
  if (ids.length === 0) return;
  const gone = ids.map((listingId) => ({ listingId }));
  await tx
    .update(listings)
    .set({ listed: false, lastSeenAt })
    .where(sql`${listings.listingId} in (select * from ${recordset(listings, gone, ["listingId"])})`);
}

/** Writes models that every server has from now on. One that some servers opened already is theirs and everybody's. */
export async function insertModels(tx: Transaction, rows: readonly (typeof models.$inferInsert)[]) {
  return rows.length === 0
    ? []
    : tx
        .insert(models)
        .values([...rows])
        .onConflictDoUpdate({ target: models.listingId, set: { everywhere: true, reasons: sql`excluded.reasons` } })
        .returning();
}

/** Writes models that only some servers have, unless they are there already. Returns all of them. */
export async function addModels(tx: Transaction, rows: readonly (typeof models.$inferInsert)[]) {
  if (rows.length === 0) return [];
  await tx
    .insert(models)
    .values([...rows])
    .onConflictDoNothing();
  const ids = rows.map(({ listingId }) => listingId);
  return tx.select().from(models).where(inArray(models.listingId, ids)).orderBy(models.modelId);
}

/** The models every server has that are in the catalogue now, as the last read found them. */
export async function readListedModels(tx: Transaction) {
  return tx
    .select({ modelId: models.modelId, name: models.name, listingId: models.listingId, listedAt: models.listedAt })
    .from(models)
    .innerJoin(listings, eq(listings.listingId, models.listingId))
    .where(and(eq(listings.listed, true), eq(models.everywhere, true)))
    .orderBy(models.modelId);
}
