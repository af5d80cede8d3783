import { and, desc, eq, gt, isNotNull, not, type SQL, sql } from "drizzle-orm";
import {
  monthOf,
  type QuestionBooks,
  type QuestionSettings,
  questionRules,
  type WindowName,
  windowLengthMs,
} from "../domain/question-limits.ts";
import type { Db, Transaction } from "./database.ts";
import { databaseTime } from "./database-time.ts";
import { questionBudget, questions } from "./schema.ts";

const theRow = eq(questionBudget.id, 1);

/**
 * Locks the host's budget until the transaction ends: nobody else asks meanwhile, in any process. The time that counts
 * must be asked for after that.
 */
export async function lockBudget(tx: Transaction): Promise<typeof questionBudget.$inferSelect> {
  await tx.insert(questionBudget).values({ id: 1, month: "", spentUsd: 0 }).onConflictDoNothing();
  const [row] = await tx.select().from(questionBudget).where(theRow).for("update");
  if (!row) throw new Error("the budget for questions has no row");
  return row;
}

/** What the limits are decided by. Reads as many rows as the limits allow questions, never more. */
export async function readBooks(
  tx: Transaction,
  budget: typeof questionBudget.$inferSelect,
  asks: { readonly serverId: string; readonly memberId: string; readonly serverPerDay: number },
  settings: QuestionSettings,
  now: Date,
): Promise<QuestionBooks> {
  const window = async (name: WindowName, most: number, whose?: SQL) => {
    const lengthMs = windowLengthMs[name];
    const rows = await tx
      .select({ askedAt: questions.askedAt })
      .from(questions)
      .where(and(whose, gt(questions.askedAt, new Date(now.getTime() - lengthMs))))
      .orderBy(desc(questions.askedAt))
      .limit(most);
    return { most, lengthMs, asked: rows.map(({ askedAt }) => askedAt) };
  };
  // What a dead process was answering runs no more, but may have cost its price.
  const unended = await tx
    .select({
      memberId: questions.memberId,
      reservedUsd: questions.reservedUsd,
      runs: sql<boolean>`${questions.heldUntil} > ${databaseTime()}`,
    })
    .from(questions)
    .where(and(isNotNull(questions.heldUntil), eq(questions.state, "running")));
  const running = unended.filter(({ runs }) => runs);
  const spentUsd = budget.month === monthOf(now) ? budget.spentUsd : 0;
  return {
    windows: {
      minute: await window("minute", settings.perMinute),
      day: await window("day", settings.perDay),
      member: await window(
        "member",
        questionRules.memberPerHour,
        and(eq(questions.memberId, asks.memberId), questions.isCounted),
      ),
      failed: await window(
        "failed",
        questionRules.failedPerHour,
        and(eq(questions.memberId, asks.memberId), not(questions.isCounted)),
      ),
      server: await window(
        "server",
        asks.serverPerDay,
        and(eq(questions.serverId, asks.serverId), questions.isCounted),
      ),
    },
    runningOfHost: running.length,
    runningOfMember: running.filter(({ memberId }) => memberId === asks.memberId).length,
    restingUntil: budget.restingUntil,
    committedUsd: unended.reduce((sum, { reservedUsd }) => sum + reservedUsd, spentUsd),
  };
}

/** Adds to what was spent in the month of that moment; another month begins at nothing. */
export async function spend(tx: Transaction, costUsd: number, at: Date): Promise<void> {
  const month = monthOf(at);
  await tx
    .update(questionBudget)
    .set({
      month,
      spentUsd: sql`case when ${questionBudget.month} = ${month} then ${questionBudget.spentUsd} else 0 end + ${costUsd}`,
    })
    .where(theRow);
}

/** Notes until when OpenRouter will not hear the host's key. */
export async function restKey(db: Db | Transaction, until: Date): Promise<void> {
  await db.update(questionBudget).set({ restingUntil: until }).where(theRow);
}
