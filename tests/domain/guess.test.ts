import { describe, expect, it } from "vitest";
import { paysPoints } from "../../src/domain/guess.ts";
import { worthPoints } from "../../src/domain/guess-trades.ts";
import { OTHER } from "../../src/domain/lab.ts";
import { type Market, price } from "../../src/domain/market.ts";
import { callScore } from "../../src/domain/scores.ts";
import { act, aMarketOf, guessOn, heldBy, micro, openPlay } from "../support/market-play.ts";
import { done, story } from "./guess-story.ts";

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
