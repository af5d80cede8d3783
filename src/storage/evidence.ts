import { and, asc, eq, getTableColumns, inArray, isNotNull, isNull, ne, or, type SQL, sql } from "drizzle-orm";
import type { Evidence, EvidenceSource } from "../domain/evidence.ts";
import type { KeptFile } from "../domain/kept-file.ts";
import type { Db, Transaction } from "./database.ts";
import { readAlike } from "./evidence-alike.ts";
import { evidence, evidenceFiles, members, models } from "./schema.ts";

type EvidenceRow = typeof evidence.$inferSelect;
type FileRow = typeof evidenceFiles.$inferSelect;

/** Pieces as they are, with model, author, files and others alike, in three queries however many they are. */
export async function readEvidence(
  db: Db | Transaction,
  where: SQL | undefined,
  {
    order = [asc(evidence.evidenceId)],
    most = 100,
    from = 0,
  }: { order?: readonly SQL[]; most?: number; from?: number } = {},
): Promise<Evidence[]> {
  const rows = await db
    .select({ ...getTableColumns(evidence), modelName: models.name, memberName: members.name })
    .from(evidence)
    .innerJoin(models, eq(models.modelId, evidence.modelId))
    .leftJoin(members, and(eq(members.serverId, evidence.serverId), eq(members.memberId, evidence.memberId)))
    .where(where)
    .orderBy(...order)
    .limit(most)
    .offset(from);
  return withTheRest(db, rows);
}

async function withTheRest(
  db: Db | Transaction,
  rows: readonly (EvidenceRow & { modelName: string; memberName: string | null })[],
): Promise<Evidence[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ evidenceId }) => evidenceId);
  const files = await db
    .select()
    .from(evidenceFiles)
    .where(inArray(evidenceFiles.evidenceId, ids))
    .orderBy(evidenceFiles.evidenceId, evidenceFiles.place);
  const alike = await readAlike(db, rows, files);
  return rows.map((row) => ({
    evidenceId: row.evidenceId,
    serverId: row.serverId,
    modelId: row.modelId,
    modelName: row.modelName,
    memberId: row.memberId,
    memberName: row.memberName ?? "",
    lab: row.lab,
    stance: row.stance,
    kind: row.kind,
    text: row.text,
    link: row.link,
    source: sourceOf(row),
    files: files.filter(({ evidenceId }) => evidenceId === row.evidenceId).map(fileOf),
    convincing: row.convincing,
    weak: row.weak,
    state: row.state,
    hiddenReason: row.hiddenReason,
    restoredReason: row.restoredReason,
    at: row.at,
    alike: alike.get(row.evidenceId) ?? [],
  }));
}

function fileOf({ attachmentId, name, contentType, sizeBytes, sha256, problem }: FileRow): KeptFile {
  const file = { attachmentId, name, contentType, sizeBytes };
  return sha256 === null ? { ...file, sha256, problem: problem ?? "gone" } : { ...file, sha256, problem: null };
}

function sourceOf(row: EvidenceRow): EvidenceSource | null {
  if (row.questionId !== null) return { kind: "question", questionId: row.questionId };
  const { sourceChannelId: channelId, sourceMessageId: messageId } = row;
  if (channelId === null || messageId === null) return null;
  const authorId = row.sourceAuthorId ?? "";
  return { kind: "message", channelId, messageId, authorId, authorName: row.sourceAuthorName ?? "" };
}

/** A piece of this server; null if it has none of that number. */
export async function readPiece(db: Db | Transaction, serverId: string, evidenceId: number): Promise<Evidence | null> {
  const [piece] = await readEvidence(db, and(eq(evidence.serverId, serverId), eq(evidence.evidenceId, evidenceId)));
  return piece ?? null;
}

/** Pieces by their numbers alone, for what the bot does by itself. */
export async function readEvidenceById(db: Db | Transaction, ids: readonly number[]): Promise<Evidence[]> {
  return ids.length === 0 ? [] : readEvidence(db, inArray(evidence.evidenceId, [...ids]));
}

