import { describe, expect, it } from "vitest";
import type { GuessDecision } from "../../src/domain/decide-guess.ts";
import { type Guess, noGuess, paysPoints, upToDate } from "../../src/domain/guess.ts";
import { worthPoints } from "../../src/domain/guess-trades.ts";
import { OTHER } from "../../src/domain/lab.ts";
import { buy, cost, type Market, price, sell } from "../../src/domain/market.ts";
import { callScore } from "../../src/domain/scores.ts";
import {
  act,
  aMarketOf,
  guessOn,
  heldBy,
  ledgerOf,
  micro,
  openPlay,
  type Play,
  vectorMarket,
} from "../support/market-play.ts";
import { referenceSettlement } from "../support/reference-settlement.ts";

const hourMs = 3_600_000;

function done(decision: GuessDecision) {
  if (!decision.done) throw new Error(`refused: ${decision.refusal.reason}`);
  return decision;
}

function guessOf(play: Play, memberId: string): Guess {
  return upToDate(play.guesses.get(memberId) ?? noGuess, play.market);
}

/** A story told in whole hours after the opening. */
function story(market: Market = vectorMarket()) {
  const play = openPlay(market);
  return {
    play,
    at: (hour: number) => new Date(play.openedAt.getTime() + hour * hourMs),
    guess: (hour: number, memberId: string, lab: string, ownPoints: number | null = null) =>
      act(play, { memberId, wish: guessOn(lab, ownPoints), atMs: hour * hourMs }),
    withdraw: (hour: number, memberId: string) =>
      act(play, { memberId, wish: { kind: "withdraw" }, atMs: hour * hourMs }),
  };
}

describe("a first guess", () => {
  it("is given 25 points by the house, through the market", () => {
    const { play, at, guess } = story();
    const placed = done(guess(1, "ann", "deepseek"));
    expect(placed).toMatchObject({
      what: "placed",
      called: true,
      stakedFreePoints: 25,
      stakedOwnPoints: 0,
      walletPoints: 0,
    });
    expect(placed.trades).toEqual([
      { part: "free", kind: "buy", shares: { deepseek: micro(76.318276) }, potPoints: 25, walletPoints: 0 },
    ]);
    expect(placed.guess.call).toEqual({ lab: "deepseek", name: null, outcome: "deepseek", price: 0.3, at: at(1) });
    expect(play.wallets.get("ann")).toBe(1000);
    expect(play.housePoints).toBe(-25);
    expect(play.potPoints).toBe(25);
    expect(paysPoints(placed.guess)).toBe(76);
    expect(worthPoints(play.market, placed.guess)).toBe(0);
  });

  it("buys the free part first, then the own one", () => {
    const { play, guess } = story();
    const placed = done(guess(1, "ann", "deepseek", 100));
    expect(placed.trades.map(({ part, potPoints, shares }) => [part, potPoints, shares])).toEqual([
      ["free", 25, { deepseek: micro(76.318276) }],
      ["own", 100, { deepseek: micro(224.200811) }],
    ]);
    expect(play.wallets.get("ann")).toBe(900);
    expect(placed.guess).toMatchObject({ ownCostPoints: 100, freeBudgetPoints: 0 });
    expect(paysPoints(placed.guess)).toBe(300);
    expect(worthPoints(play.market, placed.guess)).toBe(100);
  });

  it("is a call that buys nothing where the price has reached its end, and may be staked when it falls", () => {
    const { play, guess, withdraw } = story(aMarketOf(50, { xiaomi: 0.5, [OTHER]: 0.5 }));
    const ann = done(guess(1, "ann", "xiaomi", 250));
    expect(ann.stakedOwnPoints).toBeLessThan(250);
    expect(ann.clippedPoints).toBe(250 - ann.stakedOwnPoints);
    expect(price(play.market, "xiaomi")).toBeLessThanOrEqual(0.97);
    const bob = done(guess(2, "bob", "xiaomi", 40));
    expect(bob).toMatchObject({ what: "placed", called: true, trades: [], stakedFreePoints: 0, clippedPoints: 40 });
    expect(bob.guess).toMatchObject({ freeBudgetPoints: 25, call: { lab: "xiaomi" } });
    withdraw(3, "ann");
    const raised = done(guess(4, "bob", "xiaomi"));
    expect(raised).toMatchObject({ what: "raised", called: false, stakedFreePoints: 25 });
    expect(raised.guess.call).toEqual(bob.guess.call);
  });

  it("cannot be for a part of a point, or less than nothing", () => {
    const { guess } = story();
    expect(() => guess(1, "ann", "xiaomi", 0.5)).toThrow("not a stake");
    expect(() => guess(1, "ann", "xiaomi", -1)).toThrow("not a stake");
  });
});

