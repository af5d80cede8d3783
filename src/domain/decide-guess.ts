import { type Call, type Guess, oddsOf, type Suspect, type Trade, upToDate, type Wish } from "./guess.ts";
import { plus, sellBoth, stakeBoth } from "./guess-trades.ts";
import { normaliseLabName, OTHER } from "./lab.ts";
import { canList, isListed, listLab, type Market } from "./market.ts";
import { rules } from "./rules.ts";
import { isEmpty } from "./shares.ts";

export type GuessRefusal =
  | { readonly reason: "nothing-to-withdraw" }
  | { readonly reason: "nothing-new"; readonly lab: string }
  | { readonly reason: "over-cap"; readonly capPoints: number; readonly roomPoints: number }
  | { readonly reason: "wallet-short"; readonly walletPoints: number; readonly neededPoints: number };

/** What a wish does: nothing, with the reason; or trades, the market and the guess after them. */
export type GuessDecision =
  | { readonly done: false; readonly refusal: GuessRefusal }
  | {
      readonly done: true;
      readonly what: "placed" | "raised" | "moved" | "withdrawn";
      readonly market: Market;
      readonly guess: Guess;
      /** A lab listed out of OTHER before the trades, if the guess named one that could be. */
      readonly listed: string | null;
      readonly trades: readonly Trade[];
      /** A new call row is due: the member stands on another lab than before, or on none. */
      readonly called: boolean;
      /** Change of the member's wallet. */
      readonly walletPoints: number;
      /** Points staked now, free and own, after clipping. */
      readonly stakedFreePoints: number;
      readonly stakedOwnPoints: number;
      /** Points of the wish that were not staked because the price had reached its end, above or below. */
      readonly clippedPoints: number;
    };

type Names = { readonly lab: string; readonly name: string | null; readonly outcome: string };

function namesOf(suspect: Suspect, market: Market): Names {
  if (suspect.kind === "other") return { lab: OTHER, name: null, outcome: OTHER };
  if (suspect.kind === "unknown") return { lab: OTHER, name: suspect.name, outcome: OTHER };
  return { lab: suspect.lab, name: null, outcome: isListed(market, suspect.lab) ? suspect.lab : OTHER };
}

/** The price a call is made at; never quite nothing. */
function callPrice(market: Market, names: Names): number {
  return Math.max(rules.lowestPrice, oddsOf(market, names));
}

function withNameRead(call: Call | null, labOf: (name: string) => string | null): Call | null {
  const lab = call?.name == null ? null : labOf(call.name);
  return call === null || lab === null ? call : { ...call, lab, name: null };
}

/** Whether the member means whom it stands on already, and its shares are where they would be bought. */
function stays(call: Call, names: Names): boolean {
  const sameName = normaliseLabName(call.name ?? "") === normaliseLabName(names.name ?? "");
  return call.outcome === names.outcome && call.lab === names.lab && sameName;
}

/** Whether a call that rode on OTHER for a name now only follows that name to its own outcome. */
function follows(call: Call, names: Names): boolean {
  return call.lab === names.lab && call.outcome === OTHER && names.outcome !== OTHER;
}

/**
 * Decides what a member's wish does to a market: place, raise, move or withdraw (market.md, "One member, one live guess
 * per model" and "Listing a lab"). Pure: the caller holds the market's lock, and writes what comes back.
 *
 * @param before the member's guess as stored; `noGuess` the first time
 * @param walletPoints the member's wallet, in points; may be negative after a reversal, then nothing new is staked
 * @param at the time of the trade
 * @param labOf the slug of the lab a name belongs to now, null if nobody goes by it: since a call on a name nobody knew,
 *   moderators may have made it a lab of the server or said whose it is, and it is a call on that lab from then on
 */
