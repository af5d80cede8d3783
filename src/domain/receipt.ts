import type { TooYoung } from "./account-age.ts";
import type { GuessRefusal } from "./decide-guess.ts";
import { type Guess, oddsOf, paysPoints } from "./guess.ts";
import { worthPoints } from "./guess-trades.ts";
import { largestStake, type Market } from "./market.ts";
import type { MarketStateName } from "./market-state.ts";

/** What a member is told after a guess: what was bought, at what odds, what it pays, what is left. */
export type GuessReceipt = {
  readonly what: "placed" | "raised" | "moved" | "withdrawn";
  readonly modelId: number;
  readonly modelName: string;
  /** The lab meant and where its shares are; null after a withdrawal. */
  readonly call: { readonly lab: string; readonly name: string | null; readonly outcome: string } | null;
  /** The odds the call stands at (before it was made), and what they are now. */
  readonly callPrice: number | null;
  readonly priceNow: number | null;
  /** The most that could be staked on it before its price reaches the end. */
  readonly stakeRoomPoints: number;
  readonly calledAt: Date | null;
  /** Staked by this action. */
  readonly stakedFreePoints: number;
  readonly stakedOwnPoints: number;
  /** Points of the wish that were not staked, because the price has reached its end. */
  readonly clippedPoints: number;
  /** What an own sale in this action paid back. */
  readonly returnedPoints: number;
  /** What counts against the cap: own points staked on this model and not paid back, those lost on the way included. */
  readonly ownCostPoints: number;
  /** Own points in the shares held now, and what the guess pays if it is right. */
  readonly ownStakePoints: number;
  readonly paysPoints: number;
  /** What taking it back now would return. */
  readonly worthPoints: number;
  readonly walletPoints: number;
  /** The season whose wallet that is, if it is not the present one: a model keeps that of its opening. */
  readonly pastSeason: string | null;
  /** Whether this server plays without stakes of members' own. */
  readonly guessOnly: boolean;
  /** Why nothing can be changed about it now; null while its market is open. */
  readonly closed: MarketClosed | null;
  /** A lab this guess had listed out of "someone else". */
  readonly listed: string | null;
};

export type MarketClosed =
  | { readonly reason: "market-frozen"; readonly modelName: string }
  | { readonly reason: "market-settled"; readonly modelName: string; readonly builders: readonly string[] }
  | { readonly reason: "market-void"; readonly modelName: string };

/** Why nothing can be guessed on a model now; null while its market is open. */
export function closedBecause(market: {
  readonly state: MarketStateName;
  readonly name: string;
  readonly builders: readonly string[] | null;
}): MarketClosed | null {
  const modelName = market.name;
  if (market.state === "frozen") return { reason: "market-frozen", modelName };
  if (market.state === "void") return { reason: "market-void", modelName };
  if (market.state === "settled") return { reason: "market-settled", modelName, builders: market.builders ?? [] };
  return null;
}

/**
 * A vote that is as it was: it was delivered twice, or something newer is known of it, or only the list of voters can tell.
 * `isOwed`: the member was not yet told that it counts for nothing.
 */
export type VoteStands = { readonly reason: "vote-stands"; readonly isOwed: boolean };

export type GuessAnswer =
  | { readonly placed: true; readonly receipt: GuessReceipt }
  | {
      readonly placed: false;
      readonly refusal:
        | GuessRefusal
        | MarketClosed
        | { readonly reason: "no-such-model" }
        /** A vote in a poll does not change a guess made elsewhere. */
        | { readonly reason: "guessed-already"; readonly lab: string }
        | VoteStands
        /** What was only a vote is the member's own guess from now on: nothing else is new. */
        | { readonly reason: "own-by-now"; readonly lab: string }
        | { readonly reason: "guess-only" }
        | { readonly reason: "no-name" }
        | { readonly reason: "name-too-long"; readonly mostCharacters: number }
        | TooYoung;
    };

/** The receipt of a guess as it stands in its market, with nothing just staked or returned. */
export function standingReceipt(
  place: { readonly modelId: number; readonly modelName: string } & Pick<
    GuessReceipt,
    "pastSeason" | "guessOnly" | "closed"
  >,
  market: Market,
  guess: Guess,
  walletPoints: number,
): GuessReceipt {
  const { call } = guess;
  return {
    what: "placed",
    call: call && { lab: call.lab, name: call.name, outcome: call.outcome },
    callPrice: call?.price ?? null,
    priceNow: call ? oddsOf(market, call) : null,
    stakeRoomPoints: call ? largestStake(market, call.outcome) : 0,
    calledAt: call?.at ?? null,
    stakedFreePoints: 0,
    stakedOwnPoints: 0,
    clippedPoints: 0,
    returnedPoints: 0,
    ownCostPoints: guess.ownCostPoints,
    ownStakePoints: guess.ownStakePoints,
    paysPoints: paysPoints(guess),
    worthPoints: worthPoints(market, guess),
    walletPoints,
    listed: null,
    ...place,
  };
}