describe("odds that others have pushed down to nothing", () => {
  /** DeepSeek's odds are about e^-depth. */
  const lopsided = (depth: number): Market => ({
    liquidity: 600,
    outcomes: [
      { lab: "xiaomi", weight: 0.4, shares: micro(600 * depth) },
      { lab: "deepseek", weight: 0.4, shares: 0 },
      { lab: OTHER, weight: 0.2, shares: micro(600 * (depth - 2)) },
    ],
  });

  it.each([22, 100, 5_000])("take a call that buys nothing, and score it like the lowest (e^-%i)", (depth) => {
    const { play, at, guess, withdraw } = story(lopsided(depth));
    expect(price(play.market, "deepseek")).toBeLessThan(1e-9);
    const placed = done(guess(1, "ann", "deepseek", 250));
    expect(placed).toMatchObject({ what: "placed", called: true, trades: [], walletPoints: 0, clippedPoints: 250 });
    expect(placed.guess).toMatchObject({ call: { lab: "deepseek", price: 1e-9 }, freeBudgetPoints: 25 });
    const times = { openedAt: play.openedAt, publishedAt: at(2), calledAt: at(1) };
    expect(callScore({ right: true, ...times, price: placed.guess.call?.price ?? 0 })).toBeCloseTo(85, 9);
    expect(done(guess(2, "ann", "xiaomi"))).toMatchObject({ what: "moved", stakedFreePoints: 25 });
    expect(done(guess(3, "ann", "deepseek", 10)).trades.map((trade) => trade.kind)).toEqual(["sale"]);
    expect(done(withdraw(4, "ann")).trades).toEqual([]);
  });

  it("sell a number of shares that can be counted as long as they sell any", () => {
    const { play, guess, withdraw } = story({ ...lopsided(20), liquidity: 12_000 });
    play.market = { ...play.market, outcomes: lopsided(20).outcomes.map((o) => ({ ...o, shares: o.shares * 20 })) };
    expect(price(play.market, "deepseek")).toBeLessThan(3e-9);
    const placed = done(guess(1, "ann", "deepseek", 250));
    expect(placed.stakedOwnPoints).toBe(250);
    expect(heldBy(play, "ann").deepseek).toBeLessThan(Number.MAX_SAFE_INTEGER / 1_000);
    expect(done(withdraw(2, "ann")).walletPoints).toBeGreaterThanOrEqual(249);
  });

  it("stay playable when five labs are backed by a thousand members each and the others by none", () => {
    const play = openPlay(aMarketOf(600, { a: 0.15, b: 0.15, c: 0.15, d: 0.15, e: 0.15, f: 0.05, [OTHER]: 0.2 }));
    for (let n = 0; n < 5_000; n += 1) {
      const lab = "abcde"[n % 5] ?? "a";
      expect(act(play, { memberId: `m${n}`, wish: guessOn(lab, 250), atMs: n }).done).toBe(true);
    }
    expect(price(play.market, "f")).toBeLessThan(1e-9);
    const call = done(act(play, { memberId: "late", wish: guessOn("f", 250), atMs: 5_000 }));
    expect(call).toMatchObject({ what: "placed", trades: [], guess: { call: { price: 1e-9 } } });
  });
});

