import { describe, expect, it } from "vitest";
import { addEvidence } from "../../src/actions/add-evidence.ts";
import { decideEvidence } from "../../src/actions/decide-evidence.ts";
import { decideMarket } from "../../src/actions/decide-market.ts";
import { cardHoldMs, claimCards, recordCardEdited, recordCardLater } from "../../src/actions/edit-cards.ts";
import { leaveServer } from "../../src/actions/join-server.ts";
import { recordCatalogue } from "../../src/actions/record-catalogue.ts";
import { listModels } from "../../src/actions/show-models.ts";
import { voteEvidence } from "../../src/actions/vote-evidence.ts";
import { cardWaitMs } from "../../src/domain/card.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { anAnnouncement, claimOne, sendAll } from "../support/claiming.ts";
import { describeOnPostgres } from "../support/database.ts";
import { aGuess, aKey, aSettlement, named } from "../support/factories.ts";
import { aCatalogue, aServer, aStealthListing, hourMs, minuteMs, watcherApp } from "../support/watcher-app.ts";

/** A model that was announced in server 100. */
async function anAnnounced() {
  const { db, clock, app, modelId } = await anAnnouncement();
  await sendAll(app);
  const where = { serverId: "100", modelId };
  const claim = () => claimCards(app, 100);
  const callers = async () => (await claim()).map(({ card }) => card.callers);
  return { db, clock, app, modelId, where, claim, callers };
}

