import { and, eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { Db } from "../../src/storage/database.ts";
import { calls, guesses, listedLabs, markets, trades } from "../../src/storage/schema.ts";
import { auditWith, open, shift } from "../support/planted-ledger.ts";

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
];

describe("an audit", () => {
  it.each(plants)("finds %s", async (_, plant, words) => {
    expect((await auditWith(plant)).join("\n")).toMatch(words);
  });
});
