import { and, desc, eq, getTableColumns, inArray, or } from "drizzle-orm";
import type { Transaction } from "./database.ts";
import type { MarketWithModel } from "./markets.ts";
import { markets, models } from "./schema.ts";

/** The markets these deliveries are about, with their models. */
export async function readMarketsOf(
  tx: Transaction,
  about: readonly { serverId: string; modelId: number | null }[],
): Promise<MarketWithModel[]> {
  const pairs = about.flatMap(({ serverId, modelId }) =>
    modelId === null ? [] : [and(eq(markets.serverId, serverId), eq(markets.modelId, modelId))],
  );
  if (pairs.length === 0) return [];
  return selectMarkets(tx).where(or(...pairs));
}

/** The markets these servers have open or frozen, newest first. */
export async function readOpenMarkets(tx: Transaction, serverIds: readonly string[]): Promise<MarketWithModel[]> {
  if (serverIds.length === 0) return [];
  return selectMarkets(tx)
    .where(and(inArray(markets.serverId, [...serverIds]), inArray(markets.state, ["open", "frozen"])))
    .orderBy(desc(models.listedAt), desc(models.modelId));
}

function selectMarkets(tx: Transaction) {
  return tx
    .select({ ...getTableColumns(markets), model: getTableColumns(models) })
    .from(markets)
    .innerJoin(models, eq(models.modelId, markets.modelId));
}

/** Names of models, by id. */
export async function readModelNames(tx: Transaction, modelIds: readonly number[]): Promise<Map<number, string>> {
  if (modelIds.length === 0) return new Map();
  const rows = await tx
    .select({ modelId: models.modelId, name: models.name })
    .from(models)
    .where(inArray(models.modelId, [...modelIds]));
  return new Map(rows.map((row) => [row.modelId, row.name]));
}
