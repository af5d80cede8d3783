import { noGuess } from "../domain/guess.ts";
import { buy, type Market, price, sell, withListings } from "../domain/market.ts";
import { openingOf, payouts, type Replay, replay, replayTrades } from "../domain/replay.ts";
import { rules } from "../domain/rules.ts";
import type { Holding } from "../domain/shares.ts";
import type { readWholeMarket } from "../storage/audit.ts";

type WholeMarket = Awaited<ReturnType<typeof readWholeMarket>>;
type Decision = WholeMarket["decisions"][number];

/** What the arithmetic of another machine may make of the same numbers. */
const weightTolerance = 1e-12;
const sharesTolerance = 1;
const pointsTolerance = 1e-6;

/** Recomputes one market from its append-only rows and tells each difference in one line. */
export function marketDifferences(whole: WholeMarket): string[] {
  const played = replay(whole.market.liquidity, whole.listed, whole.trades);
  return [
    ...numberDifferences(whole),
    ...outcomeDifferences(whole, played.market),
    ...priceDifferences(whole),
    ...walletDifferences(whole),
    ...guessDifferences(whole, played),
    ...stateDifferences(whole),
    ...payoutDifferences(whole),
  ].map((difference) => `market ${whole.market.marketId}${difference}`);
}

/** Every number up to the last is one call, one listing or one trade, and time never runs backwards along them. */
function numberDifferences({ market, listed, trades, calls }: WholeMarket): string[] {
  const kinds = [
    { kind: "listing", rows: listed.filter((row) => row.number > 0) },
    { kind: "trade", rows: trades },
    { kind: "call", rows: calls },
  ];
  const differences: string[] = [];
  const seen: { kind: string; at: Date }[] = [];
  for (const { kind, rows } of kinds) {
    for (const { number, at } of rows) {
      const other = seen[number];
      if (number > market.lastNumber || number < 1) differences.push(`: has a ${kind} with number ${number}`);
      else if (other && (kind !== "trade" || other.kind !== "trade"))
        differences.push(`: number ${number} is a ${other.kind} and a ${kind}`);
      else seen[number] = { kind, at };
    }
  }
  let lastAt = market.openedAt;
  for (let number = 1; number <= market.lastNumber; number += 1) {
    const row = seen[number];
    if (!row) differences.push(`: number ${number} is missing`);
    else if (row.at < lastAt) differences.push(`: number ${number} is older than the one before it`);
    lastAt = row && row.at > lastAt ? row.at : lastAt;
  }
  if (lastAt > market.lastAt) differences.push(": has rows younger than its last time");
  return differences;
}

function outcomeDifferences({ market, listed }: WholeMarket, played: Market): string[] {
  const differences: string[] = [];
  if (market.outcomes.length !== played.outcomes.length)
    differences.push(`: has ${market.outcomes.length} outcomes, its rows say ${played.outcomes.length}`);
  for (const outcome of played.outcomes) {
    const stored = market.outcomes.find((other) => other.lab === outcome.lab);
    if (stored?.shares !== outcome.shares) {
      const held = stored?.shares ?? "no";
      differences.push(`, ${outcome.lab}: ${held} millionths of shares are out, its trades say ${outcome.shares}`);
    }
    if (stored && Math.abs(stored.weight - outcome.weight) > weightTolerance)
      differences.push(`, ${outcome.lab}: weighs ${stored.weight}, its listings say ${outcome.weight}`);
  }
  const opening = openingOf(market.liquidity, listed).outcomes.reduce((sum, outcome) => sum + outcome.weight, 0);
  if (Math.abs(opening - 1) > weightTolerance) differences.push(`: opened with weights that sum to ${opening}`);
  return differences;
}

/** Every trade at its price: a buy by the shares it got, a sale by the whole points it paid (market.md, "Prices"). */
function priceDifferences({ market, listed, trades }: WholeMarket): string[] {
  const differences: string[] = [];
  for (const { before, rows } of replayTrades(market.liquidity, listed, trades)) {
    const [first] = rows;
    if (!first) continue;
    const { number, kind, lab, shares } = first;
    const points = rows.reduce((sum, row) => sum + row.potPoints, 0);
    if (kind === "buy") {
      const due = points > 0 && price(before, lab) > 0 ? buy(before, lab, points).shares : 0;
      if (rows.length > 1 || Math.abs(shares - due) > sharesTolerance)
        differences.push(`: trade ${number} bought ${shares} millionths of ${lab}, ${points} points buy ${due}`);
    } else {
      const { proceeds } = sell(before, Object.fromEntries(rows.map((row) => [row.lab, -row.shares])));
      const most = proceeds + rules.saleTolerance;
      if (-points > most + pointsTolerance || -points <= most - 1 - pointsTolerance)
        differences.push(`: trade ${number} was paid ${-points} points for what was worth ${proceeds.toFixed(6)}`);
    }
  }
  return differences;
}

/** Every trade at its cost to the wallet: an own buy all of it, an own sale at most what its shares had cost, a free one nothing. */
function walletDifferences({ market, listed, trades }: WholeMarket): string[] {
  const differences: string[] = [];
  const stakes = new Map<string, number>();
  for (const { rows } of replayTrades(market.liquidity, listed, trades)) {
    const [first] = rows;
    if (!first) continue;
    const { number, memberId, part, kind } = first;
    const potPoints = rows.reduce((sum, row) => sum + row.potPoints, 0);
    const walletPoints = rows.reduce((sum, row) => sum + row.walletPoints, 0);
    const stake = stakes.get(memberId) ?? 0;
    const due = part === "free" ? 0 : kind === "buy" ? -potPoints : Math.min(-potPoints, stake);
    if (part === "own") stakes.set(memberId, kind === "buy" ? stake + potPoints : 0);
    if (walletPoints !== due)
      differences.push(`: trade ${number}, ${part} ${kind}, moved ${walletPoints} for the wallet, not ${due}`);
  }
  return differences;
}

