import type { MarketStateName } from "../domain/market-state.ts";
import { isMadeGood, type VoteRefused, voteRefusals } from "../domain/poll.ts";
import type { GuessAnswer, VoteStands } from "../domain/receipt.ts";
import type { Transaction } from "../storage/database.ts";
import type { PollRow } from "../storage/polls.ts";
import { readVoteFacts, type VoteRow, writeVotes } from "../storage/votes.ts";
import type { GuessRequest, PlainRequest } from "./guess-books.ts";

/**
 * A vote given, or taken back, in a poll. `changes`: how often the vote had changed when the list of voters was asked for,
 * which decides whether that list is still news; null for what the gateway tells as it happens.
 */
export type VoteWish =
  | { readonly kind: "vote"; readonly pollId: number; readonly answer: number; readonly changes: number | null }
  | {
      readonly kind: "unvote";
      readonly pollId: number;
      /** Null: whatever it was. */
      readonly answer: number | null;
      readonly changes: number | null;
    };

/** The polls and votes of a batch, as its guesses have left them so far. */
export type Ballots = {
  readonly polls: Map<number, PollRow>;
  readonly votes: Map<string, VoteRow>;
  readonly changedPolls: Set<number>;
  readonly changedVotes: Set<string>;
  /** Polls whose list of voters has to tell how a vote stands: now where something is missing, soon where it may be. */
  readonly toRead: Map<number, "now" | "soon">;
};

const voteKey = (pollId: number, memberId: string) => `${pollId}/${memberId}`;

/** Reads the polls and votes a batch is about; most batches are about none. */
export async function openBallots(tx: Transaction, requests: readonly GuessRequest[]): Promise<Ballots> {
  const asked = requests.flatMap(({ wish, member }) =>
    "pollId" in wish ? [{ pollId: wish.pollId, memberId: member.memberId }] : [],
  );
  const facts = asked.length === 0 ? { polls: [], votes: [] } : await readVoteFacts(tx, asked);
  return {
    polls: new Map(facts.polls.map((row) => [row.pollId, row])),
    votes: new Map(facts.votes.map((row) => [voteKey(row.pollId, row.memberId), row])),
    changedPolls: new Set(),
    changedVotes: new Set(),
    toRead: new Map(),
  };
}

/** Writes what has become of them, in the transaction whose locks guard them and in no other. */
export async function writeBallots(
  tx: Transaction,
  { ballots, lockedIn }: { ballots: Ballots; lockedIn: string },
): Promise<void> {
  const { polls, votes, changedPolls, changedVotes } = ballots;
  if (changedPolls.size === 0) return;
  await writeVotes(tx, {
    lockedIn,
    votes: [...changedVotes].sort().flatMap((key) => votes.get(key) ?? []),
    polls: [...changedPolls].flatMap((pollId) => polls.get(pollId) ?? []),
  });
}

type Ballot =
  | { readonly changed: false; readonly refusal: VoteStands | { readonly reason: "no-such-model" } }
  | {
      readonly changed: true;
      /** The guess this vote is, with a key of its own: a vote given again after it was taken back counts again. */
      asGuess(request: GuessRequest): PlainRequest;
      /** Enters the vote, and what its guess came to. */
      cast(answer: GuessAnswer): void;
    };

/**
 * What a vote changes: nothing where it is as it was, or where only the list of voters can tell. Whatever is heard counts as
 * a change of the vote all the same, so that a list that was asked for before is no news of it.
 */
export function readBallot(
  ballots: Ballots,
  desk: { readonly serverId: string; readonly modelId: number; readonly state: MarketStateName },
  memberId: string,
  wish: VoteWish,
): Ballot {
  const poll = ballots.polls.get(wish.pollId);
  const lab = wish.kind === "vote" ? poll?.labs[wish.answer - 1] : "";
  if (!poll || poll.serverId !== desk.serverId || poll.modelId !== desk.modelId || lab === undefined) {
    return { changed: false, refusal: { reason: "no-such-model" } };
  }
  const before: VoteRow = ballots.votes.get(voteKey(poll.pollId, memberId)) ?? {
    pollId: poll.pollId,
    memberId,
    serverId: poll.serverId,
    answer: null,
    changes: 0,
    refused: null,
    toldAt: null,
  };
  const standing = standingOf(before, wish, desk.state === "open");
  if (standing.readWhen) askToRead(ballots, poll.pollId, standing.readWhen);
  const changes = before.changes + 1;
  if (standing.stays) {
    if (wish.changes === null) enter(ballots, poll, { ...before, changes });
    const isOwed = before.answer !== null && before.refused !== null && before.toldAt === null;
    return { changed: false, refusal: { reason: "vote-stands", isOwed } };
  }
  return {
    changed: true,
    asGuess: (request) => ({
      ...request,
      key: `poll:${poll.pollId}:${memberId}:${changes}`,
      wish:
        wish.kind === "vote"
          ? { kind: "guess", suspect: lab, ownPoints: null, votedIn: poll.pollId }
          : { kind: "withdraw" },
    }),
    cast(answer) {
      const after = wish.kind === "vote" ? wish.answer : null;
      const counts = poll.counts.map(
        (count, i) => count + (i + 1 === after ? 1 : 0) - (i + 1 === before.answer ? 1 : 0),
      );
      const refused = refusedBy(answer);
      const isKept = after !== null || isMadeGood(refused);
      enter(ballots, { ...poll, counts }, { ...before, answer: after, changes, refused: isKept ? refused : null });
    },
  };
}

function enter({ polls, votes, changedPolls, changedVotes }: Ballots, poll: PollRow, vote: VoteRow): void {
  const key = voteKey(poll.pollId, vote.memberId);
  polls.set(poll.pollId, poll);
  votes.set(key, vote);
  changedPolls.add(poll.pollId);
  changedVotes.add(key);
}

function askToRead({ toRead }: Ballots, pollId: number, when: "now" | "soon"): void {
  if (toRead.get(pollId) !== "now") toRead.set(pollId, when);
}

type Standing = { readonly stays: boolean; readonly readWhen: "now" | "soon" | null };

/**
 * How a vote stands beside what is wished. Discord takes a vote back before it tells of the next one: so a word on another
 * answer than the known one came late, or the one before it was lost. Nor does it number what it tells: what looks like a
 * vote given again may be the first one, heard late by another process, so it counts and is looked up.
 */
function standingOf(before: VoteRow, wish: VoteWish, isOpen: boolean): Standing {
  const after = wish.kind === "vote" ? wish.answer : null;
  const isSame = before.answer === after && !(isOpen && isMadeGood(before.refused));
  if (wish.changes !== null) {
    const isOlder = wish.changes !== before.changes;
    return { stays: isOlder || isSame, readWhen: isOlder && !isSame ? "now" : null };
  }
  const isUnclear = before.answer !== null && wish.answer !== null && wish.answer !== before.answer;
  if (isUnclear) return { stays: true, readWhen: "now" };
  const changesOfFirst = wish.kind === "vote" ? 0 : 1;
  return { stays: isSame, readWhen: !isSame && before.changes > changesOfFirst ? "soon" : null };
}

function refusedBy(answer: GuessAnswer): VoteRefused | null {
  if (answer.placed || answer.refusal.reason === "nothing-new") return null;
  const { reason } = answer.refusal;
  return voteRefusals.find((known) => known === reason) ?? "not-counted";
}
