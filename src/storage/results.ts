import { and, eq, inArray } from "drizzle-orm";
import type { DecisionAnswer, SettlementAnswer, TakenDecision } from "../domain/settlement.ts";
import { datesIn } from "./answers.ts";
import type { Transaction } from "./database.ts";
import { type DeliveryRow, queueDeliveries } from "./deliveries.ts";
import { members, transactions } from "./schema.ts";
import { readServerRow } from "./servers.ts";

/**
 * Owes the announcement channel the result of a decision that was taken where only moderators read.
 *
 * @returns the announcement channel, or null where everybody has read it
 */
export async function oweResult(
  tx: Transaction,
  taken: { transactionId: number; serverId: string; modelId: number; inChannelId: string | null; at: Date },
): Promise<string | null> {
  const { transactionId, serverId, modelId, inChannelId, at } = taken;
  if (inChannelId === null) return null;
  const server = await readServerRow(tx, serverId);
  const to = server?.announcementChannelId ?? null;
  if (to === null || to === inChannelId || server?.moderatorChannelId !== inChannelId) return null;
  await queueDeliveries(tx, [{ key: resultKey(transactionId), kind: "result", serverId, modelId, dueAt: at }]);
  return to;
}

function resultKey(transactionId: number): string {
  return `result:${transactionId}`;
}

/** The decisions these deliveries are about, by the key of the delivery. */
export async function readResults(
  tx: Transaction,
  rows: readonly Pick<DeliveryRow, "key" | "kind">[],
): Promise<Map<string, TakenDecision>> {
  const ids = rows.flatMap(({ key, kind }) => (kind === "result" ? [Number(key.split(":")[1])] : []));
  if (ids.length === 0) return new Map();
  const found = await tx
    .select({
      id: transactions.transactionId,
      kind: transactions.kind,
      answer: transactions.answer,
      by: members.name,
    })
    .from(transactions)
    .leftJoin(members, and(eq(members.serverId, transactions.serverId), eq(members.memberId, transactions.memberId)))
    .where(inArray(transactions.transactionId, ids));
  return new Map(
    found.flatMap(({ id, kind, answer, by }): [string, TakenDecision][] => {
      const given = datesIn(answer) as SettlementAnswer | DecisionAnswer;
      if (!given.done) return [];
      if ("summary" in given) return [[resultKey(id), { kind: "settled", summary: given.summary }]];
      return kind === "settle" ? [] : [[resultKey(id), { kind: "decided", decision: given, by: by ?? "" }]];
    }),
  );
}
