import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { claimDeliveries } from "../../src/actions/claim-deliveries.ts";
import { leavePoll, readAgain, takePoll } from "../../src/actions/look-after-polls.ts";
import { openPoll } from "../../src/actions/open-poll.ts";
import { recordCatalogue } from "../../src/actions/record-catalogue.ts";
import { recordFailed, recordHeld, recordSent } from "../../src/actions/record-deliveries.ts";
import { saveServer } from "../../src/actions/set-up-server.ts";
import { showModel } from "../../src/actions/show-models.ts";
import { pollRules } from "../../src/domain/poll.ts";
import { guesses } from "../../src/storage/schema.ts";
import { aClock, anApp } from "../support/app.ts";
import { embedded } from "../support/database.ts";
import { aKey, aMarket, anId } from "../support/factories.ts";
import { ann, aStory } from "../support/poll-story.ts";
import { aPoll, aPostedPoll, aVote } from "../support/polling.ts";
import {
  aCatalogue,
  aServer,
  aStealthListing,
  firstRead,
  owed,
  storyClock,
  watcherApp,
} from "../support/watcher-app.ts";

describe("a poll", () => {
  it("is asked for once, and while it runs there is no other on its model", async () => {
    const { db } = await embedded.open();
    const clock = aClock();
    const app = anApp(db, clock);
    const { serverId, modelId } = await aMarket(db);
    const request = { key: aKey(), serverId, modelId, channelId: "110", hours: 1 };
    expect(await openPoll(app, request)).toEqual({ opened: true, modelName: "Hunter Alpha" });
    expect(await openPoll(app, request)).toMatchObject({ opened: true });
    const another = { ...request, key: aKey(), channelId: "120" };
    const comes = { reason: "poll-runs", serverId, channelId: "110", messageId: null };
    expect(await openPoll(app, another)).toEqual({ opened: false, refusal: comes });
    const { messageId } = await aPostedPoll(app);
    expect(await openPoll(app, another)).toEqual({ opened: false, refusal: { ...comes, messageId } });
    expect(await claimDeliveries(app, { by: "this process", most: 9 })).toEqual([]);
    clock.pass({ hours: 1 });
    expect(await openPoll(app, another)).toMatchObject({ opened: true });
  });

  it("that could not be posted stands in nobody's way", async () => {
    const { db } = await embedded.open();
    const app = anApp(db, aClock());
    const { serverId, modelId } = await aMarket(db);
    const request = { key: aKey(), serverId, modelId, channelId: "110", hours: 1 };
    await openPoll(app, request);
    const [claimed] = await claimDeliveries(app, { by: "this process", most: 1 });
    if (claimed) await recordFailed(app, claimed.delivery, { problem: "channel-gone", unsure: false });
    expect(await openPoll(app, { ...request, key: aKey() })).toMatchObject({ opened: true });
  });

  it("that waits for a permission is not posted beside another one asked for meanwhile", async () => {
    const { db } = await embedded.open();
    const clock = aClock();
    const app = anApp(db, clock);
    const { serverId, modelId } = await aMarket(db);
    const request = { key: aKey(), serverId, modelId, channelId: "110", hours: 1 };
    const held = async () => {
      const [claimed] = await claimDeliveries(app, { by: "this process", most: 1 });
      if (claimed) await recordHeld(app, claimed.delivery, { problem: "cannot-poll", unsure: false });
    };
    await openPoll(app, request);
    await held();
    await openPoll(app, { ...request, key: aKey() });
    await held();
    await openPoll(app, { ...request, key: aKey(), channelId: "120" });
    await saveServer(app, serverId, { moderatorChannelId: "130" });
    // All three are due: the newest is the one that is wanted.
    const { channelId } = await aPostedPoll(app);
    expect(channelId).toBe("120");
    expect(await claimDeliveries(app, { by: "this process", most: 9 })).toEqual([]);
    await saveServer(app, serverId, { moderatorChannelId: "140" });
    expect(await claimDeliveries(app, { by: "this process", most: 9 })).toEqual([]);
  });

  it("is refused on a model that takes no guesses, and on one that is not there", async () => {
    const { app, row, decide } = await aStory();
    const request = { key: aKey(), serverId: row.serverId, modelId: row.modelId, channelId: "110", hours: 1 };
    await decide("freeze");
    expect(await openPoll(app, request)).toMatchObject({ refusal: { reason: "market-frozen" } });
    expect(await openPoll(app, { ...request, modelId: 999_999 })).toMatchObject({
      refusal: { reason: "no-such-model" },
    });
    expect(await openPoll(app, { ...request, serverId: "200" })).toMatchObject({
      refusal: { reason: "no-such-model" },
    });
  });

  it("takes the votes that came before it was written down where it is", async () => {
    const { db } = await embedded.open();
    const app = anApp(db, aClock());
    const { serverId, modelId, marketId } = await aMarket(db);
    await openPoll(app, { key: aKey(), serverId, modelId, channelId: "110", hours: 1 });
    const messageId = anId();
    await aVote(app, { pollId: 0, serverId, modelId, channelId: "110", messageId, labs: ["first"] }, ann, "first");
    const { labs } = await aPostedPoll(app, messageId);
    await app.guesses.idle();
    const [guess] = await db.select().from(guesses).where(eq(guesses.marketId, marketId));
    expect(guess?.lab).toBe(labs[0]);
  });

  it("that Discord has not ended long after its time is over all the same, and so is that of a decided model", async () => {
    const { app, clock, row, decide } = await aStory();
    clock.pass({ hours: 24 });
    expect(await takePoll(app)).toBeNull();
    clock.pass({ ms: pollRules.graceMs });
    const late = await takePoll(app);
    expect(late).toMatchObject({ isOver: true, isDecided: false });
    if (late) await leavePoll(app, late, "ended");
    expect((await showModel(app, row))?.card.poll?.isOver).toBe(true);
    clock.pass({ hours: 1 });
    expect(await takePoll(app)).toBeNull();
    const poll = await aPoll(app, row);
    await decide("void");
    const decided = await takePoll(app);
    expect(decided).toMatchObject({ poll, isOver: true, isDecided: true });
    if (decided) await leavePoll(app, decided, "ended");
    expect(app.polls.of(poll.messageId)).toBeNull();
    clock.pass({ hours: 1 });
    expect(await takePoll(app)).toBeNull();
  });

  it("in a channel hidden from the bot is looked at again in an hour", async () => {
    const { app, clock } = await aStory();
    await readAgain(app, null);
    const taken = await takePoll(app);
    if (taken) await leavePoll(app, taken, "hidden");
    clock.pass({ minutes: 59 });
    expect(await takePoll(app)).toBeNull();
    clock.pass({ minutes: 1 });
    expect(await takePoll(app)).not.toBeNull();
  });
});

