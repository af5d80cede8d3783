import { describe, expect, it } from "vitest";
import { isBurst, lostOverHalf } from "../../src/domain/catalogue.ts";
import { authorOf, isFree, isPricedAsRouter, withoutVariant } from "../../src/domain/listing.ts";
import { aListing } from "../support/listing.ts";

const listing = aListing();

describe("a listing", () => {
  it("has the author its id begins with, in lower case and without an alias's tilde", () => {
    expect(authorOf("openrouter/hunter-alpha")).toBe("openrouter");
    expect(authorOf("Stealth/ox-alpha")).toBe("stealth");
    expect(authorOf("~openai/gpt-latest")).toBe("openai");
  });

  it("has no author if its id has no slash", () => {
    expect(authorOf("stealth")).toBe("");
  });

  it("is the same model with and without a variant", () => {
    expect(withoutVariant("openrouter/cypher-alpha:free")).toBe("openrouter/cypher-alpha");
    expect(withoutVariant("openrouter/cypher-alpha")).toBe("openrouter/cypher-alpha");
  });

  it("is free only if both prices are known to be nothing, however many zeros are written", () => {
    expect(isFree(listing)).toBe(true);
    expect(isFree({ ...listing, promptUsdPerToken: "0.0000" })).toBe(true);
    expect(isFree({ ...listing, completionUsdPerToken: "0.0000001" })).toBe(false);
    expect(isFree({ ...listing, promptUsdPerToken: null })).toBe(false);
  });

  it("is priced as a router if a price is negative", () => {
    expect(isPricedAsRouter({ ...listing, promptUsdPerToken: "-1", completionUsdPerToken: "-1" })).toBe(true);
    expect(isPricedAsRouter(listing)).toBe(false);
    expect(isPricedAsRouter({ ...listing, promptUsdPerToken: null, completionUsdPerToken: null })).toBe(false);
  });
});

describe("the catalogue as a whole", () => {
  it("is broken when more than half of it is gone, but not at exactly half", () => {
    expect(lostOverHalf(340, 169)).toBe(true);
    expect(lostOverHalf(340, 170)).toBe(false);
    expect(lostOverHalf(341, 170)).toBe(true);
  });

  it("is never broken by growing, nor on the first read of all", () => {
    expect(lostOverHalf(340, 401)).toBe(false);
    expect(lostOverHalf(0, 340)).toBe(false);
  });

  it("brings a burst with the sixth new stealth model at once", () => {
    expect(isBurst(5)).toBe(false);
    expect(isBurst(6)).toBe(true);
  });
});
