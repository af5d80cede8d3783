import { and, eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { auditLedger } from "../../src/actions/audit-ledger.ts";
import type { Db } from "../../src/storage/database.ts";
import { decisions, entries, markets, transactions, wallets } from "../../src/storage/schema.ts";
import { auditWith, database, decisionOf, settled, shift, voided } from "../support/planted-ledger.ts";

const plants: [string, (db: Db) => Promise<unknown>, RegExp][] = [
  [
    "an entry that was changed",
    (db) =>
      db
        .update(entries)
        .set({ points: sql`${entries.points} + 1` })
        .where(
          sql`account = 'pot' and transaction_id = (select min(transaction_id) from entries where account = 'pot')`,
        ),
    /its entries sum to 1, not 0/,
  ],
  [
    "an entry that was removed",
    (db) =>
      db
        .delete(entries)
        .where(
          sql`account = 'wallet' and transaction_id = (select max(transaction_id) from entries where account = 'pot')`,
        ),
    /its entries sum to/,
  ],
  [
    "entries of a transaction that never was",
    (db) =>
      db.insert(entries).values([
        { transactionId: 999_999, account: "pot", points: 5 },
        { transactionId: 999_999, account: "house", points: -5 },
      ]),
    /transaction 999999: has entries but does not exist/,
  ],
  [
    "a wallet off by one",
    (db) =>
      db
        .update(wallets)
        .set({ balancePoints: sql`${wallets.balancePoints} + 1` })
        .where(eq(wallets.memberId, "cid")),
    /wallet of member cid .* holds \d+, its entries say \d+/,
  ],
  [
    "a wallet from nowhere",
    (db) => db.insert(wallets).values({ serverId: "1", season: "2026-Q1", memberId: "zoe", balancePoints: 1000 }),
    /wallet of member zoe .* its entries say nothing/,
  ],
  [
    "a wallet that is gone",
    (db) => db.delete(wallets).where(eq(wallets.memberId, "bob")),
    /wallet of member bob .* holds nothing/,
  ],
  [
    "a second bankroll",
    async (db) => {
      const [grant] = await db.select().from(transactions).where(eq(transactions.kind, "grant")).limit(1);
      if (!grant?.memberId) throw new Error("there is no grant");
      const { transactionId: _, ...rest } = grant;
      const [row] = await db
        .insert(transactions)
        .values({ ...rest, key: "again" })
        .returning();
      await shift(db, row?.transactionId ?? 0, grant.memberId, 1000);
    },
    /was given 2 bankrolls, not 1/,
  ],
  [
    "a bankroll that was too large",
    async (db) => {
      const [grant] = await db.select().from(transactions).where(eq(transactions.kind, "grant")).limit(1);
      await shift(db, grant?.transactionId ?? 0, grant?.memberId ?? "", 4000);
    },
    /transaction \d+: gives a bankroll of 5000, not 1000/,
  ],
  [
    "a pot off by one",
    (db) => db.update(markets).set({ potPoints: 1 }).where(eq(markets.marketId, settled)),
    /pot of market \d+: holds 1, its entries say 0/,
  ],
  [
    "a settled market that was opened again by hand",
    (db) => db.update(markets).set({ state: "open" }).where(eq(markets.marketId, settled)),
    /is open, revision \d+; its decisions say settled/,
  ],
  [
    "a settled market with another builder",
    (db) =>
      db
        .update(markets)
        .set({ builders: ["openai"] })
        .where(eq(markets.marketId, settled)),
    /its decisions say settled/,
  ],
  [
    "a payout that was doubled",
    async (db) => shift(db, await decisionOf(db, settled, "settle"), "cid", 300),
    /its settle moves \d+ for member cid, its rows say \d+/,
  ],
  [
    "a payout to somebody who was wrong",
    async (db) => shift(db, await decisionOf(db, settled, "settle"), "bob", 1),
    /its settle moves 1 for member bob, its rows say 0/,
  ],
  [
    "a payout that is missing",
    async (db) => {
      const transactionId = await decisionOf(db, settled, "settle");
      const theirs = and(eq(entries.transactionId, transactionId), eq(entries.memberId, "cid"));
      const [paid] = await db.select().from(entries).where(theirs);
      await shift(db, transactionId, "cid", -(paid?.points ?? 0));
      await db.delete(entries).where(theirs);
    },
    /its settle moves 0 for member cid, its rows say \d+/,
  ],
  [
    "a late stake that was kept",
    async (db) => shift(db, await decisionOf(db, settled, "settle"), "dee", -60),
    /its settle moves 0 for member dee, its rows say 60/,
  ],
  [
    "a voided stake that was kept",
    async (db) => shift(db, await decisionOf(db, voided, "void"), "bob", -30),
    /its void moves 0 for member bob, its rows say 30/,
  ],
  [
    "a market paid out twice",
    async (db) => {
      const transactionId = await decisionOf(db, settled, "settle");
      const [transaction] = await db.select().from(transactions).where(eq(transactions.transactionId, transactionId));
      const [decision] = await db.select().from(decisions).where(eq(decisions.transactionId, transactionId));
      if (!transaction || !decision) throw new Error("there is no settlement");
      const { transactionId: _, ...rest } = transaction;
      const [again] = await db
        .insert(transactions)
        .values({ ...rest, key: "again" })
        .returning();
      const id = again?.transactionId ?? 0;
      await db.insert(decisions).values({ ...decision, transactionId: id });
      await shift(db, id, "cid", 300);
    },
    /pays in revision \d+ what was paid before/,
  ],
  [
    "a payment nobody decided",
    async (db) => {
      const [row] = await db
        .insert(transactions)
        .values({ key: "x", kind: "settle", serverId: "1", marketId: settled, at: new Date() })
        .returning();
      await db.insert(entries).values([
        { transactionId: row?.transactionId ?? 0, account: "pot", points: 5 },
        { transactionId: row?.transactionId ?? 0, account: "house", points: -5 },
      ]);
    },
    /pays without a decision/,
  ],
];

describe("an audit", () => {
  it("finds nothing to say about a ledger nobody has touched, and tells how much it looked at", async () => {
    const { differences, audited } = await auditLedger(database.db);
    expect(differences).toEqual([]);
    expect(audited).toMatchObject({ markets: 3, wallets: 6 });
    expect(audited.trades).toBeGreaterThan(30);
  });

  it.each(plants)("finds %s", async (_, plant, words) => {
    expect((await auditWith(plant)).join("\n")).toMatch(words);
  });

  it("repairs nothing", async () => {
    const twice = await auditWith(async (db) => {
      await db.update(wallets).set({ balancePoints: 1 }).where(eq(wallets.memberId, "cid"));
      await auditLedger(db);
    });
    expect(twice).toHaveLength(1);
    expect((await auditLedger(database.db)).differences).toEqual([]);
  });
});