describe("raising", () => {
  it("changes neither the time nor the price of the call", () => {
    const { play, guess } = story();
    const placed = done(guess(1, "ann", "xiaomi", 10));
    guess(2, "bob", "xiaomi", 200);
    const raised = done(guess(3, "ann", "xiaomi", 20));
    expect(raised).toMatchObject({
      what: "raised",
      called: false,
      listed: null,
      walletPoints: -20,
      stakedFreePoints: 0,
    });
    expect(raised.guess.call).toEqual(placed.guess.call);
    expect(raised.guess.ownCostPoints).toBe(30);
    expect(play.calls.filter((call) => call.memberId === "ann")).toHaveLength(1);
  });

  it("stops at 250 points in one model, however many times a member presses", () => {
    const { play, guess } = story();
    for (let press = 0; press < 3; press += 1) guess(1, "ann", "xiaomi", 100);
    expect(play.wallets.get("ann")).toBe(800);
    expect(guess(2, "ann", "xiaomi", 51)).toEqual({
      done: false,
      refusal: { reason: "over-cap", capPoints: 250, roomPoints: 50 },
    });
    expect(done(guess(3, "ann", "xiaomi", 50)).guess.ownCostPoints).toBe(250);
    expect(guess(4, "ann", "xiaomi", 1)).toMatchObject({ done: false, refusal: { reason: "over-cap", roomPoints: 0 } });
  });

  it("is refused beyond the wallet, and by nothing at all", () => {
    const { play, guess } = story();
    guess(1, "ann", "xiaomi");
    expect(guess(2, "ann", "xiaomi")).toEqual({ done: false, refusal: { reason: "nothing-new", lab: "xiaomi" } });
    play.wallets.set("ann", 30);
    expect(guess(3, "ann", "xiaomi", 31)).toEqual({
      done: false,
      refusal: { reason: "wallet-short", walletPoints: 30, neededPoints: 31 },
    });
    expect(play.trades).toHaveLength(1);
    play.wallets.set("ann", -40);
    expect(guess(4, "ann", "xiaomi", 1)).toMatchObject({
      done: false,
      refusal: { reason: "wallet-short", walletPoints: -40 },
    });
  });
});