/** The piece this key has made; null if none. */
export async function readByKey(db: Db | Transaction, key: string): Promise<Evidence | null> {
  const [piece] = await readEvidence(db, eq(evidence.key, key));
  return piece ?? null;
}

/** Locks a piece of this server until the transaction ends; null if there is none. */
export async function lockPiece(tx: Transaction, serverId: string, evidenceId: number): Promise<EvidenceRow | null> {
  const [row] = await tx
    .select()
    .from(evidence)
    .where(and(eq(evidence.serverId, serverId), eq(evidence.evidenceId, evidenceId)))
    .for("update");
  return row ?? null;
}

/** Writes a new piece with its files. Returns its number, or null if its key has made one before. */
export async function insertEvidence(
  tx: Transaction,
  row: typeof evidence.$inferInsert,
  files: readonly KeptFile[],
): Promise<number | null> {
  const [made] = await tx
    .insert(evidence)
    .values(row)
    .onConflictDoNothing()
    .returning({ evidenceId: evidence.evidenceId });
  if (!made) return null;
  const { evidenceId } = made;
  if (files.length > 0) {
    await tx
      .insert(evidenceFiles)
      .values(files.map((file, place) => ({ ...file, evidenceId, place, serverId: row.serverId })));
  }
  return evidenceId;
}

/** Pieces against which the moderators' word stands, as `standsHidden` in the rules has it. */
export const hiddenPieces = or(
  eq(evidence.state, "hidden"),
  and(eq(evidence.state, "withdrawn"), isNotNull(evidence.hiddenReason), isNull(evidence.restoredReason)),
);

/** A member's own pieces on a model that are not withdrawn, or hidden, to compare a new one with: with their files' hashes. */
export async function readOwnPieces(
  tx: Transaction,
  of: { serverId: string; modelId: number; memberId: string },
): Promise<(Evidence & { readonly hashes: readonly string[] })[]> {
  const pieces = await readEvidence(
    tx,
    and(
      eq(evidence.serverId, of.serverId),
      eq(evidence.modelId, of.modelId),
      eq(evidence.memberId, of.memberId),
      or(ne(evidence.state, "withdrawn"), hiddenPieces),
    ),
  );
  const ids = pieces.map(({ evidenceId }) => evidenceId);
  const { evidenceId, sha256, formerSha256 } = evidenceFiles;
  const files =
    ids.length === 0
      ? []
      : await tx.select({ evidenceId, sha256, formerSha256 }).from(evidenceFiles).where(inArray(evidenceId, ids));
  return pieces.map((piece) => ({
    ...piece,
    hashes: files.flatMap((file) =>
      file.evidenceId === piece.evidenceId ? (file.sha256 ?? file.formerSha256 ?? []) : [],
    ),
  }));
}

/**
 * Lets go of the copies of a withdrawn piece's files; what they were called and how large they were stays.
 *
 * @param how.remember whether to know the same files again
 */
export async function letFilesGo(tx: Transaction, evidenceId: number, how: { remember: boolean }): Promise<void> {
  await tx
    .update(evidenceFiles)
    .set({ sha256: null, problem: "removed", ...(how.remember ? { formerSha256: sql`${evidenceFiles.sha256}` } : {}) })
    .where(and(eq(evidenceFiles.evidenceId, evidenceId), isNotNull(evidenceFiles.sha256)));
}

/** Which of these copies belong to a piece of any server. */
export async function readUsedCopies(db: Db | Transaction, hashes: readonly string[]): Promise<Set<string>> {
  if (hashes.length === 0) return new Set();
  const rows = await db
    .selectDistinct({ sha256: evidenceFiles.sha256 })
    .from(evidenceFiles)
    .where(inArray(evidenceFiles.sha256, [...hashes]));
  return new Set(rows.flatMap(({ sha256 }) => (sha256 === null ? [] : [sha256])));
}

/** Changes a piece whose row is locked. */
export async function changePiece(tx: Transaction, evidenceId: number, change: Partial<EvidenceRow>): Promise<void> {
  await tx.update(evidence).set(change).where(eq(evidence.evidenceId, evidenceId));
}
