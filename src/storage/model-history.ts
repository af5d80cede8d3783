import { and, desc, eq, gt, inArray, isNotNull, isNull, lt, sql } from "drizzle-orm";
import { type HistoryEntry, missesUntilWithdrawn } from "../domain/listing-facts.ts";
import type { Db, Transaction } from "./database.ts";
import { queueDeliveries } from "./deliveries.ts";
import { recordset } from "./recordset.ts";
import { deliveries, markets, modelHistory, models, servers } from "./schema.ts";

export type HistoryRow = typeof modelHistory.$inferSelect;
type NewHistoryRow = Omit<typeof modelHistory.$inferInsert, "historyId">;

const followed = {
  modelId: models.modelId,
  listingId: models.listingId,
  name: models.name,
  facts: models.facts,
  missedReads: models.missedReads,
  missedSince: models.missedSince,
};

export type FollowedModel = Pick<typeof models.$inferSelect, keyof typeof followed>;

/** Every model of the catalogue, as the reads so far left it. A few dozen come in a year. */
export async function readFollowed(tx: Transaction): Promise<FollowedModel[]> {
  return tx.select(followed).from(models).where(isNull(models.serverId)).orderBy(models.modelId);
}

/** Writes what a read left of models, all of them in one statement. */
export async function changeFollowed(tx: Transaction, rows: readonly FollowedModel[]): Promise<void> {
  if (rows.length === 0) return;
  await tx
    .update(models)
    .set({
      name: sql`given.name`,
      facts: sql`given.facts`,
      missedReads: sql`given.missed_reads`,
      missedSince: sql`given.missed_since`,
    })
    .from(recordset(models, rows, ["modelId", "name", "facts", "missedReads", "missedSince"]))
    .where(sql`${models.modelId} = given.model_id`);
}

/** Counts one more read without the models that were missed at the last one. Returns those that are withdrawn by now. */
export async function countMissedAgain(tx: Transaction): Promise<number[]> {
  const rows = await tx
    .update(models)
    .set({ missedReads: sql`${models.missedReads} + 1` })
    .where(and(gt(models.missedReads, 0), lt(models.missedReads, missesUntilWithdrawn)))
    .returning({ modelId: models.modelId, missedReads: models.missedReads });
  return rows.filter(({ missedReads }) => missedReads === missesUntilWithdrawn).map(({ modelId }) => modelId);
}

/** Appends to the history of models, and owes the thread of each, in every server that has one, one message about it. */
export async function appendHistory(tx: Transaction, rows: readonly NewHistoryRow[], at: Date): Promise<void> {
  if (rows.length === 0) return;
  await tx.insert(modelHistory).values([...rows]);
  const about = [...new Set(rows.map(({ modelId }) => modelId))];
  const threads = tx
    .select({ serverId: deliveries.serverId, modelId: deliveries.modelId, threadId: deliveries.threadId })
    .from(deliveries)
    .innerJoin(servers, and(eq(servers.serverId, deliveries.serverId), isNull(servers.leftAt)))
    .innerJoin(markets, and(eq(markets.serverId, deliveries.serverId), eq(markets.modelId, deliveries.modelId)))
    .where(
      and(
        eq(deliveries.kind, "announcement"),
        isNotNull(deliveries.threadId),
        inArray(deliveries.modelId, about),
        inArray(markets.state, ["open", "frozen"]),
      ),
    );
  await queueDeliveries(
    tx,
    (await threads).map(({ serverId, modelId, threadId }) => ({
      key: `change:${modelId}:${at.getTime()}:${serverId}`,
      kind: "change" as const,
      serverId,
      modelId,
      channelId: threadId,
      aboutAt: at,
      dueAt: at,
    })),
  );
}

/** A model's history, newest first, and how long it is in all. */
export async function readHistory(
  db: Db | Transaction,
  modelId: number,
  most: number,
): Promise<{ entries: HistoryEntry[]; count: number }> {
  const rows = await db
    .select({ row: modelHistory, count: sql<number>`count(*) over ()`.mapWith(Number) })
    .from(modelHistory)
    .where(eq(modelHistory.modelId, modelId))
    .orderBy(desc(modelHistory.historyId))
    .limit(most);
  return { entries: rows.map(({ row }) => entryOf(row)), count: rows[0]?.count ?? 0 };
}

/** What one read found of these models. */
export async function readHistoryAt(
  tx: Transaction,
  about: readonly { modelId: number | null; aboutAt: Date | null }[],
): Promise<{ modelId: number; entry: HistoryEntry }[]> {
  const ids = about.flatMap(({ modelId }) => modelId ?? []);
  const times = about.flatMap(({ aboutAt }) => aboutAt ?? []);
  if (ids.length === 0 || times.length === 0) return [];
  const rows = await tx
    .select()
    .from(modelHistory)
    .where(and(inArray(modelHistory.modelId, ids), inArray(modelHistory.at, times)))
    .orderBy(modelHistory.historyId);
  return rows.map((row) => ({ modelId: row.modelId, entry: entryOf(row) }));
}

function entryOf({ at, kind, fact, before, after }: HistoryRow): HistoryEntry {
  if (kind !== "fact") return { at, kind };
  if (fact === null) throw new Error("a changed fact without its name");
  return { at, kind, fact, before, after };
}
