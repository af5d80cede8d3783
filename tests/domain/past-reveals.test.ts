import { describe, expect, it } from "vitest";
import { labBySlug } from "../../src/domain/lab.ts";
import { openMarket } from "../../src/domain/market.ts";
import { likeliestLabs, pastReveals, revealCounts } from "../../src/domain/past-reveals.ts";

const hunterListed = new Date("2026-03-11T20:24:31Z");

describe("past reveals", () => {
  it("name a lab of the registry each, and happened after the listing", () => {
    for (const reveal of pastReveals) {
      expect(labBySlug(reveal.lab)?.slug).toBe(reveal.lab);
      expect(Date.parse(reveal.revealedOn)).toBeGreaterThan(Date.parse(reveal.listedAt) - 86_400_000);
    }
    expect(new Set(pastReveals.map(({ model }) => model)).size).toBe(pastReveals.length);
    expect(pastReveals.map(({ listedAt }) => listedAt)).toEqual(pastReveals.map(({ listedAt }) => listedAt).sort());
  });

  it("count for a market only if they were known when it opened", () => {
    expect(Object.fromEntries(revealCounts(pastReveals, hunterListed))).toEqual({
      openai: 5,
      "x-ai": 4,
      nvidia: 1,
      mistralai: 1,
      "z-ai": 1,
    });
    expect(revealCounts(pastReveals, new Date("2026-12-01T00:00:00Z")).get("xiaomi")).toBe(2);
  });

  it("count from the end of their day on, because nobody knows the hour", () => {
    expect(revealCounts(pastReveals, new Date("2026-03-18T23:59:59Z")).get("xiaomi")).toBeUndefined();
    expect(revealCounts(pastReveals, new Date("2026-03-19T00:00:00Z")).get("xiaomi")).toBe(2);
  });
});

describe("the nine likeliest labs", () => {
  it("of March 2026 are those with reveals, the latest first between equals, then those with most models", () => {
    expect(likeliestLabs(pastReveals, hunterListed)).toEqual([
      { lab: "openai", reveals: 5 },
      { lab: "x-ai", reveals: 4 },
      { lab: "z-ai", reveals: 1 },
      { lab: "mistralai", reveals: 1 },
      { lab: "nvidia", reveals: 1 },
      { lab: "qwen", reveals: 0 },
      { lab: "google", reveals: 0 },
      { lab: "deepseek", reveals: 0 },
      { lab: "anthropic", reveals: 0 },
    ]);
  });

  it("do not depend on the order the reveals are written in", () => {
    expect(likeliestLabs([...pastReveals].reverse(), hunterListed)).toEqual(likeliestLabs(pastReveals, hunterListed));
  });

  it("are nine before anything was revealed", () => {
    const first = likeliestLabs(pastReveals, new Date("2025-01-01T00:00:00Z"));
    expect(first).toHaveLength(9);
    expect(first.every(({ reveals }) => reveals === 0)).toBe(true);
  });

  it("open a market whose weights sum to one, with reveals weighing more", () => {
    const { outcomes } = openMarket(likeliestLabs(pastReveals, hunterListed), 0);
    expect(outcomes.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(outcomes[0]?.weight).toBeCloseTo(0.05 + (0.35 * 6) / 21, 12);
  });
});
