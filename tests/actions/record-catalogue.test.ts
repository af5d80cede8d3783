import { describe, expect, it } from "vitest";
import { joinServers, leaveServer } from "../../src/actions/join-server.ts";
import { placeGuess } from "../../src/actions/place-guess.ts";
import { recordCatalogue } from "../../src/actions/record-catalogue.ts";
import { listModels } from "../../src/actions/show-models.ts";
import { listedLabs, markets, models } from "../../src/storage/schema.ts";
import { describeOnBoth } from "../support/database.ts";
import {
  aCatalogue,
  aServer,
  aStealthListing,
  firstRead,
  hourMs,
  minuteMs,
  owed,
  readMarch,
  storyClock,
  watcherApp,
} from "../support/watcher-app.ts";
import { announced, aWatcher } from "../support/watching.ts";

describeOnBoth("the catalogue of March 2026", (database) => {
  it("announces exactly Hunter Alpha and Healer Alpha, once in every server with a channel", async () => {
    const { db } = await database.open();
    const clock = storyClock("2026-03-11T01:00:00Z");
    const app = watcherApp(db, clock);
    await aServer(app, "100", { announcementChannelId: "110" });
    await aServer(app, "200", { announcementChannelId: "210" });
    await aServer(app, "300");
    const march = await readMarch();

    expect(await recordCatalogue(app, march.before)).toEqual({ kind: "first", opened: [] });
    clock.now = new Date("2026-03-12T01:00:00Z");
    const recorded = await recordCatalogue(app, march.after);
    expect(recorded.kind).toBe("recorded");
    expect(recorded.opened.map(({ listingId, name }) => [listingId, name])).toEqual([
      ["openrouter/healer-alpha", "Healer Alpha"],
      ["openrouter/hunter-alpha", "Hunter Alpha"],
    ]);
    expect(await announced(db)).toEqual(["1 in 100", "1 in 200", "2 in 100", "2 in 200"]);

    clock.now = new Date("2026-03-19T01:00:00Z");
    expect(await recordCatalogue(app, march.revealed)).toEqual({ kind: "recorded", opened: [] });
    clock.later(5 * minuteMs);
    expect(await recordCatalogue(app, march.after)).toEqual({ kind: "recorded", opened: [] });
    expect(await owed(db, "announcement")).toHaveLength(4);
  });

  it("opens a market in every server, set up or not, with the odds of that moment", async () => {
    const { db } = await database.open();
    const clock = storyClock("2026-03-11T01:00:00Z");
    const app = watcherApp(db, clock);
    await aServer(app, "100", { announcementChannelId: "110" });
    await aServer(app, "300");
    const march = await readMarch();
    await recordCatalogue(app, march.before);
    clock.now = new Date("2026-03-12T01:00:00Z");
    await recordCatalogue(app, march.after);

    for (const serverId of ["100", "300"]) {
      const cards = await listModels(app, serverId);
      expect(cards.map(({ name }) => name)).toEqual(["Hunter Alpha", "Healer Alpha"]);
      expect(cards[0]?.openedAt).toEqual(clock.now);
      // What the catalogue says fits between the two reads.
      expect(cards[0]?.listedAt.toISOString()).toBe("2026-03-11T20:24:31.000Z");
      // Past reveals of the labs decide; Xiaomi had none on 12 March.
      const [likeliest, second] = cards[0]?.odds.filter(({ lab }) => lab !== "other") ?? [];
      expect([likeliest?.lab, second?.lab]).toEqual(["openai", "x-ai"]);
      expect(likeliest?.price).toBeCloseTo(0.05 + (0.35 * 6) / 21, 10);
      expect(cards[0]?.odds).toHaveLength(10);
      expect(cards[0]?.odds.map(({ lab }) => lab)).not.toContain("unbiased");
      expect(app.models.of(serverId).models.map(({ name }) => name)).toEqual(["Hunter Alpha", "Healer Alpha"]);
    }
    const rows = await db.select().from(markets);
    expect(rows.map(({ season }) => season)).toEqual(Array(4).fill("2026-Q1"));
    expect(await db.select().from(listedLabs)).toHaveLength(40);
  });
});

describe("the first read of all", () => {
  it("opens the anonymous models listed now and announces none of them", async () => {
    const { db, app } = await aWatcher();
    await aServer(app, "100");
    const first = await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha"), aStealthListing("Fox Alpha")));
    expect(first.kind).toBe("first");
    expect(first.opened.map(({ name }) => name).sort()).toEqual(["Fox Alpha", "Ox Alpha"]);
    expect((await listModels(app, "100")).length).toBe(2);
    expect(await announced(db)).toEqual([]);
    expect((await owed(db)).map(({ kind }) => kind)).toEqual(["hello"]);
  });

  it("owes a server that has its channel already one summary", async () => {
    const { db, app } = await aWatcher();
    await aServer(app, "100", { announcementChannelId: "110" });
    await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha")));
    // The summary of /setup has not been sent yet: it will hold the models too.
    expect((await owed(db, "summary")).map(({ key }) => key)).toEqual(["summary:100"]);
  });

  it("opens more than five at once too: nothing is announced that could be wrong", async () => {
    const { app } = await aWatcher();
    const many = Array.from({ length: 7 }, (_, i) => aStealthListing(`Model ${i}`));
    expect((await recordCatalogue(app, aCatalogue(...many))).opened).toHaveLength(7);
  });
});

