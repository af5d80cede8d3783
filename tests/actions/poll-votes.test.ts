import { like } from "drizzle-orm";
import { describe, expect, it, vi } from "vitest";
import { leavePoll, loadPolls, passOnReadings, recordVoters, takePoll } from "../../src/actions/look-after-polls.ts";
import { placeGuess } from "../../src/actions/place-guess.ts";
import { showModel } from "../../src/actions/show-models.ts";
import { transactions } from "../../src/storage/schema.ts";
import { anApp } from "../support/app.ts";
import { describeOnBoth } from "../support/database.ts";
import { aGuess, aKey, aMember, aSettlement, aWithdrawal } from "../support/factories.ts";
import { ann, answer, aStory, bob, cid } from "../support/poll-story.ts";
import { aVote } from "../support/polling.ts";

describeOnBoth("a vote in a poll", (database) => {
  it("is a free guess at the odds of its moment, and is counted on the card", async () => {
    const { vote, guessOf, counts, differences, clock, row, app } = await aStory((await database.open()).db);
    expect(await counts()).toEqual({});
    await vote(ann, "deepseek");
    await vote(bob, "other");
    expect(await guessOf(ann)).toMatchObject({ lab: "deepseek", ownStakePoints: 0, freeBudgetPoints: 0 });
    expect((await guessOf(bob)).calledAt).toEqual(clock.now);
    expect(await counts()).toEqual({ deepseek: 1, other: 1 });
    const shown = await showModel(app, row);
    expect(shown?.card.callers).toBe(2);
    expect(shown?.latest.map(({ name }) => name)).toEqual(["bob", "ann"]);
    expect(await differences()).toEqual([]);
  });

  it("counts once however often it is delivered, also to two processes at the same time", async () => {
    const { db } = await database.open();
    const { app, poll, clock, guessOf, counts, differences } = await aStory(db);
    const other = anApp(db, clock);
    await loadPolls(other);
    await Promise.all([app, other, app, other].map((each) => aVote(each, poll, ann, "deepseek")));
    const first = await guessOf(ann);
    await aVote(other, poll, ann, "deepseek");
    expect(await guessOf(ann)).toEqual(first);
    expect(await counts()).toEqual({ deepseek: 1 });
    expect(await db.select().from(transactions).where(like(transactions.key, "poll:%"))).toHaveLength(1);
    expect(await differences()).toEqual([]);
  });

  it("never races the member's own guess: whichever comes first, the vote changes nothing of it", async () => {
    const { db } = await database.open();
    const story = await aStory(db);
    const { app, row, poll, clock, differences } = story;
    const other = anApp(db, clock);
    await loadPolls(other);
    const crowd = Array.from({ length: 12 }, () => aMember());
    await Promise.all(
      crowd.flatMap((member, i) => {
        const guess = () => placeGuess(app, { key: aKey(), ...row, member, suspect: "openai", ownPoints: 100 });
        const vote = () => aVote(i % 4 < 2 ? app : other, poll, member, "deepseek");
        return i % 2 === 0 ? [guess(), vote()] : [vote(), guess()];
      }),
    );
    for (const member of crowd) {
      expect(await story.guessOf(member)).toMatchObject({ lab: "openai", ownStakePoints: 100, votedIn: null });
    }
    expect(await differences()).toEqual([]);
  });
});

