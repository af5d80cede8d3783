import { describe, expect, it } from "vitest";
import { claimDeliveries } from "../../src/actions/claim-deliveries.ts";
import { confirmCatalogue, recordCatalogue } from "../../src/actions/record-catalogue.ts";
import { recordSent } from "../../src/actions/record-deliveries.ts";
import { showModel } from "../../src/actions/show-models.ts";
import type { App } from "../../src/app.ts";
import { messageOf } from "../../src/discord/delivery-message.ts";
import { labNames } from "../../src/discord/views/lab-words.ts";
import type { Listing } from "../../src/domain/listing.ts";
import { markets } from "../../src/storage/schema.ts";
import { describeOnBoth, embedded } from "../support/database.ts";
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

const ox = (facts: Partial<Listing> = {}) => aStealthListing("Ox Alpha", { contextTokens: 128_000, ...facts });

/** Two servers, one with threads; Ox Alpha is announced in both. */
async function anAnnouncedModel(db: App["db"]) {
  const clock = storyClock();
  const app = watcherApp(db, clock);
  await firstRead(app);
  await aServer(app, "100", { announcementChannelId: "110", threadPerModel: true });
  await aServer(app, "200", { announcementChannelId: "210" });
  const read = (...listings: Listing[]) => {
    clock.later(5 * minuteMs);
    return recordCatalogue(app, aCatalogue(...listings));
  };
  const { opened } = await read(ox());
  const modelId = opened[0]?.modelId ?? 0;
  await sendAll(app);
  const card = async (serverId = "100") => (await showModel(app, { serverId, modelId }))?.card;
  return { app, clock, read, modelId, card };
}

/** Sends what is due, and opens threads where they are set up. */
async function sendAll(app: App) {
  const claimed = await claimDeliveries(app, { by: "a process", most: 100 });
  for (const { delivery } of claimed) {
    const threadId = delivery.kind === "announcement" && delivery.threadPerModel ? "777" : null;
    await recordSent(app, delivery, { channelId: delivery.channelId ?? "1", messageId: "777", threadId });
  }
  return claimed;
}

const kinds = (entries: readonly { kind: string; fact?: string }[] = []) =>
  entries.map(({ kind, fact }) => fact ?? kind);

describeOnBoth("a model whose facts change", (database) => {
  it("gets a line on its card in every server, and one message in its thread", async () => {
    const { db } = await database.open();
    const { app, clock, read, modelId, card } = await anAnnouncedModel(db);
    await read(ox({ contextTokens: 256_000, promptUsdPerToken: "0.000001", name: "Ox Beta" }));
    for (const serverId of ["100", "200"]) {
      const { name, facts, history } = (await card(serverId)) ?? {};
      expect([name, facts?.contextTokens]).toEqual(["Ox Beta", 256_000]);
      expect(kinds(history?.entries).sort()).toEqual(["contextTokens", "name", "promptUsdPerToken"]);
      expect(history?.entries).toContainEqual({
        kind: "fact",
        at: clock.now,
        fact: "contextTokens",
        before: 128_000,
        after: 256_000,
      });
    }
    const [change, ...others] = await sendAll(app);
    expect(others).toEqual([]);
    expect(change?.delivery).toMatchObject({ kind: "change", serverId: "100", modelId, channelId: "777" });
    const { content } = change ? messageOf(change, labNames([])) : {};
    expect(content).toContain("Context: 128,000 tokens → 256,000 tokens");
    expect(content).toContain("Price in: $0 per million tokens → $1 per million tokens");
    expect(content).toContain("Name: Ox Alpha → Ox Beta");
  });
});

