import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { auditLedger } from "../../src/actions/audit-ledger.ts";
import { withdrawGuess } from "../../src/actions/withdraw-guess.ts";
import type { Member } from "../../src/domain/member.ts";
import { calls, guesses, servers } from "../../src/storage/schema.ts";
import { aClock, anApp, storyBegins } from "../support/app.ts";
import { embedded } from "../support/database.ts";
import { aGuess, aKey, aMarket, aServer, aSettlement, aWithdrawal, named } from "../support/factories.ts";
import { vectorMarket } from "../support/market-play.ts";
import { housePointsIn, marketIn, walletsIn } from "../support/market-rows.ts";

const [ann, bob] = ["ann", "bob"].map(named) as [Member, Member];

async function aStory() {
  const { db } = await embedded.open();
  const clock = aClock();
  const app = anApp(db, clock);
  const row = await aMarket(db, { market: vectorMarket() });
  const { serverId, modelId } = row;
  return {
    db,
    clock,
    app,
    row,
    guess: (member: Member, suspect: string, ownPoints: number | null = null) =>
      aGuess(app, row, { member, suspect, ownPoints }),
    withdraw: (member: Member, key = aKey()) => withdrawGuess(app, { key, serverId, modelId, member }),
    wallets: () => walletsIn(db, serverId),
    differences: async () => (await auditLedger(db)).differences,
  };
}

