import { describe, expect, it } from "vitest";
import { confirmedListing, listingAt } from "../../src/domain/confirmed-listing.ts";
import { aListing } from "../support/listing.ts";

const listedAt = new Date("2026-03-11T20:24:31Z");
const publishedAt = new Date("2026-03-18T19:54:00Z");
const daysAfter = (days: number) => new Date(publishedAt.getTime() + days * 86_400_000);
const free = { promptUsdPerToken: 0, completionUsdPerToken: 0 };

/** Listings of Xiaomi, and one of another lab that is just like the anonymous model. */
const askable = ["xiaomi/mimo-v2-omni", "xiaomi/mimo-v2-pro", "xiaomi/mimo-v1", "deepseek/deepseek-v4"].map((id) => ({
  listingId: id,
  name: id,
  ...free,
}));

function known(facts: Record<string, { firstSeenAt: Date; contextTokens?: number; inputModalities?: string[] }>) {
  return new Map(
    Object.entries(facts).map(([id, { firstSeenAt, ...rest }]) => [
      id,
      { firstSeenAt, facts: aListing({ id, ...rest }) },
    ]),
  );
}

const hunter = { facts: aListing(), listedAt, builders: ["xiaomi"], publishedAt, namedIds: [] };

describe("what a settled model turned out to be", () => {
  it("is the listing that was named, if it is there and its builder's", () => {
    const namedIds = ["xiaomi/gone", "deepseek/deepseek-v4", "xiaomi/mimo-v1"];
    expect(confirmedListing({ ...hunter, namedIds }, askable, new Map())).toMatchObject({
      listing: { listingId: "xiaomi/mimo-v1" },
      by: "named",
    });
  });

  it("is a free variant of it rather than one that costs money", () => {
    const paid = { listingId: "xiaomi/mimo-v2-pro", name: "Pro", promptUsdPerToken: 1, completionUsdPerToken: 1 };
    const variant = { ...paid, listingId: "xiaomi/mimo-v2-pro:free", promptUsdPerToken: 0, completionUsdPerToken: 0 };
    const named = { ...hunter, namedIds: ["xiaomi/mimo-v2-pro"] };
    expect(confirmedListing(named, [paid, variant], new Map())?.listing).toEqual(variant);
    expect(confirmedListing(named, [paid], new Map())?.listing).toEqual(paid);
  });

  it("is else its builder's newer listing that is most like it, whichever came first", () => {
    const listings = known({
      "xiaomi/mimo-v2-omni": { firstSeenAt: daysAfter(0), contextTokens: 262_144, inputModalities: ["image", "text"] },
      "xiaomi/mimo-v2-pro": { firstSeenAt: daysAfter(20) },
      "xiaomi/mimo-v1": { firstSeenAt: new Date(listedAt.getTime() - 1) },
      "deepseek/deepseek-v4": { firstSeenAt: daysAfter(0) },
    });
    expect(confirmedListing(hunter, askable, listings)).toMatchObject({
      listing: { listingId: "xiaomi/mimo-v2-pro" },
      by: "alike",
    });
  });

  it("is of two that are as like the one that came closest to the day", () => {
    const listings = known({
      "xiaomi/mimo-v2-omni": { firstSeenAt: daysAfter(-5) },
      "xiaomi/mimo-v2-pro": { firstSeenAt: daysAfter(1) },
    });
    expect(confirmedListing(hunter, askable, listings)?.listing.listingId).toBe("xiaomi/mimo-v2-pro");
  });

  it("is nothing where its builder has listed nothing since", () => {
    const older = known({ "xiaomi/mimo-v1": { firstSeenAt: new Date(listedAt.getTime() - 1) } });
    expect(confirmedListing(hunter, askable, older)).toBeNull();
    expect(confirmedListing({ ...hunter, builders: [] }, askable, older)).toBeNull();
  });
});

describe("an address that is a source", () => {
  it("names a listing only on OpenRouter's own site", () => {
    expect(listingAt("https://openrouter.ai/xiaomi/mimo-v2-pro")).toBe("xiaomi/mimo-v2-pro");
    expect(listingAt("https://www.openrouter.ai/xiaomi/mimo-v2-pro/?ref=x")).toBe("xiaomi/mimo-v2-pro");
    for (const other of [
      "https://openrouter.ai/",
      "https://openrouter.ai.evil.example/a/b",
      "https://x.com/a/b",
      "",
      "?",
    ]) {
      expect(listingAt(other)).toBeNull();
    }
  });
});
