import { describe, expect, it } from "vitest";
import { claimMs } from "../../src/actions/claim-deliveries.ts";
import { recordCatalogue } from "../../src/actions/record-catalogue.ts";
import {
  recordChannel,
  recordFailed,
  recordHeld,
  recordPosted,
  recordRetry,
  recordSent,
} from "../../src/actions/record-deliveries.ts";
import { readServer, saveServer } from "../../src/actions/set-up-server.ts";
import type { App } from "../../src/app.ts";
import { anAnnouncement, claimAll, claimOne, sendAll } from "../support/claiming.ts";
import { aCatalogue, aServer, aStealthListing, hourMs, owed } from "../support/watcher-app.ts";

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

/** How many are due now, without taking them for good. */
async function peekDue(app: App): Promise<number> {
  const now = await owed(app.db);
  const time = app.clock(new Date());
  return now.filter(({ state, dueAt }) => state === "due" && dueAt <= time).length;
}
