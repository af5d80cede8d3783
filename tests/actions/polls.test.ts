import { and, eq, like } from "drizzle-orm";
import { describe, expect, it, vi } from "vitest";
import { auditLedger } from "../../src/actions/audit-ledger.ts";
import { claimDeliveries } from "../../src/actions/claim-deliveries.ts";
import { decideMarket } from "../../src/actions/decide-market.ts";
import {
  leavePoll,
  loadPolls,
  loadUntold,
  passOnReadings,
  readAgain,
  recordVoters,
  takePoll,
} from "../../src/actions/look-after-polls.ts";
import { openPoll } from "../../src/actions/open-poll.ts";
import { placeGuess } from "../../src/actions/place-guess.ts";
import { recordCatalogue } from "../../src/actions/record-catalogue.ts";
import { recordFailed, recordHeld, recordSent } from "../../src/actions/record-deliveries.ts";
import { saveServer } from "../../src/actions/set-up-server.ts";
import { showModel } from "../../src/actions/show-models.ts";
import { tellVotes } from "../../src/actions/tell-votes.ts";
import type { Member } from "../../src/domain/member.ts";
import { pollRules, type RunningPoll } from "../../src/domain/poll.ts";
import type { Db } from "../../src/storage/database.ts";
import { guesses, members, servers, transactions, votes } from "../../src/storage/schema.ts";
import { aClock, anApp } from "../support/app.ts";
import { describeOnBoth, embedded } from "../support/database.ts";
import { aGuess, aKey, aMarket, aMember, anId, aSettlement, aWithdrawal, named } from "../support/factories.ts";
import { aPoll, aPostedPoll, aVote } from "../support/polling.ts";
import {
  aCatalogue,
  aServer,
  aStealthListing,
  firstRead,
  owed,
  storyClock,
  watcherApp,
} from "../support/watcher-app.ts";

const [ann, bob, cid] = ["ann", "bob", "cid"].map(named) as [Member, Member, Member];

/** A market with a running poll, and short words for what happens to them, a minute apart. */
async function aStory(db?: Db) {
  const stored = db ?? (await embedded.open()).db;
  const clock = aClock();
  const app = anApp(stored, clock);
  const row = await aMarket(stored);
  const poll = await aPoll(app, row);
  const mine = (memberId: string) => and(eq(guesses.marketId, row.marketId), eq(guesses.memberId, memberId));
  return {
    db: stored,
    clock,
    app,
    row,
    poll,
    vote(member: Member, lab: string) {
      clock.pass({ minutes: 1 });
      return aVote(app, poll, member, lab);
    },
    unvote(member: Member, lab: string) {
      clock.pass({ minutes: 1 });
      return aVote(app, poll, member, lab, "unvote");
    },
    async standsOn({ memberId }: Member) {
      const [guess] = await stored.select().from(guesses).where(mine(memberId));
      return guess ? guess.lab : null;
    },
    async guessOf({ memberId }: Member) {
      const [guess] = await stored.select().from(guesses).where(mine(memberId));
      if (!guess) throw new Error(`${memberId} has no guess`);
      return guess;
    },
    async counts() {
      const shown = await showModel(app, row);
      const counted = (shown?.card.poll?.votes ?? []).filter(({ count }) => count > 0);
      return Object.fromEntries(counted.map(({ lab, count }) => [lab, count]));
    },
    told: ({ memberId }: Member) => tellVotes(app, { serverId: row.serverId, memberId }),
    decide: (kind: "freeze" | "unfreeze" | "void") =>
      decideMarket(app, { key: aKey(), kind, ...row, member: aMember(), reason: "a test" }),
    differences: async () => (await auditLedger(stored)).differences,
  };
}

type Story = Awaited<ReturnType<typeof aStory>>;

