import { describe, expect, it } from "vitest";
import { decideMarket } from "../../src/actions/decide-market.ts";
import { serverLabs } from "../../src/storage/schema.ts";
import { aKey, aSettlement, aWithdrawal } from "../support/factories.ts";
import { ann, aStory, bob, cid, dee, eve } from "../support/guessing.ts";
import { aMarketOf, micro, vectorMarket } from "../support/market-play.ts";
import { marketIn } from "../support/market-rows.ts";

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
