import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import type { Db, Transaction } from "./database.ts";
import { recordset } from "./recordset.ts";
import { decidedMarkets, markets, models, revealCandidates, servers } from "./schema.ts";

/** Rows in one statement: well below PostgreSQL's 65,535 parameters. */
const rowsAtOnce = 5_000;

/** Notes, as part of a decision, that the settlements of this model are to be counted again. A row of its own: no server waits for another's decision. */
export async function noteDecided(tx: Transaction, market: { serverId: string; modelId: number }): Promise<void> {
  const { serverId, modelId } = market;
  await tx.insert(decidedMarkets).values({ serverId, modelId });
}

/** Notes that all these servers settled is to be counted again: the bot left them, or is back. */
export async function noteSettledIn(tx: Transaction, serverIds: readonly string[]): Promise<void> {
  if (serverIds.length === 0) return;
  const meant = serverIds.map((serverId) => ({ serverId }));
  const settled = await tx
    .select({ serverId: markets.serverId, modelId: markets.modelId })
    .from(markets)
    .where(
      and(
        sql`${markets.serverId} in (select * from ${recordset(markets, meant, ["serverId"])})`,
        eq(markets.state, "settled"),
      ),
    );
  for (let from = 0; from < settled.length; from += rowsAtOnce) {
    await tx.insert(decidedMarkets).values(settled.slice(from, from + rowsAtOnce));
  }
}

/** The models a server's moderators have settled there. */
export async function readSettledModels(tx: Transaction, serverId: string): Promise<number[]> {
  const rows = await tx
    .select({ modelId: markets.modelId })
    .from(markets)
    .where(and(eq(markets.serverId, serverId), eq(markets.state, "settled")));
  return rows.map(({ modelId }) => modelId);
}

/** Takes what was noted, oldest first, and locks those models until the transaction ends: others count them after us. */
export async function takeDecided(tx: Transaction, most: number): Promise<{ serverId: string; modelId: number }[]> {
  const oldest = tx
    .select({ decidedId: decidedMarkets.decidedId })
    .from(decidedMarkets)
    .orderBy(decidedMarkets.decidedId)
    .limit(most)
    .for("update", { skipLocked: true });
  const rows = await tx.delete(decidedMarkets).where(inArray(decidedMarkets.decidedId, oldest)).returning();
  const modelIds = [...new Set(rows.map(({ modelId }) => modelId))];
  if (modelIds.length === 0) return [];
  await tx
    .select({ one: sql`1` })
    .from(models)
    .where(inArray(models.modelId, modelIds))
    .orderBy(models.modelId)
    .for("no key update");
  return rows;
}

/** Whether anything is noted: cheap, and true as a rule of nothing. */
export async function isAnyDecided(db: Db): Promise<boolean> {
  const rows = await db.select({ one: sql`1` }).from(decidedMarkets).limit(1);
  return rows.length > 0;
}

export type Settlements = {
  readonly modelId: number;
  /** In alphabetical order. */
  readonly builders: readonly string[];
  readonly servers: number;
  /** The middle one of the times given in those servers. */
  readonly publishedAt: Date;
};

/** Who built these models of the catalogue, as servers have settled it that the bot is in. */
export async function countSettlements(tx: Transaction, modelIds: readonly number[]): Promise<Settlements[]> {
  if (modelIds.length === 0) return [];
  const sorted = sql`(select jsonb_agg(each order by each) from jsonb_array_elements_text(${markets.builders}) as each)`;
  const builders = sorted.mapWith(revealCandidates.labs);
  const settled = tx
    .select({ modelId: markets.modelId, builders: builders.as("sorted"), publishedAt: markets.publishedAt })
    .from(markets)
    .innerJoin(models, and(eq(models.modelId, markets.modelId), isNull(models.serverId)))
    .innerJoin(servers, and(eq(servers.serverId, markets.serverId), isNull(servers.leftAt)))
    .where(and(inArray(markets.modelId, [...modelIds]), eq(markets.state, "settled")))
    .as("settled");
  return tx
    .select({
      modelId: settled.modelId,
      builders: settled.builders,
      servers: sql<number>`count(*)`.mapWith(Number),
      publishedAt: sql<Date>`percentile_disc(0.5) within group (order by ${settled.publishedAt})`.mapWith(
        markets.publishedAt,
      ),
    })
    .from(settled)
    .groupBy(settled.modelId, settled.builders)
    .orderBy(settled.modelId, sql`count(*) desc`, settled.builders);
}

/** Writes how many servers settled it so by now. */
export async function changeCandidate(
  tx: Transaction,
  candidateId: number,
  change: { servers: number; publishedAt?: Date },
): Promise<void> {
  await tx.update(revealCandidates).set(change).where(eq(revealCandidates.candidateId, candidateId));
}
