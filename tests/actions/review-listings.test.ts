import { describe, expect, it } from "vitest";
import { addModel } from "../../src/actions/add-model.ts";
import { recordCatalogue } from "../../src/actions/record-catalogue.ts";
import { dismissWaiting, listWaiting, openWaiting } from "../../src/actions/review-listings.ts";
import { listModels } from "../../src/actions/show-models.ts";
import type { App } from "../../src/app.ts";
import { waitingView } from "../../src/discord/views/waiting.ts";
import { markets } from "../../src/storage/schema.ts";
import { describeOnBoth, embedded } from "../support/database.ts";
import {
  aCatalogue,
  aListing,
  aServer,
  aStealthListing,
  firstRead,
  hourMs,
  minuteMs,
  owed,
  storyClock,
  watcherApp,
} from "../support/watcher-app.ts";

const burst = Array.from({ length: 6 }, (_, i) => aStealthListing(`Model ${i}`));
const everything = () => true;
const named = (name: string) => (one: { listing: { name: string | null } }) => one.listing.name === name;

/** Three servers, one with a moderators' channel and one without any channel; six models were listed at once. */
async function aBurst(db: App["db"]) {
  const clock = storyClock();
  const app = watcherApp(db, clock);
  await firstRead(app);
  await aServer(app, "100", { announcementChannelId: "110" });
  await aServer(app, "200", { announcementChannelId: "210", moderatorChannelId: "220" });
  await aServer(app, "300");
  clock.later(5 * minuteMs);
  await recordCatalogue(app, aCatalogue(...burst));
  const waiting = async (serverId: string) =>
    (await listWaiting(app, serverId)).waiting.map(({ listing }) => listing.name);
  const open = async (serverId: string) => (await listModels(app, serverId)).map(({ name }) => name).sort();
  const announced = async () => (await owed(db, "announcement")).map(({ key }) => key);
  return { app, clock, waiting, open, announced };
}

describeOnBoth("a burst that is held", (database) => {
  it("waits for the moderators of every server, who open it for theirs alone", async () => {
    const { db } = await database.open();
    const { app, clock, waiting, open, announced } = await aBurst(db);
    for (const serverId of ["100", "200", "300"]) expect(await waiting(serverId)).toHaveLength(6);
    expect((await owed(db, "waiting")).map(({ serverId }) => serverId)).toEqual(["100", "200"]);

    expect(await openWaiting(app, "100", named("Model 3"))).toEqual(["Model 3"]);
    expect(await openWaiting(app, "100", named("Model 3"))).toEqual([]);
    expect(await open("100")).toEqual(["Model 3"]);
    expect(await announced()).toEqual(["announcement:1:100"]);
    expect(app.models.of("100").models.map(({ name }) => name)).toEqual(["Model 3"]);
    for (const serverId of ["200", "300"])
      expect([await waiting(serverId), await open(serverId)]).toEqual([expect.arrayContaining(["Model 3"]), []]);

    // Nobody else gets it, neither who joins later nor at the next read.
    clock.later(hourMs);
    await recordCatalogue(app, aCatalogue(...burst, aStealthListing("Ox Alpha")));
    await aServer(app, "400");
    expect(await open("400")).toEqual(["Ox Alpha"]);
    expect(await openWaiting(app, "300", everything)).toHaveLength(6);
    expect(await open("300")).toHaveLength(7);
    expect(await db.$count(markets)).toBe(1 + 6 + 4);
    expect(await waiting("100")).toHaveLength(5);
  });

  it("says how many wait in all, also where there are more than one message shows", async () => {
    const { db } = await embedded.open();
    const { app } = await aBurst(db);
    const many = Array.from({ length: 40 }, (_, i) => aStealthListing(`Held ${i}`));
    await recordCatalogue(app, aCatalogue(...burst, ...many));
    const shown = async () => {
      const { waiting, inAll, smallSince } = await listWaiting(app, "100");
      return waitingView(waiting, { inAll, smallSince }).embeds?.[0];
    };
    const first = await shown();
    expect(first?.title).toBe("46 listings not announced");
    expect(first?.description).toContain("These are the latest 25;");
    await dismissWaiting(app, { serverId: "100", memberId: "9" }, everything);
    const next = await shown();
    expect(next?.title).toBe("21 listings not announced");
    expect(next?.description).not.toContain("the latest");
  });

  it("can be left by one server and still be opened by another", async () => {
    const { db } = await embedded.open();
    const { app, waiting, open } = await aBurst(db);
    await dismissWaiting(app, { serverId: "100", memberId: "9" }, everything);
    expect(await waiting("100")).toEqual([]);
    expect(await openWaiting(app, "100", everything)).toEqual([]);
    expect(await waiting("200")).toHaveLength(6);
    expect(await open("100")).toEqual([]);
  });

  it("waits no longer when it is gone from the list, and tells when the whole list looks broken", async () => {
    const { db } = await embedded.open();
    const { app, clock, waiting } = await aBurst(db);
    await recordCatalogue(app, aCatalogue(...burst.slice(0, 2)));
    expect(await waiting("100")).toEqual(["Model 0", "Model 1"]);
    expect((await listWaiting(app, "100")).smallSince).toBeNull();
    await recordCatalogue(app, { listings: [aListing()], etag: null });
    expect((await listWaiting(app, "100")).smallSince).toEqual(clock.now);
  });
});