function guessDifferences({ market, guesses, calls }: WholeMarket, played: Replay): string[] {
  const differences: string[] = [];
  const standing = new Map(calls.map((call) => [call.memberId, call]));
  for (const guess of guesses) {
    const whose = `, member ${guess.memberId}`;
    const call = standing.get(guess.memberId);
    const sameCall =
      guess.lab === (call?.lab ?? null) &&
      guess.name === (call?.name ?? null) &&
      guess.outcome === (call?.outcome ?? null) &&
      guess.callPrice === (call?.callPrice ?? null) &&
      guess.calledAt?.getTime() === call?.calledAt?.getTime();
    if (!sameCall)
      differences.push(`${whose}: stands on ${guess.lab ?? "nothing"}, the calls say ${call?.lab ?? "nothing"}`);
    const held = played.guesses.get(guess.memberId) ?? noGuess;
    const now = (holding: Holding, outcomesSeen: number) => withListings(holding, played.market, outcomesSeen);
    const same =
      sameHolding(now(guess.free, guess.outcomesSeen), now(held.free, held.outcomesSeen)) &&
      sameHolding(now(guess.own, guess.outcomesSeen), now(held.own, held.outcomesSeen)) &&
      guess.ownCostPoints === held.ownCostPoints &&
      guess.ownStakePoints === held.ownStakePoints &&
      guess.freeBudgetPoints === held.freeBudgetPoints;
    if (!same) differences.push(`${whose}: the guess is not what its trades say`);
  }
  const guessers = new Set(guesses.map((guess) => guess.memberId));
  for (const memberId of new Set([...played.guesses.keys(), ...standing.keys()]))
    if (!guessers.has(memberId)) differences.push(`, member ${memberId}: traded or called, but has no guess`);
  const standingOn = new Map<string, number>();
  for (const { outcome } of guesses) if (outcome !== null) standingOn.set(outcome, (standingOn.get(outcome) ?? 0) + 1);
  for (const { lab, callers } of market.outcomes) {
    const counted = standingOn.get(lab) ?? 0;
    if (callers !== counted) differences.push(`, ${lab}: counts ${callers} callers, there are ${counted}`);
  }
  return differences;
}

function sameHolding(a: Holding, b: Holding): boolean {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((lab) => (a[lab] ?? 0) === (b[lab] ?? 0));
}

const stateAfter = { settle: "settled", void: "void", reopen: "frozen", freeze: "frozen", unfreeze: "open" } as const;

/** A market is as its last decision left it. */
function stateDifferences({ market, decisions }: WholeMarket): string[] {
  const last = decisions.at(-1);
  const state = last ? stateAfter[last.kind] : "open";
  const settled = last?.kind === "settle" ? last : null;
  const same =
    market.state === state &&
    market.revision === (last?.revision ?? 0) &&
    market.publishedAt?.getTime() === settled?.publishedAt?.getTime() &&
    JSON.stringify(market.builders) === JSON.stringify(settled?.builders ?? null);
  if (same) return [];
  return [`: is ${market.state}, revision ${market.revision}; its decisions say ${state}, ${last?.revision ?? 0}`];
}

/** What every decision moved, member by member, beside what the rows before it say it should have. */
function payoutDifferences(whole: WholeMarket): string[] {
  const differences: string[] = [];
  let standing = new Map<string, number>();
  for (const decision of whole.decisions) {
    const pays = decision.kind === "settle" || decision.kind === "void";
    if (pays && standing.size > 0) differences.push(`: pays in revision ${decision.revision} what was paid before`);
    const due = pays ? movedBy(whole, decision) : decision.kind === "reopen" ? reversed(standing) : new Map();
    if (pays || decision.kind === "reopen") standing = pays ? due : new Map();
    const entered = new Map(
      whole.paid
        .filter((entry) => entry.transactionId === decision.transactionId && entry.account !== "house")
        .map((entry) => [entry.memberId, entry.points]),
    );
    for (const memberId of new Set([...due.keys(), ...entered.keys()])) {
      const [is, should] = [entered.get(memberId) ?? 0, due.get(memberId) ?? 0];
      const whose = memberId === pot ? "the pot" : `member ${memberId}`;
      if (is !== should) differences.push(`: its ${decision.kind} moves ${is} for ${whose}, its rows say ${should}`);
    }
  }
  return differences;
}

/** Entries of the pot have no member. */
const pot = "";

function movedBy({ market, listed, trades }: WholeMarket, decision: Decision): Map<string, number> {
  // Ids are given under the market's lock: they tell which trades the decision could see.
  const before = trades.filter((row) => row.transactionId < decision.transactionId);
  const { kind, builders, publishedAt } = decision;
  const inTime = (row: { at: Date }) => kind === "settle" && publishedAt !== null && row.at < publishedAt;
  const prefix = replay(
    market.liquidity,
    listed.filter((row) => row.number === 0 || inTime(row)),
    before.filter(inTime),
  );
  const moved = kind === "settle" ? payouts(prefix, builders ?? []) : new Map<string, number>();
  for (const row of before)
    if (!inTime(row)) moved.set(row.memberId, (moved.get(row.memberId) ?? 0) - row.walletPoints);
  const potPoints = before.reduce((sum, row) => sum + row.potPoints, 0);
  return withoutZeros(moved.set(pot, -potPoints));
}

function reversed(moved: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...moved].map(([memberId, points]) => [memberId, -points]));
}

function withoutZeros(moved: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...moved].filter(([, points]) => points !== 0));
}
