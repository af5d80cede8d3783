import { and, asc, desc, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Evidence, EvidenceKind, HiddenEvidence, Stance } from "../domain/evidence.ts";
import type { Db, Transaction } from "./database.ts";
import { hiddenPieces, readEvidence } from "./evidence.ts";
import { recordset } from "./recordset.ts";
import { evidence } from "./schema.ts";

/** More votes first, as `byVotes` in the rules orders them. */
const votesFirst: readonly SQL[] = [
  desc(sql`${evidence.convincing} - ${evidence.weak}`),
  desc(evidence.convincing),
  asc(evidence.evidenceId),
];

/** The pieces that point to a lab, then those that point away, each by votes: "for" sorts behind "against". */
export const byStance: readonly SQL[] = [desc(evidence.stance), ...votesFirst];

type BoardFilter = {
  readonly serverId: string;
  readonly modelId: number;
  readonly lab?: string | null;
  readonly kind?: EvidenceKind | null;
  readonly stance?: Stance;
};

/** The pieces shown to everybody that fit. */
export function onBoard(filter: BoardFilter): SQL | undefined {
  return and(fitting(filter), eq(evidence.state, "shown"));
}

function fitting({ serverId, modelId, lab, kind, stance }: BoardFilter): SQL | undefined {
  return and(
    eq(evidence.serverId, serverId),
    eq(evidence.modelId, modelId),
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

/** The latest pieces that fit and are hidden, and how many there are. */
export async function readHidden(
  db: Db | Transaction,
  filter: BoardFilter,
  most: number,
): Promise<{ count: number; latest: HiddenEvidence[] }> {
  const rows = await db
    .select({
      evidenceId: evidence.evidenceId,
      hiddenReason: evidence.hiddenReason,
      count: sql<number>`count(*) over ()`.mapWith(Number),
    })
    .from(evidence)
    .where(and(fitting(filter), hiddenPieces))
    .orderBy(desc(evidence.evidenceId))
    .limit(most);
  return { count: rows[0]?.count ?? 0, latest: rows.map(({ count: _, ...piece }) => piece) };
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

/** The strongest piece for each of these labs of models: one query for all of them. */
export async function readStrongestFor(
  db: Db | Transaction,
  wanted: readonly { readonly serverId: string; readonly modelId: number; readonly lab: string }[],
): Promise<Evidence[]> {
  if (wanted.length === 0) return [];
  const { serverId, modelId, lab, evidenceId } = evidence;
  const best = db
    .selectDistinctOn([serverId, modelId, lab], { evidenceId })
    .from(recordset(evidence, wanted, ["serverId", "modelId", "lab"]))
    .innerJoin(
      evidence,
      sql`(${serverId}, ${modelId}, ${lab}) = (given.server_id, given.model_id, given.lab)
        and ${evidence.stance} = 'for' and ${evidence.state} = 'shown'`,
    )
    .orderBy(serverId, modelId, lab, ...votesFirst);
  return readEvidence(db, inArray(evidenceId, best), { most: wanted.length });
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
