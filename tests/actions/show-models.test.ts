import { describe, expect, it } from "vitest";
import { loadModels } from "../../src/actions/load-models.ts";
import { listModels, showModel } from "../../src/actions/show-models.ts";
import { aClock, anApp, storyBegins } from "../support/app.ts";
import { embedded } from "../support/database.ts";
import { aGuess, aMarket, aModel, aServer, aSettlement, aWithdrawal, named } from "../support/factories.ts";
import { vectorMarket } from "../support/market-play.ts";

async function aStory() {
  const { db } = await embedded.open();
  const clock = aClock();
  const { serverId } = await aServer(db);
  return { db, clock, app: anApp(db, clock), serverId };
}

describe("a model's card", () => {
  it("shows its facts, the odds likeliest first, and how many stand on each lab", async () => {
    const { db, app, serverId } = await aStory();
    const row = await aMarket(db, { serverId, market: vectorMarket() });
    await aGuess(app, row, { member: named("ann"), suspect: "xiaomi", ownPoints: 250 });
    await aGuess(app, row, { member: named("bob"), suspect: "xiaomi" });
    await aGuess(app, row, { member: named("cid"), suspect: "Frobozz" });
    const shown = await showModel(app, { serverId, modelId: row.modelId });
    expect(shown?.card).toMatchObject({
      modelId: row.modelId,
      name: "Hunter Alpha",
      state: "open",
      openedAt: storyBegins,
      listedAt: storyBegins,
      callers: 3,
      builders: null,
      publishedAt: null,
      source: null,
      facts: { contextTokens: 1_048_576 },
    });
    const odds = shown?.card.odds ?? [];
    expect(odds[0]).toMatchObject({ lab: "xiaomi", callers: 2 });
    expect(odds.map(({ price }) => price)).toEqual(odds.map(({ price }) => price).toSorted((a, b) => b - a));
    expect(odds.reduce((sum, { price }) => sum + price, 0)).toBeCloseTo(1, 12);
  });

  it("shows the five who called last, newest first, each once and none who took it back", async () => {
    const { db, app, serverId, clock } = await aStory();
    const row = await aMarket(db, { serverId, market: vectorMarket() });
    for (const name of ["ann", "bob", "cid", "dee", "eve", "fay", "gus"]) {
      clock.pass({ hours: 1 });
      await aGuess(app, row, { member: named(name), suspect: "deepseek" });
    }
    clock.pass({ hours: 1 });
    await aGuess(app, row, { member: named("ann"), suspect: "Frobozz" });
    await aWithdrawal(app, row, named("gus"));
    const shown = await showModel(app, { serverId, modelId: row.modelId });
    expect(shown?.latest.map(({ memberId, lab }) => [memberId, lab])).toEqual([
      ["ann", "other"],
      ["fay", "deepseek"],
      ["eve", "deepseek"],
      ["dee", "deepseek"],
      ["cid", "deepseek"],
    ]);
    expect(shown?.latest[0]).toMatchObject({ name: "ann", unknownName: "Frobozz", calledAt: clock.now });
  });

  it("of a settled model says who built it, since when that is known, and where it says so", async () => {
    const { db, app, serverId, clock } = await aStory();
    const row = await aMarket(db, { serverId, market: vectorMarket() });
    const publishedAt = clock.pass({ hours: 5 });
    await aSettlement(app, row, { lab: "MiMo", secondLab: "Z.ai", publishedAt, source: "https://example.org/post" });
    const shown = await showModel(app, { serverId, modelId: row.modelId });
    expect(shown?.card).toMatchObject({
      state: "settled",
      builders: ["xiaomi", "z-ai"],
      publishedAt,
      source: "https://example.org/post",
    });
  });

  it("of another server's model is not shown", async () => {
    const { db, app, serverId } = await aStory();
    const { modelId } = await aMarket(db);
    expect(await showModel(app, { serverId, modelId })).toBeNull();
    expect(await listModels(app, serverId)).toEqual([]);
  });
});

describe("the list of models", () => {
  it("has open ones first, the newest on top, settled ones below", async () => {
    const { db, app, serverId, clock } = await aStory();
    const names = ["Oldest", "Older", "New", "Newest"];
    const rows = [];
    for (const [i, name] of names.entries()) {
      const listedAt = new Date(storyBegins.getTime() + i * 60_000);
      const { modelId } = await aModel(db, { name, listedAt });
      rows.push(await aMarket(db, { serverId, modelId, openedAt: listedAt }));
    }
    const publishedAt = clock.pass({ hours: 1 });
    const newest = rows[3];
    if (newest) await aSettlement(app, newest, { publishedAt });
    expect((await listModels(app, serverId)).map(({ name }) => name)).toEqual(["New", "Older", "Oldest", "Newest"]);
  });

  it("holds twenty-five at most", async () => {
    const { db, app, serverId } = await aStory();
    for (let n = 0; n < 27; n += 1) await aMarket(db, { serverId });
    expect(await listModels(app, serverId)).toHaveLength(25);
  });
});

describe("the memory for autocomplete", () => {
  it("is the same when loaded anew as it was kept while members guessed", async () => {
    const { db, app, serverId } = await aStory();
    const one = await aMarket(db, { serverId, market: vectorMarket() });
    const two = await aMarket(db, { serverId, market: vectorMarket() });
    await aMarket(db);
    for (const row of [one, two]) await aGuess(app, row, { member: named("ann"), suspect: "Kimi", ownPoints: 20 });
    await aGuess(app, one, { member: named("bob"), suspect: "openai" });
    const kept = app.models.of(serverId);
    const fresh = anApp(db);
    await loadModels(fresh, serverId);
    expect(fresh.models.of(serverId)).toEqual(kept);
    expect(kept.models.map(({ modelId }) => modelId)).toEqual([two.modelId, one.modelId]);
    await loadModels(fresh);
    expect(fresh.models.of(serverId)).toEqual(kept);
  });
});
