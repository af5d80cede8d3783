import type { Clock } from "../app.ts";
import type { AskRefusal } from "../domain/ask-refusal.ts";
import type { Member } from "../domain/member.ts";
import type { Question, QuestionTarget } from "../domain/question.ts";
import { limitRefusal, type QuestionSettings, type QuestionsLeft, questionsLeft } from "../domain/question-limits.ts";
import { type Db, type Transaction, transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { lockBudget, readBooks } from "../storage/question-books.ts";
import { isKnownKey, noteTold } from "../storage/questions.ts";
import { insertQuestions } from "../storage/running-questions.ts";

/** Questions somebody wants to ask at once: one, or the two of a comparison. */
export type QuestionWish = {
  readonly key: string;
  readonly serverId: string;
  readonly channelId: string;
  readonly member: Member;
  /** What the server's own limit is. */
  readonly serverPerDay: number;
  readonly prompt: string;
  readonly asks: readonly {
    readonly target: QuestionTarget;
    readonly earlierIds: readonly number[];
    /** What it may cost at the most; null if nothing. */
    readonly reservedUsd: number | null;
  }[];
};

export type TakenIn = { readonly questions: readonly Question[]; readonly left: QuestionsLeft } | AskRefusal;

/** Whose the database and the limits are. */
type Host = {
  readonly db: Db;
  readonly clock: Clock;
  readonly name: string;
  readonly questions: QuestionSettings;
};

/**
 * Takes wishes in or refuses them, in their order, under one lock for all processes: a crowd that asks at once costs one
 * lock, and one connection of the pool waits for it.
 */
export async function takeInQuestions(host: Host, wishes: readonly QuestionWish[]): Promise<TakenIn[]> {
  return transact(host.db, async (tx) => {
    const budget = await lockBudget(tx);
    const answers: TakenIn[] = [];
    for (const wish of wishes) answers.push(await takeIn(host, tx, budget, wish));
    return answers;
  });
}

async function takeIn(
  host: Host,
  tx: Transaction,
  budget: Awaited<ReturnType<typeof lockBudget>>,
  wish: QuestionWish,
): Promise<TakenIn> {
  const { key, serverId, channelId, member, serverPerDay, prompt, asks } = wish;
  const now = host.clock(await readDatabaseTime(tx));
  if (await isKnownKey(tx, key)) return { reason: "asked-before" };
  const books = await readBooks(tx, budget, { serverId, memberId: member.memberId, serverPerDay }, host.questions, now);
  const costs = asks.flatMap(({ reservedUsd }) => reservedUsd ?? []);
  const worstUsd = costs.length === 0 ? null : costs.reduce((sum, usd) => sum + usd, 0);
  const refusal = limitRefusal(books, { questions: asks.length, worstUsd }, host.questions, now);
  if (refusal) return refusal;
  const tellsOfLogging = await noteTold(tx, member.memberId);
  const rows = asks.map(({ target, earlierIds, reservedUsd }, place) => ({
    key: place === 0 ? key : `${key}:beside`,
    serverId,
    channelId,
    memberId: member.memberId,
    modelId: target.modelId,
    listingId: target.listingId,
    name: target.name,
    earlierIds: [...earlierIds],
    prompt,
    askedAt: now,
    tellsOfLogging: tellsOfLogging && place === 0,
    reservedUsd: reservedUsd ?? 0,
    holder: host.name,
  }));
  return { questions: await insertQuestions(tx, rows, member.name), left: questionsLeft(books, asks.length, now) };
}