describe("a model on the list", () => {
  it("says nothing where there is no news, and nothing in a thread once it is settled", async () => {
    const { db } = await embedded.open();
    const { app, read, card } = await anAnnouncedModel(db);
    await read(ox({ maxOutputTokens: null, createdAt: "2026-01-01T00:00:00.000Z" }));
    expect((await card())?.history.count).toBe(0);
    await db.update(markets).set({ state: "settled" });
    await read(ox({ contextTokens: 1_000 }));
    expect((await card())?.history.count).toBe(1);
    expect(await owed(app.db, "change")).toEqual([]);
  });

  it("shows the latest of a long history, and how much more there is", async () => {
    const { db } = await embedded.open();
    const { read, card } = await anAnnouncedModel(db);
    for (let i = 1; i <= 9; i++) await read(ox({ contextTokens: i * 1_000 }));
    const history = (await card())?.history;
    expect(history?.count).toBe(9);
    expect(history?.entries.map((entry) => entry.kind === "fact" && entry.after)).toEqual([
      9_000, 8_000, 7_000, 6_000, 5_000, 4_000,
    ]);
  });

  it("is withdrawn after three good reads in a row without it, since the first of them; its market stays open", async () => {
    const { db } = await embedded.open();
    const { app, clock, read, modelId, card } = await anAnnouncedModel(db);
    await read();
    const missedSince = clock.now;
    // A broken reply in between counts neither way.
    await recordCatalogue(app, { listings: aCatalogue().listings.slice(0, 3), etag: null });
    clock.later(5 * minuteMs);
    await confirmCatalogue(app);
    expect((await card())?.withdrawnSince).toBeNull();
    // Another process, and a list that has not changed.
    const other = watcherApp(db, clock);
    clock.later(5 * minuteMs);
    await confirmCatalogue(other);
    const shown = await showModel(other, { serverId: "200", modelId });
    expect(shown?.card).toMatchObject({ withdrawnSince: missedSince, state: "open" });
    expect(shown?.card.history.entries).toEqual([{ kind: "withdrawn", at: clock.now }]);
    await read();
    await confirmCatalogue(app);
    expect((await card())?.history.count).toBe(1);
    expect((await sendAll(app)).map(({ delivery }) => delivery.kind)).toEqual(["change"]);
  });

  it("is back without a second announcement", async () => {
    const { db } = await embedded.open();
    const { app, read, card } = await anAnnouncedModel(db);
    for (let i = 0; i < 3; i++) await read(aStealthListing("Fox Alpha"));
    await read(aStealthListing("Fox Alpha"), ox());
    expect((await card())?.withdrawnSince).toBeNull();
    expect(kinds((await card())?.history.entries)).toEqual(["back", "withdrawn"]);
    const announced = (await owed(app.db, "announcement")).map(({ key }) => key);
    expect(announced).toEqual([...new Set(announced)]);
    expect(announced).toHaveLength(4);
  });

  it("starts counting anew when it is seen in between, and is there while a variant of it is", async () => {
    const { db } = await embedded.open();
    const { read, card } = await anAnnouncedModel(db);
    await read();
    await read();
    await read(ox());
    await read();
    await read();
    for (let i = 0; i < 4; i++) await read(aStealthListing("Ox Alpha", { id: `stealth/ox-alpha:free` }));
    expect((await card())?.history.count).toBe(0);
  });
});

describe("companions", () => {
  const minute = (second: number) => ({ createdAt: `2026-03-11T20:24:${String(second).padStart(2, "0")}.000Z` });

  it("are named on both cards and announcements, and keep their markets apart", async () => {
    const { db } = await embedded.open();
    const clock = storyClock();
    const app = watcherApp(db, clock);
    await firstRead(app);
    await aServer(app, "100", { announcementChannelId: "110" });
    await aServer(app, "200");
    await sendAll(app);
    const elsewhere = aStealthListing("Openrouter Alpha", { id: "openrouter/other-alpha", ...minute(31) });
    const later = aStealthListing("Later Alpha", { createdAt: "2026-03-11T20:40:00.000Z" });
    const unknown = aStealthListing("Timeless Alpha");
    const { opened } = await recordCatalogue(
      app,
      aCatalogue(
        aStealthListing("Hunter Alpha", minute(31)),
        aStealthListing("Healer Alpha", minute(59)),
        elsewhere,
        later,
        unknown,
      ),
    );
    const named = new Map<string, string[]>();
    for (const { modelId, name } of opened) {
      const shown = await showModel(app, { serverId: "200", modelId });
      named.set(name, shown?.card.companions.map((companion) => companion.name) ?? []);
    }
    expect([...named].filter(([, companions]) => companions.length > 0)).toEqual([
      ["Hunter Alpha", ["Healer Alpha"]],
      ["Healer Alpha", ["Hunter Alpha"]],
    ]);
    const announced = await sendAll(app);
    const hunter = announced.find(({ card }) => card?.name === "Hunter Alpha");
    const { embeds } = hunter ? messageOf(hunter, labNames([])) : {};
    expect(embeds?.[0]?.description).toContain("Listed in the same minute as **Healer Alpha**");
    expect(await db.$count(markets)).toBe(10);
  });
});
