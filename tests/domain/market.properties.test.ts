import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GuessDecision } from "../../src/domain/decide-guess.ts";
import { type Guess, noGuess } from "../../src/domain/guess.ts";
import { OTHER } from "../../src/domain/lab.ts";
import {
  buy,
  canList,
  cost,
  isListed,
  listLab,
  type Market,
  price,
  prices,
  sell,
  unlistedPrice,
} from "../../src/domain/market.ts";
import { rules } from "../../src/domain/rules.ts";
import { type Holding, microPerShare } from "../../src/domain/shares.ts";
import {
  type Action,
  act,
  anyBuilder,
  anyMarket,
  anyStory,
  anyStoryWithLateness,
  heldBy,
  ledgerOf,
  openPlay,
  type Play,
  playStory,
} from "../support/market-play.ts";
import {
  type Ledger,
  type ReferenceSettlement,
  referenceSettlement,
  referenceVoid,
} from "../support/reference-settlement.ts";

const runs = { numRuns: 150 };

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function sumOfHoldings(holdings: readonly Holding[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const holding of holdings) {
    for (const [lab, micro] of Object.entries(holding)) total[lab] = (total[lab] ?? 0) + micro;
  }
  return Object.fromEntries(Object.entries(total).filter(([, micro]) => micro !== 0));
}

type Before = { market: Market; guess: Guess };
type Done = GuessDecision & { done: true };

/** Calls `check` after every action of a story that was not refused. */
function everyStep(
  market: Market,
  story: readonly Action[],
  check: (play: Play, action: Action, before: Before, done: Done) => void,
): Play {
  const play = openPlay(market);
  for (const action of story) {
    const before = { market: play.market, guess: play.guesses.get(action.memberId) ?? noGuess };
    const decision = act(play, action);
    if (decision.done) check(play, action, before, decision);
  }
  return play;
}

function overStories(check: (play: Play, action: Action, before: Before, done: Done) => void): void {
  fc.assert(
    fc.property(anyMarket, anyStory(), (market, story) => {
      everyStep(market, story, check);
    }),
    runs,
  );
}

