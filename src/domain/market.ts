import { OTHER } from "./lab.ts";
import { rules } from "./rules.ts";
import { type Holding, type Micro, microDown, sharesOf } from "./shares.ts";

/** One outcome of a market: a lab (or OTHER), its prior weight, and the shares of it that are out. */
export type Outcome = { readonly lab: string; readonly weight: number; readonly shares: Micro };

/**
 * The state prices follow from: Hanson's logarithmic market scoring rule with prior weights. Outcomes are only ever
 * appended, so an outcome's place in the list also tells which labs were listed after it.
 */
export type Market = { readonly liquidity: number; readonly outcomes: readonly Outcome[] };

/** e^{q_i/b} w_i with the largest exponent taken out, so that no market overflows; and that exponent. */
function masses(market: Market): { terms: number[]; total: number; shift: number } {
  const exponents = market.outcomes.map((outcome) => sharesOf(outcome.shares) / market.liquidity);
  const shift = Math.max(...exponents);
  const terms = market.outcomes.map((outcome, i) => outcome.weight * Math.exp((exponents[i] ?? 0) - shift));
  return { terms, total: terms.reduce((sum, term) => sum + term, 0), shift };
}

/** C(q) = b · ln Σ w_i e^{q_i/b}, in points. */
export function cost(market: Market): number {
  const { total, shift } = masses(market);
  return market.liquidity * (Math.log(total) + shift);
}

/** Every outcome's price p_i = w_i e^{q_i/b} / Σ w_j e^{q_j/b}, in the order of the outcomes; they sum to 1. */
export function prices(market: Market): number[] {
  const { terms, total } = masses(market);
  return terms.map((term) => term / total);
}

/** The price of one lab; 0 if it is not an outcome. */
export function price(market: Market, lab: string): number {
  return prices(market)[market.outcomes.findIndex((outcome) => outcome.lab === lab)] ?? 0;
}

/** True if the lab is an outcome of its own. */
export function isListed(market: Market, lab: string): boolean {
  return market.outcomes.some((outcome) => outcome.lab === lab);
}

function withShares(market: Market, change: (outcome: Outcome) => Micro): Market {
  return {
    liquidity: market.liquidity,
    outcomes: market.outcomes.map((outcome) => {
      const micro = change(outcome);
      if (micro === 0) return outcome;
      return { lab: outcome.lab, weight: outcome.weight, shares: outcome.shares + micro };
    }),
  };
}

/**
 * The shares that whole points buy of a lab at this moment: Δ = b · ln((e^{c/b} − (1 − p)) / p), rounded down to
 * millionths. Written with expm1 and log1p, which keep every digit when c is small beside b.
 */
export function buy(market: Market, lab: string, points: number): { market: Market; shares: Micro } {
  const p = price(market, lab);
  if (p <= 0) throw new Error(`cannot buy ${lab}: not an outcome of this market`);
  const shares = microDown(market.liquidity * Math.log1p(Math.expm1(points / market.liquidity) / p));
  return { market: withShares(market, (outcome) => (outcome.lab === lab ? shares : 0)), shares };
}

/** Sells a bundle: proceeds = C(q) − C(q − v) in points, and the whole points paid, floor(proceeds + 0.00001). */
export function sell(market: Market, holding: Holding): { market: Market; proceeds: number; points: number } {
  const after = withShares(market, (outcome) => -(holding[outcome.lab] ?? 0));
  const proceeds = cost(market) - cost(after);
  return { market: after, proceeds, points: Math.max(0, Math.floor(proceeds + rules.saleTolerance)) };
}

/**
 * The most whole points a stake on this lab may be: b · ln((1 − p)/.03), which ends at a price of .97; 0 from there on,
 * and 0 below the lowest price.
 */
export function largestStake(market: Market, lab: string): number {
  const p = price(market, lab);
  if (p >= rules.highestPrice || p < rules.lowestPrice) return 0;
  return Math.floor(market.liquidity * Math.log((1 - p) / (1 - rules.highestPrice)));
}

/** What a lab that is not listed yet would cost if it were listed now: f · p_OTHER. */
export function unlistedPrice(market: Market): number {
  return rules.listingFraction * price(market, OTHER);
}

/** Whether a lab may still be listed out of OTHER: f · p_OTHER ≥ .01. */
export function canList(market: Market): boolean {
  return unlistedPrice(market) >= rules.listingLowestPrice;
}

/**
 * Lists a lab out of OTHER: it takes the fraction f of OTHER's weight and OTHER's share count, and every holder of OTHER
 * receives as many of its shares for nothing (see `withListings`). C, every other price and p_L + p_OTHER stay as they were.
 */
export function listLab(market: Market, lab: string): Market {
  if (isListed(market, lab)) throw new Error(`${lab} is listed already`);
  const other = market.outcomes.find((outcome) => outcome.lab === OTHER);
  if (!other) throw new Error("a market without OTHER");
  return {
    ...market,
    outcomes: [
      ...market.outcomes.map((outcome) =>
        outcome.lab === OTHER ? { ...outcome, weight: outcome.weight * (1 - rules.listingFraction) } : outcome,
      ),
      { lab, weight: other.weight * rules.listingFraction, shares: other.shares },
    ],
  };
}

/**
 * A holding brought up to date with the labs listed since it was last touched: `outcomesSeen` is the number of outcomes
 * the market had then. Doing this on touch, not on listing, keeps a listing from writing a row per holder.
 */
export function withListings(holding: Holding, market: Market, outcomesSeen: number): Holding {
  const other = holding[OTHER] ?? 0;
  if (other === 0) return holding;
  const received: Record<string, Micro> = { ...holding };
  for (const outcome of market.outcomes.slice(outcomesSeen)) received[outcome.lab] = other;
  return received;
}

/** b = clamp(600 + 6·A, 600, 12000), A = members of the server with a guess in the last 30 days. */
export function liquidityFor(activeMembers: number): number {
  return Math.min(rules.liquidityMost, rules.liquidityBase + rules.liquidityPerMember * activeMembers);
}

/**
 * A new market: the likeliest labs and OTHER. w_OTHER = .20; w_i = .05 + .35 · share_i, share = past reveals of the lab
 * plus one, over all the labs named.
 *
 * @param labs the labs to name, likeliest first, with their past reveals
 */
export function openMarket(labs: readonly { lab: string; reveals: number }[], activeMembers: number): Market {
  const total = labs.reduce((sum, { reveals }) => sum + reveals + 1, 0);
  const named = labs.map(({ lab, reveals }) => ({
    lab,
    weight: rules.labWeightFloor + (rules.labWeightSpread * (reveals + 1)) / total,
    shares: 0,
  }));
  return {
    liquidity: liquidityFor(activeMembers),
    outcomes: [...named, { lab: OTHER, weight: rules.otherWeight, shares: 0 }],
  };
}
