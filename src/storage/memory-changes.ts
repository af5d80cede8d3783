import { gt, inArray, sql } from "drizzle-orm";
import type { Db, Transaction } from "./database.ts";
import { memoryChanges } from "./schema.ts";

/** In place of a server's id: what changed for all of them. */
export const everyServer = "*";

const counts = { serverId: memoryChanges.serverId, changes: memoryChanges.changes };

/** Counts a change of a server's models or labs that is committed, or is with this. Returns how many there are now. */
export async function countMemoryChange(db: Db | Transaction, serverId: string): Promise<number> {
  const [row] = await db
    .insert(memoryChanges)
    .values({ serverId, changes: 1, at: sql`clock_timestamp()` })
    .onConflictDoUpdate({
      target: memoryChanges.serverId,
      set: { changes: sql`${memoryChanges.changes} + 1`, at: sql`clock_timestamp()` },
    })
    .returning({ changes: memoryChanges.changes });
  if (!row) throw new Error(`a change in server ${serverId} was not counted`);
  return row.changes;
}

/** The counts of those that changed since then (now, if it is null) or in the minutes before: a count may come to light late. */
export async function readLatestChanges(db: Db, since: string | null) {
  return db
    .select(counts)
    .from(memoryChanges)
    .where(gt(memoryChanges.at, sql`coalesce(${since}::timestamptz, clock_timestamp()) - interval '3 minutes'`));
}

/** How many changes were counted that concern a server. */
export async function readChangesOf(db: Db, serverId: string): Promise<number> {
  const rows = await db
    .select(counts)
    .from(memoryChanges)
    .where(inArray(memoryChanges.serverId, [serverId, everyServer]));
  return rows.reduce((sum, { changes }) => sum + changes, 0);
}
