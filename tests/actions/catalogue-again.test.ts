import { describe, expect, it } from "vitest";
import { claimDeliveries } from "../../src/actions/claim-deliveries.ts";
import { confirmCatalogue, recordCatalogue, reportHeldListings } from "../../src/actions/record-catalogue.ts";
import type { App } from "../../src/app.ts";
import { messageOf } from "../../src/discord/delivery-message.ts";
import { labNames } from "../../src/discord/views/lab-words.ts";
import type { Listing } from "../../src/domain/listing.ts";
import { listings, markets, models } from "../../src/storage/schema.ts";
import {
  aCatalogue,
  aListing,
  aServer,
  aStealthListing,
  firstRead,
  hourMs,
  minuteMs,
  owed,
  watcherApp,
} from "../support/watcher-app.ts";
import { announced, aWatcher, everything } from "../support/watching.ts";

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
