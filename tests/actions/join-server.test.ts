import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { claimDeliveries } from "../../src/actions/claim-deliveries.ts";
import { joinServers, leaveServer } from "../../src/actions/join-server.ts";
import { loadModels } from "../../src/actions/load-models.ts";
import { recordCatalogue } from "../../src/actions/record-catalogue.ts";
import { recordFailed, recordSent } from "../../src/actions/record-deliveries.ts";
import { saveServer } from "../../src/actions/set-up-server.ts";
import type { App } from "../../src/app.ts";
import { rows } from "../../src/storage/database.ts";
import { markets, servers } from "../../src/storage/schema.ts";
import { claimAll, sendAll } from "../support/claiming.ts";
import { describeOnBoth, embedded } from "../support/database.ts";
import {
  aCatalogue,
  aServer,
  aStealthListing,
  firstRead,
  hourMs,
  owed,
  storyClock,
  watcherApp,
} from "../support/watcher-app.ts";

const named = (...serverIds: string[]) => serverIds.map((serverId) => ({ serverId, name: `Server ${serverId}` }));

describeOnBoth("when the bot starts again", (database) => {
  it("writes nothing about servers it knows, however many they are, and the new name of one", async () => {
    const { db } = await database.open();
    const app = watcherApp(db, storyClock());
    await firstRead(app);
    const known = named("100", "200", "300");
    await joinServers(app, known, () => true);
    /** Which transaction wrote each row last. */
    const written = () =>
      rows<{ id: string; by: string }>(
        db,
        sql`select server_id as id, xmin::text as by from servers union all select key, xmin::text from deliveries order by 1`,
      );
    const before = await written();
    expect(before).toHaveLength(6);
    await joinServers(app, known, () => true);
    expect(await written()).toEqual(before);
    await joinServers(app, [...named("100", "300"), { serverId: "200", name: "Renamed" }], () => true);
    const after = await written();
    expect(after.filter(({ by }, i) => by !== before[i]?.by).map(({ id }) => id)).toEqual(["200"]);
    expect((await db.select().from(servers)).find(({ serverId }) => serverId === "200")?.name).toBe("Renamed");
  });

  it("has left the servers that are gone, and is still in those that are only unavailable", async () => {
    const { db } = await database.open();
    const clock = storyClock();
    const app = watcherApp(db, clock);
    await firstRead(app);
    for (const serverId of ["100", "200", "300"]) await aServer(app, serverId, { announcementChannelId: "1" });
    await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha")));
    clock.later(hourMs);
    const stillIn = new Set(["100", "300"]);
    await joinServers(app, named("100"), (serverId) => stillIn.has(serverId));

    const left = (await db.select().from(servers)).map(({ serverId, leftAt }) => [serverId, leftAt] as const);
    expect(new Map(left)).toEqual(
      new Map([
        ["100", null],
        ["200", clock.now],
        ["300", null],
      ]),
    );
    expect(app.models.of("200").models).toEqual([]);
    expect(app.models.of("300").models).toHaveLength(1);
    // Nothing more is opened there, and what is owed to it waits.
    await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha"), aStealthListing("Fox Alpha")));
    const foxes = (await db.select().from(markets)).filter(({ modelId }) => modelId === 2);
    expect(foxes.map(({ serverId }) => serverId).sort()).toEqual(["100", "300"]);
    const due = await claimDeliveries(app, { by: "this process", most: 100 });
    expect(new Set(due.map(({ delivery }) => delivery.serverId))).toEqual(stillIn);
  });

  it("reads no server again that is in memory already, and those that are not, or were away", async () => {
    const { db } = await database.open();
    const before = watcherApp(db, storyClock());
    await firstRead(before);
    for (const serverId of ["100", "200"]) await aServer(before, serverId);
    await recordCatalogue(before, aCatalogue(aStealthListing("Ox Alpha")));
    await leaveServer(before, "200");

    const app = watcherApp(db, storyClock());
    await loadModels(app);
    const known = app.models.of("100");
    await joinServers(app, named("100", "200", "300"), () => true);
    expect(app.models.of("100")).toBe(known);
    for (const serverId of ["100", "200", "300"])
      expect(app.models.of(serverId).models.map(({ name }) => name)).toEqual(["Ox Alpha"]);
  });

  it("has left them all if nobody wants it any more, and notes once since when", async () => {
    const { db } = await database.open();
    const clock = storyClock();
    const app = watcherApp(db, clock);
    await aServer(app, "100");
    const goneAt = clock.now;
    await joinServers(app, [], () => false);
    clock.later(hourMs);
    await joinServers(app, [], () => false);
    expect((await db.select().from(servers)).map(({ leftAt }) => leftAt)).toEqual([goneAt]);
  });
});

