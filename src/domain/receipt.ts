import type { GuessRefusal } from "./decide-guess.ts";
import { type Guess, paysPoints } from "./guess.ts";
import { worthPoints } from "./guess-trades.ts";
import { type Market, price } from "./market.ts";

/** What a member is told after a guess: what was bought, at what odds, what it pays, what is left. */
export type GuessReceipt = {
  readonly what: "placed" | "raised" | "moved" | "withdrawn";
  readonly modelId: number;
  readonly modelName: string;
  /** The lab meant and where its shares are; null after a withdrawal. */
  readonly call: { readonly lab: string; readonly name: string | null; readonly outcome: string } | null;
  /** The price the call stands at (before it was made), and the price of its outcome now. */
  readonly callPrice: number | null;
  readonly priceNow: number | null;
  readonly calledAt: Date | null;
  /** Staked by this action. */
  readonly stakedFreePoints: number;
  readonly stakedOwnPoints: number;
  /** Points of the wish that were not staked, because the price has reached its end. */
  readonly clippedPoints: number;
  /** What an own sale in this action paid back. */
  readonly returnedPoints: number;
  /** Own points in this guess altogether, and what the guess pays if it is right. */
  readonly ownCostPoints: number;
  readonly paysPoints: number;
  /** What taking it back now would return. */
  readonly worthPoints: number;
  readonly walletPoints: number;
  /** A lab this guess had listed out of "someone else". */
  readonly listed: string | null;
};

export type MarketClosed =
  | { readonly reason: "market-frozen"; readonly modelName: string }
  | { readonly reason: "market-settled"; readonly modelName: string; readonly builders: readonly string[] }
  | { readonly reason: "market-void"; readonly modelName: string };

export type GuessAnswer =
  | { readonly placed: true; readonly receipt: GuessReceipt }
  | {
      readonly placed: false;
      readonly refusal:
        | GuessRefusal
        | MarketClosed
        | { readonly reason: "no-such-model" }
        | { readonly reason: "guess-only" }
        | { readonly reason: "no-name" }
        | { readonly reason: "name-too-long"; readonly mostCharacters: number }
        | { readonly reason: "account-too-young"; readonly minimumDays: number; readonly readyAt: Date };
    };

/** The receipt of a guess as it stands in its market, with nothing just staked or returned. */
export function standingReceipt(
  model: { readonly modelId: number; readonly name: string },
  market: Market,
  guess: Guess,
  walletPoints: number,
): GuessReceipt {
  const { call } = guess;
  return {
    what: "placed",
    modelId: model.modelId,
    modelName: model.name,
    call: call && { lab: call.lab, name: call.name, outcome: call.outcome },
    callPrice: call?.price ?? null,
    priceNow: call ? price(market, call.outcome) : null,
    calledAt: call?.at ?? null,
    stakedFreePoints: 0,
    stakedOwnPoints: 0,
    clippedPoints: 0,
    returnedPoints: 0,
    ownCostPoints: guess.ownCostPoints,
    paysPoints: paysPoints(guess),
    worthPoints: worthPoints(market, guess),
    walletPoints,
    listed: null,
  };
}
