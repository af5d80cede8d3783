import fc from "fast-check";
import { decideGuess, type GuessDecision } from "../../src/domain/decide-guess.ts";
import {
  type Call,
  type Guess,
  noGuess,
  type Suspect,
  type Trade,
  upToDate,
  type Wish,
} from "../../src/domain/guess.ts";
import { OTHER } from "../../src/domain/lab.ts";
import type { Market } from "../../src/domain/market.ts";
import { rules } from "../../src/domain/rules.ts";
import { type Holding, microPerShare } from "../../src/domain/shares.ts";
import type { Ledger } from "./reference-settlement.ts";

/** What a member does in a story, and when: milliseconds after the market opened. */
export type Action = { readonly memberId: string; readonly wish: Wish; readonly atMs: number };

export type PlayedTrade = Trade & { readonly number: number; readonly at: Date; readonly memberId: string };
export type PlayedListing = { readonly number: number; readonly at: Date; readonly lab: string };
export type PlayedCall = {
  readonly number: number;
  readonly at: Date;
  readonly memberId: string;
  readonly call: Call | null;
};

/** One market played in memory by the pure rules, with all its books. `act` moves it on. */
export type Play = {
  readonly openedAt: Date;
  readonly opening: Market;
  market: Market;
  lastNumber: number;
  lastAt: Date;
  potPoints: number;
  /** What the house has gained by this market; the bankrolls it granted are not counted. */
  housePoints: number;
  readonly wallets: Map<string, number>;
  readonly guesses: Map<string, Guess>;
  /** Number 0: the outcomes it opened with. */
  readonly listings: PlayedListing[];
  readonly trades: PlayedTrade[];
  readonly calls: PlayedCall[];
  /** Whose name a typed one is by now; at first nobody's. */
  labOf: (name: string) => string | null;
};

export const openedAt = new Date("2026-03-11T20:24:00Z");

/** A market nobody has guessed in yet. */
export function openPlay(market: Market, at: Date = openedAt): Play {
  return {
    openedAt: at,
    opening: market,
    market,
    lastNumber: 0,
    lastAt: at,
    potPoints: 0,
    housePoints: 0,
    wallets: new Map(),
    guesses: new Map(),
    listings: market.outcomes.map(({ lab }) => ({ number: 0, at, lab })),
    trades: [],
    calls: [],
    labOf: () => null,
  };
}

/** Does what a member asks, as the bot does: listing, trades and call get the next numbers and one time. */
export function act(play: Play, action: Action): GuessDecision {
  const { memberId, wish } = action;
  const at = new Date(Math.max(play.lastAt.getTime(), play.openedAt.getTime() + action.atMs));
  const wallet = play.wallets.get(memberId) ?? rules.bankrollPoints;
  const decision = decideGuess(play.market, play.guesses.get(memberId) ?? noGuess, wish, wallet, at, play.labOf);
  if (!decision.done) return decision;
  const next = () => {
    play.lastNumber += 1;
    return play.lastNumber;
  };
  if (decision.listed !== null) play.listings.push({ number: next(), at, lab: decision.listed });
  for (const trade of decision.trades) {
    play.trades.push({ ...trade, number: next(), at, memberId });
    play.potPoints += trade.potPoints;
    play.housePoints -= trade.potPoints + trade.walletPoints;
  }
  if (decision.called) play.calls.push({ number: next(), at, memberId, call: decision.guess.call });
  play.market = decision.market;
  play.lastAt = at;
  play.wallets.set(memberId, wallet + decision.walletPoints);
  play.guesses.set(memberId, decision.guess);
  return decision;
}

/** Plays a whole story in a new market; refused wishes change nothing. */
export function playStory(market: Market, story: readonly Action[], at: Date = openedAt): Play {
  const play = openPlay(market, at);
  for (const action of story) act(play, action);
  return play;
}

/** The append-only rows of a play, as settlement reads them. */
export function ledgerOf(play: Play): Ledger {
  return {
    openedAt: play.openedAt,
    listings: play.listings,
    trades: play.trades,
    calls: play.calls.map(({ number, at, memberId, call }) => ({
      number,
      at,
      memberId,
      lab: call?.lab ?? null,
      name: call?.name ?? null,
      callPrice: call?.price ?? null,
      calledAt: call?.at ?? null,
    })),
  };
}

/** All shares a member holds now, free and own, labs listed since included; without zeros. */
export function heldBy(play: Play, memberId: string): Holding {
  const guess = upToDate(play.guesses.get(memberId) ?? noGuess, play.market);
  const held: Record<string, number> = {};
  for (const part of [guess.free, guess.own]) {
    for (const [lab, micro] of Object.entries(part)) held[lab] = (held[lab] ?? 0) + micro;
  }
  return Object.fromEntries(Object.entries(held).filter(([, micro]) => micro !== 0));
}