describe("a server that joins", () => {
  it("takes none of the others away", async () => {
    const { db } = await embedded.open();
    const app = watcherApp(db, storyClock());
    await aServer(app, "100");
    await aServer(app, "200");
    expect((await db.select().from(servers)).map(({ leftAt }) => leftAt)).toEqual([null, null]);
  });
});

describe("a server that comes back", () => {
  async function away(missed: readonly string[]) {
    const { db } = await embedded.open();
    const clock = storyClock();
    const app = watcherApp(db, clock);
    await firstRead(app);
    await aServer(app, "100", { announcementChannelId: "110" });
    await sendAll(app);
    await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha")));
    await leaveServer(app, "100");
    clock.later(48 * hourMs);
    if (missed.length > 0) {
      await recordCatalogue(app, aCatalogue(...["Ox Alpha", ...missed].map((name) => aStealthListing(name))));
    }
    expect(await claimAll(app)).toEqual([]);
    await aServer(app, "100");
    return { db, app, clock };
  }

  it("gets one summary of all that is open, without a ping, and no burst of announcements", async () => {
    const { db, app } = await away(["Fox Alpha", "Elk Alpha"]);
    const [summary, ...others] = await claimAll(app);
    expect(others).toEqual([]);
    expect(summary?.delivery).toMatchObject({ kind: "summary", channelId: "110" });
    expect(summary?.cards.map(({ name }) => name).sort()).toEqual(["Elk Alpha", "Fox Alpha", "Ox Alpha"]);
    expect((await owed(db, "announcement")).map(({ state, problem }) => [state, problem])).toEqual([["failed", null]]);
    // A bot that only starts again says nothing more.
    await joinServers(app, named("100"));
    expect(await claimAll(app)).toEqual([]);
  });

  it("gets one summary also if it had left before its last one was sent", async () => {
    const { db, app, clock } = await away(["Fox Alpha"]);
    await leaveServer(app, "100");
    clock.later(hourMs);
    const three = ["Ox Alpha", "Fox Alpha", "Elk Alpha"].map((name) => aStealthListing(name));
    await recordCatalogue(app, aCatalogue(...three));
    await aServer(app, "100");
    const [summary, ...others] = await claimAll(app);
    expect(others).toEqual([]);
    expect(summary?.delivery.kind).toBe("summary");
    expect(summary?.cards.map(({ name }) => name).sort()).toEqual(["Elk Alpha", "Fox Alpha", "Ox Alpha"]);
    expect((await owed(db, "summary")).map(({ state }) => state)).toEqual(["sent", "failed", "claimed"]);
  });

  it("is told once of a burst that was held meanwhile and still waits for its moderators", async () => {
    const { db, app } = await away(["A", "B", "C", "D", "E", "F"].map((letter) => `${letter} Alpha`));
    expect((await claimAll(app)).map(({ delivery }) => delivery.kind).sort()).toEqual(["announcement", "waiting"]);
    await joinServers(app, named("100"));
    await leaveServer(app, "100");
    await aServer(app, "100");
    expect(await owed(db, "waiting")).toHaveLength(1);
  });

  it("gets what it was owed, if nothing came meanwhile", async () => {
    const { app } = await away([]);
    expect((await claimAll(app)).map(({ delivery, late }) => [delivery.kind, late])).toEqual([["announcement", true]]);
  });
});

describe("a hello that could not be said", () => {
  async function failHello(app: App) {
    const [claimed] = await claimDeliveries(app, { by: "this process", most: 1 });
    if (claimed?.delivery.kind !== "hello") throw new Error("no hello is due");
    await recordFailed(app, claimed.delivery, { problem: "cannot-send", unsure: false });
  }

  it("is tried again when the bot starts or is invited again, until it is said once", async () => {
    const { db } = await embedded.open();
    const app = watcherApp(db, storyClock());
    await aServer(app, "100");
    await failHello(app);
    expect(await claimDeliveries(app, { by: "this process", most: 1 })).toEqual([]);
    await aServer(app, "200");
    await failHello(app);

    await joinServers(app, named("100"));
    const due = await claimDeliveries(app, { by: "this process", most: 9 });
    expect(due.map(({ delivery }) => [delivery.key, delivery.attempts])).toEqual([["hello:100", 1]]);
    for (const { delivery } of due) {
      await recordSent(app, delivery, { channelId: "101", messageId: "7", threadId: null });
    }
    await joinServers(app, named("100"));
    expect((await owed(db, "hello")).map(({ state }) => state)).toEqual(["sent", "failed"]);
  });

  it("is no longer needed once the server is set up", async () => {
    const { db } = await embedded.open();
    const app = watcherApp(db, storyClock());
    await aServer(app, "100");
    await failHello(app);
    await saveServer(app, "100", { announcementChannelId: "110" });
    await joinServers(app, named("100"));
    expect((await owed(db, "hello")).map(({ state }) => state)).toEqual(["failed"]);
  });
});
