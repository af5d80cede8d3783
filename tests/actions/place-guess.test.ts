import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { showBoard } from "../../src/actions/show-board.ts";
import { calls, members, wallets } from "../../src/storage/schema.ts";
import { anApp } from "../support/app.ts";
import { embedded } from "../support/database.ts";
import { aGuess, aMarket, aMember, aSettlement } from "../support/factories.ts";
import { ann, aStory, bob, cid } from "../support/guessing.ts";
import { aMarketOf, micro } from "../support/market-play.ts";
import { marketIn, walletsIn } from "../support/market-rows.ts";

describe("a first guess", () => {
  it("stakes the house's 25 points and what the member puts on top, at the odds of the moment", async () => {
    const { guess, held, wallets, odds, differences, clock } = await aStory();
    const receipt = await guess(ann, "deepseek", 100);
    expect(receipt).toMatchObject({
      what: "placed",
      modelName: "Hunter Alpha",
      call: { lab: "deepseek", name: null, outcome: "deepseek" },
      callPrice: 0.3,
      calledAt: clock.now,
      stakedFreePoints: 25,
      stakedOwnPoints: 100,
      clippedPoints: 0,
      returnedPoints: 0,
      ownCostPoints: 100,
      paysPoints: 300,
      walletPoints: 900,
      listed: null,
    });
    expect(receipt.priceNow).toBeCloseTo(0.538532, 6);
    expect((await odds()).deepseek).toBe(receipt.priceNow);
    expect(await held(ann)).toMatchObject({
      free: { deepseek: micro(76.318276) },
      own: { deepseek: micro(224.200811) },
    });
    expect(await wallets()).toEqual({ ann: 900 });
    expect(await differences()).toEqual([]);
  });

  it("is a call that buys nothing where others have pushed the odds to nothing, and scores if it was right", async () => {
    const shares = micro(300 * 2_000);
    const { guess, row, app, clock, wallets, db } = await aStory({
      liquidity: 300,
      outcomes: [
        { lab: "xiaomi", weight: 0.5, shares },
        { lab: "deepseek", weight: 0.3, shares: 0 },
        { lab: "other", weight: 0.2, shares: shares - micro(600) },
      ],
    });
    const receipt = await guess(ann, "deepseek", 100);
    expect(receipt).toMatchObject({ what: "placed", callPrice: 1e-9, stakedFreePoints: 0, stakedOwnPoints: 0 });
    expect(await wallets()).toEqual({ ann: 1000 });
    expect(await marketIn(db, row.marketId)).toMatchObject({ potPoints: 0, lastNumber: 1 });
    await aSettlement(app, row, { lab: "deepseek", publishedAt: clock.pass({ hours: 1 }) });
    const shown = { serverId: row.serverId, memberId: "ann", kind: "calls", season: "2026-Q1", page: 1 } as const;
    expect((await showBoard(app, shown)).rows).toMatchObject([
      { memberId: "ann", hits: 1, score: expect.closeTo(85, 9) },
    ]);
  });

  it("costs nothing when no stake is named, and opens the season's wallet", async () => {
    const { guess, wallets, row, db } = await aStory();
    expect(await guess(ann, "OpenAI")).toMatchObject({ stakedFreePoints: 25, stakedOwnPoints: 0, walletPoints: 1000 });
    expect(await wallets()).toEqual({ ann: 1000 });
    expect(await marketIn(db, row.marketId)).toMatchObject({ potPoints: 25, lastNumber: 2 });
  });

  it.each([
    ["Zhipu", "z-ai"],
    ["GLM", "z-ai"],
    ["z.ai", "z-ai"],
    ["MiMo", "xiaomi"],
    ["chatgpt", "openai"],
    ["  Deep Seek AI ", "deepseek"],
    ["Someone else", "other"],
    ["other", "other"],
  ])("understands %s", async (typed, lab) => {
    const { guess } = await aStory();
    expect((await guess(ann, typed)).call).toEqual({ lab, name: null, outcome: lab });
  });

  it("is remembered for autocomplete, the most guessed lab first", async () => {
    const { guess, app, row } = await aStory();
    await guess(ann, "xiaomi");
    const [model] = app.models.of(row.serverId).models;
    expect(model).toMatchObject({ modelId: row.modelId, name: "Hunter Alpha", state: "open" });
    expect(model?.labs[0]).toMatchObject({ lab: "xiaomi", callers: 1 });
  });

  it("buys nothing but counts as a call once the price has reached its end", async () => {
    const { guess, held, app, row, clock, differences } = await aStory(aMarketOf(40, { deepseek: 0.98, other: 0.02 }));
    expect(await guess(ann, "deepseek", 100)).toMatchObject({
      call: { lab: "deepseek" },
      callPrice: 0.98,
      stakedFreePoints: 0,
      stakedOwnPoints: 0,
      clippedPoints: 100,
      walletPoints: 1000,
      paysPoints: 0,
    });
    expect(await held(ann)).toMatchObject({ lab: "deepseek", free: {}, own: {}, freeBudgetPoints: 25 });
    const summary = await aSettlement(app, row, { lab: "deepseek", publishedAt: clock.pass({ hours: 1 }) });
    expect(summary).toMatchObject({ callers: 1, right: 1, paidMembers: 0, paidPoints: 0 });
    expect(await differences()).toEqual([]);
  });

  it("is clipped where the price ends, and only what was staked is paid for", async () => {
    const { guess, wallets } = await aStory(aMarketOf(40, { deepseek: 0.5, other: 0.5 }));
    const receipt = await guess(ann, "deepseek", 250);
    expect(receipt.stakedFreePoints).toBe(25);
    expect(receipt.stakedOwnPoints + receipt.clippedPoints).toBe(250);
    expect(receipt.clippedPoints).toBeGreaterThan(0);
    expect(receipt.priceNow).toBeLessThanOrEqual(0.97);
    expect(await wallets()).toEqual({ ann: 1000 - receipt.stakedOwnPoints });
  });
});

