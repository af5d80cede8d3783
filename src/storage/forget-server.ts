import { and, eq, getTableColumns, inArray, is, isNotNull, lt, type SQL } from "drizzle-orm";
import { type PgColumn, PgTable } from "drizzle-orm/pg-core";
import type { Transaction } from "./database.ts";
import * as schema from "./schema.ts";

const { evidence, markets, models, servers, transactions } = schema;

/** Locks the server that was left longest ago, before a moment; null if there is none, or if it is just coming back. */
export async function lockLongLeft(tx: Transaction, before: Date): Promise<string | null> {
  const [row] = await tx
    .select({ serverId: servers.serverId })
    .from(servers)
    .where(and(isNotNull(servers.leftAt), lt(servers.leftAt, before)))
    .orderBy(servers.leftAt)
    .limit(1)
    .for("update", { skipLocked: true });
  return row?.serverId ?? null;
}

/**
 * Removes every row of a server: all of its books at once, so that what is left of the ledger adds up as before. A table
 * says whose its rows are by its columns, so one that is added later is not forgotten here.
 */
export async function removeServer(tx: Transaction, serverId: string): Promise<void> {
  const tables = Object.values<unknown>(schema).filter((each) => is(each, PgTable));
  // What only leans on rows of the server goes before those; models that others refer to and the server itself go last.
  const rank = (table: PgTable) => {
    if (table === servers) return 3;
    if (table === models) return 2;
    return "serverId" in getTableColumns(table) ? 1 : 0;
  };
  for (const table of tables.toSorted((a, b) => rank(a) - rank(b))) {
    const rows = rowsOf(tx, table, serverId);
    if (rows) await tx.delete(table).where(rows);
  }
}

/** The rows of a table that are a server's; null for a table that is about no server. */
function rowsOf(tx: Transaction, table: PgTable, serverId: string): SQL | null {
  const columns: Record<string, PgColumn> = getTableColumns(table);
  if (columns.serverId) return eq(columns.serverId, serverId);
  const owners = [
    [columns.marketId, markets, markets.marketId, markets.serverId],
    [columns.transactionId, transactions, transactions.transactionId, transactions.serverId],
    [columns.evidenceId, evidence, evidence.evidenceId, evidence.serverId],
    [columns.modelId, models, models.modelId, models.serverId],
  ] as const;
  for (const [column, owner, id, ownedBy] of owners) {
    if (column) return inArray(column, tx.select({ id }).from(owner).where(eq(ownedBy, serverId)));
  }
  return null;
}