describe("moving", () => {
  it("sells both parts and stakes what they fetched on the new lab, with a new call", () => {
    const { play, at, guess } = story();
    guess(1, "ann", "deepseek", 100);
    guess(2, "bob", "xiaomi", 50);
    const moved = done(guess(3, "ann", "xiaomi"));
    expect(moved.what).toBe("moved");
    expect(moved.trades.map(({ part, kind }) => `${part} ${kind}`)).toEqual([
      "own sale",
      "free sale",
      "free buy",
      "own buy",
    ]);
    expect(moved.guess.call).toMatchObject({ lab: "xiaomi", at: at(3) });
    expect(moved.walletPoints).toBe(0);
    expect(Object.keys(heldBy(play, "ann"))).toEqual(["xiaomi"]);
  });

  it("never pays a profit, not even when others have driven the price up", () => {
    const { play, guess, withdraw } = story();
    guess(1, "ann", "xiaomi", 100);
    for (const friend of ["bob", "cid", "dee"]) guess(2, friend, "xiaomi", 250);
    const taken = done(withdraw(3, "ann"));
    const own = taken.trades.find((trade) => trade.part === "own");
    expect(own?.potPoints).toBeLessThan(-200);
    expect(own?.walletPoints).toBe(100);
    expect(play.wallets.get("ann")).toBe(1000);
    expect(taken.guess).toMatchObject({ call: null, free: {}, own: {}, ownCostPoints: 0, freeBudgetPoints: 25 });
  });

  it("never pays a later stake back with what an earlier one lost on top", () => {
    const { play, guess, withdraw } = story();
    guess(1, "bob", "deepseek", 250);
    guess(1, "ann", "deepseek", 250);
    withdraw(2, "bob");
    const lostPoints = 250 - done(withdraw(2, "ann")).walletPoints;
    expect(lostPoints).toBeGreaterThan(50);
    const again = done(guess(3, "ann", "xiaomi", 50));
    expect(again.guess).toMatchObject({ ownCostPoints: lostPoints + 50, ownStakePoints: 50 });
    guess(4, "bob", "xiaomi", 200);
    guess(4, "cid", "xiaomi", 250);
    expect(worthPoints(play.market, guessOf(play, "ann"))).toBe(50);
    const taken = done(withdraw(5, "ann"));
    expect(taken.trades[0]?.potPoints).toBeLessThan(-150);
    expect(taken.walletPoints).toBe(50);
    expect(taken.guess).toMatchObject({ ownCostPoints: lostPoints, ownStakePoints: 0 });
    expect(play.wallets.get("ann")).toBe(1000 - lostPoints);
  });

  it("takes what the move staked for its cost, and every raise since", () => {
    const { play, guess, withdraw } = story();
    guess(1, "ann", "deepseek", 100);
    guess(2, "bob", "xiaomi", 250);
    const moved = done(guess(3, "ann", "xiaomi"));
    expect(moved.stakedOwnPoints).toBeLessThan(90);
    expect(moved.guess).toMatchObject({ ownCostPoints: 100, ownStakePoints: moved.stakedOwnPoints });
    const raised = done(guess(4, "ann", "xiaomi", 7));
    expect(raised.guess).toMatchObject({ ownCostPoints: 107, ownStakePoints: moved.stakedOwnPoints + 7 });
    guess(5, "cid", "xiaomi", 250);
    expect(done(withdraw(6, "ann")).walletPoints).toBe(moved.stakedOwnPoints + 7);
    expect(play.wallets.get("ann")).toBe(900 + moved.stakedOwnPoints);
  });

  it("stakes another sum when the member says so", () => {
    const { play, guess } = story();
    guess(1, "ann", "deepseek", 100);
    const moved = done(guess(2, "ann", "xiaomi", 30));
    expect(moved).toMatchObject({ walletPoints: 70, stakedFreePoints: 25, stakedOwnPoints: 30 });
    expect(play.wallets.get("ann")).toBe(970);
    expect(done(guess(3, "ann", "openai", 0)).stakedOwnPoints).toBe(0);
    expect(play.wallets.get("ann")).toBe(1000);
  });

  it("counts what was lost on the way against the cap", () => {
    const { play, guess } = story();
    guess(1, "ann", "deepseek", 250);
    for (const other of ["bob", "cid"]) guess(2, other, "xiaomi", 250);
    const moved = done(guess(3, "ann", "xiaomi"));
    expect(moved.stakedOwnPoints).toBeLessThan(250);
    expect(moved.guess.ownCostPoints).toBe(250);
    expect(guess(4, "ann", "xiaomi", 1)).toMatchObject({ done: false, refusal: { reason: "over-cap", roomPoints: 0 } });
    expect(play.wallets.get("ann")).toBe(750);
  });

  it("is scored by the crowd's odds, not by odds its own stake had pushed down", () => {
    const { play, guess } = story();
    const before = price(play.market, "xiaomi");
    guess(1, "ann", "deepseek", 250);
    expect(price(play.market, "xiaomi")).toBeLessThan(before / 1.8);
    expect(done(guess(1, "ann", "xiaomi")).guess.call?.price).toBeCloseTo(before, 8);
  });

  it("takes a negative wallet's sale to fill it first", () => {
    const { play, guess } = story();
    guess(1, "ann", "deepseek", 100);
    play.wallets.set("ann", -60);
    expect(done(guess(2, "ann", "xiaomi"))).toMatchObject({
      stakedFreePoints: 25,
      stakedOwnPoints: 40,
      walletPoints: 60,
    });
    expect(play.wallets.get("ann")).toBe(0);
    play.wallets.set("ann", -500);
    expect(guess(3, "ann", "openai", 1)).toMatchObject({ done: false, refusal: { reason: "wallet-short" } });
    expect(done(guess(3, "ann", "openai")).stakedOwnPoints).toBe(0);
  });
});

