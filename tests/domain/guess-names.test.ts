import { describe, expect, it } from "vitest";
import { OTHER } from "../../src/domain/lab.ts";
import { aMarketOf, heldBy, ledgerOf } from "../support/market-play.ts";
import { referenceSettlement } from "../support/reference-settlement.ts";
import { done, story } from "./guess-story.ts";

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