describe("an announcement", () => {
  /** A model announced in a server with a channel, and whether it wants polls. */
  async function announced(pollPerModel: boolean) {
    const { db } = await embedded.open();
    const clock = storyClock("2026-03-12T01:00:00Z");
    const app = watcherApp(db, clock);
    await firstRead(app);
    await aServer(app, "100", { announcementChannelId: "110", pollPerModel });
    const sendAll = async () => {
      const claimed = await claimDeliveries(app, { by: "this process", most: 9 });
      for (const { delivery } of claimed) {
        await recordSent(app, delivery, { channelId: delivery.channelId ?? "1", messageId: anId(), threadId: null });
      }
      return claimed;
    };
    await sendAll();
    clock.later(60_000);
    await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha")));
    const [announcement] = await sendAll();
    return { db, app, sendAll, announcement };
  }

  it("is followed by one poll in its channel, once it is there, if the server wants that", async () => {
    const { db, app, sendAll, announcement } = await announced(true);
    if (announcement) {
      // As when the process dies before it has written down that it was sent.
      await recordSent(app, announcement.delivery, { channelId: "110", messageId: "1", threadId: null });
    }
    const [polled, ...others] = await sendAll();
    expect(others).toEqual([]);
    expect(polled?.delivery).toMatchObject({ kind: "poll", channelId: "110" });
    expect(polled?.poll).toMatchObject({ modelName: "Ox Alpha", hours: pollRules.usualHours });
    expect(polled?.poll?.labs).toHaveLength(10);
    expect(polled?.poll?.labs.at(-1)).toBe("other");
    expect(await owed(db, "poll")).toHaveLength(1);
    await saveServer(app, "100", { guessOnly: true });
    expect(await sendAll()).toEqual([]);
  });

  it("is followed by none otherwise", async () => {
    const { sendAll } = await announced(false);
    expect(await sendAll()).toEqual([]);
  });
});
