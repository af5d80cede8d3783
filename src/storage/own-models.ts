import { and, eq, inArray, or, sql } from "drizzle-orm";
import type { Transaction } from "./database.ts";
import { markets, models } from "./schema.ts";

/** What a server plays with under this name or id already. */
export async function readNamesakes(tx: Transaction, serverId: string, listingId: string, name: string) {
  return tx
    .select({ addedKey: models.addedKey })
    .from(markets)
    .innerJoin(models, eq(models.modelId, markets.modelId))
    .where(
      and(
        eq(markets.serverId, serverId),
        or(eq(models.listingId, listingId), eq(sql`lower(${models.name})`, name.toLowerCase())),
      ),
    );
}

/** How many models of its moderators a server has that are neither settled nor called off. */
export async function countOwnModels(tx: Transaction, serverId: string): Promise<number> {
  const [row] = await tx
    .select({ count: sql<number>`count(*)`.mapWith(Number) })
    .from(markets)
    .innerJoin(models, and(eq(models.modelId, markets.modelId), eq(models.serverId, serverId)))
    .where(and(eq(markets.serverId, serverId), inArray(markets.state, ["open", "frozen"])));
  return row?.count ?? 0;
}