/** Reads the votes back as after an absence: this is the list Discord gives. */
async function read(
  { app, clock }: Pick<Story, "app" | "clock">,
  list: readonly (readonly [Member, number])[],
  bots: Member[] = [],
) {
  clock.pass({ minutes: 1 });
  await readAgain(app, null);
  const taken = await takePoll(app);
  if (!taken) throw new Error("no poll is due");
  const voter = ([member, answer]: readonly [Member, number]) => ({ ...member, answer, isBot: bots.includes(member) });
  await recordVoters(app, taken, list.map(voter));
  await leavePoll(app, taken, "read");
  return taken;
}

const answer = (poll: RunningPoll, lab: string) => poll.labs.indexOf(lab) + 1;

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

describe("a poll", () => {
  it("is asked for once, and while it runs there is no other on its model", async () => {
    const { db } = await embedded.open();
    const clock = aClock();
    const app = anApp(db, clock);
    const { serverId, modelId } = await aMarket(db);
    const request = { key: aKey(), serverId, modelId, channelId: "110", hours: 1 };
    expect(await openPoll(app, request)).toEqual({ opened: true, modelName: "Hunter Alpha" });
    expect(await openPoll(app, request)).toMatchObject({ opened: true });
    const another = { ...request, key: aKey(), channelId: "120" };
    const comes = { reason: "poll-runs", serverId, channelId: "110", messageId: null };
    expect(await openPoll(app, another)).toEqual({ opened: false, refusal: comes });
    const { messageId } = await aPostedPoll(app);
    expect(await openPoll(app, another)).toEqual({ opened: false, refusal: { ...comes, messageId } });
    expect(await claimDeliveries(app, { by: "this process", most: 9 })).toEqual([]);
    clock.pass({ hours: 1 });
    expect(await openPoll(app, another)).toMatchObject({ opened: true });
  });

  it("that could not be posted stands in nobody's way", async () => {
    const { db } = await embedded.open();
    const app = anApp(db, aClock());
    const { serverId, modelId } = await aMarket(db);
    const request = { key: aKey(), serverId, modelId, channelId: "110", hours: 1 };
    await openPoll(app, request);
    const [claimed] = await claimDeliveries(app, { by: "this process", most: 1 });
    if (claimed) await recordFailed(app, claimed.delivery, { problem: "channel-gone", unsure: false });
    expect(await openPoll(app, { ...request, key: aKey() })).toMatchObject({ opened: true });
  });

  it("that waits for a permission is not posted beside another one asked for meanwhile", async () => {
    const { db } = await embedded.open();
    const clock = aClock();
    const app = anApp(db, clock);
    const { serverId, modelId } = await aMarket(db);
    const request = { key: aKey(), serverId, modelId, channelId: "110", hours: 1 };
    const held = async () => {
      const [claimed] = await claimDeliveries(app, { by: "this process", most: 1 });
      if (claimed) await recordHeld(app, claimed.delivery, { problem: "cannot-poll", unsure: false });
    };
    await openPoll(app, request);
    await held();
    await openPoll(app, { ...request, key: aKey() });
    await held();
    await openPoll(app, { ...request, key: aKey(), channelId: "120" });
    await saveServer(app, serverId, { moderatorChannelId: "130" });
    // All three are due: the newest is the one that is wanted.
    const { channelId } = await aPostedPoll(app);
    expect(channelId).toBe("120");
    expect(await claimDeliveries(app, { by: "this process", most: 9 })).toEqual([]);
    await saveServer(app, serverId, { moderatorChannelId: "140" });
    expect(await claimDeliveries(app, { by: "this process", most: 9 })).toEqual([]);
  });

  it("is refused on a model that takes no guesses, and on one that is not there", async () => {
    const { app, row, decide } = await aStory();
    const request = { key: aKey(), serverId: row.serverId, modelId: row.modelId, channelId: "110", hours: 1 };
    await decide("freeze");
    expect(await openPoll(app, request)).toMatchObject({ refusal: { reason: "market-frozen" } });
    expect(await openPoll(app, { ...request, modelId: 999_999 })).toMatchObject({
      refusal: { reason: "no-such-model" },
    });
    expect(await openPoll(app, { ...request, serverId: "200" })).toMatchObject({
      refusal: { reason: "no-such-model" },
    });
  });

  it("takes the votes that came before it was written down where it is", async () => {
    const { db } = await embedded.open();
    const app = anApp(db, aClock());
    const { serverId, modelId, marketId } = await aMarket(db);
    await openPoll(app, { key: aKey(), serverId, modelId, channelId: "110", hours: 1 });
    const messageId = anId();
    await aVote(app, { pollId: 0, serverId, modelId, channelId: "110", messageId, labs: ["first"] }, ann, "first");
    const { labs } = await aPostedPoll(app, messageId);
    await app.guesses.idle();
    const [guess] = await db.select().from(guesses).where(eq(guesses.marketId, marketId));
    expect(guess?.lab).toBe(labs[0]);
  });

  it("that Discord has not ended long after its time is over all the same, and so is that of a decided model", async () => {
    const { app, clock, row, decide } = await aStory();
    clock.pass({ hours: 24 });
    expect(await takePoll(app)).toBeNull();
    clock.pass({ ms: pollRules.graceMs });
    const late = await takePoll(app);
    expect(late).toMatchObject({ isOver: true, isDecided: false });
    if (late) await leavePoll(app, late, "ended");
    expect((await showModel(app, row))?.card.poll?.isOver).toBe(true);
    clock.pass({ hours: 1 });
    expect(await takePoll(app)).toBeNull();
    const poll = await aPoll(app, row);
    await decide("void");
    const decided = await takePoll(app);
    expect(decided).toMatchObject({ poll, isOver: true, isDecided: true });
    if (decided) await leavePoll(app, decided, "ended");
    expect(app.polls.of(poll.messageId)).toBeNull();
    clock.pass({ hours: 1 });
    expect(await takePoll(app)).toBeNull();
  });

  it("in a channel hidden from the bot is looked at again in an hour", async () => {
    const { app, clock } = await aStory();
    await readAgain(app, null);
    const taken = await takePoll(app);
    if (taken) await leavePoll(app, taken, "hidden");
    clock.pass({ minutes: 59 });
    expect(await takePoll(app)).toBeNull();
    clock.pass({ minutes: 1 });
    expect(await takePoll(app)).not.toBeNull();
  });
});

