import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { addModel } from "../../src/actions/add-model.ts";
import { answerQuestions } from "../../src/actions/answer-question.ts";
import { finishedAnswer, takeOverAnswers } from "../../src/actions/finish-questions.ts";
import { showModel } from "../../src/actions/show-models.ts";
import { stopQuestion } from "../../src/actions/stop-question.ts";
import { countsForMember } from "../../src/domain/question.ts";
import { questionRules } from "../../src/domain/question-limits.ts";
import { models, questionBudget, questions, servers } from "../../src/storage/schema.ts";
import { anApp } from "../support/app.ts";
import { describeOnBoth, embedded } from "../support/database.ts";
import { aKey, aMarket, aMember, aModel, aServer, named } from "../support/factories.ts";
import { aListing } from "../support/listing.ts";
import { aDesk, forget, refusalOf, taken } from "./question-desk.ts";

const never = new AbortController().signal;

describe("a question to a model", () => {
  const database = embedded;

  it("is stored with its answer and figures, which count on the model's card", async () => {
    const { app, db, serverId, modelId, answered } = await aDesk(database);
    const question = await answered();
    expect(question).toMatchObject({ state: "whole", answer: "Nobody.", failure: null });
    const [row] = await db.select().from(questions);
    expect(row).toMatchObject({
      prompt: "Who built you?",
      answer: "Nobody.",
      state: "whole",
      costUsd: 0,
      heldUntil: null,
    });
    await answered({ member: named("Bob") }, { reason: "provider-busy", retryAfterSeconds: 3 });
    const shown = await showModel(app, { serverId, modelId });
    expect(shown?.card.measured).toMatchObject({ questions: 2, failed: 1 });
    expect(shown?.card.measured?.medianFirstWordMs).toEqual(expect.any(Number));
  });

  it("is taken in once, however often its interaction is delivered", async () => {
    const { ask } = await aDesk(database);
    const key = aKey();
    taken(await ask({ key }));
    expect(refusalOf(await ask({ key, member: named("Bob") }))).toEqual({ reason: "asked-before" });
  });

  it("is refused while the member's last is answered, and tells when an hour's ten are used up", async () => {
    const { ask, answered, clock } = await aDesk(database, { perMinute: 1000, perDay: 1000, usdPerMonth: 0 });
    const first = clock.now;
    await answered();
    for (let i = 1; i < questionRules.memberPerHour; i += 1) {
      clock.pass({ minutes: 1 });
      await answered();
    }
    expect(refusalOf(await ask())).toEqual({
      reason: "member-limit",
      most: 10,
      freeAt: new Date(first.getTime() + 3_600_000),
    });
    taken(await ask({ member: named("Bob") }));
    expect(refusalOf(await ask({ member: named("Bob") }))).toEqual({ reason: "member-busy" });
    clock.set(new Date(first.getTime() + 3_600_000));
    taken(await ask());
  });

  it("counts against the host's minute and day, whoever asks where", async () => {
    const { db, ask, answered, clock, serverId } = await aDesk(database, { perMinute: 2, perDay: 3, usdPerMonth: 0 });
    await db.update(servers).set({ questionsPerDay: 40 }).where(eq(servers.serverId, serverId));
    const first = clock.now;
    await answered();
    await answered({ member: named("Bob") });
    expect(refusalOf(await ask())).toMatchObject({
      reason: "host-limit",
      per: "minute",
      freeAt: new Date(first.getTime() + 60_000),
    });
    clock.pass({ minutes: 1 });
    await answered();
    expect(refusalOf(await ask())).toMatchObject({
      reason: "host-limit",
      per: "day",
      freeAt: new Date(first.getTime() + 86_400_000),
    });
  });

  it("counts against the key alone if it ends without a word", async () => {
    const { db, ask, answered } = await aDesk(database, { perMinute: 2, perDay: 40, usdPerMonth: 0 });
    await answered({}, { reason: "provider-failed" });
    const { left } = taken(await ask());
    expect(left).toEqual({ member: 9, server: 19, hostToday: 38 });
    const counted = await db.select({ isCounted: questions.isCounted }).from(questions).orderBy(questions.questionId);
    expect(counted).toEqual([{ isCounted: false }, { isCounted: true }]);
    expect(refusalOf(await ask({ member: named("Bob") }))).toMatchObject({ reason: "host-limit", per: "minute" });
  });

  it("that fails and takes nothing from its asker is tried fifteen times an hour, and then no more", async () => {
    const { ask, answered, clock } = await aDesk(database, { perMinute: 1_000, perDay: 1_000 });
    const first = clock.now;
    for (let i = 0; i < questionRules.failedPerHour; i += 1) {
      const failed = await answered({}, { reason: "provider-failed" });
      expect(countsForMember(failed)).toBe(false);
      clock.pass({ minutes: 1 });
    }
    const freeAt = new Date(first.getTime() + 3_600_000);
    expect(refusalOf(await ask())).toEqual({ reason: "failed-limit", most: 15, freeAt });
    taken(await ask({ member: named("Bob") }));
    clock.set(freeAt);
    taken(await ask());
  });

  it("may be asked half of the host's day in a server that has set nothing, and as much as a server has set", async () => {
    const { db, ask, answered, serverId } = await aDesk(database, { perMinute: 100, perDay: 4 });
    await answered();
    await answered({ member: named("Bob") });
    expect(refusalOf(await ask())).toMatchObject({ reason: "server-limit", most: 2 });
    await db.update(servers).set({ questionsPerDay: 30 }).where(eq(servers.serverId, serverId));
    taken(await ask());
  });

  it("waits until an account is as old as the server wants it", async () => {
    const { db, ask, serverId, clock } = await aDesk(database);
    await db.update(servers).set({ minimumAccountDays: 7 }).where(eq(servers.serverId, serverId));
    const member = aMember({ createdAt: clock.now });
    const readyAt = new Date(clock.now.getTime() + 7 * 86_400_000);
    expect(refusalOf(await ask({ member }))).toEqual({ reason: "account-too-young", minimumDays: 7, readyAt });
    clock.set(readyAt);
    taken(await ask({ member }));
  });

  it("waits as long as OpenRouter wants the key to wait", async () => {
    const { ask, answered, clock } = await aDesk(database);
    const retryAt = new Date(clock.now.getTime() + 500_000);
    await answered({}, { reason: "key-limit", per: "day", retryAt });
    expect(refusalOf(await ask())).toEqual({ reason: "key-resting", freeAt: retryAt });
    clock.set(retryAt);
    taken(await ask());
  });

  it("finds four answers at once enough for one host", async () => {
    const { db, ask } = await aDesk(database);
    for (const name of ["Ann", "Bob", "Cid", "Dee"]) taken(await ask({ member: named(name) }));
    expect(refusalOf(await ask({ member: named("Eve") }))).toEqual({ reason: "host-busy" });
    await forget(db);
    taken(await ask({ member: named("Eve") }));
  });

  it("is bounded by what the server set, and switched off there at 0", async () => {
    const { db, ask, answered, serverId } = await aDesk(database);
    await db.update(servers).set({ questionsPerDay: 1 }).where(eq(servers.serverId, serverId));
    await answered();
    expect(refusalOf(await ask({ member: named("Bob") }))).toMatchObject({ reason: "server-limit", most: 1 });
    await db.update(servers).set({ questionsPerDay: 0 }).where(eq(servers.serverId, serverId));
    expect(refusalOf(await ask({ member: named("Bob") }))).toEqual({ reason: "server-off" });
  });

  it("never spends more in a month than the host allows, even where nobody tells what an answer cost", async () => {
    const { db, app, clock, script, ask, answered, serverId } = await aDesk(database, {
      perMinute: 100,
      perDay: 100,
      usdPerMonth: 1,
    });
    const facts = aListing({ promptUsdPerToken: "0.0001", completionUsdPerToken: "0.0001" });
    const { modelId } = await aModel(db, { facts });
    await aMarket(db, { serverId, modelId });
    const whom = { kind: "model", modelId } as const;
    // At most 4,000 tokens of answer and some of question: a little over $0.40.
    const { asks, chat } = taken(await ask({ whom }));
    taken(await ask({ whom, member: named("Bob") }));
    expect(refusalOf(await ask({ whom, member: named("Cid") }))).toMatchObject({
      reason: "month-spent",
      usdPerMonth: 1,
    });
    const stopped = AbortSignal.abort();
    const answering = answerQuestions(app, chat, asks);
    await answering.run(() => {}, stopped);
    await script.asked();
    await answering.close(true);
    expect(answering.now()[0]).toMatchObject({ state: "interrupted" });
    expect(refusalOf(await ask({ whom, member: named("Cid") }))).toMatchObject({ reason: "month-spent" });
    await answered({ member: named("Dee") });
    clock.set(new Date("2026-04-01T00:00:00Z"));
    await forget(db);
    await takeOverAnswers(app);
    taken(await ask({ whom, member: named("Cid") }));
    const [budget] = await db.select().from(questionBudget);
    expect(budget?.month).toBe("2026-04");
  });

  it("costs nothing and asks nobody where the member or the channel is barred", async () => {
    const { db, ask, serverId, script } = await aDesk(database);
    const questionAccess = {
      allowedRoleIds: ["7"],
      barredRoleIds: ["8"],
      allowedChannelIds: ["5"],
      barredChannelIds: [],
    };
    await db.update(servers).set({ questionAccess }).where(eq(servers.serverId, serverId));
    const inThread = { channelId: "55", parentChannelId: "5" };
    expect(refusalOf(await ask({ roleIds: ["7"] }))).toMatchObject({ reason: "other-channel" });
    expect(refusalOf(await ask({ ...inThread, roleIds: [] }))).toMatchObject({ reason: "role-needed" });
    expect(refusalOf(await ask({ ...inThread, roleIds: ["7", "8"] }))).toMatchObject({ reason: "role-barred" });
    for (const prompt of [" \0 ", "\u200b\u2800"])
      expect(refusalOf(await ask({ ...inThread, roleIds: ["7"], prompt }))).toEqual({ reason: "no-prompt" });
    taken(await ask({ ...inThread, roleIds: ["7"] }));
    expect(script.asks).toEqual([]);
  });

  it("belongs to its server: nobody goes on with, or stops, another server's", async () => {
    const { app, db, ask, answered } = await aDesk(database);
    const { questionId } = await answered();
    const { serverId } = await aServer(db);
    const whom = { kind: "continue", questionId } as const;
    expect(refusalOf(await ask({ serverId, whom, prompt: "More" }))).toEqual({ reason: "no-such-question" });
    expect(await stopQuestion(app, { serverId, memberId: "Ann", moderates: true, questionId })).toMatchObject({
      stopped: false,
    });
  });

  it("cannot be for a model that moderators saw elsewhere", async () => {
    const { app, db, serverId, ask } = await aDesk(database);
    const seen = { key: aKey(), serverId, name: "Arena Mystery", link: "https://lmarena.ai/" };
    expect(await addModel(app, seen)).toMatchObject({ added: true });
    const [model] = await db.select().from(models).where(eq(models.serverId, serverId));
    const refused = await ask({ whom: { kind: "model", modelId: model!.modelId } });
    expect(refusalOf(refused)).toEqual({ reason: "seen-elsewhere" });
  });
});

