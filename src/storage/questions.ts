import { and, asc, desc, eq, getTableColumns, inArray } from "drizzle-orm";
import type { ChatFailure } from "../domain/chat.ts";
import type { Question } from "../domain/question.ts";
import type { Db, Transaction } from "./database.ts";
import { members, questions, toldOfLogging } from "./schema.ts";

export type QuestionRow = typeof questions.$inferSelect;

/** A question as a row holds it. */
export function questionOf(row: QuestionRow & { memberName: string | null }): Question {
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

/** Questions with their askers' names. */
export function selectQuestions(db: Db | Transaction) {
  return db
    .select({ ...getTableColumns(questions), memberName: members.name })
    .from(questions)
    .leftJoin(members, and(eq(members.serverId, questions.serverId), eq(members.memberId, questions.memberId)));
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