describe("withdrawing", () => {
  it("ends the call, and a later guess stakes no more for free than the first one fetched", () => {
    const { play, guess, withdraw } = story();
    guess(1, "ann", "deepseek");
    guess(2, "bob", "xiaomi", 250);
    const taken = done(withdraw(3, "ann"));
    const fetched = -(taken.trades[0]?.potPoints ?? 0);
    expect(fetched).toBeLessThan(25);
    expect(taken).toMatchObject({ what: "withdrawn", called: true, walletPoints: 0 });
    expect(play.calls.at(-1)).toMatchObject({ memberId: "ann", call: null });
    const again = done(guess(4, "ann", "deepseek"));
    expect(again).toMatchObject({ what: "placed", stakedFreePoints: fetched });
    expect(withdraw(5, "cid")).toEqual({ done: false, refusal: { reason: "nothing-to-withdraw" } });
    withdraw(6, "ann");
    expect(withdraw(7, "ann")).toMatchObject({ done: false, refusal: { reason: "nothing-to-withdraw" } });
  });
});

describe("the lockout story of market.md", () => {
  const { play, at, guess } = story();
  guess(1, "ann", "deepseek", 100);
  guess(2, "bob", OTHER);
  guess(3, "cid", "xiaomi", 25);
  const moved = done(guess(4, "ann", "xiaomi"));
  const costBeforeTheSource = cost(play.market);
  const priceBeforeTheSource = price(play.market, "xiaomi");
  guess(6, "dee", "xiaomi", 250);

  it("prices every trade as written there", () => {
    const bought = (memberId: string) =>
      play.trades
        .filter((trade) => trade.memberId === memberId && trade.kind === "buy")
        .map((trade) => [trade.part, trade.potPoints, Object.values(trade.shares)[0]]);
    expect(bought("ann")).toEqual([
      ["free", 25, micro(76.318276)],
      ["own", 100, micro(224.200811)],
      ["free", 17, micro(56.955739)],
      ["own", 74, micro(189.075448)],
    ]);
    expect(bought("bob")).toEqual([["free", 25, micro(252.243096)]]);
    expect(bought("cid")).toEqual([
      ["free", 25, micro(266.713541)],
      ["own", 25, micro(148.433429)],
    ]);
    expect(bought("dee")).toEqual([
      ["free", 25, micro(51.143386)],
      ["own", 250, micro(380.111795)],
    ]);
    expect(moved.trades.map((trade) => trade.potPoints)).toEqual([-74, -17, 17, 74]);
    expect(costBeforeTheSource).toBeCloseTo(198.477927, 6);
    expect(priceBeforeTheSource).toBeCloseTo(0.467549, 6);
    expect(price(play.market, "xiaomi")).toBeCloseTo(0.7871, 6);
  });

  it("settles as written there: the late guess is refunded, the rest is paid", () => {
    const settled = referenceSettlement(ledgerOf(play), ["xiaomi"], at(5));
    const column = (pick: (member: { payoutPoints: number; walletPoints: number; latePoints: number }) => number) =>
      ["ann", "bob", "cid", "dee"].map((memberId) => pick(settled.members.get(memberId)!));
    expect(column((member) => member.payoutPoints)).toEqual([246, 0, 415, 0]);
    expect(column((member) => 1000 + member.walletPoints)).toEqual([1146, 1000, 1390, 1000]);
    expect(column((member) => member.latePoints)).toEqual([0, 0, 0, 250]);
    expect(settled.housePoints).toBe(-536);
    expect(settled.paidPoints).toBe(661);
    expect(settled.firstRight).toBe("cid");
    expect(settled.members.get("dee")?.call).toBeNull();
    expect(settled.members.get("ann")?.call).toMatchObject({ lab: "xiaomi", calledAt: at(4), right: true });
  });
});

