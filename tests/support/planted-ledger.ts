import { and, eq, sql } from "drizzle-orm";
import { afterAll, beforeAll } from "vitest";
import { auditLedger } from "../../src/actions/audit-ledger.ts";
import { decideMarket } from "../../src/actions/decide-market.ts";
import type { Database, Db } from "../../src/storage/database.ts";
import { decisions, entries, wallets } from "../../src/storage/schema.ts";
import { aClock, anApp } from "./app.ts";
import { embedded } from "./database.ts";
import { aGuess, aKey, aMarket, aServer, aSettlement, aWithdrawal, named } from "./factories.ts";
import { vectorMarket } from "./market-play.ts";

/* A ledger of three markets for all tests of the file that imports this: one is open, one settled, one called off. */

export let database: Database;
export let open: number;
export let settled: number;
export let voided: number;

beforeAll(async () => {
  database = await embedded.open();
  const { db } = database;
  const clock = aClock();
  const app = anApp(db, clock);
  const { serverId } = await aServer(db);
  const play = async () => {
    const row = await aMarket(db, { serverId, market: vectorMarket(), openedAt: clock.now });
    const guess = (name: string, suspect: string, ownPoints: number | null = null) => {
      clock.pass({ hours: 1 });
      return aGuess(app, row, { member: named(name), suspect, ownPoints });
    };
    await guess("ann", "deepseek", 100);
    await guess("bob", "someone else", 30);
    await guess("cid", "xiaomi", 25);
    await guess("eve", "Kimi", 40);
    await guess("ann", "xiaomi");
    await guess("fay", "openai", 5);
    await aWithdrawal(app, row, named("fay"));
    const publishedAt = clock.pass({ hours: 1 });
    await guess("dee", "xiaomi", 60);
    const decide = (kind: "void" | "reopen" | "unfreeze") =>
      decideMarket(app, { key: aKey(), kind, ...row, member: named("mod"), reason: "x" });
    return { row, decide, settle: (lab = "xiaomi") => aSettlement(app, row, { lab, publishedAt }) };
  };
  open = (await play()).row.marketId;
  const toSettle = await play();
  settled = toSettle.row.marketId;
  await toSettle.settle("deepseek");
  await toSettle.decide("reopen");
  await toSettle.decide("unfreeze");
  await toSettle.settle();
  const toVoid = await play();
  voided = toVoid.row.marketId;
  await toVoid.decide("void");
});
afterAll(() => database.close());

/** Plants something, audits, and takes it out again. */
export async function auditWith(plant: (db: Db) => Promise<unknown>): Promise<readonly string[]> {
  let differences: readonly string[] = [];
  const undo = new Error("undo");
  await database.db
    .transaction(async (tx) => {
      await plant(tx);
      differences = (await auditLedger(tx)).differences;
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  return differences;
}

/** The transaction of a market's last decision of a kind. */
export async function decisionOf(db: Db, marketId: number, kind: "settle" | "void"): Promise<number> {
  const rows = await db
    .select({ id: sql<number>`max(${decisions.transactionId})`.mapWith(Number) })
    .from(decisions)
    .where(and(eq(decisions.marketId, marketId), eq(decisions.kind, kind)));
  return rows[0]?.id ?? 0;
}

/** Moves points between a wallet and the house in one transaction, with the balances: the books still sum to zero. */
export async function shift(db: Db, transactionId: number, memberId: string, points: number): Promise<void> {
  const entry = (account: "wallet" | "house", id: string, change: number) =>
    db
      .insert(entries)
      .values({ transactionId, account, memberId: id, points: change })
      .onConflictDoUpdate({
        target: [entries.transactionId, entries.account, entries.memberId],
        set: { points: sql`${entries.points} + ${change}::int` },
      });
  await entry("wallet", memberId, points);
  await entry("house", "", -points);
  await db
    .update(wallets)
    .set({ balancePoints: sql`${wallets.balancePoints} + ${points}::int` })
    .where(eq(wallets.memberId, memberId));
}
