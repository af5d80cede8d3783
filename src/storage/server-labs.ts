import { eq, inArray } from "drizzle-orm";
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

/** The same of several servers. */
export async function readLabsOfServers(
  db: Db,
  serverIds: readonly string[],
): Promise<(typeof serverLabs.$inferSelect)[]> {
  return db
    .select()
    .from(serverLabs)
    .where(inArray(serverLabs.serverId, [...serverIds]));
}

/** Writes a server's own lab, in place of the one with its slug if there is one. */
export async function putServerLab(
  tx: Transaction,
  serverId: string,
  lab: Pick<Lab, "slug" | "name" | "aliases">,
): Promise<void> {
  const { slug, name } = lab;
  const aliases = [...lab.aliases];
  await tx
    .insert(serverLabs)
    .values({ serverId, slug, name, aliases })
    .onConflictDoUpdate({ target: [serverLabs.serverId, serverLabs.slug], set: { name, aliases } });
}