describe("the listing story of market.md", () => {
  function told() {
    const { play, at, guess, withdraw } = story();
    guess(1, "ann", "deepseek", 100);
    guess(2, "bob", OTHER, 50);
    // Xiaomi 50 is one buy there; here it is anybody's, outside the members' books.
    const xiaomi = buy(play.market, "xiaomi", 50);
    expect(xiaomi.shares).toBe(micro(453.376704));
    play.market = xiaomi.market;
    return { play, at, guess, withdraw };
  }

  it("lists the lab that was named, and pays those who said someone else in full", () => {
    const { play, at, guess } = told();
    const before = play.market;
    const eve = done(guess(4, "eve", "moonshotai"));
    expect(eve.listed).toBe("moonshotai");
    expect(eve.guess.call?.price).toBeCloseTo(0.057675, 6);
    expect(heldBy(play, "eve")).toEqual({ moonshotai: micro(275.700067) });
    expect(price(before, "deepseek")).toBeCloseTo(0.355022, 6);
    const bob = done(guess(5, "bob", OTHER, 40));
    expect(bob.trades).toEqual([
      { part: "own", kind: "buy", shares: { [OTHER]: micro(191.919341) }, potPoints: 40, walletPoints: -40 },
    ]);
    const moonshot = referenceSettlement(ledgerOf(play), ["moonshotai"], at(6));
    expect(["bob", "eve", "ann"].map((memberId) => moonshot.members.get(memberId)?.payoutPoints)).toEqual([
      500, 275, 0,
    ]);
    expect(moonshot.members.get("bob")?.call?.right).toBe(true);
    const somebody = referenceSettlement(ledgerOf(play), ["meituan"], at(6));
    expect(["bob", "eve"].map((memberId) => somebody.members.get(memberId)?.payoutPoints)).toEqual([692, 0]);
    expect(somebody.members.get("eve")?.call?.right).toBe(false);
    // Before Eve's guess Moonshot was nobody's: Bob's "someone else" alone stands for it.
    const early = referenceSettlement(ledgerOf(play), ["moonshotai"], at(4));
    expect(early.listed).not.toContain("moonshotai");
    expect(["bob", "eve"].map((memberId) => early.members.get(memberId)?.payoutPoints)).toEqual([500, 0]);
  });

  it("takes back whole bundles when Bob withdraws after his raise: own first, at most its cost, then free", () => {
    const { play, guess, withdraw } = told();
    guess(4, "eve", "moonshotai");
    guess(5, "bob", OTHER, 40);
    const bob = guessOf(play, "bob");
    const own = sell(play.market, bob.own);
    expect(own.proceeds).toBeCloseTo(93.952652, 6);
    expect(sell(own.market, bob.free).proceeds).toBeCloseTo(27.260831, 6);
    expect(worthPoints(play.market, bob)).toBe(90);
    const taken = done(withdraw(6, "bob"));
    expect(taken.trades.map(({ part, potPoints, walletPoints }) => [part, potPoints, walletPoints])).toEqual([
      ["own", -93, 90],
      ["free", -27, 0],
    ]);
    expect(taken.trades.map((trade) => Object.keys(trade.shares).sort())).toEqual([
      ["moonshotai", OTHER],
      ["moonshotai", OTHER],
    ]);
    expect(heldBy(play, "bob")).toEqual({});
    expect(play.wallets.get("bob")).toBe(1000);
  });
});

