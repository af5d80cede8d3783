import { describe, expect, it } from "vitest";
import { leavePoll, loadUntold, recordVoters, takePoll } from "../../src/actions/look-after-polls.ts";
import { tellVotes } from "../../src/actions/tell-votes.ts";
import { servers, votes } from "../../src/storage/schema.ts";
import { anApp } from "../support/app.ts";
import { aGuess, aMember, anId, aSettlement, aWithdrawal } from "../support/factories.ts";
import { ann, answer, aStory, bob, cid } from "../support/poll-story.ts";
import { aVote } from "../support/polling.ts";

describe("a member who has guessed elsewhere", () => {
  it.each([
    ["a free guess", null],
    ["a staked one", 100],
  ])("keeps %s whatever is voted, and is told once a poll", async (_, ownPoints) => {
    const { app, row, vote, unvote, guessOf, counts, told } = await aStory();
    await aGuess(app, row, { member: ann, suspect: "openai", ownPoints });
    const before = await guessOf(ann);
    await vote(ann, "deepseek");
    expect(await told(ann)).toEqual([{ modelName: "Hunter Alpha", refused: "guessed-already" }]);
    await unvote(ann, "deepseek");
    await vote(ann, "openai");
    await unvote(ann, "openai");
    expect(await guessOf(ann)).toEqual(before);
    expect(await told(ann)).toEqual([]);
    expect(await told(bob)).toEqual([]);
    await vote(ann, "deepseek");
    expect(await counts()).toEqual({ deepseek: 1 });
  });

  it("is told after a restart too, and in the server it is about alone", async () => {
    const { app, db, clock, row, vote } = await aStory();
    await aGuess(app, row, { member: ann, suspect: "openai" });
    await vote(ann, "deepseek");
    const restarted = anApp(db, clock);
    await loadUntold(restarted);
    expect(await tellVotes(restarted, { serverId: "200", memberId: "ann" })).toEqual([]);
    expect(await tellVotes(restarted, { serverId: row.serverId, memberId: "ann" })).toHaveLength(1);
    const again = anApp(db, clock);
    await loadUntold(again);
    expect(await tellVotes(again, { serverId: row.serverId, memberId: "ann" })).toEqual([]);
  });

  it("may let the vote be the guess by voting before and guessing nowhere else", async () => {
    const { row, app, vote, unvote, guessOf } = await aStory();
    await aGuess(app, row, { member: ann, suspect: "openai" });
    await aWithdrawal(app, row, ann);
    await vote(ann, "deepseek");
    expect(await guessOf(ann)).toMatchObject({ lab: "deepseek" });
    await unvote(ann, "deepseek");
    expect((await guessOf(ann)).lab).toBeNull();
  });
});

describe("a vote counts for nothing", () => {
  it("while the model is frozen, and the guess it made before cannot be taken back then", async () => {
    const { decide, vote, unvote, standsOn, told, differences } = await aStory();
    await vote(bob, "deepseek");
    await decide("freeze");
    await vote(ann, "deepseek");
    await unvote(bob, "deepseek");
    expect(await standsOn(ann)).toBeNull();
    expect(await standsOn(bob)).toBe("deepseek");
    expect(await told(ann)).toEqual([{ modelName: "Hunter Alpha", refused: "market-frozen" }]);
    await decide("unfreeze");
    expect(await standsOn(ann)).toBeNull();
    await vote(bob, "openai");
    expect(await standsOn(bob)).toBe("openai");
    expect(await differences()).toEqual([]);
  });

  it("until the model is open again: then what stands counts, and what was taken back does not", async () => {
    const story = await aStory();
    const { app, poll, clock, decide, vote, unvote, standsOn, guessOf, counts, told, differences } = story;
    await vote(bob, "deepseek");
    await vote(cid, "deepseek");
    await decide("freeze");
    await vote(ann, "openai");
    await unvote(bob, "deepseek");
    await unvote(cid, "deepseek");
    await vote(cid, "openai");
    expect(await told(bob)).toEqual([]);
    // The poll's time is up meanwhile; it is not over before that.
    app.polls.takeAsked();
    clock.pass({ hours: 25 });
    expect(await takePoll(app)).toBeNull();
    await decide("unfreeze");
    const taken = await takePoll(app);
    if (!taken) throw new Error("no poll is due");
    const list = [ann, cid].map((member) => ({ ...member, answer: answer(poll, "openai"), isBot: false }));
    await recordVoters(app, taken, list);
    await leavePoll(app, taken, "read");
    expect(await guessOf(ann)).toMatchObject({ lab: "openai", calledAt: clock.now });
    expect([await standsOn(bob), await standsOn(cid)]).toEqual([null, "openai"]);
    expect(await told(ann)).toEqual([]);
    expect(await counts()).toEqual({ openai: 2 });
    expect(await differences()).toEqual([]);
  });

  it("once the model is settled or called off", async () => {
    const settled = await aStory();
    await settled.vote(ann, "deepseek");
    const publishedAt = settled.clock.pass({ hours: 1 });
    await aSettlement(settled.app, settled.row, { lab: "deepseek", publishedAt });
    await settled.vote(bob, "deepseek");
    await settled.unvote(ann, "deepseek");
    expect(await settled.standsOn(bob)).toBeNull();
    expect(await settled.standsOn(ann)).toBe("deepseek");
    expect(await settled.told(bob)).toMatchObject([{ refused: "market-settled" }]);
    expect(await settled.differences()).toEqual([]);
    const off = await aStory(settled.db);
    await off.decide("void");
    await off.vote(bob, "deepseek");
    expect(await off.standsOn(bob)).toBeNull();
    expect(await off.told(bob)).toMatchObject([{ refused: "market-void" }]);
  });

  it("from an account younger than the server asks for", async () => {
    const { db, row, clock, vote, standsOn, told, counts } = await aStory();
    await db
      .insert(servers)
      .values({ serverId: row.serverId, name: "", joinedAt: clock.now, minimumAccountDays: 30 })
      .onConflictDoUpdate({
        target: servers.serverId,
        set: { minimumAccountDays: 30 },
      });
    const newcomer = aMember({ createdAt: clock.now });
    await vote(newcomer, "deepseek");
    expect(await standsOn(newcomer)).toBeNull();
    expect(await told(newcomer)).toMatchObject([{ refused: "account-too-young" }]);
    expect(await counts()).toEqual({ deepseek: 1 });
  });

  it("in a poll that is not ours, or for an answer it does not have", async () => {
    const { app, poll, vote, counts, db } = await aStory();
    await aVote(app, { ...poll, messageId: anId() }, ann, "deepseek");
    await aVote(app, { ...poll, labs: [...poll.labs, "eleventh"] }, ann, "eleventh");
    expect(await counts()).toEqual({});
    await vote(ann, "deepseek");
    expect(await db.select().from(votes)).toHaveLength(1);
  });
});
