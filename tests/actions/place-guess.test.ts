import { and, eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { auditLedger } from "../../src/actions/audit-ledger.ts";
import { decideMarket } from "../../src/actions/decide-market.ts";
import { placeGuess } from "../../src/actions/place-guess.ts";
import { showBoard } from "../../src/actions/show-board.ts";
import { showModel } from "../../src/actions/show-models.ts";
import type { Market } from "../../src/domain/market.ts";
import type { Member } from "../../src/domain/member.ts";
import type { Db } from "../../src/storage/database.ts";
import { calls, guesses, members, serverLabs, servers, wallets } from "../../src/storage/schema.ts";
import { aClock, anApp, storyBegins } from "../support/app.ts";
import { embedded } from "../support/database.ts";
import {
  aGuess,
  aKey,
  aMarket,
  aMember,
  aModel,
  anId,
  aServer,
  aSettlement,
  aWithdrawal,
  named,
} from "../support/factories.ts";
import { aMarketOf, micro, vectorMarket } from "../support/market-play.ts";
import { marketIn, walletsIn } from "../support/market-rows.ts";

const [ann, bob, cid, dee, eve] = ["ann", "bob", "cid", "dee", "eve"].map(named) as [
  Member,
  Member,
  Member,
  Member,
  Member,
];

/** A market in a server of its own, and short words for what happens in it, an hour apart. */
async function aStory(market: Market = vectorMarket(), db?: Db) {
  const stored = db ?? (await embedded.open()).db;
  const clock = aClock();
  const app = anApp(stored, clock);
  const row = await aMarket(stored, { market });
  const { serverId, modelId, marketId } = row;
  return {
    db: stored,
    clock,
    app,
    row,
    guess(member: Member, suspect: string, ownPoints: number | null = null) {
      clock.pass({ hours: 1 });
      return aGuess(app, row, { member, suspect, ownPoints });
    },
    ask(member: Member, suspect: string, ownPoints: number | null = null, key = aKey()) {
      return placeGuess(app, { key, serverId, modelId, member, suspect, ownPoints });
    },
    async held(member: Member) {
      const mine = and(eq(guesses.marketId, marketId), eq(guesses.memberId, member.memberId));
      const [guess] = await stored.select().from(guesses).where(mine);
      return guess;
    },
    async odds() {
      const shown = await showModel(app, { serverId, modelId });
      return Object.fromEntries((shown?.card.odds ?? []).map(({ lab, price }) => [lab, price]));
    },
    wallets: () => walletsIn(stored, serverId),
    async differences() {
      return (await auditLedger(stored)).differences;
    },
  };
}

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

describe("the listing story of market.md", () => {
  async function listingStory() {
    const story = await aStory();
    await story.guess(ann, "deepseek", 100);
    await story.guess(bob, "someone else", 50);
    await story.guess(cid, "xiaomi", 25);
    const before = await story.odds();
    const eves = await story.guess(eve, "Kimi");
    return { ...story, before, eves };
  }

  it("lists Moonshot out of someone else when Eve names it, and nobody else's odds change", async () => {
    const { held, eves, before, db, row, differences } = await listingStory();
    expect(eves).toMatchObject({ listed: "moonshotai", call: { lab: "moonshotai", outcome: "moonshotai" } });
    expect(eves.callPrice).toBeCloseTo(0.057675, 6);
    expect(before.deepseek).toBeCloseTo(0.355022, 6);
    expect(before.other).toBeCloseTo(0.057675 + 0.173026, 6);
    expect(await held(bob)).toMatchObject({ free: { other: micro(252.243096) }, own: { other: micro(248.542487) } });
    expect(await held(eve)).toMatchObject({ free: { moonshotai: micro(275.700067) } });
    const { outcomes } = await marketIn(db, row.marketId);
    expect(outcomes.find(({ lab }) => lab === "xiaomi")?.shares).toBeCloseTo(micro(453.376704), -1);
    expect(await differences()).toEqual([]);
  });

  it("pays Bob 500 and Eve 275 if it was Moonshot, and Bob 692 if it was somebody nobody had listed", async () => {
    const { guess, held, app, row, clock, wallets, differences } = await listingStory();
    await guess(bob, "someone else", 40);
    expect((await held(bob))?.own).toEqual({
      other: micro(248.542487 + 191.919341),
      moonshotai: micro(248.542487),
    });
    const publishedAt = clock.pass({ hours: 1 });
    const start = await wallets();
    expect(start).toMatchObject({ bob: 910, eve: 1000 });
    const moonshot = await aSettlement(app, row, { lab: "Moonshot", publishedAt });
    expect(moonshot).toMatchObject({ paidMembers: 2, paidPoints: 775, right: 2, firstRight: { memberId: "bob" } });
    expect(await wallets()).toEqual({ ...start, bob: 910 + 500, eve: 1275 });
    const { serverId, modelId } = row;
    await decideMarket(app, { key: aKey(), kind: "reopen", serverId, modelId, member: dee, reason: "it was Amazon" });
    const amazon = await aSettlement(app, row, { lab: "amazon", publishedAt });
    expect(amazon).toMatchObject({ paidMembers: 1, paidPoints: 692, right: 1 });
    expect(await wallets()).toEqual({ ...start, bob: 910 + 692 });
    expect(await differences()).toEqual([]);
  });

  it("gives Bob back the 90 points his stake cost, and no profit", async () => {
    const { guess, held, app, row, wallets, differences } = await listingStory();
    await guess(bob, "someone else", 40);
    const back = await aWithdrawal(app, row, bob);
    expect(back).toMatchObject({ what: "withdrawn", call: null, returnedPoints: 90, walletPoints: 1000 });
    expect(await held(bob)).toMatchObject({ free: {}, own: {}, ownCostPoints: 0, freeBudgetPoints: 25, lab: null });
    expect(await wallets()).toMatchObject({ bob: 1000 });
    expect(await differences()).toEqual([]);
  });
});

describe("a name nobody knows", () => {
  it("rides on someone else at a quarter of its odds, as typed", async () => {
    const { guess, held } = await aStory();
    const receipt = await guess(ann, "  Frobozz \n Magic AI ");
    expect(receipt).toMatchObject({ call: { lab: "other", name: "Frobozz Magic AI", outcome: "other" }, listed: null });
    expect(receipt.callPrice).toBeCloseTo(0.025, 12);
    expect(await held(ann)).toMatchObject({ lab: "other", name: "Frobozz Magic AI" });
  });

  it.each([
    ["sixty letters", "x".repeat(60), "x".repeat(60)],
    ["a name from right to left", "مختبر الذكاء", "مختبر الذكاء"],
    ["a fox and a word", "🦊 Foxworks", "🦊 Foxworks"],
    ["a hidden turn of the line", "Fro\u202ebozz", "Fro bozz"],
    ["a NUL", "Fro\u0000bozz", "Fro bozz"],
    ["half a letter", "Frobozz \ud83d", "Frobozz"],
    ["60 foxes and a letter less", `${"🦊".repeat(59)}x`, `${"🦊".repeat(59)}x`],
  ])("may be %s", async (_, typed, kept) => {
    const { guess, differences } = await aStory();
    expect((await guess(ann, typed)).call).toEqual({ lab: "other", name: kept, outcome: "other" });
    expect(await differences()).toEqual([]);
  });

  it.each([
    ["nothing", ""],
    ["spaces", "   "],
    ["only a fox", "🦊"],
    ["only signs", "???"],
    ["only a NUL", "\u0000"],
  ])("may not be %s", async (_, typed) => {
    const { ask } = await aStory();
    expect(await ask(ann, typed)).toEqual({ placed: false, refusal: { reason: "no-name" } });
  });

  it("may not be longer than sixty characters", async () => {
    const { ask } = await aStory();
    const refusal = { reason: "name-too-long", mostCharacters: 60 };
    expect(await ask(ann, "x".repeat(61))).toEqual({ placed: false, refusal });
  });

  it("is the same name however it is written", async () => {
    const { guess, ask } = await aStory();
    await guess(ann, "Frobozz Magic");
    expect(await ask(ann, "frobozz-MAGIC")).toMatchObject({ refusal: { reason: "nothing-new" } });
    expect(await guess(ann, "Frobozz Tragic")).toMatchObject({ what: "moved" });
  });

  it("is the lab's own call, with its time and odds, once moderators say whose it is", async () => {
    const { guess, db, row } = await aStory();
    const first = await guess(ann, "Frobozz");
    await db
      .insert(serverLabs)
      .values({ serverId: row.serverId, slug: "meituan", name: "Meituan", aliases: ["Frobozz"] });
    const followed = await guess(ann, "Meituan");
    expect(followed).toMatchObject({ listed: "meituan", call: { lab: "meituan", name: null, outcome: "meituan" } });
    expect(followed).toMatchObject({ callPrice: first.callPrice, calledAt: first.calledAt });
    const other = await aStory(vectorMarket(), db);
    expect((await other.guess(ann, "Frobozz")).call).toMatchObject({ lab: "other", name: "Frobozz" });
  });
});

describe("a lab that cannot be listed because someone else is too unlikely", () => {
  it("rides on someone else, and keeps its time and odds when it is listed after all", async () => {
    const { guess, ask, differences } = await aStory(aMarketOf(300, { deepseek: 0.97, other: 0.03 }));
    const rider = await guess(ann, "Meituan");
    expect(rider).toMatchObject({ call: { lab: "meituan", name: null, outcome: "other" }, listed: null });
    expect(rider.callPrice).toBeCloseTo(0.0075, 12);
    await guess(bob, "someone else", 100);
    await guess(cid, "LongCat");
    expect(await ask(ann, "meituan")).toMatchObject({
      placed: true,
      receipt: {
        what: "moved",
        call: { lab: "meituan", outcome: "meituan" },
        callPrice: rider.callPrice,
        calledAt: rider.calledAt,
      },
    });
    expect(await differences()).toEqual([]);
  });
});

describe("a guess is refused", () => {
  it.each([
    ["freeze", "market-frozen"],
    ["void", "market-void"],
  ] as const)("after a moderator's %s", async (kind, reason) => {
    const { ask, app, row, guess } = await aStory();
    await guess(ann, "deepseek");
    const { serverId, modelId } = row;
    await decideMarket(app, { key: aKey(), kind, serverId, modelId, member: dee, reason: "x" });
    const refused = { placed: false, refusal: { reason, modelName: "Hunter Alpha" } };
    expect(await ask(ann, "deepseek", 10)).toEqual(refused);
    expect(await ask(ann, "xiaomi")).toEqual(refused);
    expect(await ask(bob, "xiaomi")).toEqual(refused);
  });

  it("once the model is settled, and says who built it", async () => {
    const { ask, app, row, guess, clock } = await aStory();
    await guess(ann, "deepseek");
    await aSettlement(app, row, { lab: "Z.ai", secondLab: "xAI", publishedAt: clock.pass({ hours: 1 }) });
    expect(await ask(ann, "xiaomi")).toEqual({
      placed: false,
      refusal: { reason: "market-settled", modelName: "Hunter Alpha", builders: ["z-ai", "x-ai"] },
    });
  });

  it("with a stake where the server guesses without points, and placed without one", async () => {
    const { ask, db, row } = await aStory();
    await db.update(servers).set({ guessOnly: true }).where(eq(servers.serverId, row.serverId));
    expect(await ask(ann, "deepseek", 1)).toEqual({ placed: false, refusal: { reason: "guess-only" } });
    expect(await ask(ann, "deepseek", 0)).toMatchObject({
      placed: true,
      receipt: { stakedFreePoints: 25, guessOnly: true },
    });
    expect(await ask(ann, "openai")).toMatchObject({ placed: true });
  });

  it("while the account is younger than the server asks, to the millisecond", async () => {
    const { ask, db, row, clock } = await aStory();
    await db.update(servers).set({ minimumAccountDays: 7 }).where(eq(servers.serverId, row.serverId));
    const young = aMember({ createdAt: new Date(storyBegins.getTime() - 7 * 86_400_000 + 1) });
    expect(await ask(young, "deepseek")).toEqual({
      placed: false,
      refusal: { reason: "account-too-young", minimumDays: 7, readyAt: new Date(storyBegins.getTime() + 1) },
    });
    clock.pass({ ms: 1 });
    expect(await ask(young, "deepseek")).toMatchObject({ placed: true });
  });

  it("when the wallet is short, and says what is missing; the free guess still counts", async () => {
    const { db, app, row, ask } = await aStory();
    for (let spent = 0; spent < 4; spent += 1) {
      const { serverId } = row;
      await aGuess(app, await aMarket(db, { serverId }), { member: ann, ownPoints: 240 });
    }
    expect(await ask(ann, "deepseek", 41)).toEqual({
      placed: false,
      refusal: { reason: "wallet-short", walletPoints: 40, neededPoints: 41 },
    });
    expect(await ask(ann, "deepseek", 40)).toMatchObject({ placed: true, receipt: { walletPoints: 0 } });
  });

  it("for any stake while the wallet is below zero, but never the free guess or taking one back", async () => {
    const { db, app, row, ask, guess, clock, wallets, differences } = await aStory();
    const { serverId, modelId } = row;
    await guess(ann, "xiaomi", 250);
    const publishedAt = clock.pass({ hours: 1 });
    await aSettlement(app, row, { lab: "xiaomi", publishedAt });
    const won = (await wallets()).ann ?? 0;
    expect(won).toBeGreaterThan(1000);
    const others = [];
    for (let left = won; left > 0; left -= 250) {
      const other = await aMarket(db, { serverId });
      await aGuess(app, other, { member: ann, ownPoints: Math.min(left, 250) });
      others.push(other);
    }
    expect(await wallets()).toEqual({ ann: 0 });
    await decideMarket(app, { key: aKey(), kind: "reopen", serverId, modelId, member: dee, reason: "wrong lab" });
    const debt = 750 - won;
    expect(await wallets()).toEqual({ ann: debt });
    await decideMarket(app, { key: aKey(), kind: "unfreeze", serverId, modelId, member: dee, reason: "go on" });
    const refusal = { reason: "wallet-short", walletPoints: debt, neededPoints: 1 };
    const fresh = await aMarket(db, { serverId });
    const request = { serverId, modelId: fresh.modelId, member: ann, suspect: "deepseek" };
    expect(await placeGuess(app, { ...request, key: aKey(), ownPoints: 1 })).toEqual({ placed: false, refusal });
    expect(await placeGuess(app, { ...request, key: aKey(), ownPoints: null })).toMatchObject({ placed: true });
    expect(await ask(ann, "xiaomi", 1)).toMatchObject({ placed: false, refusal: { reason: "over-cap" } });
    const back = await aWithdrawal(app, others[0] ?? fresh, ann);
    expect(back.returnedPoints).toBe(250);
    expect(await wallets()).toEqual({ ann: debt + 250 });
    expect(await differences()).toEqual([]);
  });

  it("on a model another server has, and changes nothing there", async () => {
    const { app, db, row, differences } = await aStory();
    const other = await aServer(db);
    const refusal = { reason: "no-such-model" };
    const request = { key: aKey(), modelId: row.modelId, member: ann, suspect: "deepseek", ownPoints: 10 };
    expect(await placeGuess(app, { ...request, serverId: other.serverId })).toEqual({ placed: false, refusal });
    expect(await placeGuess(app, { ...request, serverId: anId() })).toEqual({ placed: false, refusal });
    const { modelId } = await aModel(db);
    expect(await placeGuess(app, { ...request, serverId: row.serverId, modelId })).toEqual({ placed: false, refusal });
    expect(await db.select().from(wallets)).toEqual([]);
    expect(await differences()).toEqual([]);
  });
});

describe("the same press delivered twice", () => {
  it("later counts once and is answered the same, whatever happened in between", async () => {
    const { ask, guess, wallets, clock } = await aStory();
    const key = aKey();
    const first = await ask(ann, "deepseek", 100, key);
    await guess(bob, "openai", 200);
    await guess(ann, "xiaomi");
    clock.pass({ days: 2 });
    expect(await ask(ann, "deepseek", 100, key)).toEqual(first);
    expect(first).toMatchObject({ receipt: { calledAt: storyBegins } });
    expect((await wallets()).ann).toBe(900);
  });

  it("at once counts once, in one process and in two", async () => {
    const { ask, app, db, row, wallets, clock } = await aStory();
    const second = anApp(db, clock);
    const key = aKey();
    const { serverId, modelId } = row;
    const request = { key, serverId, modelId, member: ann, suspect: "deepseek", ownPoints: 100 };
    const answers = await Promise.all([
      ask(ann, "deepseek", 100, key),
      placeGuess(app, request),
      placeGuess(second, request),
      placeGuess(second, request),
    ]);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ placed: true });
    expect(await wallets()).toEqual({ ann: 900 });
  });

  it("is refused again if it was refused, even when it could be placed by now", async () => {
    const { ask, app, row } = await aStory();
    const { serverId, modelId } = row;
    const decide = (kind: "freeze" | "unfreeze") =>
      decideMarket(app, { key: aKey(), kind, serverId, modelId, member: dee, reason: "x" });
    const key = aKey();
    await decide("freeze");
    const refused = await ask(ann, "deepseek", 100, key);
    expect(refused).toMatchObject({ refusal: { reason: "market-frozen" } });
    await decide("unfreeze");
    expect(await ask(ann, "deepseek", 100, key)).toEqual(refused);
    expect(await ask(ann, "deepseek", 100)).toMatchObject({ placed: true });
  });

  it("tells the same dates in a refusal, too", async () => {
    const { ask, db, row, clock } = await aStory();
    await db.update(servers).set({ minimumAccountDays: 7 }).where(eq(servers.serverId, row.serverId));
    const young = aMember({ createdAt: storyBegins });
    const key = aKey();
    const refused = await ask(young, "deepseek", null, key);
    clock.pass({ days: 30 });
    expect(await ask(young, "deepseek", null, key)).toEqual(refused);
    expect(refused).toMatchObject({ refusal: { readyAt: new Date("2026-03-18T20:24:31.000Z") } });
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

describe("one guess that cannot be", () => {
  it("fails by itself and leaves those asked for at the same moment alone", async () => {
    const { ask, wallets, differences } = await aStory();
    const answers = await Promise.allSettled([
      ask(ann, "deepseek", 10),
      ask(bob, "deepseek", -5),
      ask(cid, "deepseek", 0.5),
      ask(dee, "deepseek", 20),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
    expect(await wallets()).toEqual({ ann: 990, dee: 980 });
    expect(await differences()).toEqual([]);
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
