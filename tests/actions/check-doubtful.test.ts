import { expect, it, onTestFinished } from "vitest";
import { startOpenRouter } from "../../sandbox/openrouter/server.ts";
import { dismissWaiting, listWaiting, openWaiting } from "../../src/actions/review-listings.ts";
import { listModels } from "../../src/actions/show-models.ts";
import { readListings } from "../../src/schedule/read-listings.ts";
import { listings, models } from "../../src/storage/schema.ts";
import { embedded } from "../support/database.ts";
import { aServer, hourMs, minuteMs, owed, storyClock, watcherApp } from "../support/watcher-app.ts";

/** A server with a moderators' channel, a catalogue that was read once, and then listings the rule is in doubt about. */
async function doubts(...served: (string | undefined)[]) {
  const { db } = await embedded.open();
  const clock = storyClock();
  const app = watcherApp(db, clock);
  await aServer(app, "100", { announcementChannelId: "110", moderatorChannelId: "120" });
  await aServer(app, "200", { announcementChannelId: "210" });
  const openRouter = await startOpenRouter({ catalogue: [{ id: "openai/model", name: "OpenAI: Model" }] });
  onTestFinished(() => openRouter.close());
  const read = async () => {
    const before = openRouter.requests.length;
    const recorded = await readListings(app, { openRouterBaseUrl: openRouter.baseUrl });
    const asked = openRouter.requests.slice(before).filter(({ path }) => path.endsWith("/endpoints"));
    return { recorded, asked: asked.map(({ path }) => path.split("/").at(-2)) };
  };
  await read();
  for (const [i, served_by] of served.entries()) {
    openRouter.addListing({
      id: `nobody${i}/m${i}`,
      name: `M${i}`,
      pricing: { prompt: "0", completion: "0" },
      served_by,
    });
  }
  clock.later(5 * minuteMs);
  const waiting = async () => (await listWaiting(app, "100")).waiting.map(({ listing }) => listing.name);
  const open = async (serverId: string) => (await listModels(app, serverId)).map(({ name }) => name);
  return { db, app, clock, openRouter, read, waiting, open };
}

it("a doubtful listing that is served by Stealth is opened and announced like any other, with that reason", async () => {
  const { db, read, waiting, open } = await doubts("Stealth");
  expect((await read()).asked).toEqual(["m0"]);
  expect([await open("100"), await open("200")]).toEqual([["M0"], ["M0"]]);
  expect((await db.select().from(models))[0]?.reasons).toEqual(["served-as-stealth"]);
  expect(await owed(db, "announcement")).toHaveLength(2);
  expect(await waiting()).toEqual([]);
  expect((await read()).asked).toEqual([]);
});

it("one that is served under a name is an ordinary listing, which nobody is bothered with", async () => {
  const { db, read, waiting } = await doubts("DeepInfra");
  await read();
  expect([await waiting(), await db.select().from(models), await owed(db, "waiting")]).toEqual([[], [], []]);
});

it("one of which nobody knows waits for moderators, and is asked about less and less often", async () => {
  const { db, app, clock, read, waiting, open, openRouter } = await doubts("");
  expect((await read()).asked).toEqual(["m0"]);
  expect(await waiting()).toEqual(["M0"]);
  expect((await owed(db, "waiting")).map(({ serverId }) => serverId)).toEqual(["100"]);
  expect((await read()).asked).toEqual([]);
  clock.later(6 * minuteMs);
  expect((await read()).asked).toEqual(["m0"]);
  clock.later(6 * minuteMs);
  expect((await read()).asked).toEqual([]);
  // The moderators of one server open it, and then OpenRouter tells.
  await openWaiting(app, "100", () => true);
  openRouter.addListing({
    id: "nobody0/m0",
    name: "M0",
    pricing: { prompt: "0", completion: "0" },
    served_by: "Stealth",
  });
  clock.later(hourMs);
  await read();
  expect([await open("100"), await open("200")]).toEqual([["M0"], ["M0"]]);
  const announced = (await owed(db, "announcement")).map(({ key }) => key);
  expect(announced.sort()).toEqual(["announcement:1:100", "announcement:1:200"]);
});

it("moderators are told once of all that waits, and of what comes within a day after that once the day is over", async () => {
  const { db, app, clock, read, openRouter, waiting } = await doubts("", "", "", "", "");
  const toldBy = async (ms: number) => {
    clock.later(ms);
    await read();
    return (await owed(db, "waiting")).length;
  };
  for (let reads = 0; reads < 4; reads++) expect(await toldBy(5 * minuteMs)).toBe(1);
  const pricing = { prompt: "0", completion: "0" };
  openRouter.addListing({ id: "late/one", name: "Late", pricing, served_by: "" });
  openRouter.addListing({ id: "late/two", name: "Left", pricing, served_by: "" });
  for (let reads = 0; reads < 4; reads++) expect(await toldBy(5 * hourMs)).toBe(1);
  expect(await waiting()).toHaveLength(7);
  for (let reads = 0; reads < 2; reads++) expect(await toldBy(5 * hourMs)).toBe(2);
  // What the moderators left is no reason to tell them again.
  openRouter.addListing({ id: "later/one", name: "Later", pricing, served_by: "" });
  await toldBy(5 * minuteMs);
  await dismissWaiting(app, { serverId: "100", memberId: "9" }, () => true);
  for (let reads = 0; reads < 5; reads++) expect(await toldBy(8 * hourMs)).toBe(2);
});

it("at most three are asked about at one read, and none for ever", async () => {
  const { db, clock, read, waiting } = await doubts("", "", "", "", "");
  expect((await read()).asked).toHaveLength(3);
  expect(new Set((await read()).asked).size).toBe(2);
  expect(await waiting()).toHaveLength(5);
  for (let i = 0; i < 18; i++) {
    clock.later(200 * hourMs);
    await read();
  }
  const rows = (await db.select().from(listings)).filter(({ heldAt }) => heldAt !== null);
  expect(rows.map(({ checks, checkAt }) => [checks, checkAt])).toEqual(Array(5).fill([8, null]));
  // Time stood still at the first two reads: to the moderators they are one.
  expect(await owed(db, "waiting")).toHaveLength(1);
});
