import { and, eq, inArray, isNotNull, isNull, ne, or, sql } from "drizzle-orm";
import type { Transaction } from "./database.ts";
import { recordset } from "./recordset.ts";
import { deliveries } from "./schema.ts";

export type DeliveryRow = typeof deliveries.$inferSelect;
type NewDelivery = Pick<
  typeof deliveries.$inferInsert,
  "key" | "kind" | "serverId" | "modelId" | "transactionId" | "channelId" | "aboutAt" | "candidateId" | "dueAt"
>;

/** Rows in one statement: well below PostgreSQL's 65,535 parameters. */
const rowsAtOnce = 5_000;

/** Kinds of messages that go to the announcement channel set in /setup. */
export const toSetChannel = ["announcement", "summary"] as const;
/** Kinds that go to the moderators' channel, or without one to the announcement channel. */
export const toModerators = ["waiting", "shrunk", "candidate", "deadline"] as const;
/** Kinds that are owed to one thread or channel, and to no other. */
export const toOneChannel = ["change", "evidence", "poll"] as const;
/** Kinds that go to the announcement channel, or without one to where they came from. */
export const toSetOrOwnChannel = ["decision"] as const;
/** Those whose failure is shown in /setup and tried again after it. */
export const shownInSetup = [...toSetChannel, ...toModerators, ...toSetOrOwnChannel, "poll"] as const;

/** Owes a channel messages, each key once however often it is asked for. */
export async function queueDeliveries(tx: Transaction, news: readonly NewDelivery[]): Promise<void> {
  for (let from = 0; from < news.length; from += rowsAtOnce) {
    await tx
      .insert(deliveries)
      .values(news.slice(from, from + rowsAtOnce))
      .onConflictDoNothing();
  }
}

/** Those of these messages that were never owed. */
export async function readUnowed<News extends { readonly key: string }>(
  tx: Transaction,
  news: readonly News[],
): Promise<News[]> {
  const rows = await tx
    .select({ key: deliveries.key })
    .from(deliveries)
    .where(sql`${deliveries.key} in (select * from ${recordset(deliveries, news, ["key"])})`);
  const owed = new Set(rows.map(({ key }) => key));
  return news.filter(({ key }) => !owed.has(key));
}

/** Drops announcements and summaries owed to a server that nobody has begun to send: this summary says it all. */
export async function dropOvertaken(tx: Transaction, serverId: string, summaryKey: string): Promise<void> {
  await tx
    .update(deliveries)
    .set({ state: "failed", problem: null })
    .where(
      and(
        eq(deliveries.serverId, serverId),
        or(
          and(eq(deliveries.kind, "announcement"), eq(deliveries.state, "due")),
          and(eq(deliveries.kind, "summary"), inArray(deliveries.state, ["due", "held", "failed"])),
        ),
        isNull(deliveries.claimedAt),
        ne(deliveries.key, summaryKey),
      ),
    );
}

/** Owes a piece of evidence to the thread of its model's announcement, if there is one in this server. */
export async function queueInThread(
  tx: Transaction,
  news: { serverId: string; modelId: number; evidenceId: number; dueAt: Date },
): Promise<void> {
  const { serverId, modelId, evidenceId, dueAt } = news;
  const [announced] = await tx
    .select({ threadId: deliveries.threadId })
    .from(deliveries)
    .where(and(eq(deliveries.modelId, modelId), eq(deliveries.serverId, serverId), isNotNull(deliveries.threadId)))
    .limit(1);
  if (!announced) return;
  const channelId = announced.threadId;
  await tx
    .insert(deliveries)
    .values({ key: `evidence:${evidenceId}`, kind: "evidence", serverId, modelId, evidenceId, channelId, dueAt })
    .onConflictDoNothing();
}

/**
 * Makes the message of a piece due again: a posted one is edited to what the piece is now, and one that could not be
 * posted, as the piece was withdrawn before or the thread was locked, is tried again. One that was to be written later, for
 * new counts say, is due at once. What is just being sent is looked at by its sender.
 */
export async function renewInThread(tx: Transaction, evidenceId: number, dueAt: Date): Promise<void> {
  const isOfPiece = eq(deliveries.key, `evidence:${evidenceId}`);
  await tx
    .update(deliveries)
    .set({ state: "due", dueAt, attempts: 0, problem: null })
    .where(and(isOfPiece, inArray(deliveries.state, ["sent", "held", "failed"])));
  // Of a claimed one it is when the claim is over.
  const soonest = sql`case when ${deliveries.state} = 'due' then least(${deliveries.dueAt}, ${dueAt.toISOString()}::timestamptz) else ${deliveries.dueAt} end`;
  await tx.update(deliveries).set({ showsFiles: false, dueAt: soonest }).where(isOfPiece);
}

/**
 * Makes the posted message of a piece due again for its new counts: at once, or `pacedMs` after it was last written. One
 * that is due already will show them, and what is just being sent is looked at by its sender.
 */
export async function recountInThread(tx: Transaction, evidenceId: number, at: Date, pacedMs: number): Promise<void> {
  const dueAt = sql`greatest(${at.toISOString()}::timestamptz, ${deliveries.sentAt} + make_interval(secs => ${pacedMs / 1000}))`;
  await tx
    .update(deliveries)
    .set({ state: "due", dueAt, attempts: 0, problem: null })
    .where(
      and(
        eq(deliveries.key, `evidence:${evidenceId}`),
        inArray(deliveries.state, ["sent", "held", "failed"]),
        isNotNull(deliveries.messageId),
      ),
    );
}

/** Servers among these that wait for a summary nobody has begun to send: what it says is decided when it is sent. */
export async function readAwaitingSummary(tx: Transaction): Promise<string[]> {
  const rows = await tx
    .select({ serverId: deliveries.serverId })
    .from(deliveries)
    .where(and(eq(deliveries.kind, "summary"), eq(deliveries.state, "due")));
  return rows.map((row) => row.serverId);
}
