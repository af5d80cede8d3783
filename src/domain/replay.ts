import { type Guess, noGuess } from "./guess.ts";
import { OTHER } from "./lab.ts";
import { listLab, type Market, withListings } from "./market.ts";
import { rules } from "./rules.ts";
import { addTo, type Micro, microPerShare } from "./shares.ts";

/** An outcome of a market as its append-only row tells of it: number 0 at the opening, else its place among the trades. */
type ListedRow = { readonly number: number; readonly lab: string; readonly weight: number };

/** What one trade moved of one lab. */
type TradeRow = {
  readonly number: number;
  readonly memberId: string;
  readonly lab: string;
  readonly part: "free" | "own";
  readonly kind: "buy" | "sale";
  readonly shares: Micro;
  readonly potPoints: number;
  readonly walletPoints: number;
};

/** What a member holds after a replay. */
type ReplayedGuess = Omit<Guess, "call">;

export type Replay = { readonly market: Market; readonly guesses: ReadonlyMap<string, ReplayedGuess> };

/** One trade with the market it met: its rows are one for each lab it moved. */
type ReplayedTrade<Row extends TradeRow> = { readonly before: Market; readonly rows: readonly Row[] };

/** The trades of a market in the order of their numbers, each with the market just before it, listings included. */
export function* replayTrades<Row extends TradeRow>(
  liquidity: number,
  listed: readonly ListedRow[],
  trades: readonly Row[],
): Generator<ReplayedTrade<Row>, Market> {
  let market = openingOf(liquidity, listed);
  const later = listed.filter((row) => row.number > 0);
  for (let i = 0; i < trades.length; ) {
    const { number } = trades[i] as Row;
    while (later[0] && later[0].number < number) market = listLab(market, later.shift()?.lab ?? "");
    const rows: Row[] = [];
    for (; trades[i]?.number === number; i += 1) rows.push(trades[i] as Row);
    yield { before: market, rows };
    market = withTrade(market, rows);
  }
  for (const row of later) market = listLab(market, row.lab);
  return market;
}

function withTrade(market: Market, rows: readonly TradeRow[]): Market {
  const moved = (lab: string) => rows.reduce((sum, row) => (row.lab === lab ? sum + row.shares : sum), 0);
  const outcomes = market.outcomes.map((outcome) => ({ ...outcome, shares: outcome.shares + moved(outcome.lab) }));
  return { ...market, outcomes };
}

/**
 * Plays a market from its append-only rows, in the order of their numbers: the outcomes with their weights and shares, and
 * what every member holds.
 */
export function replay(liquidity: number, listed: readonly ListedRow[], trades: readonly TradeRow[]): Replay {
  const guesses = new Map<string, ReplayedGuess>();
  const steps = replayTrades(liquidity, listed, trades);
  let step = steps.next();
  for (; !step.done; step = steps.next()) {
    const { before: market, rows } = step.value;
    for (const row of rows) {
      const held = guesses.get(row.memberId) ?? noGuess;
      const seen = {
        free: withListings(held.free, market, held.outcomesSeen),
        own: withListings(held.own, market, held.outcomesSeen),
      };
      guesses.set(row.memberId, {
        ...seen,
        [row.part]: addTo(seen[row.part], row.lab, row.shares),
        ownCostPoints: held.ownCostPoints - row.walletPoints,
        ...stakesAfter(held, row, rows),
        outcomesSeen: market.outcomes.length,
      });
    }
  }
  return { market: step.value, guesses };
}

/** What a trade leaves of the own stake and of what the house would stake; its points are those of all its rows. */
function stakesAfter(
  held: Pick<ReplayedGuess, "ownStakePoints" | "freeBudgetPoints">,
  { part, kind }: TradeRow,
  rows: readonly TradeRow[],
): Pick<ReplayedGuess, "ownStakePoints" | "freeBudgetPoints"> {
  const { ownStakePoints, freeBudgetPoints } = held;
  const potPoints = rows.reduce((sum, row) => sum + row.potPoints, 0);
  if (part === "own") return { ownStakePoints: kind === "buy" ? ownStakePoints + potPoints : 0, freeBudgetPoints };
  return { ownStakePoints, freeBudgetPoints: kind === "buy" ? 0 : Math.min(rules.freeStakePoints, -potPoints) };
}

/** The market as it opened. */
export function openingOf(liquidity: number, listed: readonly ListedRow[]): Market {
  const named = listed.filter((row) => row.number === 0);
  return { liquidity, outcomes: named.map(({ lab, weight }) => ({ lab, weight, shares: 0 })) };
}

/**
 * Whole points each member is paid for what it holds (market.md, "Settlement"): a builder's share pays 1, ½ with two
 * builders; a builder that is no outcome is paid through OTHER; one floor per member. Who gets nothing is absent.
 */
export function payouts(played: Replay, builders: readonly string[]): Map<string, number> {
  const listed = new Set(played.market.outcomes.map((outcome) => outcome.lab));
  const outcomes = builders.map((lab) => (listed.has(lab) ? lab : OTHER));
  const paid = new Map<string, number>();
  for (const [memberId, { free, own, outcomesSeen }] of played.guesses) {
    const parts = [free, own].map((part) => withListings(part, played.market, outcomesSeen));
    const micro = outcomes
      .flatMap((lab) => parts.map((part) => part[lab] ?? 0))
      .reduce((sum, shares) => sum + shares, 0);
    const points = Math.floor(micro / (microPerShare * builders.length));
    if (points > 0) paid.set(memberId, points);
  }
  return paid;
}
