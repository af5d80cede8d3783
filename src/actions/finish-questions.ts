import type { App } from "../app.ts";
import type { Question } from "../domain/question.ts";
import { transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { lockBudget, spend } from "../storage/question-books.ts";
import { isAnyLost, letGo, takeOver } from "../storage/running-questions.ts";

const mostAtOnce = 20;
/** After a day nobody waits for the end of an answer. */
const worthFinishingMs = 24 * 60 * 60_000;

/** An answer whose process is gone: its messages still look as if it went on. */
export type LostAnswer = {
  /** One, or the two of a comparison. */
  readonly questions: readonly Question[];
  /** Its messages, as far as they were noted; there may be one more at the end. */
  readonly messageIds: readonly string[];
  readonly askedAt: Date;
};

/**
 * Takes over answers whose process has died, for this process alone: what was being answered is interrupted, and costs
 * the most it can have cost.
 */
export async function takeOverAnswers(app: App): Promise<LostAnswer[]> {
  // As a rule there are none, and looking for them should lock and write nothing.
  if (!(await isAnyLost(app.db))) return [];
  const { lost, now } = await transact(app.db, async (tx) => {
    await lockBudget(tx);
    const taken = await takeOver(tx, app.name, mostAtOnce);
    const at = app.clock(await readDatabaseTime(tx));
    const costUsd = taken.reduce((sum, { wasRunning, reservedUsd }) => sum + (wasRunning ? reservedUsd : 0), 0);
    if (costUsd > 0) await spend(tx, costUsd, at);
    return { lost: taken, now: at };
  });
  const answers = lost
    .filter(({ besideId }) => besideId === null)
    .map(({ question, messageIds, askedAt }) => ({
      questions: [
        question,
        ...lost.filter(({ besideId }) => besideId === question.questionId).map((other) => other.question),
      ],
      messageIds,
      askedAt,
    }));
  const old = answers.filter(({ askedAt }) => now.getTime() - askedAt.getTime() > worthFinishingMs);
  for (const answer of old) await finishedAnswer(app, answer);
  return answers.filter((answer) => !old.includes(answer));
}

/** Notes that nothing is left to do about an answer. One that is not finished is taken over again in a minute. */
export async function finishedAnswer(app: App, { questions }: LostAnswer): Promise<void> {
  await letGo(
    app.db,
    questions.map(({ questionId }) => questionId),
    app.name,
  );
}
