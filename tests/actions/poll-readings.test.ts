import { eq } from "drizzle-orm";
import { describe, expect, it, vi } from "vitest";
import { leavePoll, passOnReadings, readAgain, recordVoters, takePoll } from "../../src/actions/look-after-polls.ts";
import { showModel } from "../../src/actions/show-models.ts";
import { members } from "../../src/storage/schema.ts";
import { aGuess, aMember } from "../support/factories.ts";
import { ann, answer, aStory, bob, cid, read } from "../support/poll-story.ts";
import { aVote } from "../support/polling.ts";

describe("votes while the bot was away", () => {
  it("are read back, and count from the moment of reading", async () => {
    const story = await aStory();
    const { poll, vote, standsOn, guessOf, counts, clock, differences } = story;
    await vote(ann, "deepseek");
    await vote(bob, "openai");
    const before = await guessOf(ann);
    // Meanwhile Bob took his vote back and Cid gave one.
    await read(story, [
      [ann, answer(poll, "deepseek")],
      [cid, answer(poll, "other")],
    ]);
    expect(await guessOf(ann)).toEqual(before);
    expect(await standsOn(bob)).toBeNull();
    expect(await guessOf(cid)).toMatchObject({ lab: "other", calledAt: clock.now });
    expect(await counts()).toEqual({ deepseek: 1, other: 1 });
    // Bob changed his mind, and Ann voted for another.
    await read(story, [
      [ann, answer(poll, "openai")],
      [cid, answer(poll, "other")],
      [bob, answer(poll, "deepseek")],
    ]);
    expect([await standsOn(ann), await standsOn(bob), await standsOn(cid)]).toEqual(["openai", "deepseek", "other"]);
    expect(await counts()).toEqual({ openai: 1, deepseek: 1, other: 1 });
    expect(await differences()).toEqual([]);
  });

  it("are not read from a list that is older than what was heard since", async () => {
    const story = await aStory();
    const { app, poll, vote, unvote, standsOn, clock } = story;
    await vote(ann, "deepseek");
    clock.pass({ minutes: 1 });
    await readAgain(app, null);
    const taken = await takePoll(app);
    if (!taken) throw new Error("no poll is due");
    // Discord makes its list when Ann has just taken her vote back, and Bob has just given one.
    const list = [{ ...bob, answer: answer(poll, "openai"), isBot: false }];
    await unvote(ann, "deepseek");
    await vote(ann, "deepseek");
    await vote(bob, "openai");
    await unvote(bob, "openai");
    await recordVoters(app, taken, list);
    expect(await standsOn(ann)).toBe("deepseek");
    expect(await standsOn(bob)).toBeNull();
  });

  it("are not read from a list that is older than what was heard of a vote nobody knew of, or knew otherwise", async () => {
    const story = await aStory();
    const { app, poll, vote, unvote, standsOn, clock, differences } = story;
    await vote(bob, "openai");
    await vote(cid, "openai");
    clock.pass({ minutes: 1 });
    await readAgain(app, null);
    const taken = await takePoll(app);
    if (!taken) throw new Error("no poll is due");
    // While the bot was away Ann voted, Bob changed his vote and Cid took hers back: this is the list Discord makes.
    const list = [ann, bob].map((member) => ({ ...member, answer: answer(poll, "deepseek"), isBot: false }));
    await unvote(ann, "deepseek");
    await unvote(bob, "deepseek");
    await vote(cid, "openai");
    expect(app.polls.takeAsked()).toEqual([{ pollId: poll.pollId, when: "now" }]);
    await recordVoters(app, taken, list);
    await leavePoll(app, taken, "read");
    expect([await standsOn(ann), await standsOn(bob), await standsOn(cid)]).toEqual([null, "openai", "openai"]);
    // What that list cannot tell any more, the next one does.
    expect(app.polls.takeAsked()).toEqual([{ pollId: poll.pollId, when: "now" }]);
    await read(story, [[cid, answer(poll, "openai")]]);
    expect([await standsOn(ann), await standsOn(bob), await standsOn(cid)]).toEqual([null, null, "openai"]);
    expect(app.polls.takeAsked()).toEqual([]);
    expect(await differences()).toEqual([]);
  });

  it("bring names of members nobody had a name for, and leave the others their own", async () => {
    const story = await aStory();
    const { app, poll, db, row } = story;
    await aVote(app, poll, { ...ann, name: null as unknown as string }, "deepseek");
    await aGuess(app, row, { member: { ...bob, name: "Bob the nick" } });
    expect((await showModel(app, row))?.latest.map(({ name }) => name)).toContain("");
    story.clock.pass({ minutes: 1 });
    await passOnReadings(app);
    expect(await takePoll(app)).toBeNull();
    await read(story, [
      [{ ...ann, name: "Ann of Discord" }, answer(poll, "deepseek")],
      [{ ...bob, name: "bob_1990" }, answer(poll, "deepseek")],
    ]);
    const names = await db.select().from(members).where(eq(members.serverId, row.serverId));
    expect(names.map(({ name }) => name).sort()).toEqual(["Ann of Discord", "Bob the nick"]);
  });

  it("count for nothing where they are a bot's", async () => {
    const story = await aStory();
    const robot = aMember();
    await story.vote(robot, "deepseek");
    await read(story, [[robot, answer(story.poll, "deepseek")]], [robot]);
    expect(await story.standsOn(robot)).toBeNull();
  });

  it("are read again by another process if the one that took the poll died", async () => {
    const { app, clock } = await aStory();
    await readAgain(app, null);
    expect(await takePoll(app)).not.toBeNull();
    expect(await takePoll(app)).toBeNull();
    clock.pass({ minutes: 2 });
    expect(await takePoll(app)).not.toBeNull();
  });

  it("are not lost when the database is", async () => {
    const { app, vote, db } = await aStory();
    const lost = vi.spyOn(db, "transaction").mockRejectedValue(new Error("the database is gone"));
    await vote(ann, "deepseek");
    lost.mockRestore();
    await passOnReadings(app);
    expect(await takePoll(app)).not.toBeNull();
  });
});
