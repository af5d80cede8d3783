import { and, eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditLedger } from "../../src/actions/audit-ledger.ts";
import { decideMarket } from "../../src/actions/decide-market.ts";
import type { Database, Db } from "../../src/storage/database.ts";
import {
  calls,
  decisions,
  entries,
  guesses,
  listedLabs,
  markets,
  trades,
  transactions,
  wallets,
} from "../../src/storage/schema.ts";
import { aClock, anApp } from "../support/app.ts";
import { embedded } from "../support/database.ts";
import { aGuess, aKey, aMarket, aServer, aSettlement, aWithdrawal, named } from "../support/factories.ts";
import { vectorMarket } from "../support/market-play.ts";

let database: Database;
let open: number;
let settled: number;
let voided: number;

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
async function auditWith(plant: (db: Db) => Promise<unknown>): Promise<readonly string[]> {
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
async function decisionOf(db: Db, marketId: number, kind: "settle" | "void"): Promise<number> {
  const rows = await db
    .select({ id: sql<number>`max(${decisions.transactionId})`.mapWith(Number) })
    .from(decisions)
    .where(and(eq(decisions.marketId, marketId), eq(decisions.kind, kind)));
  return rows[0]?.id ?? 0;
}

/** Moves points between a wallet and the house in one transaction, with the balances: the books still sum to zero. */
async function shift(db: Db, transactionId: number, memberId: string, points: number): Promise<void> {
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

const inOpen = (memberId: string) => and(eq(trades.marketId, open), eq(trades.memberId, memberId));

/** Gives a member more for a trade of the open market, with entries, wallet and guess as if it were right so. */
async function charge(
  db: Db,
  { memberId, part, kind }: { memberId: string; part: "free" | "own"; kind: "buy" | "sale" },
  more: number,
): Promise<void> {
  const [row] = await db
    .update(trades)
    .set({ walletPoints: sql`${trades.walletPoints} + ${more}::int` })
    .where(and(inOpen(memberId), eq(trades.part, part), eq(trades.kind, kind)))
    .returning();
  if (!row) throw new Error("there is no such trade");
  await shift(db, row.transactionId, memberId, more);
  await db
    .update(guesses)
    .set({ ownCostPoints: sql`${guesses.ownCostPoints} - ${more}::int` })
    .where(and(eq(guesses.marketId, open), eq(guesses.memberId, memberId)));
}

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
  ["a trade that was removed", (db) => db.delete(trades).where(inOpen("cid")), /number \d+ is missing/],
  [
    "a free trade that was removed",
    (db) => db.delete(trades).where(and(inOpen("eve"), eq(trades.part, "free"))),
    /its entries are not what its trades say/,
  ],
  [
    "a trade with another price",
    (db) =>
      db
        .update(trades)
        .set({ walletPoints: -39, potPoints: 39 })
        .where(and(inOpen("eve"), eq(trades.part, "own"))),
    /its entries are not what its trades say/,
  ],
  [
    "a trade of somebody else's",
    (db) =>
      db
        .update(trades)
        .set({ memberId: "bob" })
        .where(and(inOpen("cid"), eq(trades.part, "free"))),
    /belongs to transaction \d+, which is not its own/,
  ],
  [
    "a share count that was changed in a trade",
    (db) =>
      db
        .update(trades)
        .set({ shares: 1 })
        .where(and(inOpen("cid"), eq(trades.part, "own"))),
    /market \d+, xiaomi: \d+ millionths of shares are out, its trades say/,
  ],
  [
    "a share count that was changed in the market",
    (db) =>
      db
        .update(markets)
        .set({ outcomes: sql`jsonb_set(outcomes, '{1,shares}', '7')` })
        .where(eq(markets.marketId, open)),
    /openai: 7 millionths of shares are out, its trades say 0/,
  ],
  [
    "shares given away, in all the books at once",
    async (db) => {
      const more = 1_000_000;
      await db
        .update(trades)
        .set({ shares: sql`${trades.shares} + 1` })
        .where(and(inOpen("cid"), eq(trades.part, "own")));
      await db
        .update(guesses)
        .set({ own: sql`jsonb_set(own, '{xiaomi}', to_jsonb((own->>'xiaomi')::bigint + ${more}::int))` })
        .where(and(eq(guesses.marketId, open), eq(guesses.memberId, "cid")));
      await db
        .update(markets)
        .set({
          outcomes: sql`jsonb_set(outcomes, '{3,shares}', to_jsonb((outcomes->3->>'shares')::bigint + ${more}::int))`,
        })
        .where(eq(markets.marketId, open));
    },
    /trade \d+ bought \d+ millionths of xiaomi, 25 points buy \d+/,
  ],
  [
    "a market that weighs a lab otherwise",
    (db) =>
      db
        .update(markets)
        .set({ outcomes: sql`jsonb_set(outcomes, '{0,weight}', '0.31')` })
        .where(eq(markets.marketId, open)),
    /deepseek: weighs 0.31/,
  ],
  [
    "a listing that was removed",
    (db) => db.delete(listedLabs).where(and(eq(listedLabs.marketId, open), eq(listedLabs.lab, "moonshotai"))),
    /has 6 outcomes, its rows say 5/,
  ],
  [
    "first odds that were changed",
    (db) =>
      db
        .update(listedLabs)
        .set({ weight: 0.4 })
        .where(and(eq(listedLabs.marketId, open), eq(listedLabs.lab, "deepseek"))),
    /opened with weights that sum to 1\.\d+/,
  ],
  [
    "a call that is missing",
    (db) => db.delete(calls).where(and(eq(calls.marketId, open), eq(calls.memberId, "bob"))),
    /member bob: stands on other, the calls say nothing/,
  ],
  [
    "an earlier call that is missing",
    (db) => db.delete(calls).where(and(eq(calls.marketId, open), eq(calls.memberId, "ann"), eq(calls.lab, "deepseek"))),
    /number 1 is missing/,
  ],
  [
    "a call with other odds",
    (db) =>
      db
        .update(calls)
        .set({ callPrice: 0.01 })
        .where(and(eq(calls.marketId, open), eq(calls.memberId, "bob"))),
    /member bob: stands on other/,
  ],
  [
    "a call from an earlier time",
    (db) =>
      db
        .update(calls)
        .set({ at: sql`${calls.at} - interval '1 day'` })
        .where(and(eq(calls.marketId, open), eq(calls.memberId, "bob"))),
    /number \d+ is older than the one before it/,
  ],
  [
    "a number used twice",
    (db) =>
      db
        .update(calls)
        .set({ number: 2 })
        .where(and(eq(calls.marketId, open), eq(calls.memberId, "bob"))),
    /number 2 is a trade and a call/,
  ],
  [
    "a number that was never given",
    (db) =>
      db
        .update(calls)
        .set({ number: 99 })
        .where(and(eq(calls.marketId, open), eq(calls.memberId, "bob"))),
    /has a call with number 99/,
  ],
  [
    "a guess that stands elsewhere",
    (db) =>
      db
        .update(guesses)
        .set({ lab: "openai", outcome: "openai" })
        .where(and(eq(guesses.marketId, open), eq(guesses.memberId, "bob"))),
    /member bob: stands on openai, the calls say other/,
  ],
  [
    "a guess that cost less",
    (db) =>
      db
        .update(guesses)
        .set({ ownCostPoints: 0 })
        .where(and(eq(guesses.marketId, open), eq(guesses.memberId, "eve"))),
    /member eve: the guess is not what its trades say/,
  ],
  [
    "a guess that holds more of its own points",
    (db) =>
      db
        .update(guesses)
        .set({ ownStakePoints: 200 })
        .where(and(eq(guesses.marketId, open), eq(guesses.memberId, "eve"))),
    /member eve: the guess is not what its trades say/,
  ],
  [
    "a free stake given back to stake again",
    (db) =>
      db
        .update(guesses)
        .set({ freeBudgetPoints: 25 })
        .where(and(eq(guesses.marketId, open), eq(guesses.memberId, "eve"))),
    /member eve: the guess is not what its trades say/,
  ],
  [
    "an own buy that cost the wallet nothing, in all the books at once",
    (db) => charge(db, { memberId: "eve", part: "own", kind: "buy" }, 40),
    /trade \d+, own buy, moved 0 for the wallet, not -40/,
  ],
  [
    "an own sale that paid a profit, in all the books at once",
    (db) => charge(db, { memberId: "ann", part: "own", kind: "sale" }, 50),
    /trade \d+, own sale, moved \d+ for the wallet, not \d+/,
  ],
  [
    "a free stake the member had to pay, in all the books at once",
    (db) => charge(db, { memberId: "eve", part: "free", kind: "buy" }, -25),
    /trade \d+, free buy, moved -25 for the wallet, not 0/,
  ],
  [
    "a guess that is gone",
    (db) => db.delete(guesses).where(and(eq(guesses.marketId, open), eq(guesses.memberId, "eve"))),
    /member eve: traded or called, but has no guess/,
  ],
  [
    "a wrong count of callers",
    (db) =>
      db
        .update(markets)
        .set({ outcomes: sql`jsonb_set(outcomes, '{3,callers}', '9')` })
        .where(eq(markets.marketId, open)),
    /xiaomi: counts 9 callers/,
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
