import { describe, expect, it } from "vitest";
import { claimDeliveries, claimMs, giveBack, renewClaims } from "../../src/actions/claim-deliveries.ts";
import { decideMarket } from "../../src/actions/decide-market.ts";
import { leaveServer } from "../../src/actions/join-server.ts";
import { recordCatalogue } from "../../src/actions/record-catalogue.ts";
import { readServer, saveServer } from "../../src/actions/set-up-server.ts";
import type { App } from "../../src/app.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { anAnnouncement, claimAll, claimOne } from "../support/claiming.ts";
import { describeOnBoth, describeOnPostgres } from "../support/database.ts";
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

const manager = { memberId: "9", name: "Mod", createdAt: new Date("2020-01-01") };

describeOnBoth("claiming what is due", (database) => {
  it("hands out each message once, with all it is made of", async () => {
    const { db } = await database.open();
    const clock = storyClock("2026-03-12T01:00:00Z");
    const app = watcherApp(db, clock);
    await firstRead(app);
    await aServer(app, "100", { announcementChannelId: "110", pingRoleId: "120", threadPerModel: true });
    const greetings = await claimAll(app);
    expect(greetings.map(({ delivery }) => [delivery.kind, delivery.channelId])).toEqual([
      ["hello", null],
      ["summary", "110"],
    ]);
    clock.later(1_000);
    const { opened } = await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha")));
    const [first, ...others] = await claimAll(app);
    expect(others).toEqual([]);
    expect(first?.delivery).toEqual({
      deliveryId: 3,
      key: `announcement:${opened[0]?.modelId}:100`,
      kind: "announcement",
      serverId: "100",
      modelId: opened[0]?.modelId,
      aboutAt: null,
      candidateId: null,
      channelId: "110",
      pingRoleId: "120",
      threadPerModel: true,
      pollPerModel: false,
      attempts: 1,
      firstClaimedAt: null,
      evidenceId: null,
      transactionId: null,
      messageId: null,
      showsFiles: false,
    });
    expect(first?.card?.name).toBe("Ox Alpha");
    expect(first?.late).toBe(false);
    expect(await claimAll(app)).toEqual([]);
  });

  it("takes over from a process that died, and says since when a message may be there", async () => {
    const { db } = await database.open();
    const clock = storyClock("2026-03-12T01:00:00Z");
    const app = watcherApp(db, clock);
    await aServer(app, "100");
    await claimOne(app, "a process that dies");
    const claimedAt = clock.now;
    clock.later(claimMs - 1);
    expect(await claimAll(app)).toEqual([]);
    clock.later(1);
    expect((await claimOne(app, "another that dies")).delivery).toMatchObject({
      attempts: 2,
      firstClaimedAt: claimedAt,
    });
    clock.later(claimMs);
    expect((await claimOne(app)).delivery).toMatchObject({ attempts: 3, firstClaimedAt: claimedAt });
  });

  it("takes over from a process that died though the database's clock was set back since", async () => {
    const { db } = await database.open();
    const clock = storyClock("2026-03-12T01:00:00Z");
    const app = watcherApp(db, clock);
    await aServer(app, "100");
    const { delivery } = await claimOne(app, "a process that dies");
    clock.later(-claimMs);
    expect(await claimAll(app, "a process that may only have asked for the time earlier")).toEqual([]);
    clock.later(claimMs - hourMs);
    expect((await claimOne(app, "another")).delivery).toMatchObject({ deliveryId: delivery.deliveryId, attempts: 2 });
    expect(await claimAll(app, "a third")).toEqual([]);
  });

  it("never takes over from itself what it is still sending, though others do", async () => {
    const { db } = await database.open();
    const clock = storyClock("2026-03-12T01:00:00Z");
    const app = watcherApp(db, clock);
    await aServer(app, "100");
    const { delivery } = await claimOne(app, "a slow process");
    clock.later(claimMs);
    expect(await claimDeliveries(app, { by: "a slow process", most: 9, except: [delivery] })).toEqual([]);
    expect((await claimOne(app, "another")).delivery.deliveryId).toBe(delivery.deliveryId);
  });

  it("renews what is still its own, and not what another process has by now", async () => {
    const { db } = await database.open();
    const clock = storyClock("2026-03-12T01:00:00Z");
    const app = watcherApp(db, clock);
    await aServer(app, "100");
    await aServer(app, "200");
    const [one, two] = (await claimAll(app, "a slow process")).map(({ delivery }) => delivery);
    if (!one || !two) throw new Error("not both were due");
    clock.later(claimMs - 1);
    expect(await renewClaims(app, "a slow process", [one])).toEqual([one.deliveryId]);
    clock.later(1);
    expect((await claimAll(app, "another")).map(({ delivery }) => delivery.deliveryId)).toEqual([two.deliveryId]);
    expect(await renewClaims(app, "a slow process", [one, two])).toEqual([one.deliveryId]);
  });
});