describe("the card of an announcement", () => {
  it("is edited once for all that happened in three quarters of a minute, and not before", async () => {
    const { app, clock, where, claim } = await anAnnounced();
    expect(await claim()).toEqual([]);
    for (const name of ["Ann", "Bob", "Cid"]) {
      await aGuess(app, where, { member: named(name) });
      clock.later(10_000);
    }
    expect(await claim()).toEqual([]);
    clock.later(cardWaitMs - 30_000);
    const [card, ...others] = await claim();
    expect(others).toEqual([]);
    expect(card).toMatchObject({ serverId: "100", channelId: "110", late: false, card: { callers: 3 } });
    if (card) await recordCardEdited(app, card);
    clock.later(hourMs);
    expect(await claim()).toEqual([]);
  });

  it("is edited again for what happened during an edit, so that the last state is always written", async () => {
    const { app, clock, where, claim, callers } = await anAnnounced();
    await aGuess(app, where, { member: named("Ann") });
    clock.later(cardWaitMs);
    const [first] = await claim();
    await aGuess(app, where, { member: named("Bob") });
    if (first) await recordCardEdited(app, first);
    expect(await claim()).toEqual([]);
    clock.later(cardWaitMs);
    expect(await callers()).toEqual([2]);
  });

  it("is edited by another process if the one that began has died, and never by two at a time", async () => {
    const { app, clock, where, claim, callers } = await anAnnounced();
    await aGuess(app, where, { member: named("Ann") });
    clock.later(cardWaitMs);
    expect(await callers()).toEqual([1]);
    await aGuess(app, where, { member: named("Bob") });
    clock.later(cardHoldMs - 1);
    expect(await claim()).toEqual([]);
    clock.later(1);
    expect(await callers()).toEqual([2]);
  });

  it("waits as long as Discord wants", async () => {
    const { app, clock, where, claim, callers } = await anAnnounced();
    await aGuess(app, where);
    clock.later(cardWaitMs);
    const [card] = await claim();
    if (card) await recordCardLater(app, card, 2 * minuteMs);
    clock.later(2 * minuteMs - 1);
    expect(await claim()).toEqual([]);
    clock.later(1);
    expect(await callers()).toEqual([1]);
  });

  it("shows evidence, what changed on the list, and at once what moderators decided", async () => {
    const { app, clock, where, claim } = await anAnnounced();
    const next = async () => {
      const [card] = await claim();
      if (card) await recordCardEdited(app, card);
      return card?.card;
    };
    const piece = { lab: "deepseek", stance: "for", kind: "other", text: "It says so.", link: null } as const;
    await addEvidence(app, { ...where, ...piece, key: aKey(), member: named("Ann"), files: [], source: null });
    clock.later(cardWaitMs);
    expect(await next()).toMatchObject({ evidence: { for: 1, against: 0 } });
    await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha", { description: "A model." })));
    clock.later(cardWaitMs);
    // The card does not show descriptions.
    expect(await next()).toBeUndefined();
    await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha", { contextTokens: 256_000 })));
    clock.later(cardWaitMs);
    expect((await next())?.facts.contextTokens).toBe(256_000);
    await decideMarket(app, { ...where, key: aKey(), kind: "freeze", member: named("Mod"), reason: "x" });
    expect((await next())?.state).toBe("frozen");
    await aSettlement(app, where, { publishedAt: clock.now });
    expect(await next()).toMatchObject({ state: "settled", builders: ["xiaomi"] });
  });

  it("shows the strongest piece for each of the leading labs, and soon what votes and decisions make of it", async () => {
    const { app, clock, where, claim } = await anAnnounced();
    const next = async () => {
      expect(await claim()).toEqual([]);
      clock.later(cardWaitMs);
      const [card, ...others] = await claim();
      if (!card || others.length > 0) throw new Error("not one card is due");
      await recordCardEdited(app, card);
      return card.card.strongest.map(({ evidenceId }) => evidenceId);
    };
    const given = { stance: "for", kind: "other", link: null, files: [], source: null } as const;
    const file = async (lab: string, by: string, text: string, at = where) => {
      const answer = await addEvidence(app, { ...given, ...at, key: aKey(), member: named(by), lab, text });
      if (!answer.added) throw new Error(JSON.stringify(answer.refusal));
      return answer.evidence.evidenceId;
    };
    const vote = (evidenceId: number, by: string, serverId = "100") =>
      voteEvidence(app, { key: aKey(), serverId, member: named(by), evidenceId, vote: "convincing" });
    const decide = (evidenceId: number, kind: "hide" | "withdraw", by: string) =>
      decideEvidence(app, { key: aKey(), kind, serverId: "100", member: named(by), evidenceId, reason: "so" });
    await aGuess(app, where, { member: named("Ann"), suspect: "xiaomi", ownPoints: 100 });
    await aGuess(app, where, { member: named("Bob"), suspect: "deepseek", ownPoints: 250 });
    const [first, second] = [await file("deepseek", "Ann", "a"), await file("deepseek", "Bob", "b")];
    const third = await file("xiaomi", "Ann", "c");
    await file("moonshot", "Ann", "nobody thinks so");
    await aServer(app, "200");
    await vote(await file("deepseek", "Ann", "elsewhere", { ...where, serverId: "200" }), "Bob", "200");
    expect(await next()).toEqual([first, third]);
    for (const by of ["Cid", "Dev", "Eve"]) await vote(second, by);
    expect(await next()).toEqual([second, third]);
    await decide(second, "hide", "Mod");
    expect(await next()).toEqual([first, third]);
    await decide(first, "withdraw", "Ann");
    expect(await next()).toEqual([third]);
    await vote(third, "Bob");
    expect(await next()).toEqual([third]);
    const list = await listModels(app, "100");
    expect(list.map(({ evidence }) => evidence)).toEqual([{ for: 2, against: 0 }]);
  });

  it("of a settled model counts guesses as the settlement does, a second one too", async () => {
    const { app, clock, where, modelId, claim } = await anAnnounced();
    clock.later(hourMs);
    await aGuess(app, where, { member: named("Ann"), suspect: "deepseek" });
    clock.later(hourMs);
    const early = clock.now;
    await aGuess(app, where, { member: named("Bob"), suspect: "xiaomi" });
    clock.later(hourMs);
    const late = clock.now;
    await aSettlement(app, where, { lab: "xiaomi", publishedAt: early });
    expect((await claim())[0]?.card).toMatchObject({ state: "settled", counted: { callers: 1, right: 0 } });
    const mod = { key: aKey(), serverId: "100", modelId, member: named("mod"), reason: "the time was wrong" };
    await decideMarket(app, { ...mod, kind: "reopen" });
    await aSettlement(app, where, { lab: "xiaomi", publishedAt: late });
    clock.later(hourMs);
    expect((await claim())[0]?.card.counted).toEqual({ callers: 2, right: 1 });
  });

  it("is left alone where there is no message, or where the bot is no longer", async () => {
    const { app, clock, where, claim } = await anAnnounced();
    await aServer(app, "200");
    await aGuess(app, { ...where, serverId: "200" });
    await aGuess(app, where);
    await leaveServer(app, "100");
    clock.later(cardWaitMs);
    expect(await claim()).toEqual([]);
    await aServer(app, "100");
    expect((await claim()).map(({ serverId }) => serverId)).toEqual(["100"]);
  });

  it("that is just being sent is edited afterwards, as it may show what was true before", async () => {
    const { app, clock, modelId } = await anAnnouncement();
    const { delivery } = await claimOne(app);
    await aGuess(app, { serverId: "100", modelId });
    clock.later(cardWaitMs);
    expect(await claimCards(app, 100)).toEqual([]);
    await sendAll(app);
    clock.later(5 * minuteMs);
    expect(delivery.attempts).toBe(1);
    await sendAll(app);
    expect((await claimCards(app, 100)).map(({ card }) => card.callers)).toEqual([1]);
  });

  it("older than an hour is edited rarely: one a minute in a channel", async () => {
    const { app, clock, modelId } = await anAnnounced();
    const names = ["Fox Alpha", "Elk Alpha"];
    const { opened } = await recordCatalogue(
      app,
      aCatalogue(...["Ox Alpha", ...names].map((name) => aStealthListing(name))),
    );
    await sendAll(app);
    clock.later(hourMs);
    const modelIds = [modelId, ...opened.map((model) => model.modelId)];
    for (const id of modelIds) await aGuess(app, { serverId: "100", modelId: id });
    clock.later(cardWaitMs);
    const edited: number[] = [];
    for (let minute = 0; minute < 3; minute++) {
      const cards = await claimCards(app, 100);
      expect(cards).toHaveLength(1);
      for (const card of cards) {
        edited.push(card.card.modelId);
        await recordCardEdited(app, card);
      }
      expect(await claimCards(app, 100)).toEqual([]);
      clock.later(minuteMs);
    }
    expect(edited.toSorted()).toEqual(modelIds.toSorted());
  });
});

