import { OTHER } from "./lab.ts";
import { type Market, price, unlistedPrice, withListings } from "./market.ts";
import { rules } from "./rules.ts";
import { type Holding, microPerShare } from "./shares.ts";

/** Whom a member means: a lab of the registry (or the server), "someone else", or a name nobody knows. */
export type Suspect =
  | { readonly kind: "lab"; readonly lab: string }
  | { readonly kind: "other" }
  | { readonly kind: "unknown"; readonly name: string };

/**
 * A member's call. `lab` is the lab meant (OTHER for "someone else" and for an unknown name, which `name` then holds);
 * `outcome` is what its shares are in: the lab itself, or OTHER while the lab is not listed.
 */
export type Call = {
  readonly lab: string;
  readonly name: string | null;
  readonly outcome: string;
  /** The price just before the call; of a move, once the member's own shares are sold: nobody sets the odds it is scored by. */
  readonly price: number;
  /** When the member first stood on this lab: raising changes neither this nor the price. */
  readonly at: Date;
};

/** A member's standing guess in one market: the call and the two parts of its stake. */
export type Guess = {
  /** Null before the first call and after a withdrawal. */
  readonly call: Call | null;
  readonly free: Holding;
  readonly own: Holding;
  /** Own buys − own sale payments, in points: what the cap looks at. Losses stay in it. */
  readonly ownCostPoints: number;
  /** Own buys since the last own sale, in points: what the own shares held now have cost, and the most they sell for. */
  readonly ownStakePoints: number;
  /** What the house would still stake for this member here: 25 at first, 0 while staked, then what the sale fetched. */
  readonly freeBudgetPoints: number;
  /** Outcomes the market had when this was last touched; see `withListings`. */
  readonly outcomesSeen: number;
};

/** Before a member's first guess on a model. */
export const noGuess: Guess = {
  call: null,
  free: {},
  own: {},
  ownCostPoints: 0,
  ownStakePoints: 0,
  freeBudgetPoints: rules.freeStakePoints,
  outcomesSeen: 0,
};

/**
 * What a member asks for. `ownPoints` (whole, not negative) is the own stake on a new lab, and is added to it on the lab
 * the member stands on. Null: nothing on top of the free part, or on a move what the own part fetched.
 */
export type Wish =
  | { readonly kind: "guess"; readonly suspect: Suspect; readonly ownPoints: number | null }
  | { readonly kind: "withdraw" };

/**
 * One buy or sale of one part. `shares` is what the member's holding gains (negative for a sale); the market's pot gains
 * `potPoints`, the wallet `walletPoints`, the house what keeps the three at zero together.
 */
export type Trade = {
  readonly part: "free" | "own";
  readonly kind: "buy" | "sale";
  readonly shares: Holding;
  readonly potPoints: number;
  readonly walletPoints: number;
};

/** What the crowd gives a call now: the price of its outcome, or f · p_OTHER for a name that rides on OTHER. */
export function oddsOf(market: Market, call: Pick<Call, "lab" | "name" | "outcome">): number {
  const rides = call.outcome === OTHER && (call.lab !== OTHER || call.name !== null);
  return rides ? unlistedPrice(market) : price(market, call.outcome);
}

/** The guess with the shares of labs listed since it was last touched. */
export function upToDate(guess: Guess, market: Market): Guess {
  return {
    call: guess.call,
    free: withListings(guess.free, market, guess.outcomesSeen),
    own: withListings(guess.own, market, guess.outcomesSeen),
    ownCostPoints: guess.ownCostPoints,
    ownStakePoints: guess.ownStakePoints,
    freeBudgetPoints: guess.freeBudgetPoints,
    outcomesSeen: market.outcomes.length,
  };
}

/** Whole points a guess pays if its outcome builds alone: one floor over both parts. */
export function paysPoints(guess: Guess): number {
  const outcome = guess.call?.outcome;
  if (outcome === undefined) return 0;
  return Math.floor(((guess.free[outcome] ?? 0) + (guess.own[outcome] ?? 0)) / microPerShare);
}
