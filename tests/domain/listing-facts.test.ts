import { describe, expect, it } from "vitest";
import { changedFacts, knownFacts } from "../../src/domain/listing-facts.ts";
import { aListing } from "../support/listing.ts";

const cut = "A stealth model for agents, with a long memory";

describe("what a read tells of a listing", () => {
  it("is each fact that changed, with its old and its new value", () => {
    const before = aListing({ contextTokens: 128_000, inputModalities: ["text"] });
    const after = aListing({ contextTokens: 256_000, inputModalities: ["image", "text"] });
    expect(changedFacts(before, after)).toEqual([
      { fact: "contextTokens", before: 128_000, after: 256_000 },
      { fact: "inputModalities", before: ["text"], after: ["image", "text"] },
    ]);
    expect(knownFacts(before, after)).toEqual(after);
  });

  it.each([
    ["a price written in another way", { promptUsdPerToken: "0" }, { promptUsdPerToken: "0.000" }],
    ["another time of creation", { createdAt: null }, { createdAt: "2026-01-01T00:00:00.000Z" }],
    ["a fact that is missing now", { maxOutputTokens: 32_000 }, { maxOutputTokens: null }],
    ["a description that was cut", { description: `${cut} and more.` }, { description: `${cut}...` }],
  ])("is not %s", (_, before, after) => {
    expect(changedFacts(aListing(before), aListing(after))).toEqual([]);
  });

  it("is a fact nobody knew before", () => {
    const [change] = changedFacts(aListing({ maxOutputTokens: null }), aListing({ maxOutputTokens: 8_192 }));
    expect(change).toEqual({ fact: "maxOutputTokens", before: null, after: 8_192 });
  });

  it("keeps what is missing now as it was known", () => {
    const before = aListing({ maxOutputTokens: 32_000, description: `${cut} and more.` });
    expect(knownFacts(before, aListing({ maxOutputTokens: null, description: `${cut}…` }))).toEqual(before);
  });
});
