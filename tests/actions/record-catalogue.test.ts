import { describe, expect, it } from "vitest";
import { startOpenRouter } from "../../sandbox/openrouter/server.ts";
import { claimDeliveries } from "../../src/actions/claim-deliveries.ts";
import { joinServers, leaveServer } from "../../src/actions/join-server.ts";
import { placeGuess } from "../../src/actions/place-guess.ts";
import {
  confirmCatalogue,
  recordCatalogue,
  reportHeldListings,
  startReading,
} from "../../src/actions/record-catalogue.ts";
import { listModels } from "../../src/actions/show-models.ts";
import type { App } from "../../src/app.ts";
import { messageOf } from "../../src/discord/delivery-message.ts";
import { labNames } from "../../src/discord/views/lab-words.ts";
import type { Listing } from "../../src/domain/listing.ts";
import { readListings } from "../../src/schedule/read-listings.ts";
import type { Db } from "../../src/storage/database.ts";
import { catalogue, listedLabs, listings, markets, models } from "../../src/storage/schema.ts";
import { describeOnBoth, describeOnPostgres, embedded } from "../support/database.ts";
import {
  aCatalogue,
  aListing,
  aServer,
  aStealthListing,
  firstRead,
  hourMs,
  type Logged,
  minuteMs,
  owed,
  readMarch,
  storyClock,
  watcherApp,
} from "../support/watcher-app.ts";

async function aWatcher() {
  const { db } = await embedded.open();
  const clock = storyClock();
  const logged: Logged[] = [];
  return { db, clock, logged, app: watcherApp(db, clock, logged) };
}

const announced = async (db: Db) =>
  (await owed(db, "announcement")).map(({ serverId, modelId }) => `${modelId} in ${serverId}`).sort();

const lastRead = { etag: catalogue.etag, listingsCount: catalogue.listingsCount, readAt: catalogue.readAt };

async function everything(db: Db) {
  return {
    catalogue: await db.select(lastRead).from(catalogue),
    listings: await db.select().from(listings),
    models: await db.select().from(models),
    markets: await db.select().from(markets),
    owed: await owed(db),
  };
}

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

