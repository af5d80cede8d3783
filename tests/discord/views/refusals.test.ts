import { describe, expect, it } from "vitest";
import { labNames } from "../../../src/discord/views/lab-words.ts";
import { decisionRefusal, type GuessRefused, guessRefusal } from "../../../src/discord/views/refusals.ts";
import { candidateRefusal } from "../../../src/discord/views/reveal.ts";
import type { CandidateRefusal } from "../../../src/domain/reveal.ts";
import type { DecisionRefusal } from "../../../src/domain/settlement.ts";
import { listed, published } from "../made.ts";

const names = labNames([]);

// One of every reason: the compiler says when one is missing.
const guesses: { [Reason in GuessRefused["reason"]]: Extract<GuessRefused, { reason: Reason }> } = {
  "no-such-model": { reason: "no-such-model" },
  "market-frozen": { reason: "market-frozen", modelName: "Hunter Alpha" },
  "market-settled": { reason: "market-settled", modelName: "Hunter Alpha", builders: ["xiaomi", "deepseek"] },
  "market-void": { reason: "market-void", modelName: "Hunter Alpha" },
  "guessed-already": { reason: "guessed-already", lab: "xiaomi" },
  "vote-stands": { reason: "vote-stands", isOwed: false },
  "nothing-to-withdraw": { reason: "nothing-to-withdraw" },
  "nothing-new": { reason: "nothing-new", lab: "xiaomi" },
  "own-by-now": { reason: "own-by-now", lab: "xiaomi" },
  "over-cap": { reason: "over-cap", capPoints: 250, roomPoints: 50 },
  "wallet-short": { reason: "wallet-short", walletPoints: 20, neededPoints: 100 },
  "guess-only": { reason: "guess-only" },
  "no-name": { reason: "no-name" },
  "name-too-long": { reason: "name-too-long", mostCharacters: 60 },
  "account-too-young": { reason: "account-too-young", minimumDays: 30, readyAt: published },
};

const decisions: { [Reason in DecisionRefusal["reason"]]: Extract<DecisionRefusal, { reason: Reason }> } = {
  "no-such-model": { reason: "no-such-model" },
  "no-such-lab": { reason: "no-such-lab", typed: "Foo" },
  "same-lab-twice": { reason: "same-lab-twice" },
  "other-is-no-lab": { reason: "other-is-no-lab" },
  "no-reason": { reason: "no-reason" },
  "bad-source": { reason: "bad-source" },
  "bad-time": { reason: "bad-time", typed: "yesterday" },
  "in-the-future": { reason: "in-the-future", publishedAt: published },
  "before-opening": { reason: "before-opening", openedAt: published, publishedAt: listed },
  already: { reason: "already", state: "settled", modelName: "Hunter Alpha" },
  "changed-since": { reason: "changed-since", modelName: "Hunter Alpha" },
};

const candidates: { [Reason in CandidateRefusal["reason"]]: Extract<CandidateRefusal, { reason: Reason }> } = {
  "no-such-candidate": { reason: "no-such-candidate" },
  dismissed: { reason: "dismissed", by: "Rita", modelName: "Hunter Alpha" },
  lapsed: { reason: "lapsed", modelName: "Hunter Alpha" },
  "no-known-lab": { reason: "no-known-lab", modelName: "Hunter Alpha" },
};

describe("a refusal", () => {
  it("is a plain sentence for every reason there is", () => {
    const said = [
      ...Object.values(guesses).map((refusal) => guessRefusal(refusal, names).content),
      ...Object.values(decisions).map((refusal) => decisionRefusal(refusal, names).content),
      ...Object.values(candidates).map((refusal) => candidateRefusal(refusal, names).content),
    ];
    for (const words of said) {
      expect(words).toMatch(/^\S.{20,}[.?]$/s);
      expect(words).not.toMatch(/undefined|null|\[object|NaN/);
    }
  });

  it("counts one day as one", () => {
    const said = guessRefusal({ ...guesses["account-too-young"], minimumDays: 1 }, names).content;
    expect(said).toMatch(/^Accounts must be 1 day old to guess here\./);
  });

  it("says how much room is left under the cap, or that there is none", () => {
    expect(guessRefusal(guesses["over-cap"], names).content).toContain("You can still add 50 points.");
    expect(guessRefusal({ ...guesses["over-cap"], roomPoints: 0 }, names).content).toContain("which is the most");
  });

  it("says that a guess needs no stake when the wallet is short or below zero", () => {
    expect(guessRefusal(guesses["wallet-short"], names).content).toContain("your wallet holds 20 points");
    expect(guessRefusal({ ...guesses["wallet-short"], walletPoints: -30 }, names).content).toContain("at −30 points");
  });

  it("names who built a model that is settled already", () => {
    expect(guessRefusal(guesses["market-settled"], names).content).toContain("**Xiaomi** and **DeepSeek** built it");
  });

  it("points to void when the source is older than the market", () => {
    expect(decisionRefusal(decisions["before-opening"], names).content).toContain("/settle void");
  });

  it("says what can be done with a model in the state it is in", () => {
    const said = (["open", "frozen", "settled", "void"] as const).map(
      (state) => decisionRefusal({ ...decisions.already, state }, names).content,
    );
    expect(new Set(said).size).toBe(4);
    expect(said[2]).toContain("/settle reopen");
  });
});
