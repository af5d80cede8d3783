import { eq } from "drizzle-orm";
import type { Lab } from "../domain/lab.ts";
import type { Db, Transaction } from "./database.ts";
import { serverLabs } from "./schema.ts";

/** A server's own labs, as the registry's look-ups take them. */
export function labsOfRows(rows: readonly (typeof serverLabs.$inferSelect)[]): Lab[] {
  return rows.map(({ slug, name, aliases }) => ({ slug, name, aliases, parent: null, country: null, prefixes: [] }));
}

/** The labs a server's moderators added, and the names they taught. */
export async function readServerLabs(
  db: Db | Transaction,
  serverId: string,
): Promise<(typeof serverLabs.$inferSelect)[]> {
  return db.select().from(serverLabs).where(eq(serverLabs.serverId, serverId));
}
