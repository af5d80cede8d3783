import { type Call, type Guess, noGuess } from "../domain/guess.ts";
import type { Market } from "../domain/market.ts";
import type { GuessRow, MarketRow } from "./guesses.ts";

/** A stored guess as the rules know it; `noGuess` where there is no row yet. */
export function guessOf(row: GuessRow | undefined): Guess {
  if (!row) return noGuess;
  const { free, own, ownCostPoints, ownStakePoints, freeBudgetPoints, outcomesSeen } = row;
  return { call: callOf(row), free, own, ownCostPoints, ownStakePoints, freeBudgetPoints, outcomesSeen };
}

function callOf(row: GuessRow): Call | null {
  const { lab, name, outcome, callPrice, calledAt } = row;
  if (lab === null || outcome === null || callPrice === null || calledAt === null) return null;
  return { lab, name, outcome, price: callPrice, at: calledAt };
}

/** A call as the columns of guesses and calls hold it; all null for none. */
export function callColumns(call: Call | null) {
  return {
    lab: call?.lab ?? null,
    name: call?.name ?? null,
    outcome: call?.outcome ?? null,
    callPrice: call?.price ?? null,
    calledAt: call?.at ?? null,
  };
}

/** The pricing part of a stored market. */
export function marketOf(row: Pick<MarketRow, "liquidity" | "outcomes">): Market {
  return {
    liquidity: row.liquidity,
    outcomes: row.outcomes.map(({ lab, weight, shares }) => ({ lab, weight, shares })),
  };
}
