import { and, eq, gt, isNotNull, or, sql } from "drizzle-orm";
import type { Db, Transaction } from "./database.ts";
import { evidence, evidenceFiles } from "./schema.ts";

/** How many pieces a member has filed on a model, withdrawn ones included: those took up space too. */
export async function countOfMember(tx: Transaction, of: { serverId: string; modelId: number; memberId: string }) {
  const { serverId, modelId, memberId } = of;
  return tx.$count(
    evidence,
    and(eq(evidence.serverId, serverId), eq(evidence.modelId, modelId), eq(evidence.memberId, memberId)),
  );
}

/** How many pieces a server has filed since then. */
export async function countSince(tx: Transaction, serverId: string, since: Date): Promise<number> {
  return tx.$count(evidence, and(eq(evidence.serverId, serverId), gt(evidence.at, since)));
}

/** What the own copies of a server's files since then take or took, in bytes: one that was withdrawn was downloaded too. */
export async function bytesSince(db: Db | Transaction, serverId: string, since: Date): Promise<number> {
  const [row] = await db
    .select({ bytes: sql<number>`coalesce(sum(${evidenceFiles.sizeBytes}), 0)`.mapWith(Number) })
    .from(evidence)
    .innerJoin(evidenceFiles, eq(evidenceFiles.evidenceId, evidence.evidenceId))
    .where(
      and(
        eq(evidence.serverId, serverId),
        gt(evidence.at, since),
        or(isNotNull(evidenceFiles.sha256), eq(evidenceFiles.problem, "removed")),
      ),
    );
  return row?.bytes ?? 0;
}