describeOnBoth("giving back what nothing was done about", (database) => {
  it("leaves alone what another process has by now, or this one again", async () => {
    const { db } = await database.open();
    const clock = storyClock("2026-03-12T01:00:00Z");
    const app = watcherApp(db, clock);
    await aServer(app, "100");
    const lost = (await claimOne(app, "a slow process")).delivery;
    clock.later(claimMs);
    const taken = (await claimOne(app, "another")).delivery;
    await giveBack(app, "a slow process", [lost]);
    await giveBack(app, "another", [lost]);
    expect(await owed(db, "hello")).toMatchObject([
      { state: "claimed", attempts: 2, claimedBy: "another", claimedAt: taken.firstClaimedAt },
    ]);
    await giveBack(app, "another", [taken]);
    expect(await owed(db, "hello")).toMatchObject([{ state: "due", attempts: 1, claimedAt: taken.firstClaimedAt }]);
  });
});

describe("what is due", () => {
  it("comes announcements first", async () => {
    const { app } = await anAnnouncement();
    await aServer(app, "050", { announcementChannelId: "051" });
    const kinds = (await claimAll(app)).map(({ delivery }) => delivery.kind);
    expect(kinds).toEqual(["announcement", "hello", "summary"]);
  });

  it("waits while the bot is not in the server, and comes when it is back", async () => {
    const { app } = await anAnnouncement();
    await leaveServer(app, "100");
    expect(await claimAll(app)).toEqual([]);
    await aServer(app, "100");
    expect((await claimAll(app)).map(({ delivery }) => delivery.kind)).toEqual(["announcement"]);
  });

  it("says since when the model is there if it comes more than an hour after the listing", async () => {
    const { app, clock } = await anAnnouncement();
    await leaveServer(app, "100");
    clock.later(hourMs + 1);
    await aServer(app, "100");
    expect(await claimOne(app)).toMatchObject({ late: true, card: { name: "Ox Alpha" } });
  });

  it("is dropped without a word if the model is decided before it could be announced", async () => {
    const { app, db, modelId } = await anAnnouncement();
    const decision = {
      key: "interaction:1",
      kind: "void",
      serverId: "100",
      member: manager,
      modelId,
      reason: "no",
    } as const;
    expect((await decideMarket(app, decision)).done).toBe(true);
    await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha"), aStealthListing("Fox Alpha")));
    // The dropped one stands in front of the other.
    expect((await claimOne(app)).card?.name).toBe("Fox Alpha");
    expect((await owed(db, "announcement")).map(({ state, problem }) => [state, problem])).toEqual([
      ["failed", null],
      ["claimed", null],
    ]);
    expect((await readServer(app, "100")).troubles).toEqual([]);
  });

  it("goes to the channel the server has when it is sent", async () => {
    const { app } = await anAnnouncement();
    await saveServer(app, "100", { announcementChannelId: "111", pingRoleId: "121" });
    expect((await claimOne(app)).delivery).toMatchObject({ channelId: "111", pingRoleId: "121" });
  });

  it("stays with the channel it may be in already", async () => {
    const { app, clock } = await anAnnouncement();
    await claimOne(app);
    await saveServer(app, "100", { announcementChannelId: "111" });
    clock.later(claimMs);
    expect((await claimOne(app)).delivery.channelId).toBe("110");
  });

  it("is not announced to servers without a channel, neither now nor when they get one", async () => {
    const { app, db } = await anAnnouncement();
    await aServer(app, "200");
    await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha"), aStealthListing("Fox Alpha")));
    await saveServer(app, "200", { announcementChannelId: "210" });
    const keys = (await owed(db)).filter(({ serverId }) => serverId === "200").map(({ key }) => key);
    expect(keys).toEqual(["hello:200", "summary:200"]);
    const summary = (await claimAll(app)).find(({ delivery }) => delivery.key === "summary:200");
    expect(summary?.cards.map(({ name }) => name).sort()).toEqual(["Fox Alpha", "Ox Alpha"]);
  });
});

describeOnPostgres("several processes that deliver", (database) => {
  it("share what is due: each message goes to one of them", async () => {
    const settings = await database.settings();
    const opened = await Promise.all([1, 2, 3, 4].map(() => openDatabase({ ...settings, poolSize: 2 })));
    try {
      const clock = storyClock();
      const apps = opened.map(({ db }) => watcherApp(db, clock));
      const [app] = apps as [App, ...App[]];
      await firstRead(app);
      for (let i = 0; i < 40; i++) await aServer(app, `${100 + i}`);
      const taken = await Promise.all(
        apps.map(async (each, i) => {
          const keys: string[] = [];
          for (;;) {
            const claimed = await claimDeliveries(each, { by: `process ${i}`, most: 3 });
            if (claimed.length === 0) return keys;
            keys.push(...claimed.map(({ delivery }) => delivery.key));
          }
        }),
      );
      expect(taken.flat()).toHaveLength(40);
      expect(new Set(taken.flat()).size).toBe(40);
    } finally {
      await Promise.all(opened.map(({ close }) => close()));
    }
  });
});
