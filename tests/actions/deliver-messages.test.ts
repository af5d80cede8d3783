import { describe, expect, it } from "vitest";
import { decideMarket } from "../../src/actions/decide-market.ts";
import {
  claimDeliveries,
  claimMs,
  recordChannel,
  recordFailed,
  recordHeld,
  recordPosted,
  recordRetry,
  recordSent,
} from "../../src/actions/deliver-messages.ts";
import { leaveServer } from "../../src/actions/join-server.ts";
import { recordCatalogue } from "../../src/actions/record-catalogue.ts";
import { readServer, saveServer } from "../../src/actions/set-up-server.ts";
import type { App } from "../../src/app.ts";
import type { ClaimedDelivery } from "../../src/domain/claimed-delivery.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { describeOnBoth, describeOnPostgres, embedded } from "../support/database.ts";
import {
  aCatalogue,
  aServer,
  aStealthListing,
  firstRead,
  hourMs,
  minuteMs,
  owed,
  storyClock,
  watcherApp,
} from "../support/watcher-app.ts";

const manager = { memberId: "9", name: "Mod", createdAt: new Date("2020-01-01") };

/** A server whose greeting is over, and a model announced there but not yet sent. */
async function anAnnouncement(settings: Parameters<typeof saveServer>[2] = {}) {
  const { db } = await embedded.open();
  const clock = storyClock("2026-03-12T01:00:00Z");
  const app = watcherApp(db, clock);
  await firstRead(app);
  await aServer(app, "100", { announcementChannelId: "110", ...settings });
  await sendAll(app);
  clock.later(minuteMs);
  const { opened } = await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha")));
  return { db, clock, app, modelId: opened[0]?.modelId ?? 0 };
}

async function claimOne(app: App, by = "this process"): Promise<ClaimedDelivery> {
  const [claimed] = await claimDeliveries(app, { by, most: 1 });
  if (!claimed) throw new Error("nothing is due");
  return claimed;
}

const claimAll = (app: App, by = "this process") => claimDeliveries(app, { by, most: 100 });

async function sendAll(app: App): Promise<string[]> {
  const claimed = await claimAll(app);
  for (const { delivery } of claimed) {
    const sent = { channelId: delivery.channelId ?? "1", messageId: `9${delivery.deliveryId}`, threadId: null };
    await recordSent(app, delivery, sent);
  }
  return claimed.map(({ delivery }) => delivery.key);
}

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
    clock.later(minuteMs);
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
      channelId: "110",
      pingRoleId: "120",
      threadPerModel: true,
      attempts: 1,
      firstClaimedAt: null,
      evidenceId: null,
      messageId: null,
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

