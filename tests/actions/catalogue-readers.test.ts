import { describe, expect, it } from "vitest";
import { startOpenRouter } from "../../sandbox/openrouter/server.ts";
import { recordCatalogue, startReading } from "../../src/actions/record-catalogue.ts";
import { listModels } from "../../src/actions/show-models.ts";
import type { App } from "../../src/app.ts";
import { readListings } from "../../src/schedule/read-listings.ts";
import { catalogue, markets } from "../../src/storage/schema.ts";
import { describeOnPostgres } from "../support/database.ts";
import {
  aCatalogue,
  aServer,
  aStealthListing,
  firstRead,
  minuteMs,
  owed,
  storyClock,
  watcherApp,
} from "../support/watcher-app.ts";
import { announced, aWatcher, everything } from "../support/watching.ts";

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
