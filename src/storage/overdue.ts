import { and, eq, gt, lt, ne, or, sql } from "drizzle-orm";
import type { Transaction } from "./database.ts";
import { queueDeliveries } from "./deliveries.ts";
import { canBeTold, isUndecided } from "./reveals.ts";
import { deliveries, dismissedCandidates, markets, revealCandidates, servers } from "./schema.ts";

/**
 * Owes the moderators one question, ever, about each market that opened before a time and has no candidate that stands:
 * one that its moderators were told of or are about to be, that was not dismissed there and, where it comes from other
 * servers, that some still hold to.
 */
export async function oweOverdue(tx: Transaction, openedBefore: Date, at: Date): Promise<number> {
  const dismissed = tx
    .select({ one: sql`1` })
    .from(dismissedCandidates)
    .where(
      and(
        eq(dismissedCandidates.serverId, markets.serverId),
        eq(dismissedCandidates.candidateId, revealCandidates.candidateId),
      ),
    );
  const told = tx
    .select({ one: sql`1` })
    .from(deliveries)
    .where(
      and(
        eq(deliveries.candidateId, revealCandidates.candidateId),
        eq(deliveries.serverId, markets.serverId),
        ne(deliveries.state, "failed"),
      ),
    );
  const standing = tx
    .select({ one: sql`1` })
    .from(revealCandidates)
    .where(
      and(
        eq(revealCandidates.modelId, markets.modelId),
        or(ne(revealCandidates.kind, "settled"), gt(revealCandidates.servers, 0)),
        sql`exists ${told}`,
        sql`not exists ${dismissed}`,
      ),
    );
  const asked = tx
    .select({ one: sql`1` })
    .from(deliveries)
    .where(
      and(
        eq(deliveries.serverId, markets.serverId),
        eq(deliveries.modelId, markets.modelId),
        eq(deliveries.kind, "deadline"),
      ),
    );
  const overdue = await tx
    .select({ serverId: markets.serverId, modelId: markets.modelId })
    .from(markets)
    .innerJoin(servers, and(eq(servers.serverId, markets.serverId), canBeTold))
    .where(and(isUndecided, lt(markets.openedAt, openedBefore), sql`not exists ${standing}`, sql`not exists ${asked}`));
  await queueDeliveries(
    tx,
    overdue.map(({ serverId, modelId }) => ({
      key: `deadline:${modelId}:${serverId}`,
      kind: "deadline" as const,
      serverId,
      modelId,
      dueAt: at,
    })),
  );
  return overdue.length;
}