describe("what became of a message", () => {
  it("is kept: a sent one is never handed out again", async () => {
    const { app, db, clock } = await anAnnouncement();
    const { delivery } = await claimOne(app);
    await recordSent(app, delivery, { channelId: "110", messageId: "77", threadId: "77" });
    clock.later(24 * hourMs);
    expect(await claimAll(app)).toEqual([]);
    expect((await owed(db, "announcement"))[0]).toMatchObject({
      state: "sent",
      channelId: "110",
      messageId: "77",
      threadId: "77",
      problem: null,
    });
  });

  it("is known half-way: a posted message without its thread comes back with its id", async () => {
    const { app, clock } = await anAnnouncement({ threadPerModel: true });
    const { delivery } = await claimOne(app);
    await recordPosted(app, delivery, { channelId: "110", messageId: "77" });
    clock.later(claimMs);
    expect((await claimOne(app)).delivery).toMatchObject({ channelId: "110", messageId: "77", attempts: 2 });
  });

  it("is tried again after longer and longer waits, and given up after twelve attempts", async () => {
    const { app, clock } = await anAnnouncement();
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 12; attempt++) {
      const { delivery } = await claimOne(app);
      expect(delivery.attempts).toBe(attempt);
      await recordRetry(app, delivery, { unsure: true });
      let waited = 0;
      while (attempt < 12 && (await peekDue(app)) === 0) {
        clock.later(30_000);
        waited += 30;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600, 0]);
    const { troubles } = await readServer(app, "100");
    expect(troubles.map(({ problem, modelName }) => [problem, modelName])).toEqual([["discord-failed", "Ox Alpha"]]);
  });

  it.each([1, 12])(
    "is never lost once it is posted, even if the thread has to wait at attempt %i",
    async (attempts) => {
      const { app, db, clock } = await anAnnouncement({ threadPerModel: true });
      for (let attempt = 1; attempt < attempts; attempt++) {
        await recordRetry(app, (await claimOne(app)).delivery, { unsure: false, afterMs: 0 });
      }
      const { delivery } = await claimOne(app);
      await recordRetry(app, { ...delivery, channelId: "110", messageId: "77" }, { unsure: true });
      const [row] = await owed(db, "announcement");
      expect(row).toMatchObject({ state: attempts === 12 ? "sent" : "due", channelId: "110", messageId: "77" });
      expect(await owed(db, "trouble")).toEqual([]);
      clock.later(hourMs);
      expect((await claimAll(app)).map((claimed) => claimed.delivery.messageId)).toEqual(attempts === 12 ? [] : ["77"]);
    },
  );

  it("is looked for next time only if it may be there", async () => {
    const { app, clock } = await anAnnouncement();
    await recordRetry(app, (await claimOne(app)).delivery, { unsure: false, afterMs: 0 });
    const second = (await claimOne(app)).delivery;
    expect(second.firstClaimedAt).toBeNull();
    await recordRetry(app, second, { unsure: true, afterMs: 0 });
    expect((await claimOne(app)).delivery.firstClaimedAt).toEqual(clock.now);
  });

  it("is not overwritten by a process that lost its claim, unless it did send the message", async () => {
    const { app, db, clock } = await anAnnouncement();
    const lost = (await claimOne(app, "a slow process")).delivery;
    clock.later(claimMs);
    const { delivery } = await claimOne(app);
    await recordRetry(app, lost, { unsure: false });
    await recordFailed(app, lost, { problem: "no-access", unsure: false });
    expect((await owed(db, "announcement"))[0]).toMatchObject({ state: "claimed", attempts: 2, problem: null });
    await recordSent(app, delivery, { channelId: "110", messageId: "77", threadId: null });
    await recordHeld(app, lost, { problem: "no-access", unsure: false });
    expect((await owed(db, "announcement"))[0]).toMatchObject({ state: "sent", problem: null });
  });

  it("keeps the system channel it was sent to, to look there and nowhere else", async () => {
    const { app, clock } = await anAnnouncement();
    await sendAll(app);
    await aServer(app, "200");
    await recordChannel(app, (await claimOne(app)).delivery, "202");
    clock.later(claimMs);
    expect((await claimOne(app)).delivery).toMatchObject({ kind: "hello", channelId: "202" });
  });
});

