import { describe, expect, it } from "vitest";
import { leastScore, likeliestArrivals, likeness } from "../../src/domain/likeness.ts";
import { aListing } from "../support/listing.ts";

const goneAt = new Date("2026-03-18T20:00:00Z");
const model = {
  facts: aListing({ contextTokens: 1_048_576, inputModalities: ["text"] }),
  listedAt: new Date("2026-03-11T20:24:31Z"),
  goneAt,
};

describe("how much speaks for an official listing", () => {
  const score = (facts: Parameters<typeof aListing>[0], at = goneAt) =>
    likeness(model, aListing({ contextTokens: 1_048_576, ...facts }), at);

  it("is all there can be for the same context and modalities in the same read", () => {
    expect(score({})).toBeCloseTo(1);
  });

  it("is enough when the context is rounded or one modality more is taken, and it came a day later", () => {
    const dayLater = new Date("2026-03-19T20:00:00Z");
    expect(score({ contextTokens: 1_000_000, inputModalities: ["image", "text"] }, dayLater)).toBeGreaterThan(
      leastScore,
    );
  });

  it("is too little for another context or other modalities, for days apart, and where nothing is known", () => {
    expect(score({ contextTokens: 262_144 })).toBe(0);
    expect(score({}, new Date("2026-03-22T20:00:00Z"))).toBeLessThan(leastScore);
    expect(score({ inputModalities: ["audio", "image", "video"] })).toBe(0);
    expect(score({ contextTokens: null, inputModalities: null })).toBeLessThan(leastScore);
  });
});

describe("official listings that may be the model", () => {
  const arrival = (id: string, createdAt: string | null, seen: string) => ({
    listing: aListing({ id, createdAt }),
    lab: "xiaomi",
    firstSeenAt: new Date(seen),
  });

  it("are those first seen since it was listed, likeliest first, one of each variant, by the time they say or were seen", () => {
    const found = likeliestArrivals(model, [
      arrival("xiaomi/seen", "2025-01-01T00:00:00Z", "2026-03-19T20:00:00Z"),
      arrival("xiaomi/dated", "2026-03-18T19:54:03Z", "2026-03-19T01:00:00Z"),
      arrival("xiaomi/dated:free", "2026-03-18T19:54:03Z", "2026-03-19T01:00:00Z"),
      arrival("xiaomi/before", null, "2026-03-10T00:00:00Z"),
    ]);
    expect(found.map(({ listing, isDated, publishedAt }) => [listing.id, isDated, publishedAt.toISOString()])).toEqual([
      ["xiaomi/dated", true, "2026-03-18T19:54:03.000Z"],
      ["xiaomi/seen", false, "2026-03-19T20:00:00.000Z"],
    ]);
  });
});