describeOnBoth("an answer", (database) => {
  it("is no longer its process's when another has taken it over: the model is told to stop, and nothing is written", async () => {
    const { app, db, clock, ask, script } = await aDesk(database);
    const { asks, chat } = taken(await ask());
    let elapsedMs = 0;
    const answering = answerQuestions({ ...app, elapsedMs: () => elapsedMs }, chat, asks);
    const running = answering.run(() => {}, never);
    const model = await script.asked();
    expect(await answering.isOurs()).toBe(true);
    await forget(db);
    const other = anApp(db, clock);
    expect(await takeOverAnswers(other)).toHaveLength(1);
    // It slept, and asks before it writes.
    elapsedMs += 30_000;
    expect(await answering.isOurs()).toBe(false);
    expect(model.stopped).toBe(true);
    await running;
    await answering.close(false);
    expect((await db.select().from(questions))[0]).toMatchObject({ state: "interrupted", holder: other.name });
  });

  it("is finished by one other process when its own is dead, and keeps what was written", async () => {
    const { app, db, clock, ask, script } = await aDesk(database);
    const { asks, chat } = taken(await ask());
    const answering = answerQuestions(app, chat, asks);
    void answering.run(() => {}, never);
    const model = await script.asked();
    model.say("Half of it");
    await answering.shownIn(["m1"]);
    const stored = async () => (await db.select().from(questions))[0]?.answer;
    await expect.poll(stored, { timeout: 10_000 }).toBe("Half of it");
    await answering.close(false);
    await forget(db);
    const others = [anApp(db, clock), anApp(db, clock)];
    const found = await Promise.all(others.map((other) => takeOverAnswers(other)));
    expect(found.flat()).toHaveLength(1);
    const lost = found.flat()[0]!;
    expect(lost).toMatchObject({ messageIds: ["m1"], questions: [{ state: "interrupted", answer: "Half of it" }] });
    for (const other of others) await finishedAnswer(other, lost);
    await forget(db);
    expect((await db.select().from(questions))[0]).toMatchObject({ state: "interrupted" });
    // Its own process, should it still live, no longer writes.
    model.say(" and more");
    model.end();
    expect((await db.select().from(questions))[0]).toMatchObject({ state: "interrupted", answer: "Half of it" });
  });
});
