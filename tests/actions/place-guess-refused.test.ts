import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { decideMarket } from "../../src/actions/decide-market.ts";
import { placeGuess } from "../../src/actions/place-guess.ts";
import { servers, wallets } from "../../src/storage/schema.ts";
import { anApp, storyBegins } from "../support/app.ts";
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
} from "../support/factories.ts";
import { ann, aStory, bob, cid, dee } from "../support/guessing.ts";

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
