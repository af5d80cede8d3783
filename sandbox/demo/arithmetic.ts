/*
 * The market's arithmetic once more, straight from its formulas and sharing nothing with src: the demo compares what the
 * bot says with this, to the point. Hanson's logarithmic market scoring rule with prior weights:
 *
 *   C = b · ln Σ w e^{q/b}        p = w e^{q/b} / Σ w e^{q/b}        shares bought for c points: b · ln((e^{c/b} − (1 − p)) / p)
 */

/** Labs and "other", with prior weight and shares that are out. */
export type SmallMarket = {
  readonly b: number;
  readonly weights: Map<string, number>;
  readonly shares: Map<string, number>;
};

/** Stealth models of each lab revealed before 11 March 2026, for the nine labs the markets of the story open with. */
export const reveals = {
  openai: 5,
  "x-ai": 4,
  "z-ai": 1,
  mistralai: 1,
  nvidia: 1,
  qwen: 0,
  google: 0,
  deepseek: 0,
  anthropic: 0,
};

/** A market as it opens in a quiet server: b = 600, .2 on "other", .05 each and .35 by past reveals on the nine named labs. */
export function opening(reveals: Readonly<Record<string, number>>): SmallMarket {
  const counts = Object.entries(reveals).map(([lab, count]) => [lab, count + 1] as const);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const weights = new Map(counts.map(([lab, count]) => [lab, 0.05 + (0.35 * count) / total]));
  weights.set("other", 0.2);
  return { b: 600, weights, shares: new Map() };
}

function mass(market: SmallMarket, lab: string): number {
  return (market.weights.get(lab) ?? 0) * Math.exp((market.shares.get(lab) ?? 0) / market.b);
}

function total(market: SmallMarket): number {
  return [...market.weights.keys()].reduce((sum, lab) => sum + mass(market, lab), 0);
}

export function price(market: SmallMarket, lab: string): number {
  return mass(market, lab) / total(market);
}

/** Buys for whole points; the shares are cut to six decimals. */
export function buy(market: SmallMarket, lab: string, points: number): number {
  const p = price(market, lab);
  const exact = market.b * Math.log((Math.exp(points / market.b) - (1 - p)) / p);
  const bought = Math.floor(exact * 1e6) / 1e6;
  market.shares.set(lab, (market.shares.get(lab) ?? 0) + bought);
  return bought;
}

/** Sells shares for whole points, cut. */
export function sell(market: SmallMarket, lab: string, sold: number): number {
  const before = market.b * Math.log(total(market));
  market.shares.set(lab, (market.shares.get(lab) ?? 0) - sold);
  return Math.floor(before - market.b * Math.log(total(market)) + 1e-5);
}

/** Gives a lab odds of its own: a quarter of what "other" weighs, and as many shares out. */
export function list(market: SmallMarket, lab: string): void {
  const weight = market.weights.get("other") ?? 0;
  market.weights.set(lab, weight / 4);
  market.weights.set("other", weight - weight / 4);
  market.shares.set(lab, market.shares.get("other") ?? 0);
}

/** Points of a right call: 40, up to 30 for being early and up to 30 for being bold. */
export function callScore(call: { openedMs: number; calledMs: number; publishedMs: number; price: number }): number {
  const early = (call.publishedMs - call.calledMs) / (call.publishedMs - call.openedMs);
  const bold = Math.log(1 / call.price) / Math.log(50);
  return 40 + 30 * Math.min(1, Math.max(0, early)) + 30 * Math.min(1, Math.max(0, bold));
}
