import { describe, expect, it } from "vitest";
import { claimDeliveries } from "../../src/actions/claim-deliveries.ts";
import { joinServer, joinServers, leaveServer } from "../../src/actions/join-server.ts";
import { offerSettlements } from "../../src/actions/offer-settlements.ts";
import { listModels } from "../../src/actions/show-models.ts";
import { describeOnPostgres, embedded } from "../support/database.ts";
import * as make from "../support/factories.ts";
import { aGoneModel, decideIn, settleIn, toldTo } from "../support/reveals.ts";
import { minuteMs, owed, watcherApp } from "../support/watcher-app.ts";

describe("a settlement in one server", () => {
  it("is a candidate in the others, with how many agree and nothing else of that server", async () => {
    const { db } = await embedded.open();
    const { app, modelId } = await aGoneModel(db);
    await settleIn(app, "300", modelId);
    const news = await toldTo(app);
    expect(news.map(({ serverId }) => serverId)).toEqual(["100", "200"]);
    expect(news[0]?.words).toContain("1 other server agrees: built by **Xiaomi**.");
    expect(news[0]?.words).not.toMatch(/300|https?:|How much speaks/);
    expect(news[0]?.candidate).toMatchObject({ kind: "settled", source: null, publishedHow: "elsewhere" });
    expect((await listModels(app, "100")).map(({ state }) => state)).toEqual(["open"]);
  });

  it("that a second one agrees with raises the number where it is still open, a little later, and says so where it was settled", async () => {
    const { db } = await embedded.open();
    const { app, clock, modelId } = await aGoneModel(db);
    await settleIn(app, "300", modelId);
    await toldTo(app);
    await settleIn(app, "100", modelId);
    const decided = await toldTo(app);
    expect(decided.map(({ serverId }) => serverId)).toEqual(["100"]);
    clock.later(10 * minuteMs);
    const news = [...decided, ...(await toldTo(app))];
    expect(news.map(({ serverId, isEdit, buttons }) => [serverId, isEdit, buttons])).toEqual([
      ["100", true, []],
      ["200", true, ["Settle…", "Not it"]],
    ]);
    expect(news[0]?.words).toContain("The model is settled here.");
    expect(news[1]?.words).toContain("2 other servers agree: built by **Xiaomi**.");
    expect(await toldTo(app)).toEqual([]);
  });

  it("that is taken back lowers the number, and the last one ends the candidate until somebody settles so again", async () => {
    const { db } = await embedded.open();
    const { app, clock, modelId } = await aGoneModel(db);
    await settleIn(app, "100", modelId);
    await settleIn(app, "300", modelId);
    expect((await toldTo(app)).map(({ serverId, candidate }) => [serverId, candidate?.agreeing])).toEqual([["200", 2]]);
    await decideIn(app, "100", modelId, "reopen");
    clock.later(10 * minuteMs);
    const lower = await toldTo(app);
    // The one that reopened has not seen it yet, and is undecided again.
    expect(lower.map(({ serverId, isEdit, candidate }) => [serverId, isEdit, candidate?.agreeing])).toEqual([
      ["100", false, 1],
      ["200", true, 1],
    ]);
    await decideIn(app, "300", modelId, "reopen");
    clock.later(10 * minuteMs);
    const ended = await toldTo(app);
    expect(ended.map(({ serverId, buttons }) => [serverId, buttons])).toEqual([
      ["100", []],
      ["200", []],
    ]);
    expect(ended[0]?.words).toContain("No other server holds to it any more");
    await settleIn(app, "300", modelId);
    clock.later(10 * minuteMs);
    const again = await toldTo(app);
    expect(again.map(({ serverId, isEdit, buttons }) => [serverId, isEdit, buttons[0]])).toEqual([
      ["100", true, "Settle…"],
      ["200", true, "Settle…"],
    ]);
    expect((await owed(db, "candidate")).length).toBe(2);
  });

  it("that is taken back before anybody was told is never told, and is once it is settled so again", async () => {
    const { db } = await embedded.open();
    const { app, clock, modelId } = await aGoneModel(db);
    await settleIn(app, "300", modelId);
    await decideIn(app, "300", modelId, "reopen");
    expect(await toldTo(app)).toEqual([]);
    await settleIn(app, "300", modelId);
    clock.later(10 * minuteMs);
    expect((await toldTo(app)).map(({ serverId, isEdit }) => [serverId, isEdit])).toEqual([
      ["100", false],
      ["200", false],
    ]);
  });

  it("to two labs is one thing in whatever order they were named", async () => {
    const { db } = await embedded.open();
    const { app, modelId } = await aGoneModel(db);
    await settleIn(app, "100", modelId, { lab: "xiaomi", secondLab: "deepseek" });
    await settleIn(app, "300", modelId, { lab: "deepseek", secondLab: "xiaomi" });
    const news = await toldTo(app);
    expect(news.map(({ candidate }) => [candidate?.labs, candidate?.agreeing])).toEqual([[["deepseek", "xiaomi"], 2]]);
  });

  it("to one lab after another does not flood other servers, but what most agree on always comes through", async () => {
    const { db } = await embedded.open();
    const { app, modelId } = await aGoneModel(db);
    const others = ["401", "402", "403", "404", "405"];
    for (const serverId of others) {
      await make.aServer(db, { serverId });
      await make.aMarket(db, { serverId, modelId });
    }
    for (const [i, lab] of ["openai", "google", "qwen", "mistralai"].entries()) {
      await settleIn(app, others[i] ?? "", modelId, { lab });
    }
    await settleIn(app, "405", modelId, { lab: "xiaomi" });
    const labsTold = async () =>
      (await toldTo(app)).filter(({ serverId }) => serverId === "100").map(({ candidate }) => candidate?.labs[0]);
    expect((await labsTold()).sort()).toEqual(["google", "openai", "qwen"]);
    await settleIn(app, "300", modelId, { lab: "xiaomi" });
    expect(await labsTold()).toEqual(["xiaomi"]);
  });

  it("that is taken back and made again to one lab after another tells others of three, also with an accomplice of one more", async () => {
    const { db } = await embedded.open();
    const { app, modelId } = await aGoneModel(db);
    const accomplice = "401";
    await make.aServer(db, { serverId: accomplice });
    await make.aMarket(db, { serverId: accomplice, modelId });
    const told: (string | undefined)[] = [];
    const nameInTurn = async (slugs: readonly string[], by: readonly string[]) => {
      for (const lab of slugs) {
        for (const serverId of by) await settleIn(app, serverId, modelId, { lab });
        const news = (await toldTo(app)).filter(({ serverId, isEdit }) => serverId === "100" && !isEdit);
        told.push(...news.map(({ candidate }) => candidate?.labs[0]));
        for (const serverId of by) await decideIn(app, serverId, modelId, "reopen");
      }
    };
    await nameInTurn(["openai", "google", "qwen", "mistralai", "deepseek"], ["300"]);
    expect(told).toEqual(["openai", "google", "qwen"]);
    await nameInTurn(["x-ai", "anthropic", "deepseek"], ["300", accomplice]);
    expect(told).toEqual(["openai", "google", "qwen", "x-ai"]);
  });

  it("that is taken back and made again all day is edited in the other servers at most once in ten minutes", async () => {
    const { db } = await embedded.open();
    const { app, clock, modelId } = await aGoneModel(db);
    await settleIn(app, "300", modelId);
    await toldTo(app);
    const edits: string[] = [];
    for (let minute = 0; minute < 30; minute += 1) {
      await decideIn(app, "300", modelId, "reopen");
      await settleIn(app, "300", modelId);
      clock.later(minuteMs);
      edits.push(...(await toldTo(app)).map(({ serverId }) => serverId));
    }
    expect(edits.filter((serverId) => serverId === "100").length).toBeLessThanOrEqual(3);
    expect(new Set(edits)).toEqual(new Set(["100", "200"]));
  });

  it("does not count once the bot has left that server, and does again when it is back", async () => {
    const { db } = await embedded.open();
    const { app, clock, modelId } = await aGoneModel(db);
    await settleIn(app, "300", modelId);
    await toldTo(app);
    const agreeing = async () => {
      await offerSettlements(app);
      clock.later(10 * minuteMs);
      return (await toldTo(app))
        .filter(({ serverId }) => serverId === "100")
        .map(({ candidate }) => candidate?.agreeing);
    };
    await leaveServer(app, "300");
    expect(await agreeing()).toEqual([0]);
    await joinServer(app, { serverId: "300", name: "Server 300" });
    expect(await agreeing()).toEqual([1]);
    // A bot that was off when it was removed hears of it at its start.
    await joinServers(app, [], (serverId) => serverId !== "300");
    expect(await agreeing()).toEqual([0]);
  });
});

describeOnPostgres("servers that settle at the same moment, with two processes that count", (database) => {
  it("are one candidate with the right number, told to each other server once", async () => {
    const { db } = await database.open();
    const { app, clock, modelId } = await aGoneModel(db);
    const settling = Array.from({ length: 6 }, (_, i) => `${400 + i}`);
    for (const serverId of settling) {
      await make.aServer(db, { serverId });
      await make.aMarket(db, { serverId, modelId });
    }
    const publishedAt = new Date("2026-03-18T19:54:00Z");
    const processes = [app, watcherApp(db, clock)];
    await Promise.all(
      settling.map(async (serverId, i) => {
        await make.aSettlement(app, { serverId, modelId }, { publishedAt });
        await offerSettlements(processes[i % 2] ?? app);
      }),
    );
    await Promise.all(processes.map((one) => offerSettlements(one)));
    const claimed = await claimDeliveries(app, { by: "a process", most: 100 });
    expect(claimed.map(({ candidate }) => candidate?.agreeing)).toEqual([6, 6]);
    expect((await owed(db, "candidate")).map(({ serverId }) => serverId).sort()).toEqual(["100", "200"]);
  });
});