describe("a model that moderators add", () => {
  const wish = { serverId: "100", name: "Grok  5\n(arena)", link: "https://lmarena.ai/?m=grok" };

  it("is theirs alone: a market and an announcement in their server, nothing anywhere else", async () => {
    const { db } = await embedded.open();
    const { app, clock, open, announced } = await aBurst(db);
    const added = await addModel(app, { ...wish, key: "interaction:1" });
    expect(added).toEqual({ added: true, name: "Grok 5 (arena)", isAnnounced: true });
    // The same interaction, delivered twice; and another server with a model of that name.
    expect(await addModel(app, { ...wish, key: "interaction:1" })).toEqual(added);
    expect(await addModel(app, { ...wish, key: "interaction:2", serverId: "300" })).toMatchObject({
      added: true,
      isAnnounced: false,
    });
    expect(await open("100")).toEqual(["Grok 5 (arena)"]);
    expect(await open("200")).toEqual([]);
    expect(await announced()).toEqual(["announcement:1:100"]);
    const [card] = await listModels(app, "100");
    expect(card?.seenAt).toEqual({ link: wish.link });

    // No read of the catalogue withdraws it, and nobody who joins gets it.
    for (let i = 0; i < 4; i++) {
      clock.later(5 * minuteMs);
      await recordCatalogue(app, aCatalogue(aListing({ id: `vendor/news-${i}` })));
    }
    await aServer(app, "400");
    expect(await open("400")).toEqual([]);
    expect((await listModels(app, "100"))[0]?.withdrawnSince).toBeNull();
  });

  it.each([
    ["has no letters", { name: "⭐⭐" }, "no-name"],
    ["has a name of 4,000 characters", { name: "x".repeat(4_000) }, "name-too-long"],
    ["has a link that leads nowhere", { link: "lmarena" }, "bad-link"],
    ["has a link to a file", { link: "file:///etc/passwd" }, "bad-link"],
    ["is there already", { name: "GROK 5 (Arena)" }, "already-here"],
  ])("is refused when it %s", async (_, change, reason) => {
    const { db } = await embedded.open();
    const app = watcherApp(db, storyClock());
    await aServer(app, "100");
    await addModel(app, { ...wish, key: "interaction:1" });
    const answer = await addModel(app, { ...wish, key: "interaction:2", ...change });
    expect(answer).toMatchObject({ added: false, refusal: { reason } });
    expect(await listModels(app, "100")).toHaveLength(1);
  });

  it("is refused when the server has as many open as it may", async () => {
    const { db } = await embedded.open();
    const app = watcherApp(db, storyClock());
    await aServer(app, "100");
    const answers = [];
    for (let i = 0; i < 26; i++) {
      answers.push(await addModel(app, { ...wish, name: `Model ${i}`, key: `interaction:${i}` }));
    }
    expect(answers.filter(({ added }) => added)).toHaveLength(25);
    expect(answers.at(-1)).toMatchObject({ added: false, refusal: { reason: "too-many", mostModels: 25 } });
  });
});