describe("naming a lab that cannot be listed", () => {
  const thin = () => aMarketOf(300, { deepseek: 0.97, [OTHER]: 0.03 });

  it("rides on someone else, at the odds that name would have had", () => {
    const { play, at, guess } = story(thin());
    const placed = done(guess(1, "ann", "meituan"));
    expect(placed.listed).toBeNull();
    expect(placed.guess.call).toEqual({ lab: "meituan", name: null, outcome: OTHER, price: 0.0075, at: at(1) });
    expect(Object.keys(heldBy(play, "ann"))).toEqual([OTHER]);
    const settled = referenceSettlement(ledgerOf(play), ["qwen"], at(9));
    expect(settled.members.get("ann")?.call?.right).toBe(false);
    expect(settled.members.get("ann")?.payoutPoints).toBeGreaterThan(25);
  });

  it("keeps time and price of the call when the lab is listed later and the member follows it", () => {
    const { play, guess } = story(thin());
    const ann = done(guess(1, "ann", "meituan", 40));
    for (const crowd of ["bob", "cid", "dee"]) guess(2, crowd, OTHER, 50);
    const eve = done(guess(3, "eve", "meituan"));
    expect(eve.listed).toBe("meituan");
    const held = heldBy(play, "ann");
    expect(held.meituan).toBe(held[OTHER]);
    const followed = done(guess(4, "ann", "meituan"));
    expect(followed).toMatchObject({ what: "moved", called: true, walletPoints: 0 });
    expect(followed.guess.call).toEqual({ ...ann.guess.call, outcome: "meituan" });
    expect(Object.keys(heldBy(play, "ann"))).toEqual(["meituan"]);
    expect(play.calls.at(-1)?.at).not.toEqual(followed.guess.call?.at);
    const moved = done(guess(5, "ann", "deepseek"));
    expect(moved.guess.call?.at).toEqual(play.lastAt);
  });

  it("adds the stake a member asks for when following, as a raise would", () => {
    const { play, guess } = story(thin());
    guess(1, "ann", "meituan", 100);
    for (const crowd of ["bob", "cid", "dee"]) guess(2, crowd, OTHER, 50);
    const followed = done(guess(3, "ann", "meituan", 40));
    expect(followed).toMatchObject({ listed: "meituan", walletPoints: -40, stakedOwnPoints: 140 });
    expect(play.wallets.get("ann")).toBe(860);
    expect(followed.guess.ownCostPoints).toBe(140);
  });

  it("starts a new call when someone else becomes a name, or a name someone else", () => {
    const { guess, at } = story({ ...thin(), liquidity: 12_000 });
    guess(1, "ann", OTHER);
    const named = done(guess(2, "ann", "meituan"));
    expect(named.guess.call).toMatchObject({ lab: "meituan", outcome: OTHER, at: at(2) });
    const plain = done(guess(3, "ann", OTHER));
    expect(plain.guess.call).toMatchObject({ lab: OTHER, name: null, at: at(3) });
    expect(plain.guess.call?.price).toBeCloseTo(0.03, 8);
  });
});

describe("a name nobody knows", () => {
  it("rides on someone else with the name kept, and is raised however it is spelled", () => {
    const { at, guess } = story();
    const placed = done(guess(1, "ann", '"Qwerty Labs"'));
    expect(placed.guess.call).toEqual({ lab: OTHER, name: "Qwerty Labs", outcome: OTHER, price: 0.025, at: at(1) });
    const raised = done(guess(2, "ann", '"qwerty-labs"', 10));
    expect(raised).toMatchObject({ what: "raised", called: false });
    expect(raised.guess.call).toEqual(placed.guess.call);
    expect(done(guess(3, "ann", '"Somebody"')).guess.call).toMatchObject({ name: "Somebody", at: at(3) });
  });

  it("is followed with time and price kept, once moderators have said whose it is", () => {
    const { play, at, guess } = story();
    guess(1, "ann", '"Qwerty Labs"', 10);
    play.labOf = (name) => (name === "Qwerty Labs" ? "qwerty" : null);
    const followed = done(guess(2, "ann", "qwerty"));
    expect(followed).toMatchObject({ what: "moved", listed: "qwerty", stakedOwnPoints: 10 });
    expect(followed.guess.call).toEqual({ lab: "qwerty", name: null, outcome: "qwerty", price: 0.025, at: at(1) });
  });

  it("is raised under its new name while that cannot be listed, and keeps the call as it was written", () => {
    const { play, guess } = story(aMarketOf(12_000, { deepseek: 0.97, [OTHER]: 0.03 }));
    const placed = done(guess(1, "ann", '"Qwerty Labs"', 10));
    const lost = done(guess(1, "bob", '"Qwerty Labs"'));
    expect(done(guess(2, "bob", "qwerty")).guess.call?.at).not.toEqual(lost.guess.call?.at);
    play.labOf = (name) => (name === "Qwerty Labs" ? "qwerty" : null);
    const raised = done(guess(3, "ann", "qwerty", 5));
    expect(raised).toMatchObject({ what: "raised", called: false, walletPoints: -5 });
    expect(raised.guess.call).toEqual(placed.guess.call);
  });
});
