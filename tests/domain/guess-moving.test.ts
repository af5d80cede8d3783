import { describe, expect, it } from "vitest";
import { worthPoints } from "../../src/domain/guess-trades.ts";
import { price } from "../../src/domain/market.ts";
import { heldBy } from "../support/market-play.ts";
import { done, guessOf, story } from "./guess-story.ts";

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
