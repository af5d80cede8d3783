import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { askAboutOverdue } from "../../src/actions/ask-about-overdue.ts";
import { joinServer, leaveServer } from "../../src/actions/join-server.ts";
import { refuseCandidate, showCandidate, termsOf } from "../../src/actions/judge-candidate.ts";
import { deliveries } from "../../src/storage/schema.ts";
import { embedded } from "../support/database.ts";
import { aServer, named } from "../support/factories.ts";
import { aCandidate, aGoneModel, anotherGoneModel, dayMs, decideIn, settleIn, toldTo } from "../support/reveals.ts";
import { owed } from "../support/watcher-app.ts";

describe("a candidate", () => {
  it("is one once, whoever finds it again", async () => {
    const { db } = await embedded.open();
    const { app, modelId } = await aGoneModel(db);
    const candidateId = await aCandidate(app, modelId);
    expect(await aCandidate(app, modelId, { score: 0.5 })).toBe(candidateId);
    expect((await toldTo(app)).map(({ candidate }) => candidate?.score)).toEqual([0.98, 0.98]);
  });

  it("gives a settlement its terms as long as it stands in this server", async () => {
    const { db } = await embedded.open();
    const { app, modelId } = await aGoneModel(db);
    const candidateId = await aCandidate(app, modelId);
    const terms = (serverId: string) => termsOf(app, { serverId, candidateId });
    expect(await terms("100")).toMatchObject({ done: true, terms: { modelId, lab: "xiaomi", secondLab: null } });
    await aServer(db, { serverId: "900" });
    expect(await terms("900")).toEqual({ done: false, refusal: { reason: "no-such-candidate" } });
    expect(await termsOf(app, { serverId: "100", candidateId: candidateId + 1 })).toMatchObject({ done: false });
  });

  it("that moderators say is not it stays that in their server, by the first to say so, and stands in the others", async () => {
    const { db } = await embedded.open();
    const { app, modelId } = await aGoneModel(db);
    const candidateId = await aCandidate(app, modelId);
    const refuse = (name: string) => refuseCandidate(app, { serverId: "100", candidateId, member: named(name) });
    expect((await refuse("Rita"))?.standing).toEqual({ kind: "dismissed", by: "Rita" });
    expect((await refuse("Boss"))?.standing).toEqual({ kind: "dismissed", by: "Rita" });
    expect(await termsOf(app, { serverId: "100", candidateId })).toEqual({
      done: false,
      refusal: { reason: "dismissed", by: "Rita", modelName: "Hunter Alpha" },
    });
    expect((await termsOf(app, { serverId: "200", candidateId })).done).toBe(true);
    // What nobody has posted yet is not posted any more there.
    expect((await toldTo(app)).map(({ serverId }) => serverId)).toEqual(["200"]);
  });

  it("of a model that is decided says so, and no one dismisses it then", async () => {
    const { db } = await embedded.open();
    const { app, modelId } = await aGoneModel(db);
    const candidateId = await aCandidate(app, modelId);
    await toldTo(app);
    await decideIn(app, "100", modelId, "void");
    const [edited] = await toldTo(app);
    expect(edited?.words).toContain("The model was called off here.");
    expect(edited?.buttons).toEqual([]);
    const refused = await refuseCandidate(app, { serverId: "100", candidateId, member: named("Rita") });
    expect(refused?.standing).toEqual({ kind: "decided", state: "void" });
    await decideIn(app, "100", modelId, "reopen");
    expect((await toldTo(app)).map(({ buttons }) => buttons)).toEqual([["Settle…", "Not it"]]);
    expect((await showCandidate(app, { serverId: "100", candidateId }))?.standing).toEqual({ kind: "waits" });
  });
});

describe("a candidate that is found while the bot is out of a server", () => {
  it("is told there once it is back, once", async () => {
    const { db } = await embedded.open();
    const { app, modelId } = await aGoneModel(db);
    await leaveServer(app, "100");
    await aCandidate(app, modelId);
    expect((await toldTo(app)).map(({ serverId }) => serverId)).toEqual(["200"]);
    await joinServer(app, { serverId: "100", name: "Server 100" });
    expect((await toldTo(app)).map(({ serverId, kind }) => [serverId, kind])).toEqual([["100", "candidate"]]);
    await leaveServer(app, "100");
    await joinServer(app, { serverId: "100", name: "Server 100" });
    expect(await toldTo(app)).toEqual([]);
  });
});

describe("a model nobody was named for", () => {
  it("is one question to the moderators after 180 days, edited once it is decided", async () => {
    const { db } = await embedded.open();
    const { app, clock, modelId } = await aGoneModel(db);
    const asked = async () => {
      await askAboutOverdue(app);
      return toldTo(app);
    };
    clock.now = new Date("2026-09-07T20:00:00Z");
    expect(await asked()).toEqual([]);
    clock.later(dayMs);
    const questions = await asked();
    expect(questions.map(({ kind, serverId, channelId }) => [kind, serverId, channelId])).toEqual([
      ["deadline", "100", "120"],
      ["deadline", "200", "210"],
    ]);
    expect(questions[0]?.words).toContain("**Hunter Alpha** has been open since");
    expect(questions[0]?.buttons).toEqual(["Call it off…", "Details"]);
    expect(await asked()).toEqual([]);
    await decideIn(app, "100", modelId, "void");
    expect((await asked()).map(({ isEdit, buttons }) => [isEdit, buttons])).toEqual([[true, ["Details"]]]);
    expect((await owed(db, "deadline")).length).toBe(2);
  });

  it("is a question where nobody was told of the candidate", async () => {
    const { db } = await embedded.open();
    const { app, clock, modelId } = await aGoneModel(db);
    await aCandidate(app, modelId);
    await toldTo(app);
    await db.delete(deliveries).where(eq(deliveries.serverId, "200"));
    clock.later(200 * dayMs);
    await askAboutOverdue(app);
    expect((await toldTo(app)).map(({ serverId, kind }) => [serverId, kind])).toEqual([["200", "deadline"]]);
  });

  it("is no question where a candidate stands, and one where it was dismissed or no other server holds to it", async () => {
    const { db } = await embedded.open();
    const { app, clock, modelId } = await aGoneModel(db);
    const candidateId = await aCandidate(app, modelId);
    const healer = await anotherGoneModel(app, { listingId: "openrouter/healer-alpha", name: "Healer Alpha" });
    await settleIn(app, "300", healer);
    await toldTo(app);
    clock.later(200 * dayMs);
    await askAboutOverdue(app);
    expect(await toldTo(app)).toEqual([]);
    await refuseCandidate(app, { serverId: "100", candidateId, member: named("Rita") });
    await decideIn(app, "300", healer, "reopen");
    await toldTo(app);
    await askAboutOverdue(app);
    expect((await toldTo(app)).map(({ serverId, words }) => [serverId, words.slice(2, 7)])).toEqual([
      ["100", "Heale"],
      ["100", "Hunte"],
      ["200", "Heale"],
    ]);
  });
});
