import { desc } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { auditLedger } from "../../src/actions/audit-ledger.ts";
import { decideMarket } from "../../src/actions/decide-market.ts";
import { showBoard } from "../../src/actions/show-board.ts";
import type { Member } from "../../src/domain/member.ts";
import { decisions } from "../../src/storage/schema.ts";
import { aClock, anApp } from "../support/app.ts";
import { embedded } from "../support/database.ts";
import { aGuess, aKey, aMarket, aServer, aSettlement, named } from "../support/factories.ts";
import { vectorMarket } from "../support/market-play.ts";
import { housePointsIn, marketIn, walletsIn } from "../support/market-rows.ts";

const [ann, bob, mod] = ["ann", "bob", "mod"].map(named) as [Member, Member, Member];

type Kind = Parameters<typeof decideMarket>[1]["kind"];

async function aStory() {
  const { db } = await embedded.open();
  const clock = aClock();
  const app = anApp(db, clock);
  const row = await aMarket(db, { market: vectorMarket() });
  const { serverId, modelId, marketId } = row;
  clock.pass({ hours: 1 });
  await aGuess(app, row, { member: ann, suspect: "xiaomi", ownPoints: 100 });
  const publishedAt = clock.pass({ hours: 1 });
  await aGuess(app, row, { member: bob, suspect: "xiaomi", ownPoints: 200 });
  clock.pass({ hours: 1 });
  return {
    db,
    clock,
    app,
    row,
    publishedAt,
    decide: (kind: Kind, reason = "because", key = aKey()) =>
      decideMarket(app, { key, kind, serverId, modelId, member: mod, reason }),
    settle: () => aSettlement(app, row, { publishedAt }),
    wallets: () => walletsIn(db, serverId),
    market: () => marketIn(db, marketId),
    differences: async () => (await auditLedger(db)).differences,
  };
}

describe("freezing and unfreezing", () => {
  it("wants a reason that can be read", async () => {
    const { decide } = await aStory();
    for (const reason of ["\u200b", " \u2800\u3164 "])
      expect(await decide("freeze", reason)).toEqual({ done: false, refusal: { reason: "no-reason" } });
  });

  it("moves no points and keeps who decided, when and why", async () => {
    const { decide, wallets, market, db, clock, differences } = await aStory();
    expect(await decide("freeze", "a leak,\nlet us wait")).toEqual({
      done: true,
      kind: "freeze",
      modelId: 1,
      modelName: "Hunter Alpha",
      touchedMembers: 0,
      reason: "a leak, let us wait",
    });
    expect((await market()).state).toBe("frozen");
    const [kept] = await db.select().from(decisions);
    expect(kept).toMatchObject({ kind: "freeze", byMemberId: "mod", at: clock.now, reason: "a leak, let us wait" });
    expect(await wallets()).toEqual({ ann: 900, bob: 800 });
    await decide("unfreeze");
    expect(await market()).toMatchObject({ state: "open", revision: 0 });
    expect(await differences()).toEqual([]);
  });

  it("lets members go on where they stood", async () => {
    const { decide, app, row } = await aStory();
    await decide("freeze");
    await decide("unfreeze");
    expect(await aGuess(app, row, { member: ann, suspect: "xiaomi", ownPoints: 5 })).toMatchObject({ what: "raised" });
  });
});

describe("voiding", () => {
  it("gives everybody back what they had put in, whatever they did, and leaves house and pot at nothing", async () => {
    const { decide, wallets, market, app, row, db, clock, differences } = await aStory();
    await aGuess(app, row, { member: ann, suspect: "deepseek" });
    await aGuess(app, row, { member: bob, suspect: "Kimi", ownPoints: 3 });
    expect(await decide("void")).toMatchObject({ done: true, kind: "void", touchedMembers: 2 });
    expect(await wallets()).toEqual({ ann: 1000, bob: 1000 });
    expect(await market()).toMatchObject({ state: "void", potPoints: 0, settledAt: clock.now, builders: null });
    expect(await housePointsIn(db, row.marketId)).toBe(0);
    expect(await differences()).toEqual([]);
  });

  it("can itself be taken back", async () => {
    const { decide, wallets, market, differences } = await aStory();
    const before = [await wallets(), (await market()).potPoints];
    await decide("void");
    expect(await decide("reopen")).toMatchObject({ done: true, touchedMembers: 2 });
    expect([await wallets(), (await market()).potPoints]).toEqual(before);
    expect(await market()).toMatchObject({ state: "frozen", revision: 1, settledAt: null });
    expect(await differences()).toEqual([]);
  });

  it("works on a market nobody guessed in", async () => {
    const { db, app, row } = await aStory();
    const { serverId, modelId, marketId } = await aMarket(db, { serverId: row.serverId });
    const request = { key: aKey(), serverId, modelId, member: mod, reason: "not a lab's model" };
    expect(await decideMarket(app, { ...request, kind: "void" })).toMatchObject({ done: true, touchedMembers: 0 });
    expect(await decideMarket(app, { ...request, key: aKey(), kind: "reopen" })).toMatchObject({ done: true });
    expect(await marketIn(db, marketId)).toMatchObject({ state: "frozen", potPoints: 0 });
  });
});