describe("raising a guess", () => {
  it("adds to the stake and changes neither the time nor the odds of the call", async () => {
    const { guess, db } = await aStory();
    const first = await guess(ann, "deepseek");
    await guess(bob, "openai", 200);
    const raised = await guess(ann, "deepseek", 60);
    expect(raised).toMatchObject({ what: "raised", callPrice: 0.3, stakedFreePoints: 0, stakedOwnPoints: 60 });
    expect(raised.calledAt).toEqual(first.calledAt);
    expect(await db.select().from(calls).where(eq(calls.memberId, "ann"))).toHaveLength(1);
  });

  it("is refused beyond 250 points however small the steps", async () => {
    const { guess, ask, wallets, differences } = await aStory();
    for (let step = 0; step < 8; step += 1) await guess(ann, "deepseek", 30);
    expect(await ask(ann, "deepseek", 11)).toEqual({
      placed: false,
      refusal: { reason: "over-cap", capPoints: 250, roomPoints: 10 },
    });
    expect(await guess(ann, "deepseek", 10)).toMatchObject({ ownCostPoints: 250, walletPoints: 750 });
    expect(await ask(ann, "deepseek", 1)).toMatchObject({ refusal: { reason: "over-cap", roomPoints: 0 } });
    expect(await wallets()).toEqual({ ann: 750 });
    expect(await differences()).toEqual([]);
  });

  it("keeps to the cap when the steps come all at once", async () => {
    const { ask, wallets } = await aStory();
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask(ann, "deepseek", 20)));
    expect(answers.filter((answer) => answer.placed)).toHaveLength(12);
    expect(await wallets()).toEqual({ ann: 760 });
  });

  it("with nothing new is refused", async () => {
    const { guess, ask } = await aStory();
    await guess(ann, "deepseek", 20);
    expect(await ask(ann, "Deep Seek AI")).toEqual({
      placed: false,
      refusal: { reason: "nothing-new", lab: "deepseek" },
    });
  });
});

describe("moving to another lab", () => {
  it("sells both parts, stakes again what they fetched, and calls anew", async () => {
    const { guess, held, clock } = await aStory();
    await guess(ann, "deepseek", 100);
    await guess(bob, "someone else");
    await guess(cid, "Xiaomi", 25);
    const moved = await guess(ann, "Xiaomi");
    expect(moved).toMatchObject({
      what: "moved",
      stakedFreePoints: 17,
      stakedOwnPoints: 74,
      returnedPoints: 74,
      walletPoints: 900,
      ownCostPoints: 100,
      calledAt: clock.now,
    });
    expect(moved.priceNow).toBeCloseTo(0.467549, 6);
    expect(await held(ann)).toMatchObject({
      lab: "xiaomi",
      free: { xiaomi: micro(56.955739) },
      own: { xiaomi: micro(189.075448) },
    });
  });

  it("counts once among those who stand on a lab", async () => {
    const { guess, db, row } = await aStory();
    await guess(ann, "deepseek");
    await guess(bob, "deepseek");
    await guess(ann, "openai");
    const { outcomes } = await marketIn(db, row.marketId);
    const callers = Object.fromEntries(outcomes.map(({ lab, callers }) => [lab, callers]));
    expect(callers).toMatchObject({ deepseek: 1, openai: 1, xiaomi: 0 });
  });
});

describe("time and seasons", () => {
  it("a market of the first quarter uses that quarter's wallet to its end", async () => {
    const { guess, db, row, clock } = await aStory();
    clock.set(new Date("2026-04-02T12:00:00Z"));
    await guess(ann, "deepseek", 100);
    const rows = await db.select().from(wallets);
    expect(rows).toEqual([{ serverId: row.serverId, season: "2026-Q1", memberId: "ann", balancePoints: 900 }]);
    const spring = await aMarket(db, { serverId: row.serverId, openedAt: clock.now });
    await aGuess(anApp(db, clock), spring, { member: ann, ownPoints: 30 });
    expect(await walletsIn(db, row.serverId, "2026-Q2")).toEqual({ ann: 970 });
    expect(await walletsIn(db, row.serverId, "2026-Q1")).toEqual({ ann: 900 });
  });

  it("never runs backwards in a market, even when a clock does", async () => {
    const { guess, clock, row, db, differences } = await aStory();
    const first = await guess(ann, "deepseek");
    clock.pass({ days: -1 });
    const second = await guess(bob, "openai");
    expect(second.calledAt).toEqual(first.calledAt);
    expect((await marketIn(db, row.marketId)).lastAt).toEqual(first.calledAt);
    expect(await differences()).toEqual([]);
  });

  it("is the database's own where no other clock is given", async () => {
    const { db } = await embedded.open();
    const openedAt = new Date(Date.now() - 3_600_000);
    const receipt = await aGuess(anApp(db), await aMarket(db, { openedAt }));
    expect(Math.abs((receipt.calledAt?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
  });
});

describe("a member's name", () => {
  it("is the one last seen, in one line of ordinary characters", async () => {
    const { guess, db, row } = await aStory();
    await guess(aMember({ memberId: "7", name: "Old name" }), "deepseek");
    await guess(aMember({ memberId: "7", name: "Half \ud83d a\u0000 name\u202e" }), "openai");
    expect(await db.select().from(members)).toEqual([{ serverId: row.serverId, memberId: "7", name: "Half a name" }]);
  });
});