describe("reading the catalogue again", () => {
  it("announces nothing twice, neither from the same catalogue nor when an id comes back", async () => {
    const { db, clock, app } = await aWatcher();
    await aServer(app, "100", { announcementChannelId: "110" });
    await firstRead(app);
    const withOx = aCatalogue(aStealthListing("Ox Alpha"));
    expect((await recordCatalogue(app, withOx)).opened).toHaveLength(1);
    expect(await recordCatalogue(app, withOx)).toEqual({ kind: "unchanged", opened: [] });
    for (const read of [aCatalogue(), withOx, aCatalogue(aStealthListing("Ox Alpha", { name: "Ox (new)" }))]) {
      clock.later(5 * minuteMs);
      expect(await recordCatalogue(app, read)).toEqual({ kind: "recorded", opened: [] });
    }
    expect(await announced(db)).toEqual(["1 in 100"]);
    expect(await db.select().from(markets)).toHaveLength(1);
  });

  it("takes a free variant of a known model for the same model", async () => {
    const { app } = await aWatcher();
    await firstRead(app);
    const both = [aStealthListing("Ox Alpha", { id: "stealth/ox-alpha:free" }), aStealthListing("Ox Alpha")];
    expect((await recordCatalogue(app, aCatalogue(...both))).opened.map(({ listingId }) => listingId)).toEqual([
      "stealth/ox-alpha",
    ]);
    const third = aStealthListing("Ox Alpha", { id: "stealth/ox-alpha:extended" });
    expect((await recordCatalogue(app, aCatalogue(...both, third))).opened).toEqual([]);
  });

  it("says why it takes a listing for an anonymous model, and leaves doubtful ones to people", async () => {
    const { app, logged } = await aWatcher();
    await firstRead(app);
    const doubtful = aListing({
      id: "nobody/model",
      name: "Model",
      promptUsdPerToken: "0",
      completionUsdPerToken: "0",
    });
    const { opened } = await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha"), doubtful));
    expect(opened).toHaveLength(1);
    const verdicts = logged.filter(({ msg }) => msg === "a listing never seen before");
    expect(verdicts.map(({ listingId, verdict, why }) => ({ listingId, verdict, why }))).toEqual([
      { listingId: "stealth/ox-alpha", verdict: "stealth", why: ["its id begins with stealth/"] },
      {
        listingId: "nobody/model",
        verdict: "doubtful",
        why: ["it is free", "its name gives no vendor", "its id names an author never seen before"],
      },
    ]);
  });

  it("changes nothing when the catalogue shrank by over half", async () => {
    const { db, app, clock } = await aWatcher();
    await aServer(app, "100", { announcementChannelId: "110" });
    await firstRead(app);
    const before = await everything(db);
    clock.later(5 * minuteMs);
    const shrunk = { listings: [...aCatalogue().listings.slice(0, 8), aStealthListing("Ox Alpha")], etag: '"x"' };
    expect(await recordCatalogue(app, shrunk)).toEqual({ kind: "held", opened: [] });
    expect(await everything(db)).toEqual(before);
    expect((await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha")))).opened).toHaveLength(1);
  });

  it("tells moderators with a channel of their own once that it shrank by over half, and once a day if it comes and goes", async () => {
    const { db, app, clock } = await aWatcher();
    await aServer(app, "100", { announcementChannelId: "110", moderatorChannelId: "120" });
    await aServer(app, "200", { announcementChannelId: "210" });
    await firstRead(app);
    const small = { listings: aCatalogue().listings.slice(0, 8), etag: null };
    for (const read of [small, small, aCatalogue(), small]) {
      clock.later(5 * minuteMs);
      await recordCatalogue(app, read);
    }
    expect((await owed(db, "shrunk")).map(({ serverId }) => serverId)).toEqual(["100"]);
    await recordCatalogue(app, aCatalogue());
    clock.later(24 * hourMs);
    await recordCatalogue(app, small);
    expect(await owed(db, "shrunk")).toHaveLength(2);
    const shrunk = (await claimDeliveries(app, { by: "a process", most: 50 })).filter(
      ({ delivery }) => delivery.kind === "shrunk",
    );
    expect(shrunk.map(({ delivery }) => delivery.channelId)).toEqual(["120", "120"]);
    expect(shrunk.map((one) => messageOf(one, labNames([])).content)[0]).toContain("lost over half of its models");
  });

  describe("that has shrunk by over half and stays so", () => {
    const small = (...more: Listing[]) => ({
      listings: [...aCatalogue().listings.slice(0, 8), ...more],
      etag: null,
    });

    it("believes it after an hour, and goes on with what it holds", async () => {
      const { db, app, clock } = await aWatcher();
      await aServer(app, "100", { announcementChannelId: "110" });
      await firstRead(app);
      for (let reads = 0; reads < 12; reads++) {
        clock.later(5 * minuteMs);
        expect((await recordCatalogue(app, small())).kind).toBe("held");
      }
      clock.later(5 * minuteMs);
      expect(await recordCatalogue(app, small())).toEqual({ kind: "recorded", opened: [] });
      clock.later(5 * minuteMs);
      expect((await recordCatalogue(app, small(aStealthListing("Ox Alpha")))).opened).toHaveLength(1);
      expect(await announced(db)).toEqual(["1 in 100"]);
      // What comes back is no news.
      expect((await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha")))).opened).toEqual([]);
    });

    it.each([
      ["whole", (app: App) => recordCatalogue(app, aCatalogue())],
      ["unchanged", (app: App) => confirmCatalogue(app)],
    ])("counts the hour anew when it was %s in between", async (_, readBetween) => {
      const { app, clock } = await aWatcher();
      await firstRead(app);
      expect((await recordCatalogue(app, small())).kind).toBe("held");
      clock.later(40 * minuteMs);
      await readBetween(app);
      clock.later(40 * minuteMs);
      expect((await recordCatalogue(app, small())).kind).toBe("held");
      clock.later(59 * minuteMs);
      expect((await recordCatalogue(app, small())).kind).toBe("held");
      clock.later(minuteMs);
      expect((await recordCatalogue(app, small())).kind).toBe("recorded");
    });
  });

  it("holds a burst of more than five and remembers it: nothing of it is opened or announced", async () => {
    const { db, app, logged } = await aWatcher();
    await aServer(app, "100", { announcementChannelId: "110" });
    await firstRead(app);
    const burst = Array.from({ length: 6 }, (_, i) => aStealthListing(`Model ${i}`));
    const read = aCatalogue(...burst, aListing({ id: "vendor/new" }));
    expect(await recordCatalogue(app, read)).toEqual({ kind: "held", opened: [] });
    expect(await recordCatalogue(app, read)).toEqual({ kind: "unchanged", opened: [] });
    expect(await recordCatalogue(app, aCatalogue(...burst.slice(0, 5)))).toEqual({ kind: "recorded", opened: [] });
    expect(await db.select().from(models)).toEqual([]);
    expect(await db.select().from(markets)).toEqual([]);
    expect(await announced(db)).toEqual([]);
    const rows = await db.select().from(listings);
    expect(rows.find(({ listingId }) => listingId === "vendor/new")?.heldAt).toBeNull();
    expect(rows.flatMap(({ listingId, heldAt }) => (heldAt ? [listingId] : [])).sort()).toEqual(
      burst.map(({ id }) => id),
    );
    const errors = logged.filter(({ level }) => level === 50);
    expect(errors.map(({ ids }) => ids)).toEqual([burst.map(({ id }) => id)]);
  });

  it("announces a new model after a burst as ever, also when the bot was started again", async () => {
    const { db, app, clock, logged } = await aWatcher();
    await aServer(app, "100", { announcementChannelId: "110" });
    await firstRead(app);
    const burst = Array.from({ length: 6 }, (_, i) => aStealthListing(`Model ${i}`));
    // The bot was off for months.
    clock.later(90 * 24 * hourMs);
    expect((await recordCatalogue(app, aCatalogue(...burst))).kind).toBe("held");
    clock.later(5 * minuteMs);
    const withOx = [...burst, aStealthListing("Ox Alpha")];
    expect((await recordCatalogue(app, aCatalogue(...withOx))).opened.map(({ name }) => name)).toEqual(["Ox Alpha"]);

    const again = watcherApp(db, clock, logged);
    clock.later(5 * minuteMs);
    const variant = aStealthListing("Model 0", { id: "stealth/model-0:free" });
    const withFox = aCatalogue(...withOx, variant, aStealthListing("Fox Alpha"));
    expect((await recordCatalogue(again, withFox)).opened.map(({ name }) => name)).toEqual(["Fox Alpha"]);
    const names = (await db.select().from(models)).map(({ name }) => name);
    expect(names).toEqual(["Ox Alpha", "Fox Alpha"]);
    expect(await owed(db, "announcement")).toHaveLength(2);
  });

  it("knows the facts of every listing, ordinary ones too, and leaves alone what did not change", async () => {
    const { db, app, clock } = await aWatcher();
    await firstRead(app);
    const dear = aListing({ id: "vendor/model-3", promptUsdPerToken: "0.000009" });
    clock.later(5 * minuteMs);
    const { listings: ordinary } = aCatalogue();
    const changed = ordinary.map((listing) => (listing.id === dear.id ? dear : listing)).reverse();
    await recordCatalogue(app, { listings: changed.filter(({ id }) => id !== "vendor/model-4"), etag: null });
    const rows = new Map((await db.select().from(listings)).map((row) => [row.listingId, row]));
    expect(rows.get(dear.id)?.facts).toEqual(dear);
    expect(rows.get("vendor/model-4")?.listed).toBe(false);
    const touched = [...rows.values()].filter(({ lastSeenAt }) => lastSeenAt.getTime() === clock.now.getTime());
    expect(touched.map(({ listingId }) => listingId)).toEqual([dear.id]);
  });

  it("names what is held and still listed in a warning, for every start of the bot", async () => {
    const { app, clock, logged } = await aWatcher();
    const warned = () => logged.flatMap(({ level, ids }) => (level === 40 ? [ids] : []));
    await firstRead(app);
    await reportHeldListings(app);
    expect(warned()).toEqual([]);
    const burst = Array.from({ length: 6 }, (_, i) => aStealthListing(`Model ${i}`));
    await recordCatalogue(app, aCatalogue(...burst));
    clock.later(5 * minuteMs);
    await recordCatalogue(app, aCatalogue(...burst.slice(0, 2)));
    await reportHeldListings(app);
    expect(warned()).toEqual([["stealth/model-0", "stealth/model-1"]]);
  });
});

describe("over the wire", () => {
  const broken = [
    { kind: "html" },
    { kind: "truncated" },
    { kind: "status", status: 502 },
    { kind: "half-gone" },
    { kind: "body", body: '{"data":[]}' },
    { kind: "body", body: '{"data":[{"id":7},null]}' },
  ] as const;

  it("changes nothing for any reply that is not a catalogue, and goes on with the next good one", async () => {
    const { db, app, clock } = await aWatcher();
    await aServer(app, "100", { announcementChannelId: "110" });
    const ordinary = Array.from({ length: 30 }, (_, i) => ({ id: `vendor/model-${i}`, name: `Vendor: ${i}` }));
    const openRouter = await startOpenRouter({ catalogue: ordinary });
    try {
      const settings = { openRouterBaseUrl: openRouter.baseUrl };
      expect((await readListings(app, settings))?.kind).toBe("first");
      openRouter.addListing({ id: "stealth/ox-alpha", name: "Ox Alpha" });
      const before = await everything(db);
      for (const fault of broken) {
        clock.later(5 * minuteMs);
        openRouter.break(fault, { times: 1 });
        expect((await readListings(app, settings))?.opened ?? []).toEqual([]);
        expect(await everything(db)).toEqual(before);
      }
      expect((await readListings(app, settings))?.opened.map(({ name }) => name)).toEqual(["Ox Alpha"]);
      expect(await announced(db)).toEqual(["1 in 100"]);
    } finally {
      await openRouter.close();
    }
  });

  it("asks with the ETag of the last read, and takes 'unchanged' for an answer", async () => {
    const { db, app, clock } = await aWatcher();
    const openRouter = await startOpenRouter({ catalogue: [{ id: "stealth/ox-alpha", name: "Ox Alpha" }] });
    try {
      const settings = { openRouterBaseUrl: openRouter.baseUrl };
      await readListings(app, settings);
      clock.later(5 * minuteMs);
      expect(await readListings(app, settings)).toEqual({ kind: "unchanged", opened: [] });
      expect(openRouter.requests[1]?.headers["if-none-match"]).toBeTruthy();
      // A server that joins after that still finds what is listed.
      await aServer(app, "100");
      expect((await listModels(app, "100")).map(({ name }) => name)).toEqual(["Ox Alpha"]);
      expect((await db.select().from(catalogue))[0]?.readAt).toEqual(clock.now);
    } finally {
      await openRouter.close();
    }
  });

  it("lets one process at a time read; one that died is replaced after a while", async () => {
    const { app, clock } = await aWatcher();
    const openRouter = await startOpenRouter({ catalogue: [{ id: "vendor/model" }] });
    try {
      const settings = { openRouterBaseUrl: openRouter.baseUrl };
      const reading = await startReading(app);
      expect(reading).not.toBeNull();
      expect(await readListings(app, settings)).toBeNull();
      expect(openRouter.requests).toHaveLength(0);
      clock.later(4 * minuteMs);
      expect((await readListings(app, settings))?.kind).toBe("first");
      // Its end comes too late to take away somebody else's turn.
      const next = await startReading(app);
      await reading?.end();
      expect(await startReading(app)).toBeNull();
      await next?.end();
      expect(await startReading(app)).not.toBeNull();
    } finally {
      await openRouter.close();
    }
  });

  it("is done by one process for all, and by another one from the second read on that the first one misses", async () => {
    const { db, clock, app } = await aWatcher();
    const other = watcherApp(db, clock);
    const everyMs = 5 * minuteMs;
    const reads = async (by: App) => {
      const reading = await startReading(by, 1.5 * everyMs);
      await reading?.end();
      return reading !== null;
    };
    expect(await reads(app)).toBe(true);
    // The other one's clock is a little late: the catalogue was read a moment ago.
    clock.later(2_000);
    expect(await reads(other)).toBe(false);
    clock.later(everyMs - 2_000);
    expect(await reads(app)).toBe(true);
    // Then the first one dies.
    clock.later(everyMs);
    expect(await reads(other)).toBe(false);
    clock.later(everyMs);
    expect(await reads(other)).toBe(true);
    expect(await reads(app)).toBe(false);
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

describeOnPostgres("several processes at once", (database) => {
  const processes = async (count: number) => {
    const settings = await database.settings();
    const { openDatabase } = await import("../../src/storage/database.ts");
    const opened = await Promise.all(Array.from({ length: count }, () => openDatabase({ ...settings, poolSize: 2 })));
    const clock = storyClock();
    const apps = opened.map(({ db }) => watcherApp(db, clock));
    return { apps, clock, close: () => Promise.all(opened.map(({ close }) => close())) };
  };

  it("open and announce a listing once, although all of them record the same read", async () => {
    const { apps, close } = await processes(4);
    const [app] = apps as [App, ...App[]];
    try {
      await aServer(app, "100", { announcementChannelId: "110" });
      await aServer(app, "200", { announcementChannelId: "210" });
      const firsts = await Promise.all(apps.map((each) => recordCatalogue(each, aCatalogue())));
      expect(firsts.filter(({ kind }) => kind === "first")).toHaveLength(1);
      const read = aCatalogue(aStealthListing("Ox Alpha"), aStealthListing("Fox Alpha"));
      const recorded = await Promise.all(apps.map((each) => recordCatalogue(each, read)));
      expect(recorded.filter(({ opened }) => opened.length === 2)).toHaveLength(1);
      expect(recorded.filter(({ opened }) => opened.length === 0)).toHaveLength(3);
      expect(await owed(app.db, "announcement")).toHaveLength(4);
      expect(await app.db.$count(markets)).toBe(4);
    } finally {
      await close();
    }
  });

  it("one of them reads at a time", async () => {
    const { apps, close } = await processes(4);
    try {
      const readings = await Promise.all(apps.map((each) => startReading(each)));
      expect(readings.filter((reading) => reading !== null)).toHaveLength(1);
    } finally {
      await close();
    }
  });

  it("leave no server without its market when it joins during a read", async () => {
    const { apps, close } = await processes(4);
    const [app, other] = apps as [App, App, ...App[]];
    try {
      await firstRead(app);
      for (let round = 0; round < 10; round++) {
        const names = Array.from({ length: round + 1 }, (_, i) => aStealthListing(`Model ${i}`));
        await Promise.all([recordCatalogue(app, aCatalogue(...names)), aServer(other, `${500 + round}`)]);
      }
      for (let round = 0; round < 10; round++) {
        const count = (await listModels(app, `${500 + round}`)).length;
        expect(count).toBe(10);
      }
    } finally {
      await close();
    }
  });
});