describe("when a model is listed", () => {
  async function listedAt(created: string | null, lastRead: string, now: string): Promise<string | undefined> {
    const { db, clock, app } = await aWatcher();
    clock.now = new Date(lastRead);
    await firstRead(app);
    clock.now = new Date(now);
    await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha", { createdAt: created })));
    return (await db.select().from(models))[0]?.listedAt.toISOString();
  }

  it("believes the catalogue's time if it lies after the last read", async () => {
    expect(await listedAt("2026-03-11T20:24:31.000Z", "2026-03-10T00:00:00Z", "2026-03-12T00:00:00Z")).toBe(
      "2026-03-11T20:24:31.000Z",
    );
  });

  it.each([
    ["back-dated", "2026-02-01T00:00:00.000Z"],
    ["in the future", "2027-01-01T00:00:00.000Z"],
    ["missing", null],
  ])("takes the moment of the read if that time is %s", async (_, created) => {
    expect(await listedAt(created, "2026-03-10T00:00:00Z", "2026-03-12T00:00:00Z")).toBe("2026-03-12T00:00:00.000Z");
  });
});

describe("servers that come and go", () => {
  it("gives a server that joins the markets of what is listed now, and no others", async () => {
    const { app, clock, db } = await aWatcher();
    await firstRead(app);
    await recordCatalogue(app, aCatalogue(aStealthListing("Gone Alpha"), aStealthListing("Ox Alpha")));
    clock.later(hourMs);
    await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha")));
    clock.later(hourMs);
    await aServer(app, "100");
    const cards = await listModels(app, "100");
    expect(cards.map(({ name, openedAt }) => ({ name, openedAt }))).toEqual([
      { name: "Ox Alpha", openedAt: clock.now },
    ]);
    expect((await owed(db)).map(({ key }) => key)).toEqual(["hello:100"]);
  });

  it("finds everything again in a server it comes back to, and says hello once only", async () => {
    const { app, clock, db } = await aWatcher();
    await firstRead(app);
    await aServer(app, "100", { announcementChannelId: "110" });
    const { opened } = await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha")));
    const modelId = opened[0]?.modelId ?? 0;
    const member = { memberId: "7", name: "Ann", createdAt: new Date("2020-01-01") };
    const guess = { key: "interaction:1", serverId: "100", member, modelId, suspect: "xiaomi", ownPoints: 50 };
    expect((await placeGuess(app, guess)).placed).toBe(true);

    await leaveServer(app, "100");
    expect(app.models.of("100").models).toEqual([]);
    await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha"), aStealthListing("Missed Alpha")));
    expect((await listModels(app, "100")).length).toBe(1);
    clock.later(hourMs);
    await joinServers(app, [{ serverId: "100", name: "Renamed" }]);
    const cards = await listModels(app, "100");
    expect(cards.map(({ name, callers }) => [name, callers])).toEqual([
      ["Missed Alpha", 0],
      ["Ox Alpha", 1],
    ]);
    // What came meanwhile is in one summary.
    expect((await owed(db)).map(({ key }) => key)).toEqual([
      "hello:100",
      "summary:100",
      `announcement:${modelId}:100`,
      `summary:100:${clock.now.getTime()}`,
    ]);
    expect(app.models.of("100").models).toHaveLength(2);
  });

  it("gives a market more liquidity where more members guess", async () => {
    const { app, db } = await aWatcher();
    await firstRead(app);
    await aServer(app, "100");
    await aServer(app, "200");
    const { opened } = await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha")));
    for (let i = 0; i < 3; i++) {
      const member = { memberId: `${i}`, name: `Member ${i}`, createdAt: new Date("2020-01-01") };
      const modelId = opened[0]?.modelId ?? 0;
      await placeGuess(app, {
        key: `interaction:${i}`,
        serverId: "100",
        member,
        modelId,
        suspect: "other",
        ownPoints: 0,
      });
    }
    await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha"), aStealthListing("Fox Alpha")));
    const fox = (await db.select().from(markets)).filter(({ modelId }) => modelId !== opened[0]?.modelId);
    expect(new Map(fox.map(({ serverId, liquidity }) => [serverId, liquidity]))).toEqual(
      new Map([
        ["100", 618],
        ["200", 600],
      ]),
    );
  });

  it("takes thousands of servers in one go", async () => {
    const { app, db } = await aWatcher();
    const joined = Array.from({ length: 1_500 }, (_, i) => ({ serverId: `${1_000_000 + i}`, name: `Server ${i}` }));
    await firstRead(app);
    await joinServers(app, joined);
    const { opened } = await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha")));
    expect(opened).toHaveLength(1);
    expect(await db.$count(markets)).toBe(1_500);
    expect(await db.$count(listedLabs)).toBe(15_000);
    await joinServers(app, joined);
    expect(await db.$count(markets)).toBe(1_500);
    expect(await owed(db)).toHaveLength(1_500);
  }, 60_000);
});
