import type { Guess, Trade } from "./guess.ts";
import { upToDate } from "./guess.ts";
import { buy, largestStake, type Market, sell } from "./market.ts";
import { type Holding, isEmpty } from "./shares.ts";

export type Sales = { market: Market; trades: Trade[]; ownPaidPoints: number; freeFetchedPoints: number };

/** Sells own first, then free. An own sale pays at most what its shares have cost, the excess and the free part go to the house. */
export function sellBoth(market: Market, guess: Guess): Sales {
  const trades: Trade[] = [];
  let after = market;
  let ownPaidPoints = 0;
  let freeFetchedPoints = 0;
  if (!isEmpty(guess.own)) {
    const sale = sell(after, guess.own);
    ownPaidPoints = Math.min(sale.points, guess.ownStakePoints);
    trades.push({
      part: "own",
      kind: "sale",
      shares: negated(guess.own),
      potPoints: -sale.points,
      walletPoints: ownPaidPoints,
    });
    after = sale.market;
  }
  if (!isEmpty(guess.free)) {
    const sale = sell(after, guess.free);
    freeFetchedPoints = sale.points;
    trades.push({ part: "free", kind: "sale", shares: negated(guess.free), potPoints: -sale.points, walletPoints: 0 });
    after = sale.market;
  }
  return { market: after, trades, ownPaidPoints, freeFetchedPoints };
}

function negated(holding: Holding): Holding {
  return Object.fromEntries(Object.entries(holding).map(([lab, micro]) => [lab, -micro]));
}

export type Stakes = { market: Market; trades: Trade[]; freePoints: number; ownPoints: number };

/** Buys free first, then own, each clipped where the price ends. */
export function stakeBoth(market: Market, outcome: string, freeBudgetPoints: number, ownWishPoints: number): Stakes {
  const trades: Trade[] = [];
  let after = market;
  const staked = { free: 0, own: 0 };
  for (const [part, wishPoints] of [
    ["free", freeBudgetPoints],
    ["own", ownWishPoints],
  ] as const) {
    const points = Math.min(wishPoints, largestStake(after, outcome));
    if (points <= 0) continue;
    const bought = buy(after, outcome, points);
    trades.push({
      part,
      kind: "buy",
      shares: { [outcome]: bought.shares },
      potPoints: points,
      walletPoints: part === "own" ? -points : 0,
    });
    after = bought.market;
    staked[part] = points;
  }
  return { market: after, trades, freePoints: staked.free, ownPoints: staked.own };
}

/** A part of a guess after these trades. */
export function plus(holding: Holding, trades: readonly Trade[], part: Trade["part"]): Holding {
  const sum: Record<string, number> = { ...holding };
  for (const trade of trades) {
    if (trade.part !== part) continue;
    for (const [lab, micro] of Object.entries(trade.shares)) sum[lab] = (sum[lab] ?? 0) + micro;
  }
  return Object.fromEntries(Object.entries(sum).filter(([, micro]) => micro !== 0));
}

/** What taking the guess back now would pay into the wallet, in points. */
export function worthPoints(market: Market, guess: Guess): number {
  return sellBoth(market, upToDate(guess, market)).ownPaidPoints;
}
