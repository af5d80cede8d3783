import { and, eq, inArray } from "drizzle-orm";
import type { DecisionAnswer, SettlementAnswer } from "../domain/settlement.ts";
import { datesIn } from "./answers.ts";
import type { Transaction } from "./database.ts";
import { members, transactions } from "./schema.ts";

/** What these decisions were answered with, and the names of who made them. */
export async function readDecisionAnswers(tx: Transaction, transactionIds: readonly number[]) {
  if (transactionIds.length === 0) return [];
  const rows = await tx
    .select({ transactionId: transactions.transactionId, answer: transactions.answer, byName: members.name })
    .from(transactions)
    .leftJoin(members, and(eq(members.serverId, transactions.serverId), eq(members.memberId, transactions.memberId)))
    .where(inArray(transactions.transactionId, [...transactionIds]));
  return rows.map(({ transactionId, answer, byName }) => ({
    transactionId,
    answer: datesIn(answer) as SettlementAnswer | DecisionAnswer,
    byName: byName ?? "",
  }));
}
