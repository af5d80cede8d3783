import { describe, expect, it } from "vitest";
import type { Listing } from "../../src/domain/listing.ts";
import { judgeStealth, stealthReasons } from "../../src/domain/stealth.ts";
import { aListing } from "../support/listing.ts";

const nobodySeen: ReadonlySet<string> = new Set();
const judge = (facts: Partial<Listing>, seen = nobodySeen) => judgeStealth(aListing(facts), seen);

describe("a listing is stealth", () => {
  it.each(["stealth/ox-alpha", "stealth/union-alpha:free"])(
    "under stealth/, whatever else is said of it (%s)",
    (id) => {
      const reasons = ["stealth-namespace"];
      expect(judge({ id })).toEqual({ verdict: "stealth", reasons });
      expect(judge({ id, tokenizer: "Router", promptUsdPerToken: "-1" })).toEqual({ verdict: "stealth", reasons });
      expect(judge({ id, tokenizer: null, name: null, promptUsdPerToken: null })).toEqual({
        verdict: "stealth",
        reasons,
      });
    },
  );

  it.each([
    ["openrouter/hunter-alpha", "Hunter Alpha"],
    ["openrouter/elephant-alpha", "Elephant"],
    ["openrouter/cypher-alpha:free", "Cypher Alpha (free)"],
  ])("under openrouter/ when it is not a router (%s)", (id, name) => {
    expect(judge({ id, name })).toEqual({ verdict: "stealth", reasons: ["openrouter-namespace", "not-a-router"] });
  });

  it("even when OpenRouter's own listings were seen before", () => {
    expect(judge({}, new Set(["openrouter", "stealth"])).verdict).toBe("stealth");
    expect(judge({ id: "stealth/ox-alpha" }, new Set(["openrouter", "stealth"])).verdict).toBe("stealth");
  });
});

describe("a listing is ordinary", () => {
  it.each(["openrouter/auto", "openrouter/free", "openrouter/bodybuilder"])("when it is a router (%s)", (id) => {
    expect(judge({ id, tokenizer: "Router" })).toEqual({ verdict: "ordinary", reasons: ["tokenizer-router"] });
  });

  it("when it is the known exception of 2023", () => {
    const expected = { verdict: "ordinary", reasons: ["known-exception"] };
    expect(judge({ id: "openrouter/cinematika-7b", tokenizer: "Mistral" })).toEqual(expected);
    expect(judge({ id: "openrouter/cinematika-7b:free", tokenizer: "Mistral" })).toEqual(expected);
  });

  it("when a lab of the registry lists it, though its name has alpha or beta in it", () => {
    expect(judge({ id: "x-ai/grok-4.20-beta", name: "Grok 4.20 Beta" })).toEqual({
      verdict: "ordinary",
      reasons: ["known-author"],
    });
  });

  it("when its author was seen before", () => {
    expect(judge({ id: "undi95/toppy-m-7b:free", name: "Toppy M 7B (free)" }, new Set(["undi95"])).verdict).toBe(
      "ordinary",
    );
  });

  it("when a new author puts a vendor before its name", () => {
    expect(judge({ id: "newlab/one", name: "New Lab: One" })).toEqual({
      verdict: "ordinary",
      reasons: ["vendor-in-name"],
    });
  });

  it("when a new author charges for it, or says no price", () => {
    expect(judge({ id: "newlab/one", name: "One", completionUsdPerToken: "0.000001" }).reasons).toEqual(["paid"]);
    expect(judge({ id: "newlab/one", name: "One", promptUsdPerToken: null }).verdict).toBe("ordinary");
  });
});

describe("a listing is doubtful, and for moderators to look at", () => {
  it("when it is free, from an author never seen, and names no vendor", () => {
    const expected = { verdict: "doubtful", reasons: ["free", "no-vendor-in-name", "unknown-author"] };
    expect(judge({ id: "secret/one", name: "One Alpha" })).toEqual(expected);
    expect(judge({ id: "secret/one", name: null })).toEqual(expected);
  });

  it("when it is OpenRouter's and the catalogue does not say whether it is a router", () => {
    expect(judge({ tokenizer: null })).toEqual({
      verdict: "doubtful",
      reasons: ["openrouter-namespace", "tokenizer-missing"],
    });
  });

  it("when it is OpenRouter's and only its price is a router's", () => {
    expect(judge({ promptUsdPerToken: "-1" })).toEqual({
      verdict: "doubtful",
      reasons: ["openrouter-namespace", "not-a-router", "priced-as-router"],
    });
  });
});

describe("the reasons", () => {
  it("can all be printed, each in its own words", () => {
    const words = Object.values(stealthReasons);
    expect(new Set(words).size).toBe(words.length);
    expect(judge({}).reasons.map((reason) => stealthReasons[reason])).toEqual([
      "its id begins with openrouter/",
      "its tokenizer is not Router",
    ]);
  });
});