export function decideGuess(
  market: Market,
  before: Guess,
  wish: Wish,
  walletPoints: number,
  at: Date,
  labOf: (name: string) => string | null = () => null,
): GuessDecision {
  if (wish.kind === "withdraw") return withdraw(market, before);
  const { suspect } = wish;
  if (wish.ownPoints !== null && !(Number.isSafeInteger(wish.ownPoints) && wish.ownPoints >= 0)) {
    throw new Error(`not a stake: ${wish.ownPoints} points`);
  }
  const listed = suspect.kind === "lab" && !isListed(market, suspect.lab) && canList(market) ? suspect.lab : null;
  const opened = listed === null ? market : listLab(market, listed);
  const guess = upToDate(before, opened);
  const names = namesOf(suspect, opened);
  const stands = withNameRead(guess.call, labOf);
  if (stands && stays(stands, names)) return raise(opened, guess, stands, wish.ownPoints ?? 0, walletPoints);

  const keeps = stands !== null && follows(stands, names);
  const sales = sellBoth(opened, guess);
  const costPoints = guess.ownCostPoints - sales.ownPaidPoints;
  const availablePoints = walletPoints + sales.ownPaidPoints;
  const restakePoints = Math.max(0, Math.min(sales.ownPaidPoints, availablePoints));
  // To the member a followed name is the lab it stands on: what it asks for comes on top there too.
  const ownWish = keeps ? restakePoints + (wish.ownPoints ?? 0) : (wish.ownPoints ?? restakePoints);
  const budget = isEmpty(guess.free)
    ? guess.freeBudgetPoints
    : Math.min(rules.freeStakePoints, sales.freeFetchedPoints);
  const stakes = stakeBoth(sales.market, names.outcome, budget, ownWish);
  const refusal = tooMuch(costPoints, stakes.ownPoints, availablePoints);
  if (refusal) return { done: false, refusal };

  const trades = [...sales.trades, ...stakes.trades];
  return {
    done: true,
    what: stands ? "moved" : "placed",
    market: stakes.market,
    guess: {
      call: keeps
        ? { price: stands.price, at: stands.at, ...names }
        : { price: callPrice(sales.market, names), at, ...names },
      free: plus(guess.free, trades, "free"),
      own: plus(guess.own, trades, "own"),
      ownCostPoints: costPoints + stakes.ownPoints,
      ownStakePoints: stakes.ownPoints,
      freeBudgetPoints: stakes.freePoints > 0 ? 0 : budget,
      outcomesSeen: opened.outcomes.length,
    },
    listed,
    trades,
    called: true,
    walletPoints: sales.ownPaidPoints - stakes.ownPoints,
    stakedFreePoints: stakes.freePoints,
    stakedOwnPoints: stakes.ownPoints,
    clippedPoints: ownWish - stakes.ownPoints,
  };
}

function tooMuch(costPoints: number, stakePoints: number, availablePoints: number): GuessRefusal | null {
  if (stakePoints === 0) return null;
  if (costPoints + stakePoints > rules.ownCapPoints) {
    return {
      reason: "over-cap",
      capPoints: rules.ownCapPoints,
      roomPoints: Math.max(0, rules.ownCapPoints - costPoints),
    };
  }
  if (availablePoints < stakePoints)
    return { reason: "wallet-short", walletPoints: availablePoints, neededPoints: stakePoints };
  return null;
}

/** Adds to the standing guess, or stakes a free part that could not be staked before. */
function raise(market: Market, guess: Guess, call: Call, ownWish: number, walletPoints: number): GuessDecision {
  const stakes = stakeBoth(market, call.outcome, guess.freeBudgetPoints, ownWish);
  if (stakes.trades.length === 0 && ownWish === 0)
    return { done: false, refusal: { reason: "nothing-new", lab: call.lab } };
  const refusal = tooMuch(guess.ownCostPoints, stakes.ownPoints, walletPoints);
  if (refusal) return { done: false, refusal };
  return {
    done: true,
    what: "raised",
    market: stakes.market,
    guess: {
      call: guess.call,
      free: plus(guess.free, stakes.trades, "free"),
      own: plus(guess.own, stakes.trades, "own"),
      ownCostPoints: guess.ownCostPoints + stakes.ownPoints,
      ownStakePoints: guess.ownStakePoints + stakes.ownPoints,
      freeBudgetPoints: stakes.freePoints > 0 ? 0 : guess.freeBudgetPoints,
      outcomesSeen: guess.outcomesSeen,
    },
    listed: null,
    trades: stakes.trades,
    called: false,
    walletPoints: -stakes.ownPoints,
    stakedFreePoints: stakes.freePoints,
    stakedOwnPoints: stakes.ownPoints,
    clippedPoints: ownWish - stakes.ownPoints,
  };
}

function withdraw(market: Market, before: Guess): GuessDecision {
  const guess = upToDate(before, market);
  if (!guess.call) return { done: false, refusal: { reason: "nothing-to-withdraw" } };
  const sales = sellBoth(market, guess);
  return {
    done: true,
    what: "withdrawn",
    market: sales.market,
    guess: {
      ...guess,
      call: null,
      free: {},
      own: {},
      ownCostPoints: guess.ownCostPoints - sales.ownPaidPoints,
      ownStakePoints: 0,
      freeBudgetPoints: isEmpty(guess.free)
        ? guess.freeBudgetPoints
        : Math.min(rules.freeStakePoints, sales.freeFetchedPoints),
    },
    listed: null,
    trades: sales.trades,
    called: true,
    walletPoints: sales.ownPaidPoints,
    stakedFreePoints: 0,
    stakedOwnPoints: 0,
    clippedPoints: 0,
  };
}
