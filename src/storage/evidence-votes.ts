import { and, eq, gte, lt, sql } from "drizzle-orm";
import type { EvidenceVote } from "../domain/evidence.ts";
import type { EvidenceDraft } from "../domain/evidence-draft.ts";
import type { Db, Transaction } from "./database.ts";
import { evidence, evidenceDecisions, evidenceDrafts, evidenceVoices } from "./schema.ts";
import { storable } from "./storable.ts";

/** What a member has said of a piece; null if nothing yet. The piece's lock guards it. */
export async function readVote(tx: Transaction, evidenceId: number, memberId: string) {
  const [row] = await tx
    .select()
    .from(evidenceVoices)
    .where(and(eq(evidenceVoices.evidenceId, evidenceId), eq(evidenceVoices.memberId, memberId)));
  return row ?? null;
}

/** Writes a member's vote in place of the one before, and moves the piece's counts by it. */
export async function putVote(
  tx: Transaction,
  row: typeof evidenceVoices.$inferInsert,
  before: EvidenceVote | null,
): Promise<void> {
  const { evidenceId, memberId, vote, key, answered, at } = row;
  const guard = before === null ? undefined : eq(evidenceVoices.vote, before);
  const written = await tx
    .insert(evidenceVoices)
    .values(row)
    .onConflictDoUpdate({
      target: [evidenceVoices.evidenceId, evidenceVoices.memberId],
      set: { vote, key, answered, at },
      ...(guard ? { setWhere: guard } : {}),
    })
    .returning({ memberId: evidenceVoices.memberId });
  const step = (kind: EvidenceVote) => (vote === kind ? 1 : 0) - (before === kind ? 1 : 0);
  const counted = await tx
    .update(evidence)
    .set({
      convincing: sql`${evidence.convincing} + ${step("convincing")}`,
      weak: sql`${evidence.weak} + ${step("weak")}`,
    })
    .where(
      and(
        eq(evidence.evidenceId, evidenceId),
        gte(evidence.convincing, -step("convincing")),
        gte(evidence.weak, -step("weak")),
      ),
    )
    .returning({ evidenceId: evidence.evidenceId });
  if (written.length + counted.length !== 2) throw new Error(`the votes on ${evidenceId} by ${memberId} do not add up`);
}

/** Writes down a decision about a piece; false if this key has made one before. */
export async function putDecision(tx: Transaction, row: typeof evidenceDecisions.$inferInsert): Promise<boolean> {
  const made = await tx
    .insert(evidenceDecisions)
    .values(row)
    .onConflictDoNothing()
    .returning({ key: evidenceDecisions.key });
  return made.length > 0;
}

/** The decision this key has made; null if none. */
export async function readDecision(tx: Transaction, key: string) {
  const [row] = await tx.select().from(evidenceDecisions).where(eq(evidenceDecisions.key, key));
  return row ?? null;
}

/** Keeps a draft, in place of what it was, and throws away those made before `forgetBefore`. */
export async function putDraft(
  tx: Transaction,
  row: { draftId: string; serverId: string; memberId: string; draft: EvidenceDraft; at: Date },
  forgetBefore: Date,
): Promise<void> {
  const draft = storable(row.draft) as EvidenceDraft;
  await tx.delete(evidenceDrafts).where(lt(evidenceDrafts.at, forgetBefore));
  await tx
    .insert(evidenceDrafts)
    .values({ ...row, draft })
    .onConflictDoUpdate({
      target: evidenceDrafts.draftId,
      set: { draft },
      setWhere: sql`${evidenceDrafts.serverId} = ${row.serverId} and ${evidenceDrafts.memberId} = ${row.memberId}`,
    });
}

/** A member's own draft in this server; null if there is none, or not any more. */
export async function readDraft(
  db: Db | Transaction,
  of: { draftId: string; serverId: string; memberId: string },
): Promise<EvidenceDraft | null> {
  const [row] = await db
    .select({ draft: evidenceDrafts.draft })
    .from(evidenceDrafts)
    .where(
      and(
        eq(evidenceDrafts.draftId, of.draftId),
        eq(evidenceDrafts.serverId, of.serverId),
        eq(evidenceDrafts.memberId, of.memberId),
      ),
    );
  return row?.draft ?? null;
}