describe("reopening a settled market", () => {
  it("takes the payouts back, brings the late guesses back, and takes it off the board", async () => {
    const { decide, settle, wallets, market, app, row, differences } = await aStory();
    const before = [await wallets(), (await market()).potPoints, (await market()).outcomes];
    await settle();
    expect((await wallets()).bob).toBe(1000);
    const board = { serverId: row.serverId, memberId: "ann", kind: "calls", season: null, page: 1 } as const;
    expect((await showBoard(app, board)).rows).toHaveLength(1);
    expect(await decide("reopen")).toMatchObject({ done: true, kind: "reopen", touchedMembers: 2 });
    expect([await wallets(), (await market()).potPoints, (await market()).outcomes]).toEqual(before);
    expect(await market()).toMatchObject({ state: "frozen", revision: 1, builders: null, publishedAt: null });
    expect((await showBoard(app, board)).rows).toEqual([]);
    expect(app.models.of(row.serverId).models[0]?.state).toBe("frozen");
    expect(await differences()).toEqual([]);
  });

  it("and unfreezing lets late members go on with what they had", async () => {
    const { decide, settle, app, row, clock, wallets, differences } = await aStory();
    await settle();
    await decide("reopen");
    await decide("unfreeze");
    expect(await aGuess(app, row, { member: bob, suspect: "xiaomi", ownPoints: 50 })).toMatchObject({
      what: "raised",
      ownCostPoints: 250,
    });
    const publishedAt = clock.pass({ hours: 1 });
    const summary = await aSettlement(app, row, { publishedAt });
    expect(summary).toMatchObject({ revision: 2, paidMembers: 2, lateMembers: 0 });
    expect((await wallets()).bob).toBeGreaterThan(1000);
    expect(await differences()).toEqual([]);
  });

  it("again and again always comes to the same balances", async () => {
    const { decide, settle, wallets, differences } = await aStory();
    const open = await wallets();
    await settle();
    const settled = await wallets();
    for (let turn = 0; turn < 3; turn += 1) {
      await decide("reopen");
      expect(await wallets()).toEqual(open);
      await settle();
      expect(await wallets()).toEqual(settled);
    }
    expect(await differences()).toEqual([]);
  });

  it("may leave a wallet below zero, which the next settlement fills again", async () => {
    const { decide, settle, wallets, app, db, row } = await aStory();
    await settle();
    const won = (await wallets()).ann ?? 0;
    for (let left = won; left > 0; left -= 250)
      await aGuess(app, await aMarket(db, { serverId: row.serverId }), { member: ann, ownPoints: Math.min(left, 250) });
    await decide("reopen");
    expect((await wallets()).ann).toBe(900 - won);
    await settle();
    expect((await wallets()).ann).toBe(0);
  });
});

describe("a decision is refused", () => {
  it.each([
    ["freeze", "frozen", ["freeze"]],
    ["unfreeze", "open", []],
    ["reopen", "open", []],
    ["reopen", "frozen", ["freeze"]],
    ["void", "void", ["void"]],
    ["freeze", "void", ["void"]],
  ] as const)("%s while the market is %s", async (kind, state, before) => {
    const { decide, wallets } = await aStory();
    for (const step of before) await decide(step);
    const held = await wallets();
    expect(await decide(kind)).toEqual({
      done: false,
      refusal: { reason: "already", state, modelName: "Hunter Alpha" },
    });
    expect(await wallets()).toEqual(held);
  });

  it("for a settled market unless it is reopened first", async () => {
    const { decide, settle, wallets } = await aStory();
    await settle();
    const held = await wallets();
    for (const kind of ["void", "freeze", "unfreeze"] as const)
      expect(await decide(kind)).toMatchObject({ refusal: { reason: "already", state: "settled" } });
    expect(await wallets()).toEqual(held);
  });

  it("for a model of another server", async () => {
    const { app, db, row } = await aStory();
    const { serverId } = await aServer(db);
    const request = { key: aKey(), serverId, modelId: row.modelId, member: mod, reason: "x" };
    expect(await decideMarket(app, { ...request, kind: "void" })).toEqual({
      done: false,
      refusal: { reason: "no-such-model" },
    });
  });
});

describe("the same press delivered twice", () => {
  it.each(["freeze", "void"] as const)("%ss once and is answered the same", async (kind) => {
    const { decide, wallets, db, differences } = await aStory();
    const key = aKey();
    const [first, second] = await Promise.all([decide(kind, "once", key), decide(kind, "once", key)]);
    expect(first).toMatchObject({ done: true });
    expect(second).toEqual(first);
    const held = await wallets();
    await decide(kind === "freeze" ? "unfreeze" : "reopen");
    expect(await decide(kind, "once", key)).toEqual(first);
    expect(await db.select().from(decisions).orderBy(desc(decisions.transactionId))).toHaveLength(2);
    if (kind === "freeze") expect(await wallets()).toEqual(held);
    expect(await differences()).toEqual([]);
  });

  it("reopens once, so that what is settled again stays settled", async () => {
    const { decide, settle, wallets, market } = await aStory();
    await settle();
    const key = aKey();
    const first = await decide("reopen", "once", key);
    await settle();
    const settled = await wallets();
    expect(await decide("reopen", "once", key)).toEqual(first);
    expect(await wallets()).toEqual(settled);
    expect((await market()).state).toBe("settled");
  });

  it("is refused again if it was refused", async () => {
    const { decide, market } = await aStory();
    const key = aKey();
    const refused = await decide("unfreeze", "x", key);
    expect(refused).toMatchObject({ done: false });
    await decide("freeze");
    expect(await decide("unfreeze", "x", key)).toEqual(refused);
    expect((await market()).state).toBe("frozen");
  });
});