/** A wish to guess on a lab (its slug, OTHER for "someone else"), or on a name nobody knows, in quotes. */
export function guessOn(lab: string, ownPoints: number | null = null): Wish {
  const unknown = /^"(.*)"$/.exec(lab)?.[1];
  const suspect: Suspect =
    unknown !== undefined
      ? { kind: "unknown", name: unknown }
      : lab === OTHER
        ? { kind: "other" }
        : { kind: "lab", lab };
  return { kind: "guess", suspect, ownPoints };
}

/** A market nobody has guessed in, its weights given in order: `aMarketOf(300, { deepseek: 0.3, …, other: 0.1 })`. */
export function aMarketOf(liquidity: number, weights: Readonly<Record<string, number>>): Market {
  return { liquidity, outcomes: Object.entries(weights).map(([lab, weight]) => ({ lab, weight, shares: 0 })) };
}

/** The market of market.md's test vectors. */
export function vectorMarket(): Market {
  return aMarketOf(300, { deepseek: 0.3, openai: 0.3, "z-ai": 0.2, xiaomi: 0.1, [OTHER]: 0.1 });
}

/** A share count as market.md writes it, with six decimals, in the millionths the rules count in. */
export function micro(shares: number): number {
  return Math.round(shares * microPerShare);
}

const labSlugs = ["deepseek", "openai", "z-ai", "xiaomi", "x-ai", "mistralai", "nvidia", "inclusionai", "moonshotai"];
const unlistedSlugs = ["meituan", "qwen", "minimax"];

/** Everybody a story may name as builder: labs that may be listed, labs that may not be, and one nobody guesses. */
export const anyBuilder = fc.constantFrom(...labSlugs, ...unlistedSlugs, "amazon");

/** Random markets before the first guess, from far thinner than market.md opens to the thickest, any first odds. */
export const anyMarket: fc.Arbitrary<Market> = fc
  .record({
    liquidity: fc.constantFrom(40, 150, 300, 600, 617.5, 1200, 12_000),
    parts: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: labSlugs.length + 1 }),
  })
  .map(({ liquidity, parts }) => {
    const total = parts.reduce((sum, part) => sum + part, 0);
    const outcomes = parts.map((part, i) => ({
      lab: i === 0 ? OTHER : (labSlugs[i - 1] ?? ""),
      weight: part / total,
      shares: 0,
    }));
    return { liquidity, outcomes: [...outcomes.slice(1), ...outcomes.slice(0, 1)] };
  });

const anySuspect: fc.Arbitrary<Suspect> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...labSlugs).map((lab) => ({ kind: "lab", lab }) as const) },
  { weight: 2, arbitrary: fc.constantFrom(...unlistedSlugs).map((lab) => ({ kind: "lab", lab }) as const) },
  { weight: 3, arbitrary: fc.constant({ kind: "other" } as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("Qwerty", "qwerty ", "Nobody Labs").map((name) => ({ kind: "unknown", name }) as const),
  },
);

/** Anything a member may ask for, stakes beyond the cap included. */
export const anyWish: fc.Arbitrary<Wish> = fc.oneof(
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constant("guess" as const),
      suspect: anySuspect,
      ownPoints: fc.oneof(fc.constant(null), fc.constant(250), fc.integer({ min: 0, max: 260 })),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "withdraw" } as const) },
);

/** Random stories of several members, who often come back to the lab they named; some things happen within a millisecond. */
export function anyStory(options: { members?: number; longest?: number } = {}): fc.Arbitrary<Action[]> {
  const { members = 5, longest = 40 } = options;
  const step = fc.record({
    member: fc.integer({ min: 1, max: members }),
    wish: anyWish,
    again: fc.constantFrom(true, false, false),
    gapMs: fc.constantFrom(0, 1, 60_000, 3_600_000),
  });
  return fc.array(step, { minLength: 1, maxLength: longest, size: "max" }).map((steps) => {
    const named = new Map<number, Suspect>();
    let atMs = 0;
    return steps.map(({ member, wish, again, gapMs }) => {
      atMs += gapMs;
      const before = named.get(member);
      if (wish.kind === "guess" && (!before || !again)) named.set(member, wish.suspect);
      const suspect = named.get(member);
      const wished: Wish = wish.kind === "guess" && suspect ? { ...wish, suspect } : wish;
      return { memberId: `member-${member}`, wish: wished, atMs };
    });
  });
}

/** A story with times at which its source may have been published: anywhere from just after the opening to after it all. */
export const anyStoryWithLateness: fc.Arbitrary<{ market: Market; story: Action[]; publishedAtMs: number }> = fc
  .record({ market: anyMarket, story: anyStory(), cut: fc.nat({ max: 45 }), nudgeMs: fc.constantFrom(0, 1) })
  .map(({ market, story, cut, nudgeMs }) => ({
    market,
    story,
    publishedAtMs: Math.max(1, (story[cut]?.atMs ?? (story.at(-1)?.atMs ?? 0) + 1) + nudgeMs),
  }));
