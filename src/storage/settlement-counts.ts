import { and, eq, or } from "drizzle-orm";
import type { SettlementAnswer } from "../domain/settlement.ts";
import type { Transaction } from "./database.ts";
import type { MarketWithModel } from "./markets.ts";
import { decisions, transactions } from "./schema.ts";

/** Of those of these markets that are settled, how many guesses counted and how many were right, as was told then. */
export async function readSettlementCounts(tx: Transaction, markets: readonly MarketWithModel[]) {
  const standing = markets
    .filter(({ state }) => state === "settled")
    .map(({ marketId, revision }) => and(eq(decisions.marketId, marketId), eq(decisions.revision, revision)));
  if (standing.length === 0) return [];
  const rows = await tx
    .select({ marketId: decisions.marketId, answer: transactions.answer })
    .from(decisions)
    .innerJoin(transactions, eq(transactions.transactionId, decisions.transactionId))
    .where(and(eq(decisions.kind, "settle"), or(...standing)));
  return rows.flatMap(({ marketId, answer }) => {
    const given = answer as SettlementAnswer | null;
    return given?.done ? [{ marketId, callers: given.summary.callers, right: given.summary.right }] : [];
  });
}

export type SettlementCounts = Awaited<ReturnType<typeof readSettlementCounts>>[number];
