import type { App } from "../app.ts";
import { pollRules, type RunningPoll, type Voter, votesMissed } from "../domain/poll.ts";
import { transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { askReading, endPolls, holdPoll, letGo, readRunningPolls } from "../storage/polls.ts";
import { nameStrangers, readUntold, readVotes } from "../storage/votes.ts";
import { currentTime } from "./current-time.ts";
import { castVote, recordVote } from "./record-vote.ts";

/** A process that takes longer over a poll has died: another one takes it. */
const holdMs = 2 * 60_000;
const hiddenForMs = 60 * 60_000;
/** Names are worth a reading, but not one after every vote. */
const namesAfterMs = 20_000;
/** Who voted in vain longer ago is not told any more. */
const untoldMs = 60 * 86_400_000;
const mostUntold = 50_000;

/** Fills the memory of running polls: at the start, and again from time to time, because other processes post and end some. */
export async function loadPolls(app: App): Promise<void> {
  const before = app.polls.all();
  const running = await readRunningPolls(app.db);
  const there = new Set(running.map(({ messageId }) => messageId));
  for (const { messageId } of before) if (!there.has(messageId)) app.polls.forget(messageId);
  for (const poll of running) for (const event of app.polls.put(poll)) void recordVote(app, event);
}

/** Fills the memory of who is still to be told that a vote counts for nothing: at the start. */
export async function loadUntold(app: App): Promise<void> {
  const since = new Date((await currentTime(app)).getTime() - untoldMs);
  for (const { serverId, memberId } of await readUntold(app.db, since, mostUntold)) app.polls.owe(serverId, memberId);
}

/** Makes the votes of running polls due to be read back, of one server or of all: the bot was away, and may have missed some. */
export async function readAgain(app: App, serverId: string | null): Promise<void> {
  await askReading(app.db, await currentTime(app), serverId === null ? null : { serverId });
}

/** Passes on what was noted in memory: which polls are to be read. What cannot be passed on now is noted again. */
export async function passOnReadings(app: App): Promise<void> {
  const asked = app.polls.takeAsked();
  if (asked.length === 0) return;
  try {
    const now = await currentTime(app);
    for (const [when, afterMs] of [["now", 0] as const, ["soon", namesAfterMs] as const]) {
      const pollIds = asked.filter((each) => each.when === when).map(({ pollId }) => pollId);
      if (pollIds.length > 0) await askReading(app.db, new Date(now.getTime() + afterMs), { pollIds });
    }
  } catch (err) {
    for (const { pollId, when } of asked) app.polls.askToRead(pollId, when);
    throw err;
  }
}

/** A poll this process looks after, with its votes as they were known before Discord is asked. */
export type PollInHand = {
  readonly poll: RunningPoll;
  /** Its time is up, or its model is decided: Discord is told to end it. */
  readonly isOver: boolean;
  /** Nothing can be guessed any more, so its votes are not read: nobody knows whether they were given before that. */
  readonly isDecided: boolean;
  readonly known: Awaited<ReturnType<typeof readVotes>>;
  readonly at: Date;
};

/** Takes one poll that needs looking after; null if none does. */
export async function takePoll(app: App): Promise<PollInHand | null> {
  const taken = await transact(app.db, async (tx) => {
    const now = app.clock(await readDatabaseTime(tx));
    const upBefore = new Date(now.getTime() - pollRules.graceMs);
    const held = await holdPoll(tx, { now, until: new Date(now.getTime() + holdMs), upBefore });
    return held && { held, now, upBefore };
  });
  if (!taken) return null;
  const { marketState, endsAt, ...poll } = taken.held;
  const isDecided = marketState === "settled" || marketState === "void";
  return {
    poll,
    isDecided,
    isOver: isDecided || (marketState !== "frozen" && endsAt !== null && endsAt <= taken.upBefore),
    known: isDecided ? [] : await readVotes(app.db, poll.pollId),
    at: taken.now,
  };
}

/** Brings votes up to date with the list of voters. What was missed counts from now: Discord does not say when it was. */
export async function recordVoters(app: App, { poll, known }: PollInHand, voters: readonly Voter[]): Promise<void> {
  const { pollId, serverId } = poll;
  const changes = votesMissed(known, voters);
  await Promise.all(
    changes.map((change) => {
      if (change.kind === "vote") {
        const { answer, ...member } = change.voter;
        return castVote(app, poll, member, { kind: "vote", pollId, answer, changes: change.changes });
      }
      const member = { memberId: change.memberId, name: "", createdAt: new Date(0) };
      return castVote(app, poll, member, { kind: "unvote", pollId, answer: null, changes: change.changes });
    }),
  );
  const people = voters.filter(({ isBot, name }) => !isBot && name !== "");
  await nameStrangers(
    app.db,
    people.map(({ memberId, name }) => ({ serverId, memberId, name })),
  );
}

/**
 * Lets a poll go. One that is over, or whose message is gone, is not looked at again; one whose channel is hidden from the
 * bot is, in an hour.
 */
export async function leavePoll(app: App, { poll, at }: PollInHand, why: "read" | "hidden" | "ended"): Promise<void> {
  const endedAt = why === "ended" ? at : null;
  const againAt = why === "hidden" ? new Date(at.getTime() + hiddenForMs) : null;
  await letGo(app.db, poll.pollId, { lookedAt: at, endedAt, againAt });
  if (endedAt) app.polls.forget(poll.messageId);
}

/** Notes that messages are gone: what was voted stands, and no more is looked for. */
export async function forgetPolls(app: App, isGone: (poll: RunningPoll) => boolean): Promise<void> {
  const gone = app.polls
    .all()
    .filter(isGone)
    .map(({ messageId }) => messageId);
  if (gone.length === 0) return;
  await endPolls(app.db, gone, await currentTime(app));
  for (const messageId of gone) app.polls.forget(messageId);
}
