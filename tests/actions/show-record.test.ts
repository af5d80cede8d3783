import { describe, expect, it } from "vitest";
import { showRecord } from "../../src/actions/show-record.ts";
import { aClock, anApp } from "../support/app.ts";
import { embedded } from "../support/database.ts";
import { aGuess, aMarket, aModel, aServer, aSettlement, aWithdrawal, named } from "../support/factories.ts";
import { vectorMarket } from "../support/market-play.ts";

const ann = named("ann");

async function aStory() {
  const { db } = await embedded.open();
  const clock = aClock();
  const app = anApp(db, clock);
  const { serverId } = await aServer(db);
  return {
    db,
    clock,
    app,
    serverId,
    async market(name: string) {
      const { modelId } = await aModel(db, { name, listedAt: clock.now });
      return aMarket(db, { serverId, modelId, openedAt: clock.now, market: vectorMarket() });
    },
    record: (privately = true, memberId = "ann") =>
      showRecord(app, { serverId, memberId, name: "a stranger", privately }),
  };
}

describe("a member's record", () => {
  it("of somebody never seen is empty, under the name they were asked for by", async () => {
    const { record } = await aStory();
    expect(await record()).toEqual({
      memberId: "ann",
      name: "a stranger",
      season: "2026-Q1",
      walletPoints: null,
      pastWallets: [],
      hits: 0,
      calls: 0,
      best: null,
      standing: [],
      standingCount: 0,
      settled: [],
    });
  });

  it("shows hits and misses, the best call, and the settled calls, latest reveal first", async () => {
    const { market, record, app, clock } = await aStory();
    const [safe, bold, wrong] = [await market("Safe"), await market("Bold"), await market("Wrong")];
    clock.pass({ hours: 1 });
    await aGuess(app, safe, { member: ann, suspect: "deepseek" });
    await aGuess(app, bold, { member: ann, suspect: "xiaomi", ownPoints: 50 });
    await aGuess(app, wrong, { member: ann, suspect: "openai", ownPoints: 10 });
    await aSettlement(app, wrong, { lab: "z-ai", publishedAt: clock.pass({ hours: 1 }) });
    await aSettlement(app, safe, { lab: "deepseek", publishedAt: clock.pass({ hours: 1 }) });
    await aSettlement(app, bold, { lab: "xiaomi", secondLab: "amazon", publishedAt: clock.pass({ hours: 1 }) });
    const shown = await record();
    expect(shown).toMatchObject({ name: "ann", hits: 2, calls: 3, standingCount: 0 });
    expect(shown.settled.map(({ modelName, right }) => [modelName, right])).toEqual([
      ["Bold", true],
      ["Safe", true],
      ["Wrong", false],
    ]);
    expect(shown.best).toEqual(shown.settled[0]);
    expect(shown.best).toMatchObject({ lab: "xiaomi", builders: ["xiaomi", "amazon"], callPrice: 0.1 });
    expect(shown.settled[2]?.score).toBe(0);
  });

  it("shows the standing guesses with what they would pay, newest first, ten at most", async () => {
    const { market, record, app, clock } = await aStory();
    for (let n = 0; n < 12; n += 1) {
      const row = await market(`Model ${n}`);
      clock.pass({ hours: 1 });
      await aGuess(app, row, { member: ann, suspect: "xiaomi", ownPoints: 10 });
      if (n === 0) await aWithdrawal(app, row, ann);
    }
    const shown = await record();
    expect(shown.standingCount).toBe(11);
    expect(shown.standing).toHaveLength(10);
    expect(shown.standing[0]).toMatchObject({
      modelName: "Model 11",
      lab: "xiaomi",
      ownStakePoints: 10,
      worthPoints: 10,
    });
    expect(shown.standing[0]?.paysPoints).toBeGreaterThan(200);
    expect(shown.walletPoints).toBe(890);
  });

  it("keeps wallet, stakes and unknown names from others", async () => {
    const { market, record, app, clock } = await aStory();
    const [open, settled] = [await market("Open"), await market("Settled")];
    clock.pass({ hours: 1 });
    for (const row of [open, settled]) await aGuess(app, row, { member: ann, suspect: "Frobozz", ownPoints: 10 });
    await aSettlement(app, settled, { publishedAt: clock.pass({ hours: 1 }) });
    const own = await record(true);
    expect(own).toMatchObject({ walletPoints: 980, standing: [{ unknownName: "Frobozz", ownStakePoints: 10 }] });
    expect(own.settled).toMatchObject([{ unknownName: "Frobozz", right: false }]);
    const others = await record(false);
    expect(others).toMatchObject({
      walletPoints: null,
      standing: [{ lab: "other", unknownName: null, ownStakePoints: 0, paysPoints: 0, worthPoints: 0 }],
      settled: [{ lab: "other", unknownName: null }],
    });
    expect(JSON.stringify(others)).not.toContain("Frobozz");
  });

  it("judges a call by what stood when the source was published, not by what came after", async () => {
    const { market, record, app, clock } = await aStory();
    const row = await market("Hunter Alpha");
    clock.pass({ hours: 1 });
    await aGuess(app, row, { member: ann, suspect: "deepseek" });
    const publishedAt = clock.pass({ hours: 1 });
    await aGuess(app, row, { member: ann, suspect: "xiaomi" });
    clock.pass({ hours: 1 });
    await aSettlement(app, row, { lab: "xiaomi", publishedAt });
    expect(await record()).toMatchObject({
      hits: 0,
      calls: 1,
      best: null,
      settled: [{ lab: "deepseek", right: false }],
    });
  });

  it("counts someone else as the board does", async () => {
    const { market, record, app, clock } = await aStory();
    const row = await market("Hunter Alpha");
    clock.pass({ hours: 1 });
    await aGuess(app, row, { member: ann, suspect: "someone else" });
    await aGuess(app, row, { member: named("bob"), suspect: "Kimi" });
    await aGuess(app, row, { member: named("cid"), suspect: "someone else" });
    await aSettlement(app, row, { lab: "Kimi", publishedAt: clock.pass({ hours: 1 }) });
    expect(await record(false, "ann")).toMatchObject({ hits: 1, settled: [{ lab: "other", right: true }] });
    expect(await record(false, "cid")).toMatchObject({ hits: 0, settled: [{ lab: "other", right: false }] });
  });

  it("adds up all seasons, and shows this season's wallet only", async () => {
    const { market, record, app, clock } = await aStory();
    const winter = await market("Winter");
    clock.pass({ hours: 1 });
    await aGuess(app, winter, { member: ann, suspect: "xiaomi", ownPoints: 100 });
    await aSettlement(app, winter, { publishedAt: clock.pass({ hours: 1 }) });
    clock.set(new Date("2026-05-01T00:00:00Z"));
    expect(await record()).toMatchObject({ season: "2026-Q2", walletPoints: null, hits: 1, calls: 1 });
    const spring = await market("Spring");
    clock.pass({ hours: 1 });
    await aGuess(app, spring, { member: ann, suspect: "openai", ownPoints: 1 });
    await aSettlement(app, spring, { publishedAt: clock.pass({ hours: 1 }) });
    expect(await record()).toMatchObject({ season: "2026-Q2", walletPoints: 999, hits: 1, calls: 2 });
  });

  it("shows the wallet of an earlier season while a guess from it stands, to its owner", async () => {
    const { market, record, app, clock } = await aStory();
    const winter = await market("Winter");
    clock.pass({ hours: 1 });
    await aGuess(app, winter, { member: ann, suspect: "xiaomi", ownPoints: 100 });
    expect(await record()).toMatchObject({ walletPoints: 900, pastWallets: [] });
    clock.set(new Date("2026-05-01T00:00:00Z"));
    const spring = await market("Spring");
    clock.pass({ hours: 1 });
    expect(await aGuess(app, spring, { member: ann, suspect: "openai", ownPoints: 1 })).toMatchObject({
      walletPoints: 999,
      pastSeason: null,
    });
    const raised = await aGuess(app, winter, { member: ann, suspect: "xiaomi", ownPoints: 50 });
    expect(raised).toMatchObject({ walletPoints: 850, pastSeason: "2026-Q1" });
    expect(await record()).toMatchObject({ walletPoints: 999, pastWallets: [{ season: "2026-Q1", points: 850 }] });
    expect((await record(false)).pastWallets).toEqual([]);
    await aWithdrawal(app, winter, ann);
    expect((await record()).pastWallets).toEqual([]);
  });

  it("does not tell others by its odds whether someone else stands for a name; its owner sees those of the call", async () => {
    const { market, record, app, clock } = await aStory();
    const row = await market("Hunter Alpha");
    clock.pass({ hours: 1 });
    await aGuess(app, row, { member: ann, suspect: "Frobozz" });
    await aGuess(app, row, { member: named("bob"), suspect: "someone else" });
    const others = async (memberId: string) => (await record(false, memberId)).standing;
    expect(await others("ann")).toEqual(await others("bob"));
    expect(await others("ann")).toMatchObject([{ lab: "other", callPrice: null }]);
    expect((await record(true)).standing[0]?.callPrice).toBeGreaterThan(0);
    await aSettlement(app, row, { lab: "Kimi", publishedAt: clock.pass({ hours: 1 }) });
    expect((await record(false, "bob")).settled).toMatchObject([{ right: true, callPrice: null }]);
  });

  it("knows nothing of other servers", async () => {
    const { db, app, record } = await aStory();
    await aGuess(app, await aMarket(db), { member: ann, ownPoints: 10 });
    expect(await record()).toMatchObject({ name: "a stranger", walletPoints: null, standingCount: 0 });
  });
});
