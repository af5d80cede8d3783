import { and, eq, gt, gte, isNull, max, sql } from "drizzle-orm";
import { missesUntilWithdrawn } from "../domain/listing-facts.ts";
import type { Transaction } from "./database.ts";
import { isPlayedOn } from "./reveals.ts";
import { models, revealCandidates, revealChecks } from "./schema.ts";

/** How often withdrawn models were asked since then, whatever for. */
export async function countChecks(tx: Transaction, since: Date): Promise<number> {
  return tx.$count(revealChecks, gt(revealChecks.askedAt, since));
}

/**
 * Models of the catalogue that were withdrawn since then, that some server still plays on and OpenRouter has not told of
 * yet, with how often and when they were asked last. A few at a time, in a bad month.
 */
export async function readUnrevealed(tx: Transaction, withdrawnSince: Date) {
  const told = tx
    .select({ one: sql`1` })
    .from(revealCandidates)
    .where(and(eq(revealCandidates.modelId, models.modelId), eq(revealCandidates.kind, "sentence")));
  return tx
    .select({
      modelId: models.modelId,
      listingId: models.listingId,
      checks: sql<number>`count(${revealChecks.checkId})`.mapWith(Number),
      lastAt: max(revealChecks.askedAt),
    })
    .from(models)
    .leftJoin(revealChecks, eq(revealChecks.modelId, models.modelId))
    .where(
      and(
        isNull(models.serverId),
        gte(models.missedReads, missesUntilWithdrawn),
        gte(models.missedSince, withdrawnSince),
        isPlayedOn(tx),
        sql`not exists ${told}`,
      ),
    )
    .groupBy(models.modelId)
    .orderBy(sql`max(${revealChecks.askedAt}) nulls first`, models.modelId);
}

/** Notes that a model is being asked. */
export async function noteCheck(tx: Transaction, modelId: number, askedAt: Date): Promise<void> {
  await tx.insert(revealChecks).values({ modelId, askedAt });
}