describe("a message that cannot be delivered", () => {
  it("is shown in /setup, told once, and not tried again by itself", async () => {
    const { app, clock } = await anAnnouncement();
    await recordHeld(app, (await claimOne(app)).delivery, { problem: "cannot-send", unsure: false });
    expect((await readServer(app, "100")).troubles).toEqual([
      { kind: "announcement", modelName: "Ox Alpha", channelId: "110", problem: "cannot-send", at: clock.now },
    ]);
    const notice = await claimOne(app);
    expect(notice.delivery.kind).toBe("trouble");
    expect(notice.trouble).toEqual({ channelId: "110", modelName: "Ox Alpha" });
    await recordSent(app, notice.delivery, { channelId: "1", messageId: "78", threadId: null });

    await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha"), aStealthListing("Fox Alpha")));
    await recordHeld(app, (await claimOne(app)).delivery, { problem: "cannot-send", unsure: false });
    clock.later(30 * 24 * hourMs);
    expect(await claimAll(app)).toEqual([]);
    expect((await readServer(app, "100")).troubles).toHaveLength(2);
  });

  it("is due again after /setup, and its next trouble is told again", async () => {
    const { app } = await anAnnouncement();
    await recordFailed(app, (await claimOne(app)).delivery, { problem: "channel-gone", unsure: false });
    await sendAll(app);
    await saveServer(app, "100", { announcementChannelId: "111" });
    expect((await readServer(app, "100")).troubles).toEqual([]);
    const again = await claimOne(app);
    expect(again.delivery).toMatchObject({ kind: "announcement", channelId: "111", firstClaimedAt: null });
    await recordHeld(app, again.delivery, { problem: "cannot-send", unsure: false });
    expect((await claimOne(app)).trouble).toEqual({ channelId: "111", modelName: "Ox Alpha" });
  });

  it("that may be there after all is looked for where it may be, also after /setup", async () => {
    const { app, clock } = await anAnnouncement();
    const claimedAt = clock.now;
    await recordHeld(app, (await claimOne(app)).delivery, { problem: "cannot-read-history", unsure: true });
    clock.later(hourMs);
    await saveServer(app, "100", { announcementChannelId: "111" });
    expect((await claimOne(app)).delivery).toMatchObject({ channelId: "110", firstClaimedAt: claimedAt });
  });

  it("causes no notice about a notice, and none about a hello", async () => {
    const { app, db } = await anAnnouncement();
    await sendAll(app);
    await aServer(app, "200");
    await recordFailed(app, (await claimOne(app)).delivery, { problem: "channel-gone", unsure: false });
    expect(await owed(db, "trouble")).toEqual([]);
    expect((await readServer(app, "200")).troubles).toEqual([]);
  });

  it("or only lacks its thread is shown until the next /setup", async () => {
    const { app } = await anAnnouncement({ threadPerModel: true });
    const { delivery } = await claimOne(app);
    await recordSent(app, delivery, { channelId: "110", messageId: "77", threadId: null, problem: "cannot-thread" });
    expect((await readServer(app, "100")).troubles.map(({ problem }) => problem)).toEqual(["cannot-thread"]);
    await saveServer(app, "100", { threadPerModel: false });
    expect((await readServer(app, "100")).troubles).toEqual([]);
    expect(await claimAll(app)).toEqual([]);
  });
});

describe("/setup", () => {
  it("keeps what is not given, and knows the defaults of a server never seen", async () => {
    const { db } = await embedded.open();
    const app = watcherApp(db, storyClock());
    const defaults = {
      serverId: "100",
      announcementChannelId: null,
      pingRoleId: null,
      moderatorRoleId: null,
      moderatorChannelId: null,
      threadPerModel: false,
      pollPerModel: false,
      guessOnly: false,
      minimumAccountDays: 0,
      questionsPerDay: 40,
      questionAccess: { allowedRoleIds: [], barredRoleIds: [], allowedChannelIds: [], barredChannelIds: [] },
    };
    expect(await readServer(app, "100")).toEqual({ settings: defaults, troubles: [] });
    await saveServer(app, "100", { pingRoleId: "120", guessOnly: true });
    expect(await saveServer(app, "100", { minimumAccountDays: 7 })).toEqual({
      ...defaults,
      pingRoleId: "120",
      guessOnly: true,
      minimumAccountDays: 7,
    });
    expect((await readServer(app, "100")).settings).toMatchObject({ pingRoleId: "120", minimumAccountDays: 7 });
    expect(await owed(db)).toEqual([]);
  });

  it("sends one summary, to the first channel only", async () => {
    const { db } = await embedded.open();
    const app = watcherApp(db, storyClock());
    await aServer(app, "100", { announcementChannelId: "110" });
    await saveServer(app, "100", { announcementChannelId: "111" });
    await saveServer(app, "100", { announcementChannelId: null });
    await saveServer(app, "100", { announcementChannelId: "110" });
    expect((await owed(db, "summary")).map(({ key }) => key)).toEqual(["summary:100"]);
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

/** How many are due now, without taking them for good. */
async function peekDue(app: App): Promise<number> {
  const now = await owed(app.db);
  const time = app.clock(new Date());
  return now.filter(({ state, dueAt }) => state === "due" && dueAt <= time).length;
}