describe("in any market, whatever its members do,", () => {
  it("prices sum to one and stay between nothing and one", () => {
    overStories((play) => {
      const all = prices(play.market);
      expect(Math.abs(sum(all) - 1)).toBeLessThan(1e-12);
      expect(all.every((p) => p > 0 && p < 1)).toBe(true);
      expect(Number.isFinite(cost(play.market))).toBe(true);
    });
  });

  it("a purchase never leaves the price beyond .97", () => {
    overStories((play, _action, _before, { trades, guess }) => {
      if (trades.at(-1)?.kind !== "buy") return;
      expect(price(play.market, guess.call?.outcome ?? "")).toBeLessThanOrEqual(rules.highestPrice + 1e-12);
    });
  });

  it("every trade conserves points, and the books agree with their rows", () => {
    overStories((play) => {
      const wallets = sum(play.wallets.values()) - rules.bankrollPoints * play.wallets.size;
      expect(play.potPoints + play.housePoints + wallets).toBe(0);
      expect(play.potPoints).toBe(sum(play.trades.map((trade) => trade.potPoints)));
      expect(wallets).toBe(sum(play.trades.map((trade) => trade.walletPoints)));
      for (const trade of play.trades) {
        expect([trade.potPoints, trade.walletPoints].every(Number.isSafeInteger)).toBe(true);
        if (trade.part === "free") expect(trade.walletPoints).toBe(0);
        if (trade.part === "own" && trade.kind === "buy") expect(trade.walletPoints).toBe(-trade.potPoints);
        if (trade.part === "own" && trade.kind === "sale")
          expect(trade.walletPoints).toBeLessThanOrEqual(-trade.potPoints);
      }
    });
  });

  it("the members' shares of each lab are the market's, those received at listings included", () => {
    overStories((play) => {
      const held = sumOfHoldings([...play.guesses.keys()].map((memberId) => heldBy(play, memberId)));
      const out = sumOfHoldings(play.market.outcomes.map(({ lab, shares }) => ({ [lab]: shares })));
      expect(held).toEqual(out);
      expect(Object.values(held).every((micro) => micro > 0)).toBe(true);
    });
  });

  it("all that is lost between points paid and C goes to the house, and no more than the rules allow", () => {
    overStories((play) => {
      const rest = play.potPoints - (cost(play.market) - cost(play.opening));
      const buys = play.trades.filter((trade) => trade.kind === "buy").length;
      const sales = play.trades.length - buys;
      // The sale's tolerance may cost the house a hundred-thousandth of a point.
      expect(rest).toBeGreaterThanOrEqual(-rules.saleTolerance * sales - 1e-7);
      expect(rest).toBeLessThanOrEqual(sales + 1e-6 * buys + 1e-7);
    });
  });

  it("nobody ever has more than 250 own points in, and the wallet tells what they are", () => {
    overStories((play, { memberId }) => {
      const guess = play.guesses.get(memberId) ?? noGuess;
      const own = play.trades.filter((trade) => trade.memberId === memberId && trade.part === "own");
      expect(guess.ownCostPoints).toBe(0 - sum(own.map((trade) => trade.walletPoints)));
      expect(guess.ownCostPoints).toBeLessThanOrEqual(rules.ownCapPoints);
      const sinceSale = own.slice(own.findLastIndex((trade) => trade.kind === "sale") + 1);
      expect(guess.ownStakePoints).toBe(sum(sinceSale.map((trade) => trade.potPoints)));
      expect(guess.ownStakePoints > 0).toBe(Object.keys(guess.own).length > 0);
      expect(guess.ownCostPoints).toBeGreaterThanOrEqual(0);
      expect(play.wallets.get(memberId)).toBe(rules.bankrollPoints - guess.ownCostPoints);
    });
  });

  it("the house stakes at most 25 points for each member, net of what its stakes fetched", () => {
    overStories((play, { memberId }) => {
      const free = play.trades.filter((trade) => trade.memberId === memberId && trade.part === "free");
      expect(sum(free.map((trade) => trade.potPoints))).toBeLessThanOrEqual(rules.freeStakePoints);
      const guess = play.guesses.get(memberId) ?? noGuess;
      expect(guess.freeBudgetPoints).toBeLessThanOrEqual(rules.freeStakePoints);
      expect(guess.freeBudgetPoints > 0 && Object.keys(guess.free).length > 0).toBe(false);
    });
  });

  it("the call's time and price change only with the lab", () => {
    overStories((play, { memberId }, before) => {
      const was = before.guess.call;
      const is = play.guesses.get(memberId)?.call ?? null;
      const named = (name: string | null) => (name ?? "").toLowerCase().trim();
      if (was && is && was.lab === is.lab && named(was.name) === named(is.name)) {
        expect([is.at, is.price]).toEqual([was.at, was.price]);
      } else if (is) {
        expect(is.at).toEqual(play.lastAt);
        expect(is.price).toBeGreaterThan(0);
        expect(is.price).toBeLessThan(1);
      }
    });
  });

  it("a guess naming a lab is in that lab's shares as soon as it can be listed", () => {
    overStories((play, { memberId, wish }, before) => {
      if (wish.kind === "withdraw" || wish.suspect.kind !== "lab") return;
      const { lab } = wish.suspect;
      const call = play.guesses.get(memberId)?.call;
      const listable = isListed(before.market, lab) || canList(before.market);
      expect(call).toMatchObject({ lab, name: null, outcome: listable ? lab : OTHER });
      expect(isListed(play.market, lab)).toBe(listable);
    });
  });

  it("a refusal changes nothing", () => {
    fc.assert(
      fc.property(anyMarket, anyStory(), (market, story) => {
        const play = openPlay(market);
        for (const action of story) {
          const { labOf, ...books } = play;
          const before = structuredClone(books);
          if (!act(play, action).done) expect(play).toEqual({ ...before, labOf });
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("points cannot be made before settlement:", () => {
  it("no own sale pays more than its shares have cost, nor more than they fetched", () => {
    overStories((_play, _action, before, { trades }) => {
      for (const { part, kind, potPoints, walletPoints } of trades)
        if (part === "own" && kind === "sale")
          expect(walletPoints).toBe(Math.min(-potPoints, before.guess.ownStakePoints));
    });
  });

  it("buying and selling back never profits, and costs no more than a point", () => {
    fc.assert(
      fc.property(
        anyMarket,
        anyStory({ longest: 15 }),
        fc.integer({ min: 1, max: 250 }),
        fc.nat(),
        (market, story, points, pick) => {
          const { market: now } = playStory(market, story);
          const { lab } = now.outcomes[pick % now.outcomes.length]!;
          const bought = buy(now, lab, points);
          const sale = sell(bought.market, { [lab]: bought.shares });
          expect(sale.points).toBeLessThanOrEqual(points);
          expect(sale.points).toBeGreaterThanOrEqual(points - 1);
          expect(sale.market).toEqual(now);
        },
      ),
      runs,
    );
  });

  it("a member and any number of alternate accounts are never a point richer together", () => {
    fc.assert(
      fc.property(anyMarket, anyStory({ members: 8, longest: 60 }), fc.nat({ max: 255 }), (market, story, accounts) => {
        const gang = new Set(
          Array.from({ length: 8 }, (_, i) => i + 1)
            .filter((i) => (accounts >> (i - 1)) & 1)
            .map((i) => `member-${i}`),
        );
        everyStep(market, story, (play) => {
          const wallets = [...play.wallets].filter(([memberId]) => gang.has(memberId));
          expect(sum(wallets.map(([, points]) => points))).toBeLessThan(rules.bankrollPoints * wallets.length + 1);
        });
      }),
      runs,
    );
  });

  it("three alternates pumping a price do not let their friend sell at it", () => {
    fc.assert(
      fc.property(
        anyMarket,
        fc.integer({ min: 1, max: 250 }),
        fc.integer({ min: 1, max: 250 }),
        (market, stake, pump) => {
          const lab = market.outcomes[0]!.lab;
          const guess = (memberId: string, ownPoints: number, atMs: number): Action => ({
            memberId,
            wish: { kind: "guess", suspect: { kind: "lab", lab }, ownPoints },
            atMs,
          });
          const alternates = ["one", "two", "three"];
          const play = playStory(market, [
            guess("friend", stake, 1),
            ...alternates.map((memberId) => guess(memberId, pump, 2)),
            { memberId: "friend", wish: { kind: "withdraw" }, atMs: 3 },
            ...alternates.map((memberId): Action => ({ memberId, wish: { kind: "withdraw" }, atMs: 4 })),
          ]);
          expect(play.wallets.get("friend")).toBeLessThanOrEqual(rules.bankrollPoints);
          expect(sum(play.wallets.values())).toBeLessThanOrEqual(4 * rules.bankrollPoints);
          expect(play.potPoints).toBeGreaterThanOrEqual(0);
          expect(Object.keys(heldBy(play, "friend"))).toEqual([]);
        },
      ),
      runs,
    );
  });
});

describe("listing a lab", () => {
  it("leaves C, every other price and p_L + p_OTHER as they were", () => {
    fc.assert(
      fc.property(anyMarket, anyStory({ longest: 20 }), (market, story) => {
        const before = playStory(market, story).market;
        const after = listLab(before, "a-new-lab");
        expect(Math.abs(cost(after) - cost(before))).toBeLessThan(1e-8);
        for (const { lab } of before.outcomes.filter((outcome) => outcome.lab !== OTHER)) {
          expect(Math.abs(price(after, lab) - price(before, lab))).toBeLessThan(1e-12);
        }
        expect(Math.abs(price(after, "a-new-lab") - unlistedPrice(before))).toBeLessThan(1e-12);
        expect(Math.abs(price(after, "a-new-lab") + price(after, OTHER) - price(before, OTHER))).toBeLessThan(1e-12);
      }),
      runs,
    );
  });

  it("dilutes nobody who said someone else: the same shares pay for the lab as for any other", () => {
    fc.assert(
      fc.property(anyMarket, anyStory({ longest: 20 }), (market, story) => {
        const play = playStory(market, story);
        const before = new Map([...play.guesses.keys()].map((memberId) => [memberId, heldBy(play, memberId)]));
        play.market = listLab(play.market, "a-new-lab");
        for (const [memberId, held] of before) {
          const other = held[OTHER];
          expect(heldBy(play, memberId)).toEqual(other === undefined ? held : { ...held, "a-new-lab": other });
        }
      }),
      runs,
    );
  });
});

/** b · Σ r_i ln(r_i / w_i) with the weights after all listings: what the pot may lose. */
function potBound(market: Market, builders: readonly string[]): number {
  const r = new Map<string, number>();
  for (const builder of builders) {
    const lab = isListed(market, builder) ? builder : OTHER;
    r.set(lab, (r.get(lab) ?? 0) + 1 / builders.length);
  }
  return (
    market.liquidity *
    sum([...r].map(([lab, part]) => part * Math.log(part / market.outcomes.find((o) => o.lab === lab)!.weight)))
  );
}

function walletsOf(settled: ReferenceSettlement): Record<string, number> {
  return Object.fromEntries([...settled.members].map(([memberId, member]) => [memberId, member.walletPoints]));
}

const anyBuilders = fc.uniqueArray(anyBuilder, { minLength: 1, maxLength: 2 });

describe("a settlement", () => {
  it("loses the pot no more than the bound, and the house that and 25 a member, with one builder or two", () => {
    fc.assert(
      fc.property(anyMarket, anyStory({ members: 12, longest: 60 }), anyBuilders, (market, story, builders) => {
        const play = playStory(market, story);
        const settled = referenceSettlement(ledgerOf(play), builders, new Date(play.lastAt.getTime() + 1));
        expect(settled.potBeforePoints).toBe(play.potPoints);
        const sales = play.trades.filter((trade) => trade.kind === "sale").length;
        const bound = potBound(play.market, builders) + rules.saleTolerance * sales + 1e-6;
        expect(settled.paidPoints - settled.potBeforePoints).toBeLessThanOrEqual(bound);
        expect(-settled.housePoints).toBeLessThanOrEqual(bound + rules.freeStakePoints * play.guesses.size);
      }),
      runs,
    );
  });

  it("pays each member what the own shares of the builders say, rounded down once", () => {
    fc.assert(
      fc.property(anyMarket, anyStory(), anyBuilders, (market, story, builders) => {
        const play = playStory(market, story);
        const settled = referenceSettlement(ledgerOf(play), builders, new Date(play.lastAt.getTime() + 1));
        for (const [memberId, member] of settled.members) {
          const held = heldBy(play, memberId);
          expect(Object.fromEntries([...member.shares].map(([lab, micro]) => [lab, Number(micro)]))).toEqual(held);
          const worth = sum(builders.map((builder) => held[isListed(play.market, builder) ? builder : OTHER] ?? 0));
          expect(member.payoutPoints).toBe(Math.floor(worth / builders.length / microPerShare));
          expect(member.latePoints).toBe(0);
        }
      }),
      runs,
    );
  });

  it("leaves every wallet as if nothing had happened after the source was published", () => {
    fc.assert(
      fc.property(anyStoryWithLateness, anyBuilders, ({ market, story, publishedAtMs }, builders) => {
        const whole = playStory(market, story);
        const publishedAt = new Date(whole.openedAt.getTime() + publishedAtMs);
        const prefix = playStory(
          market,
          story.filter((action) => action.atMs < publishedAtMs),
        );
        const settled = referenceSettlement(ledgerOf(whole), builders, publishedAt);
        const asIf = referenceSettlement(ledgerOf(prefix), builders, publishedAt);
        expect(asIf.firstLateNumber).toBeNull();
        const came = Object.fromEntries(
          Object.entries(walletsOf(settled)).filter(([memberId]) => asIf.members.has(memberId)),
        );
        expect(came).toEqual(walletsOf(asIf));
        for (const [memberId, member] of settled.members) {
          const before = asIf.members.get(memberId);
          expect(member.shares).toEqual(before?.shares ?? new Map());
          expect(member.call).toEqual(before?.call ?? null);
          if (!before) expect([member.payoutPoints, member.walletPoints]).toEqual([0, 0]);
        }
        expect([settled.listed, settled.housePoints, settled.paidPoints]).toEqual([
          asIf.listed,
          asIf.housePoints,
          asIf.paidPoints,
        ]);
      }),
      runs,
    );
  });

  it("takes back late points exactly: what the wallet holds now, less what came late, and the payout", () => {
    fc.assert(
      fc.property(anyStoryWithLateness, anyBuilders, ({ market, story, publishedAtMs }, builders) => {
        const play = playStory(market, story);
        const settled = referenceSettlement(
          ledgerOf(play),
          builders,
          new Date(play.openedAt.getTime() + publishedAtMs),
        );
        for (const [memberId, member] of settled.members) {
          const now = (play.wallets.get(memberId) ?? 0) - rules.bankrollPoints;
          expect(now + member.latePoints + member.payoutPoints).toBe(member.walletPoints);
          expect(member.costPoints).toBeGreaterThanOrEqual(0);
          expect(member.walletPoints).toBe(member.payoutPoints - member.costPoints);
        }
      }),
      runs,
    );
  });

  it("reads rows of one lab each just as it reads whole trades", () => {
    fc.assert(
      fc.property(anyStoryWithLateness, anyBuilders, ({ market, story, publishedAtMs }, builders) => {
        const ledger = ledgerOf(playStory(market, story));
        const rows: Ledger = {
          ...ledger,
          trades: ledger.trades.flatMap((trade) =>
            Object.entries(trade.shares).map(([lab, micro], i) => ({
              ...trade,
              shares: { [lab]: micro },
              potPoints: i === 0 ? trade.potPoints : 0,
              walletPoints: i === 0 ? trade.walletPoints : 0,
            })),
          ),
        };
        const publishedAt = new Date(ledger.openedAt.getTime() + publishedAtMs);
        expect(referenceSettlement(rows, builders, publishedAt)).toEqual(
          referenceSettlement(ledger, builders, publishedAt),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("is only offered for a source younger than the market", () => {
    const play = playStory({ liquidity: 600, outcomes: [{ lab: OTHER, weight: 1, shares: 0 }] }, []);
    expect(() => referenceSettlement(ledgerOf(play), ["openai"], play.openedAt)).toThrow("only void");
  });
});

describe("a void", () => {
  it("restores everybody exactly", () => {
    fc.assert(
      fc.property(anyMarket, anyStory(), (market, story) => {
        const play = playStory(market, story);
        const voided = referenceVoid(ledgerOf(play));
        expect([voided.pot, voided.heldShares]).toEqual([0, 0]);
        expect([...voided.wallets.values()].every((points) => points === 0)).toBe(true);
        const undone = [...play.wallets.values()].map((points) => points - rules.bankrollPoints);
        expect(sum(play.trades.map((trade) => trade.walletPoints))).toBe(sum(undone));
      }),
      runs,
    );
  });
});