describeOnPostgres("several processes that edit cards", (database) => {
  it("share them: each card is edited by one", async () => {
    const settings = await database.settings();
    const opened = await Promise.all([1, 2, 3].map(() => openDatabase({ ...settings, poolSize: 2 })));
    try {
      const [first] = opened;
      if (!first) throw new Error("no database");
      const clock = { now: new Date("2026-03-12T01:00:00Z"), later: () => {} };
      const app = watcherApp(first.db, clock);
      await recordCatalogue(app, aCatalogue());
      for (let i = 0; i < 12; i++) await aServer(app, `${100 + i}`, { announcementChannelId: `${200 + i}` });
      const [model] = (await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha")))).opened;
      await sendAll(app);
      for (let i = 0; i < 12; i++) await aGuess(app, { serverId: `${100 + i}`, modelId: model?.modelId ?? 0 });
      clock.now = new Date(clock.now.getTime() + cardWaitMs);
      const claimed = await Promise.all(
        opened.map(async ({ db }) => {
          const mine: string[] = [];
          const other = watcherApp(db, clock);
          for (let cards = await claimCards(other, 2); cards.length > 0; cards = await claimCards(other, 2)) {
            mine.push(...cards.map(({ serverId }) => serverId));
          }
          return mine;
        }),
      );
      expect(claimed.flat().toSorted()).toEqual(Array.from({ length: 12 }, (_, i) => `${100 + i}`));
    } finally {
      await Promise.all(opened.map(({ close }) => close()));
    }
  });
});
