import { and, asc, desc, eq, getTableColumns, inArray, isNotNull, isNull, lt, or, sql } from "drizzle-orm";
import type { ChatFailure } from "../domain/chat.ts";
import type { Question } from "../domain/question.ts";
import type { Db, Transaction } from "./database.ts";
import { databaseTime } from "./database-time.ts";
import { members, questions, toldOfLogging } from "./schema.ts";

export type QuestionRow = typeof questions.$inferSelect;
export type NewQuestion = typeof questions.$inferInsert;
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

/** A question as a row holds it. */
function questionOf(row: QuestionRow & { memberName: string | null }): Question {
  const { questionId, serverId, channelId, memberId, modelId, listingId, name, prompt, answer } = row;
  const { firstWordMs, totalMs, promptTokens, answerTokens, costUsd, state, tellsOfLogging } = row;
  return {
    questionId,
    serverId,
    channelId,
    memberId,
    memberName: row.memberName ?? "",
    target: { modelId, listingId, name },
    prompt,
    earlier: row.earlierIds.length,
    answer,
    reasoningCharacters: row.reasoningCharacters,
    state,
    failure: row.failure === null ? null : failureOf(row.failure),
    figures: { firstWordMs, totalMs, promptTokens, answerTokens, costUsd },
    tellsOfLogging,
  };
}

/** JSON has no dates: the one there is comes back as one. Only this program writes what is read here. */
function failureOf(stored: Record<string, unknown>): ChatFailure {
  const { retryAt } = stored;
  const revived = typeof retryAt === "string" ? { ...stored, retryAt: new Date(retryAt) } : stored;
  return revived as ChatFailure;
}

function selectQuestions(db: Db | Transaction) {
  return db
    .select({ ...getTableColumns(questions), memberName: members.name })
    .from(questions)
    .leftJoin(members, and(eq(members.serverId, questions.serverId), eq(members.memberId, questions.memberId)));
}

/** Writes questions as running and held by a process, and names their asker. Null if one of their keys is known already. */
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
  await tx
    .insert(members)
    .values({ serverId, memberId, name: memberName })
    .onConflictDoUpdate({ target: [members.serverId, members.memberId], set: { name: memberName } });
  return inserted;
}

/** Whether something was asked with this key before. */
export async function isKnownKey(tx: Transaction, key: string): Promise<boolean> {
  const found = await tx.select({ id: questions.questionId }).from(questions).where(eq(questions.key, key));
  return found.length > 0;
}

/** Notes that a member is told of logging; false if they were before. */
export async function noteTold(tx: Transaction, memberId: string): Promise<boolean> {
  const noted = await tx.insert(toldOfLogging).values({ memberId }).onConflictDoNothing().returning();
  return noted.length > 0;
}

/** A question of a server with the messages that show it; null for another server's. */
export async function readQuestion(db: Db | Transaction, serverId: string, questionId: number) {
  const [row] = await selectQuestions(db).where(
    and(eq(questions.serverId, serverId), eq(questions.questionId, questionId)),
  );
  if (!row) return null;
  const { earlierIds, besideId, messageIds } = row;
  return { question: questionOf(row), earlierIds, besideId, messageIds };
}

/** Prompt and answer of these questions of a server, oldest first. */
export async function readExchanges(db: Db | Transaction, serverId: string, questionIds: readonly number[]) {
  if (questionIds.length === 0) return [];
  return db
    .select({ questionId: questions.questionId, prompt: questions.prompt, answer: questions.answer })
    .from(questions)
    .where(and(eq(questions.serverId, serverId), inArray(questions.questionId, [...questionIds])))
    .orderBy(asc(questions.questionId));
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
  return failure === undefined ? rest : { ...rest, failure: failure && storable(failure) };
}

/** A failure quotes others' words, and PostgreSQL takes no NUL and no lone surrogate in JSON. */
function storable(failure: ChatFailure): Record<string, unknown> {
  const clean = (_: string, value: unknown) =>
    typeof value === "string" ? value.toWellFormed().replaceAll("\0", "") : value;
  return JSON.parse(JSON.stringify(failure, clean));
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

/** A model's latest questions in a server that are answered or failed, newest first. */
export async function readMeasured(db: Db, serverId: string, modelId: number, most: number) {
  const rows = await db
    .select({
      state: questions.state,
      failure: questions.failure,
      firstWordMs: questions.firstWordMs,
      totalMs: questions.totalMs,
      answerTokens: questions.answerTokens,
    })
    .from(questions)
    .where(and(eq(questions.serverId, serverId), eq(questions.modelId, modelId)))
    .orderBy(desc(questions.questionId))
    .limit(most);
  return rows
    .filter(({ state }) => state !== "running")
    .map(({ state, failure, ...figures }) => ({
      state,
      failure: failure === null ? null : failureOf(failure),
      figures: { ...figures, promptTokens: null, costUsd: null },
    }));
}
