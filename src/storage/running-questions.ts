import { and, asc, eq, inArray, isNotNull, isNull, lt, or, sql } from "drizzle-orm";
import type { ChatFailure } from "../domain/chat.ts";
import type { Question } from "../domain/question.ts";
import type { Db, Transaction } from "./database.ts";
import { databaseTime } from "./database-time.ts";
import { nameMember } from "./members.ts";
import { type QuestionRow, questionOf, selectQuestions } from "./questions.ts";
import { questions } from "./schema.ts";
import { storable } from "./storable.ts";

type NewQuestion = typeof questions.$inferInsert;

/** What may change of a question while it is answered. */
export type QuestionChange = Partial<
  Pick<
    QuestionRow,
    | "answer"
    | "reasoningCharacters"
    | "state"
    | "isCounted"
    | "firstWordMs"
    | "totalMs"
    | "promptTokens"
    | "answerTokens"
    | "costUsd"
  >
> & { failure?: ChatFailure | null };

/** A process dead for this long has lost its questions to whoever finds them. */
const holdSeconds = 20;
const heldFromNow = sql`date_trunc('milliseconds', clock_timestamp()) + ${holdSeconds} * interval '1 second'`;

/** Writes questions as running and held by a process, in their order, and names their asker. */
export async function insertQuestions(
  tx: Transaction,
  rows: readonly Omit<NewQuestion, "heldUntil">[],
  memberName: string,
): Promise<Question[]> {
  const inserted: Question[] = [];
  for (const row of rows) {
    const [written] = await tx
      .insert(questions)
      .values({ ...row, besideId: inserted[0]?.questionId ?? null, heldUntil: heldFromNow })
      .returning();
    if (!written) throw new Error("a question was not written");
    inserted.push(questionOf({ ...written, memberName }));
  }
  const [{ serverId, memberId } = { serverId: "", memberId: "" }] = rows;
  await nameMember(tx, { serverId, memberId, name: memberName });
  return inserted;
}

/**
 * Writes how far an answer is and holds it for longer. Tells whether somebody asked to stop it; null if it is no longer
 * this process's to write.
 */
export async function keepQuestion(
  db: Db,
  questionId: number,
  holder: string,
  change: QuestionChange,
): Promise<{ stopAsked: boolean } | null> {
  const [row] = await db
    .update(questions)
    .set({ ...columnsOf(change), heldUntil: heldFromNow })
    .where(and(eq(questions.questionId, questionId), eq(questions.holder, holder), eq(questions.state, "running")))
    .returning({ stopAsked: questions.stopAsked });
  return row ?? null;
}

/** Writes how an answer ended; null if it is no longer this process's to write. Its messages are still to be finished. */
export async function endQuestion(
  tx: Transaction,
  questionId: number,
  holder: string,
  change: QuestionChange,
): Promise<Pick<QuestionRow, "costUsd" | "reservedUsd" | "askedAt"> | null> {
  const [row] = await tx
    .update(questions)
    .set({ ...columnsOf(change), heldUntil: heldFromNow })
    .where(and(eq(questions.questionId, questionId), eq(questions.holder, holder), eq(questions.state, "running")))
    .returning({ costUsd: questions.costUsd, reservedUsd: questions.reservedUsd, askedAt: questions.askedAt });
  return row ?? null;
}

function columnsOf({ failure, ...rest }: QuestionChange) {
  return failure === undefined ? rest : { ...rest, failure: failure && (storable(failure) as Record<string, unknown>) };
}

/** Notes the messages that show a question. */
export async function noteMessages(db: Db, questionId: number, messageIds: readonly string[]): Promise<void> {
  await db
    .update(questions)
    .set({ messageIds: [...messageIds] })
    .where(eq(questions.questionId, questionId));
}

/** Notes that nothing is left to do about these questions. */
export async function letGo(db: Db, questionIds: readonly number[], holder: string): Promise<void> {
  await db
    .update(questions)
    .set({ heldUntil: null })
    .where(and(inArray(questions.questionId, [...questionIds]), eq(questions.holder, holder)));
}

/** Asks whoever answers a question, and the one beside it, to stop. False if it is not being answered. */
export async function askToStop(db: Db, serverId: string, questionId: number): Promise<boolean> {
  const stopped = await db
    .update(questions)
    .set({ stopAsked: true })
    .where(
      and(
        eq(questions.serverId, serverId),
        or(eq(questions.questionId, questionId), eq(questions.besideId, questionId)),
        eq(questions.state, "running"),
      ),
    )
    .returning({ id: questions.questionId });
  return stopped.length > 0;
}

/** Holds questions that are answered for longer, until their messages are finished. Tells how many are still this process's. */
export async function holdQuestions(db: Db, questionIds: readonly number[], holder: string): Promise<number> {
  if (questionIds.length === 0) return 0;
  const rows = await db
    .update(questions)
    .set({ heldUntil: heldFromNow })
    .where(
      and(
        inArray(questions.questionId, [...questionIds]),
        eq(questions.holder, holder),
        isNotNull(questions.heldUntil),
      ),
    )
    .returning({ id: questions.questionId });
  return rows.length;
}

export type LostQuestion = {
  readonly question: Question;
  readonly besideId: number | null;
  readonly messageIds: readonly string[];
  readonly askedAt: Date;
  readonly reservedUsd: number;
  /** It was being answered until now. */
  readonly wasRunning: boolean;
};

/** Whether there is a question whose process is gone. */
export async function isAnyLost(db: Db): Promise<boolean> {
  const lost = await db
    .select({ id: questions.questionId })
    .from(questions)
    .where(lt(questions.heldUntil, databaseTime()))
    .limit(1);
  return lost.length > 0;
}

/**
 * Takes over questions whose process is gone, the two of a comparison together: for this process alone. Those that were
 * being answered are interrupted from now on.
 */
export async function takeOver(tx: Transaction, holder: string, most: number): Promise<LostQuestion[]> {
  const lost = await tx
    .select({ id: questions.questionId })
    .from(questions)
    .where(and(lt(questions.heldUntil, databaseTime()), isNull(questions.besideId)))
    .orderBy(asc(questions.heldUntil))
    .limit(most)
    .for("update", { skipLocked: true });
  const firstIds = lost.map(({ id }) => id);
  if (firstIds.length === 0) return [];
  const both = or(inArray(questions.questionId, firstIds), inArray(questions.besideId, firstIds));
  const before = await selectQuestions(tx).where(both).orderBy(asc(questions.questionId));
  await tx
    .update(questions)
    .set({
      holder,
      heldUntil: sql`date_trunc('milliseconds', clock_timestamp()) + interval '1 minute'`,
      state: sql`case when ${questions.state} = 'running' then 'interrupted' else ${questions.state} end`,
    })
    .where(both);
  return before.map((row) => ({
    question: { ...questionOf(row), state: row.state === "running" ? "interrupted" : row.state },
    besideId: row.besideId,
    messageIds: row.messageIds,
    askedAt: row.askedAt,
    reservedUsd: row.reservedUsd,
    wasRunning: row.state === "running",
  }));
}
