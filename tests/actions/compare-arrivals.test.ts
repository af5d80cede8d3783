import { describe, expect, it } from "vitest";
import { claimDeliveries } from "../../src/actions/claim-deliveries.ts";
import { recordCatalogue } from "../../src/actions/record-catalogue.ts";
import { saveServer } from "../../src/actions/set-up-server.ts";
import { describeOnBoth, describeOnPostgres, embedded } from "../support/database.ts";
import { dayMs, toldTo } from "../support/reveals.ts";
import {
  aCatalogue,
  aListing,
  aServer,
  aStealthListing,
  firstRead,
  hourMs,
  owed,
  readMarch,
  storyClock,
  watcherApp,
} from "../support/watcher-app.ts";

type Db = Parameters<typeof watcherApp>[0];

describeOnBoth("official listings that came as Hunter and Healer Alpha went", (database) => {
  it("are offered to the moderators of every server that can be told, once, with a score and a source", async () => {
    const { db } = await database.open();
    const clock = storyClock();
    const app = watcherApp(db, clock);
    const { before, after, revealed } = await readMarch();
    await recordCatalogue(app, before);
    await aServer(app, "100", { announcementChannelId: "110", moderatorChannelId: "120" });
    await aServer(app, "200", { announcementChannelId: "210" });
    await aServer(app, "300");
    clock.later(dayMs);
    await recordCatalogue(app, after);
    await toldTo(app);
    clock.now = new Date("2026-03-18T21:00:00Z");
    for (let i = 0; i < 3; i++) {
      expect(await toldTo(app)).toEqual([]);
      await recordCatalogue(app, revealed);
      clock.later(hourMs);
    }
    const told = await toldTo(app);
    expect(told.map(({ serverId, channelId, candidate }) => [serverId, channelId, candidate?.found])).toEqual([
      ["100", "120", "Xiaomi: MiMo-V2-Omni"],
      ["100", "120", "Xiaomi: MiMo-V2-Pro"],
      ["200", "210", "Xiaomi: MiMo-V2-Omni"],
      ["200", "210", "Xiaomi: MiMo-V2-Pro"],
    ]);
    expect(told[1]?.words).toContain("**Who built Hunter Alpha?** A candidate for the moderators:");
    expect(told[1]?.words).toContain("Source: <https://openrouter.ai/xiaomi/mimo-v2-pro>");
    expect(told[1]?.candidate?.publishedAt.toISOString()).toBe("2026-03-18T19:54:03.000Z");
    expect(told[1]?.buttons).toEqual(["Settle…", "Not it"]);
    await recordCatalogue(app, { ...revealed, listings: revealed.listings.slice(1) });
    expect(await toldTo(app)).toEqual([]);
    // Whoever sets the bot up later is told what still stands, also once.
    await saveServer(app, "300", { moderatorChannelId: "320" });
    await saveServer(app, "300", { moderatorRoleId: "330" });
    expect((await toldTo(app)).map(({ channelId }) => channelId)).toEqual(["320", "320"]);
  });
});

/** Ox Alpha is gone for three reads, and these came with the first of them. */
async function withArrivals(db: Db, arrivals: ReturnType<typeof aListing>[]) {
  const clock = storyClock();
  const app = watcherApp(db, clock);
  await aServer(app, "100", { announcementChannelId: "110" });
  await firstRead(app);
  clock.later(dayMs);
  await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha")));
  clock.later(7 * dayMs);
  for (let i = 0; i < 3; i++) {
    await recordCatalogue(app, aCatalogue(...arrivals));
    clock.later(hourMs);
  }
  return { app, clock };
}

describe("what is no candidate", () => {
  it("is a listing of no lab we know, one with another context, one that only came days later, and a fourth", async () => {
    const { db } = await embedded.open();
    const fresh = (id: string, more = {}) => aListing({ id, name: id, createdAt: null, ...more });
    const { app, clock } = await withArrivals(db, [
      fresh("nobody/knows"),
      fresh("openai/larger", { contextTokens: 400_000 }),
      ...["a", "b", "c", "d"].map((name) => fresh(`xiaomi/${name}`)),
      fresh("xiaomi/a:free"),
    ]);
    expect((await toldTo(app)).map(({ candidate }) => candidate?.found)).toEqual(["xiaomi/a", "xiaomi/b", "xiaomi/c"]);
    clock.later(4 * dayMs);
    await recordCatalogue(app, aCatalogue(fresh("xiaomi/late")));
    expect(await toldTo(app)).toEqual([]);
  });
});

describeOnPostgres("two processes that record the same read at the same moment", (database) => {
  it("find a candidate once", async () => {
    const { db } = await database.open();
    const { app, clock } = await withArrivals(db, []);
    await claimDeliveries(app, { by: "a process", most: 100 });
    const news = aCatalogue(aListing({ id: "xiaomi/mimo", createdAt: null }));
    const others = [app, watcherApp(db, clock), watcherApp(db, clock)];
    await Promise.all(others.map((one) => recordCatalogue(one, news)));
    expect((await owed(db, "candidate")).map(({ state }) => state)).toEqual(["due"]);
  });
});
