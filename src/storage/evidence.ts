import { and, asc, desc, eq, getTableColumns, gt, inArray, lt, ne, type SQL, sql } from "drizzle-orm";
import type { Evidence, EvidenceKind, EvidenceSource, Stance } from "../domain/evidence.ts";
import type { KeptFile } from "../domain/kept-file.ts";
import type { Db, Transaction } from "./database.ts";
import { evidence, evidenceFiles, members, models } from "./schema.ts";

type EvidenceRow = typeof evidence.$inferSelect;
type FileRow = typeof evidenceFiles.$inferSelect;

/** Others alike that are pointed out with a piece. */
const mostAlike = 3;

/** More votes first, as `byVotes` in the rules orders them. */
export const votesFirst: readonly SQL[] = [
  desc(sql`${evidence.convincing} - ${evidence.weak}`),
  desc(evidence.convincing),
  asc(evidence.evidenceId),
];

/** The pieces that point to a lab, then those that point away, each by votes: "for" sorts behind "against". */
export const byStance: readonly SQL[] = [desc(evidence.stance), ...votesFirst];

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
    at: row.at,
    alike: alike.get(row.evidenceId) ?? [],
  }));
}

/** Earlier pieces with the same link or file as these, by id: found through their indexes. */
async function readAlike(
  db: Db | Transaction,
  rows: readonly EvidenceRow[],
  files: readonly FileRow[],
): Promise<Map<number, number[]>> {
  const serverIds = [...new Set(rows.map(({ serverId }) => serverId))];
  const links = [...new Set(rows.flatMap(({ linkKey }) => (linkKey === null ? [] : [linkKey])))];
  const hashes = [...new Set(files.flatMap(({ sha256 }) => (sha256 === null ? [] : [sha256])))];
  if (links.length + hashes.length === 0) return new Map();
  const shown = and(inArray(evidence.serverId, serverIds), eq(evidence.state, "shown"));
  const last = Math.max(...rows.map(({ evidenceId }) => evidenceId));
  const ofServer = { evidenceId: evidence.evidenceId, serverId: evidence.serverId };
  const linked =
    links.length === 0
      ? []
      : await db
          .select({ ...ofServer, mark: sql<string>`${evidence.linkKey}` })
          .from(evidence)
          .where(and(shown, inArray(evidence.linkKey, links), lt(evidence.evidenceId, last)))
          .orderBy(evidence.evidenceId)
          .limit(500);
  const filed =
    hashes.length === 0
      ? []
      : await db
          .select({ ...ofServer, mark: sql<string>`${evidenceFiles.sha256}` })
          .from(evidenceFiles)
          .innerJoin(evidence, eq(evidence.evidenceId, evidenceFiles.evidenceId))
          .where(
            and(
              shown,
              inArray(evidenceFiles.serverId, serverIds),
              inArray(evidenceFiles.sha256, hashes),
              lt(evidence.evidenceId, last),
            ),
          )
          .orderBy(evidence.evidenceId)
          .limit(500);
  return new Map(
    rows.map((row) => {
      const marks = new Set<string | null>([
        row.linkKey,
        ...files.filter(({ evidenceId }) => evidenceId === row.evidenceId).map(({ sha256 }) => sha256),
      ]);
      const others = [...linked, ...filed].filter(
        (other) => other.evidenceId < row.evidenceId && other.serverId === row.serverId && marks.has(other.mark),
      );
      const ids = [...new Set(others.map(({ evidenceId }) => evidenceId))].sort((a, b) => a - b);
      return [row.evidenceId, ids.slice(0, mostAlike)] as const;
    }),
  );
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

/** What the own copies of a server's files since then take, in bytes. */
export async function bytesSince(db: Db | Transaction, serverId: string, since: Date): Promise<number> {
  const [row] = await db
    .select({ bytes: sql<number>`coalesce(sum(${evidenceFiles.sizeBytes}), 0)`.mapWith(Number) })
    .from(evidence)
    .innerJoin(evidenceFiles, eq(evidenceFiles.evidenceId, evidence.evidenceId))
    .where(and(eq(evidence.serverId, serverId), gt(evidence.at, since), sql`${evidenceFiles.sha256} is not null`));
  return row?.bytes ?? 0;
}

/** A member's own pieces on a model that are not withdrawn, to compare a new one with. */
export async function readOwnPieces(
  tx: Transaction,
  of: { serverId: string; modelId: number; memberId: string },
): Promise<Evidence[]> {
  return readEvidence(
    tx,
    and(
      eq(evidence.serverId, of.serverId),
      eq(evidence.modelId, of.modelId),
      eq(evidence.memberId, of.memberId),
      ne(evidence.state, "withdrawn"),
    ),
  );
}

export type BoardFilter = {
  readonly serverId: string;
  readonly modelId: number;
  readonly lab?: string | null;
  readonly kind?: EvidenceKind | null;
  readonly stance?: Stance;
};

/** The pieces shown to everybody that fit. */
export function onBoard({ serverId, modelId, lab, kind, stance }: BoardFilter): SQL | undefined {
  return and(
    eq(evidence.serverId, serverId),
    eq(evidence.modelId, modelId),
    eq(evidence.state, "shown"),
    lab ? eq(evidence.lab, lab) : undefined,
    kind ? eq(evidence.kind, kind) : undefined,
    stance ? eq(evidence.stance, stance) : undefined,
  );
}

/** How many pieces point to and away from each lab, and how convincing those for it are found. */
export async function countByLab(db: Db | Transaction, filter: BoardFilter) {
  return db
    .select({
      lab: evidence.lab,
      for: sql<number>`count(*) filter (where ${evidence.stance} = 'for')`.mapWith(Number),
      against: sql<number>`count(*) filter (where ${evidence.stance} = 'against')`.mapWith(Number),
      convincing:
        sql<number>`coalesce(sum(${evidence.convincing} - ${evidence.weak}) filter (where ${evidence.stance} = 'for'), 0)`.mapWith(
          Number,
        ),
    })
    .from(evidence)
    .where(onBoard(filter))
    .groupBy(evidence.lab);
}

/** The strongest piece of each lab and stance among these labs, in one query. */
export async function readStrongest(
  db: Db | Transaction,
  filter: BoardFilter,
  labs: readonly string[],
): Promise<Evidence[]> {
  if (labs.length === 0) return [];
  const best = db
    .selectDistinctOn([evidence.lab, evidence.stance], { evidenceId: evidence.evidenceId })
    .from(evidence)
    .where(and(onBoard(filter), inArray(evidence.lab, [...labs])))
    .orderBy(evidence.lab, evidence.stance, ...votesFirst);
  return readEvidence(db, inArray(evidence.evidenceId, best), { order: votesFirst });
}

/** Counts of the pieces shown on these servers' models, for cards. */
export async function countStances(
  db: Db | Transaction,
  serverIds: readonly string[],
  modelIds: readonly number[],
): Promise<StanceCounts[]> {
  if (serverIds.length === 0 || modelIds.length === 0) return [];
  return db
    .select({
      serverId: evidence.serverId,
      modelId: evidence.modelId,
      for: sql<number>`count(*) filter (where ${evidence.stance} = 'for')`.mapWith(Number),
      against: sql<number>`count(*) filter (where ${evidence.stance} = 'against')`.mapWith(Number),
    })
    .from(evidence)
    .where(
      and(
        inArray(evidence.serverId, [...serverIds]),
        inArray(evidence.modelId, [...modelIds]),
        eq(evidence.state, "shown"),
      ),
    )
    .groupBy(evidence.serverId, evidence.modelId);
}

export type StanceCounts = {
  readonly serverId: string;
  readonly modelId: number;
  readonly for: number;
  readonly against: number;
};

/** Changes a piece whose row is locked. */
export async function changePiece(tx: Transaction, evidenceId: number, change: Partial<EvidenceRow>): Promise<void> {
  await tx.update(evidence).set(change).where(eq(evidence.evidenceId, evidenceId));
}