describe("taking a guess back", () => {
  it("straight away returns the whole stake and leaves the odds as they were", async () => {
    const { guess, withdraw, wallets, row, db, differences } = await aStory();
    const before = await marketIn(db, row.marketId);
    await guess(ann, "deepseek", 100);
    expect(await withdraw(ann)).toMatchObject({
      placed: true,
      receipt: {
        what: "withdrawn",
        call: null,
        callPrice: null,
        priceNow: null,
        stakeRoomPoints: 0,
        calledAt: null,
        returnedPoints: 100,
        ownCostPoints: 0,
        paysPoints: 0,
        worthPoints: 0,
        walletPoints: 1000,
      },
    });
    expect(await marketIn(db, row.marketId)).toMatchObject({ outcomes: before.outcomes, potPoints: 0, lastNumber: 6 });
    expect(await wallets()).toEqual({ ann: 1000 });
    expect(await differences()).toEqual([]);
  });

  it("never pays a profit, whatever others have paid since", async () => {
    const { guess, withdraw, wallets, differences } = await aStory();
    await guess(ann, "deepseek", 100);
    for (const name of ["x", "y", "z"]) await guess(named(name), "deepseek", 250);
    expect(await withdraw(ann)).toMatchObject({ receipt: { returnedPoints: 100, walletPoints: 1000 } });
    expect((await wallets()).ann).toBe(1000);
    expect(await differences()).toEqual([]);
  });

  it("pays less when the odds have fallen, and what was lost stays counted against the cap", async () => {
    const { guess, withdraw, db, differences } = await aStory();
    await guess(ann, "deepseek", 100);
    await guess(bob, "xiaomi", 250);
    const answer = await withdraw(ann);
    if (!answer.placed) throw new Error(answer.refusal.reason);
    const { returnedPoints, ownCostPoints } = answer.receipt;
    expect(returnedPoints).toBeLessThan(100);
    expect(ownCostPoints).toBe(100 - returnedPoints);
    const [kept] = await db.select().from(guesses).where(eq(guesses.memberId, "ann"));
    expect(kept).toMatchObject({ lab: null, free: {}, own: {}, ownCostPoints });
    expect(kept?.freeBudgetPoints).toBeLessThan(25);
    expect(await differences()).toEqual([]);
  });

  it("ends the call: a later guess has its own time and odds, and no new 25 points", async () => {
    const { guess, withdraw, clock, db, row, differences } = await aStory();
    await guess(ann, "deepseek");
    await guess(bob, "xiaomi", 250);
    await withdraw(ann);
    const { outcomes } = await marketIn(db, row.marketId);
    expect(outcomes.map(({ callers }) => callers)).toEqual([0, 0, 0, 1, 0]);
    clock.pass({ hours: 2 });
    const again = await guess(ann, "deepseek");
    expect(again).toMatchObject({ what: "placed", calledAt: clock.now });
    expect(again.stakedFreePoints).toBeLessThan(25);
    expect(await differences()).toEqual([]);
  });

  it("before the source was published means not being in the settlement at all", async () => {
    const { guess, withdraw, clock, app, row, wallets, db } = await aStory();
    await guess(ann, "xiaomi", 100);
    clock.pass({ hours: 1 });
    await withdraw(ann);
    const summary = await aSettlement(app, row, { publishedAt: clock.pass({ hours: 1 }) });
    expect(summary).toMatchObject({ callers: 0, right: 0, paidMembers: 0 });
    expect(await wallets()).toEqual({ ann: 1000 });
    expect(await housePointsIn(db, row.marketId)).toBe(0);
  });

  it("after the source was published does not count: the guess is paid", async () => {
    const { guess, withdraw, clock, app, row, wallets, differences } = await aStory();
    clock.pass({ hours: 1 });
    const placed = await guess(ann, "xiaomi", 100);
    const publishedAt = clock.pass({ hours: 1 });
    await withdraw(ann);
    const summary = await aSettlement(app, row, { publishedAt });
    expect(summary).toMatchObject({ callers: 1, right: 1, paidPoints: placed.paysPoints, lateMembers: 1 });
    expect(await wallets()).toEqual({ ann: 900 + placed.paysPoints });
    expect(await differences()).toEqual([]);
  });

  it("is refused when there is nothing to take back", async () => {
    const { guess, withdraw, wallets } = await aStory();
    const refused = { placed: false, refusal: { reason: "nothing-to-withdraw" } };
    expect(await withdraw(ann)).toEqual(refused);
    await guess(ann, "xiaomi");
    await withdraw(ann);
    expect(await withdraw(ann)).toEqual(refused);
    expect(await wallets()).toEqual({ ann: 1000 });
  });

  it("is possible where only guesses without points are taken by now, and for any account", async () => {
    const { guess, withdraw, db, row } = await aStory();
    const young = { ...ann, createdAt: storyBegins };
    await guess(young, "xiaomi", 100);
    const rules = { guessOnly: true, minimumAccountDays: 30 };
    await db.update(servers).set(rules).where(eq(servers.serverId, row.serverId));
    expect(await withdraw(young)).toMatchObject({ placed: true, receipt: { returnedPoints: 100 } });
  });

  it("pressed twice counts once and is answered the same", async () => {
    const { guess, withdraw, wallets, db } = await aStory();
    await guess(ann, "xiaomi", 100);
    const key = aKey();
    const answers = await Promise.all([withdraw(ann, key), withdraw(ann, key)]);
    expect(answers[1]).toEqual(answers[0]);
    await guess(ann, "xiaomi", 100);
    expect(await withdraw(ann, key)).toEqual(answers[0]);
    expect(await wallets()).toEqual({ ann: 900 });
    expect(await db.select().from(calls)).toHaveLength(3);
  });

  it("of another server's model finds nothing", async () => {
    const { app, db, row, guess, wallets } = await aStory();
    await guess(ann, "xiaomi", 100);
    const { serverId } = await aServer(db);
    const request = { key: aKey(), serverId, modelId: row.modelId, member: ann };
    expect(await withdrawGuess(app, request)).toEqual({ placed: false, refusal: { reason: "no-such-model" } });
    const theirs = await aMarket(db, { serverId, modelId: row.modelId });
    expect(await withdrawGuess(app, { ...request, key: aKey() })).toMatchObject({
      refusal: { reason: "nothing-to-withdraw" },
    });
    await aGuess(app, theirs, { member: ann });
    await aWithdrawal(app, theirs, ann);
    expect(await wallets()).toEqual({ ann: 900 });
  });
});
