import { describe, expect, it } from "vitest";
import { worthPoints } from "../../src/domain/guess-trades.ts";
import { OTHER } from "../../src/domain/lab.ts";
import { buy, cost, price, sell } from "../../src/domain/market.ts";
import { heldBy, ledgerOf, micro } from "../support/market-play.ts";
import { referenceSettlement } from "../support/reference-settlement.ts";
import { done, guessOf, story } from "./guess-story.ts";

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
