import { describe, expect, it } from "vitest";
import { claimMs } from "../../src/actions/claim-deliveries.ts";
import { decideMarket } from "../../src/actions/decide-market.ts";
import { recordHeld } from "../../src/actions/record-deliveries.ts";
import { readServer, saveServer } from "../../src/actions/set-up-server.ts";
import { confirmSettlement, previewSettlement } from "../../src/actions/settle-model.ts";
import { messageOf } from "../../src/discord/delivery-message.ts";
import { labNames } from "../../src/discord/views/lab-words.ts";
import { anAnnouncement, claimAll, claimOne, sendAll } from "../support/claiming.ts";
import { aGuess, aKey, named } from "../support/factories.ts";
import { minuteMs, owed } from "../support/watcher-app.ts";

const mod = named("Rita");

/** A model that was announced, and somebody who was right. */
async function aPlayedModel(settings: Parameters<typeof saveServer>[2] = {}) {
  const { db, clock, app, modelId } = await anAnnouncement(settings);
  await sendAll(app);
  const where = { serverId: "100", modelId };
  await aGuess(app, where, { member: named("Ann"), suspect: "xiaomi", ownPoints: 25 });
  clock.later(minuteMs);
  const settle = async (key = aKey()) => {
    const terms = {
      lab: "xiaomi",
      secondLab: null,
      source: "https://example.org/",
      publishedAt: clock.now.toISOString(),
    };
    const preview = await previewSettlement(app, { ...where, ...terms, member: mod });
    if (!preview.done) throw new Error("no preview");
    const request = { key, serverId: "100", member: mod, previewId: preview.previewId, channelId: "150" };
    return { request, answer: await confirmSettlement(app, request) };
  };
  return { db, clock, app, where, settle };
}

const wordsOf = (claimed: Awaited<ReturnType<typeof claimOne>>) => messageOf(claimed, labNames([])).content;

describe("a settlement", () => {
  it("is told once in the announcement channel, whoever confirms it how often", async () => {
    const { app, settle } = await aPlayedModel();
    const { request, answer } = await settle();
    expect(answer.done).toBe(true);
    expect(await confirmSettlement(app, request)).toEqual(answer);
    const [told, ...others] = await claimAll(app);
    expect(others).toEqual([]);
    expect(told?.delivery).toMatchObject({ kind: "decision", channelId: "110" });
    expect(told && wordsOf(told)).toMatch(
      /\*\*Ox Alpha\*\* is settled\.\nBuilt by: \*\*Xiaomi\*\*[\s\S]*Settled by \*\*Rita\*\*/,
    );
  });

  it("is still told if the process dies right after it", async () => {
    const { app, clock, settle } = await aPlayedModel();
    await settle();
    await claimOne(app, "a process that dies");
    clock.later(claimMs);
    const again = await claimOne(app);
    expect(again.delivery).toMatchObject({ kind: "decision", attempts: 2 });
    expect(again.delivery.firstClaimedAt).not.toBeNull();
  });

  it("is told where it was confirmed, in a server without an announcement channel", async () => {
    const { app, settle } = await aPlayedModel();
    await saveServer(app, "100", { announcementChannelId: null });
    await settle();
    expect((await claimOne(app)).delivery.channelId).toBe("150");
  });

  it("rings for those who deliver, so that nobody waits for their next look", async () => {
    const { app, settle } = await aPlayedModel();
    let rung = 0;
    app.owed.listen(() => rung++)();
    const stop = app.owed.listen(() => rung++);
    await settle();
    stop();
    expect(rung).toBe(1);
  });

  it("that could not be told is shown in /setup, and told after it", async () => {
    const { app, settle } = await aPlayedModel();
    await settle();
    await recordHeld(app, (await claimOne(app)).delivery, { problem: "cannot-send", unsure: false });
    expect((await readServer(app, "100")).troubles.map(({ kind }) => kind)).toEqual(["decision"]);
    expect((await claimOne(app)).trouble).toEqual({ channelId: "110", modelName: null });
    await saveServer(app, "100", { announcementChannelId: "111" });
    expect((await claimOne(app)).delivery).toMatchObject({ kind: "decision", channelId: "111" });
  });
});

describe("what else moderators decide", () => {
  it("is told with their name and reason, and what is refused is not", async () => {
    const { db, app, where } = await aPlayedModel();
    const decision = { ...where, kind: "freeze", member: mod, reason: "A rumour", channelId: "150" } as const;
    await decideMarket(app, { ...decision, key: aKey() });
    await decideMarket(app, { ...decision, key: aKey() });
    expect(await owed(db, "decision")).toHaveLength(1);
    expect(wordsOf(await claimOne(app))).toBe("**Ox Alpha** is frozen: no guesses for now.\nBy **Rita**: A rumour");
  });
});
