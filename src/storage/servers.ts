import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import type { Db, Transaction } from "./database.ts";
import { recordset } from "./recordset.ts";
import { markets, servers } from "./schema.ts";

export type ServerRow = typeof servers.$inferSelect;

/** Servers in one statement: well below PostgreSQL's 65,535 parameters. */
const rowsAtOnce = 5_000;

/** Writes servers the bot is in, with their names as they are now. What /setup holds stays. */
export async function putServers(
  tx: Transaction,
  joined: readonly { serverId: string; name: string }[],
  at: Date,
): Promise<void> {
  for (let from = 0; from < joined.length; from += rowsAtOnce) {
    const rows = joined.slice(from, from + rowsAtOnce).map(({ serverId, name }) => ({ serverId, name, joinedAt: at }));
    await tx
      .insert(servers)
      .values(rows)
      .onConflictDoUpdate({ target: servers.serverId, set: { name: sql`excluded.name`, leftAt: null } });
  }
}

/** Those of these servers that are written down, whether the bot is in them or had left them. */
export async function readKnown(tx: Transaction, serverIds: readonly string[]) {
  const asked = serverIds.map((serverId) => ({ serverId }));
  return tx
    .select({
      serverId: servers.serverId,
      name: servers.name,
      leftAt: servers.leftAt,
      announcementChannelId: servers.announcementChannelId,
    })
    .from(servers)
    .where(sql`${servers.serverId} in (select * from ${recordset(servers, asked, ["serverId"])})`);
}

/** Notes that the bot is no longer in these servers. Everything else about them stays. */
export async function markLeft(db: Db | Transaction, serverIds: readonly string[], at: Date): Promise<void> {
  if (serverIds.length === 0) return;
  const left = serverIds.map((serverId) => ({ serverId }));
  await db
    .update(servers)
    .set({ leftAt: at })
    .where(
      and(
        sql`${servers.serverId} in (select * from ${recordset(servers, left, ["serverId"])})`,
        isNull(servers.leftAt),
      ),
    );
}

/** The servers the bot is in. */
export async function readPresentServers(db: Db | Transaction) {
  return db
    .select({ serverId: servers.serverId, announcementChannelId: servers.announcementChannelId })
    .from(servers)
    .where(isNull(servers.leftAt));
}

/** A server's row; null for one never joined. */
export async function readServerRow(db: Db | Transaction, serverId: string): Promise<ServerRow | null> {
  const [row] = await db.select().from(servers).where(eq(servers.serverId, serverId));
  return row ?? null;
}

/** Locks a server's row until the transaction ends, and makes it if it is not there yet. */
export async function lockServer(tx: Transaction, serverId: string, at: Date): Promise<ServerRow> {
  await tx.insert(servers).values({ serverId, name: "", joinedAt: at }).onConflictDoNothing();
  const [row] = await tx.select().from(servers).where(eq(servers.serverId, serverId)).for("update");
  if (!row) throw new Error(`server ${serverId} is gone`);
  return row;
}

/** Changes what /setup holds. */
export async function changeServer(
  tx: Transaction,
  serverId: string,
  change: Partial<Omit<ServerRow, "serverId">>,
): Promise<void> {
  if (Object.keys(change).length > 0) await tx.update(servers).set(change).where(eq(servers.serverId, serverId));
}

/** Which of these servers have a market of which of these models. */
export async function readMarketPairs(tx: Transaction, serverIds: readonly string[], modelIds: readonly number[]) {
  if (serverIds.length === 0 || modelIds.length === 0) return [];
  const asked = serverIds.map((serverId) => ({ serverId }));
  return tx
    .select({ serverId: markets.serverId, modelId: markets.modelId })
    .from(markets)
    .where(
      and(
        inArray(markets.modelId, [...modelIds]),
        sql`${markets.serverId} in (select * from ${recordset(markets, asked, ["serverId"])})`,
      ),
    );
}
