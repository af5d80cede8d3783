import { OTHER } from "./lab.ts";
import type { MarketClosed } from "./receipt.ts";

/** What Discord allows of a poll, and what ours are like. */
export const pollRules = {
  /** Answers, "someone else" among them. */
  mostAnswers: 10,
  shortestHours: 1,
  longestHours: 32 * 24,
  usualHours: 72,
  /** A poll that Discord has not ended this long after its time is ended by the bot. */
  graceMs: 10 * 60_000,
} as const;

/** Why a vote counts for nothing. */
export const voteRefusals = [
  "guessed-already",
  "market-frozen",
  "market-settled",
  "market-void",
  "account-too-young",
  "not-counted",
] as const;
export type VoteRefused = (typeof voteRefusals)[number];

/** Whether a vote given, or taken back, in vain is made good by the first reading after its model is open again. */
export function isMadeGood(refused: VoteRefused | null): boolean {
  return refused === "market-frozen";
}

/** A model in whose poll a member voted in vain, and why. */
export type VoteInVain = { readonly modelName: string; readonly refused: VoteRefused };

/** Why no poll is opened. */
export type PollRefusal =
  | { readonly reason: "no-such-model" }
  | MarketClosed
  /** One at a time: a second one beside it would split the votes. Without a message yet it is on its way. */
  | {
      readonly reason: "poll-runs";
      readonly serverId: string;
      readonly channelId: string;
      readonly messageId: string | null;
    };

/** A poll whose message is in its channel. */
export type RunningPoll = {
  readonly pollId: number;
  readonly serverId: string;
  readonly modelId: number;
  readonly channelId: string;
  readonly messageId: string;
  /** What its answers stand for, in their order. */
  readonly labs: readonly string[];
};

/** A poll that is about to be posted. */
export type NewPoll = {
  readonly pollId: number;
  readonly modelId: number;
  readonly modelName: string;
  readonly labs: readonly string[];
  readonly hours: number;
};

/** A poll as a model's card shows it. */
export type PollCard = {
  readonly serverId: string;
  readonly channelId: string;
  readonly messageId: string;
  readonly votes: readonly { readonly lab: string; readonly count: number }[];
  readonly endsAt: Date;
  readonly isOver: boolean;
};

/** A vote given or taken back, as the gateway tells it. The name is null where Discord did not say it. */
export type VoteEvent = {
  readonly kind: "vote" | "unvote";
  readonly messageId: string;
  readonly answer: number;
  readonly memberId: string;
  readonly name: string | null;
  readonly createdAt: Date;
};

/** Somebody who stands among the voters of an answer when they are read. */
export type Voter = Pick<VoteEvent, "memberId" | "answer" | "createdAt"> & {
  readonly name: string;
  readonly isBot: boolean;
};

/**
 * The labs a poll asks about: the likeliest nine and "someone else", which is always the last.
 *
 * @param odds of the market, in any order
 */
export function pollLabs(odds: readonly { readonly lab: string; readonly price: number }[]): string[] {
  const named = odds.filter(({ lab }) => lab !== OTHER).sort((a, b) => b.price - a.price);
  return [...named.slice(0, pollRules.mostAnswers - 1).map(({ lab }) => lab), OTHER];
}

/** What has to become of votes so that they are as Discord's list of voters has them. */
export type VoteChange =
  | { readonly kind: "vote"; readonly voter: Voter; readonly changes: number }
  | { readonly kind: "unvote"; readonly memberId: string; readonly changes: number };

type KnownVote = {
  readonly memberId: string;
  readonly answer: number | null;
  readonly changes: number;
  readonly refused: VoteRefused | null;
};

/**
 * Compares the votes as they were known before a reading with the voters it found. `changes` says how often each vote had
 * changed by then: what changed again since is newer than the reading, and is left alone. Bots have no vote.
 */
export function votesMissed(known: readonly KnownVote[], voters: readonly Voter[]): VoteChange[] {
  const before = new Map(known.map((vote) => [vote.memberId, vote]));
  const people = voters.filter(({ isBot }) => !isBot);
  const there = new Set(people.map(({ memberId }) => memberId));
  return [
    ...people.flatMap((voter): VoteChange[] => {
      const vote = before.get(voter.memberId);
      const isKnown = vote?.answer === voter.answer && !isMadeGood(vote.refused);
      return isKnown ? [] : [{ kind: "vote", voter, changes: vote?.changes ?? 0 }];
    }),
    ...known.flatMap(({ memberId, answer, changes, refused }): VoteChange[] => {
      const isGone = answer === null && !isMadeGood(refused);
      return isGone || there.has(memberId) ? [] : [{ kind: "unvote", memberId, changes }];
    }),
  ];
}