describe("a vote that is taken back", () => {
  it("takes its guess back, and counts again when it is given again", async () => {
    const { vote, unvote, standsOn, counts, differences } = await aStory();
    await vote(ann, "deepseek");
    await unvote(ann, "deepseek");
    expect(await standsOn(ann)).toBeNull();
    expect(await counts()).toEqual({});
    await unvote(ann, "deepseek");
    await vote(ann, "openai");
    await unvote(ann, "openai");
    await vote(ann, "deepseek");
    expect(await standsOn(ann)).toBe("deepseek");
    expect(await counts()).toEqual({ deepseek: 1 });
    expect(await differences()).toEqual([]);
  });

  it("leaves a guess alone that the member has raised, moved or placed anew since", async () => {
    const { app, row, vote, unvote, guessOf, differences } = await aStory();
    for (const member of [ann, bob, cid]) await vote(member, "deepseek");
    await aGuess(app, row, { member: ann, suspect: "deepseek", ownPoints: 50 });
    await aGuess(app, row, { member: bob, suspect: "openai" });
    await aWithdrawal(app, row, cid);
    await aGuess(app, row, { member: cid, suspect: "deepseek" });
    for (const member of [ann, bob, cid]) await unvote(member, "deepseek");
    expect(await guessOf(ann)).toMatchObject({ lab: "deepseek", ownStakePoints: 50 });
    expect(await guessOf(bob)).toMatchObject({ lab: "openai" });
    expect(await guessOf(cid)).toMatchObject({ lab: "deepseek" });
    expect(await differences()).toEqual([]);
  });

  it("leaves the guess to a member who has guessed the same lab since, and was told so", async () => {
    const { app, row, vote, unvote, guessOf, differences } = await aStory();
    await vote(ann, "deepseek");
    const before = await guessOf(ann);
    const again = () => placeGuess(app, { key: aKey(), ...row, member: ann, suspect: "deepseek", ownPoints: null });
    expect(await again()).toEqual({ placed: false, refusal: { reason: "own-by-now", lab: "deepseek" } });
    expect(await again()).toEqual({ placed: false, refusal: { reason: "nothing-new", lab: "deepseek" } });
    await unvote(ann, "deepseek");
    expect(await guessOf(ann)).toEqual({ ...before, votedIn: null, touchedAt: expect.any(Date) });
    expect(await differences()).toEqual([]);
  });

  it("is not mistaken for the vote that follows it when events come late", async () => {
    const { app, poll, vote, unvote, guessOf, clock } = await aStory();
    await vote(ann, "deepseek");
    await unvote(ann, "deepseek");
    await vote(ann, "openai");
    const before = await guessOf(ann);
    // Another process hears the same three events later.
    await vote(ann, "deepseek");
    await unvote(ann, "deepseek");
    await vote(ann, "openai");
    expect(await guessOf(ann)).toEqual(before);
    // One of them looked as if something had been lost, so the list of voters is asked.
    await passOnReadings(app);
    const taken = await takePoll(app);
    expect(taken?.poll.messageId).toBe(poll.messageId);
    expect(await takePoll(app)).toBeNull();
    clock.pass({ minutes: 2 });
    expect((await takePoll(app))?.poll.messageId).toBe(poll.messageId);
  });
});

describe("a vote another process hears late", () => {
  it("is given again by that, or taken back, until the list of voters has been read", async () => {
    const story = await aStory();
    const { app, poll, clock, db, vote, unvote, standsOn, counts, differences } = story;
    const other = anApp(db, clock);
    await loadPolls(other);
    await vote(ann, "deepseek");
    await vote(bob, "deepseek");
    await unvote(ann, "deepseek");
    await unvote(bob, "deepseek");
    await passOnReadings(app);
    expect(await takePoll(app)).toBeNull();
    await vote(bob, "deepseek");
    app.polls.takeAsked();
    await aVote(other, poll, ann, "deepseek");
    await aVote(other, poll, bob, "deepseek", "unvote");
    await passOnReadings(other);
    clock.pass({ ms: 20_000 });
    const taken = await takePoll(other);
    if (!taken) throw new Error("no poll is due");
    await recordVoters(other, taken, [{ ...bob, answer: answer(poll, "deepseek"), isBot: false }]);
    await leavePoll(other, taken, "read");
    expect([await standsOn(ann), await standsOn(bob)]).toEqual([null, "deepseek"]);
    expect(await counts()).toEqual({ deepseek: 1 });
    expect(await differences()).toEqual([]);
  });
});

describe("a vote another process hears late, after the source came out", () => {
  it("changes nothing of what is paid and scored, though the model is settled before the list is read", async () => {
    const { app, row, poll, clock, db, vote, unvote, differences } = await aStory();
    const other = anApp(db, clock);
    await loadPolls(other);
    await vote(ann, "deepseek");
    await vote(bob, "deepseek");
    await unvote(bob, "deepseek");
    const publishedAt = clock.pass({ minutes: 1 });
    clock.pass({ minutes: 1 });
    await aVote(other, poll, ann, "deepseek", "unvote");
    await aVote(other, poll, bob, "deepseek");
    const settled = await aSettlement(app, row, { lab: "deepseek", publishedAt });
    expect(settled).toMatchObject({ callers: 1, right: 1, firstRight: { memberId: "ann" }, lateMembers: 2 });
    expect(settled.top.map(({ memberId }) => memberId)).toEqual(["ann"]);
    expect(await differences()).toEqual([]);
  });
});

describe("a crowd", () => {
  it("of five hundred votes goes in batches, with no transaction for each", async () => {
    const { app, poll, counts, db, differences } = await aStory();
    const crowd = Array.from({ length: 500 }, () => aMember());
    const transactions = vi.spyOn(db, "transaction");
    await Promise.all(crowd.map((member, i) => aVote(app, poll, member, i % 2 === 0 ? "deepseek" : "openai")));
    expect(transactions.mock.calls.length).toBeLessThan(15);
    transactions.mockRestore();
    expect(await counts()).toEqual({ deepseek: 250, openai: 250 });
    expect(await differences()).toEqual([]);
  });
});