describe("an announcement", () => {
  /** A model announced in a server with a channel, and whether it wants polls. */
  async function announced(pollPerModel: boolean) {
    const { db } = await embedded.open();
    const clock = storyClock("2026-03-12T01:00:00Z");
    const app = watcherApp(db, clock);
    await firstRead(app);
    await aServer(app, "100", { announcementChannelId: "110", pollPerModel });
    const sendAll = async () => {
      const claimed = await claimDeliveries(app, { by: "this process", most: 9 });
      for (const { delivery } of claimed) {
        await recordSent(app, delivery, { channelId: delivery.channelId ?? "1", messageId: anId(), threadId: null });
      }
      return claimed;
    };
    await sendAll();
    clock.later(60_000);
    await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha")));
    const [announcement] = await sendAll();
    return { db, app, sendAll, announcement };
  }

  it("is followed by one poll in its channel, once it is there, if the server wants that", async () => {
    const { db, app, sendAll, announcement } = await announced(true);
    if (announcement) {
      // As when the process dies before it has written down that it was sent.
      await recordSent(app, announcement.delivery, { channelId: "110", messageId: "1", threadId: null });
    }
    const [polled, ...others] = await sendAll();
    expect(others).toEqual([]);
    expect(polled?.delivery).toMatchObject({ kind: "poll", channelId: "110" });
    expect(polled?.poll).toMatchObject({ modelName: "Ox Alpha", hours: pollRules.usualHours });
    expect(polled?.poll?.labs).toHaveLength(10);
    expect(polled?.poll?.labs.at(-1)).toBe("other");
    expect(await owed(db, "poll")).toHaveLength(1);
    await saveServer(app, "100", { guessOnly: true });
    expect(await sendAll()).toEqual([]);
  });

  it("is followed by none otherwise", async () => {
    const { sendAll } = await announced(false);
    expect(await sendAll()).toEqual([]);
  });
});
