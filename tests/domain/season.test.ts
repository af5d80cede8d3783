import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSeason, seasonLabel, seasonOf, weekOf } from "../../src/domain/season.ts";

describe("a season", () => {
  it("is a calendar quarter in UTC, to the millisecond", () => {
    expect(
      [
        "2026-01-01T00:00:00.000Z",
        "2026-03-31T23:59:59.999Z",
        "2026-04-01T00:00:00.000Z",
        "2026-09-30T23:59:59.999Z",
        "2026-12-31T23:59:59.999Z",
        "2026-04-01T01:00:00+02:00",
      ].map((text) => seasonOf(new Date(text))),
    ).toEqual(["2026-Q1", "2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4", "2026-Q1"]);
  });

  it("is read as members type it, and nothing else is", () => {
    expect([" 2026-q1 ", "2026-Q4"].map(readSeason)).toEqual(["2026-Q1", "2026-Q4"]);
    expect(["2026-Q0", "2026-Q5", "2026", "26-Q1", "Q1-2026", "", "2026-Q1; drop"].map(readSeason)).toEqual(
      Array(7).fill(null),
    );
  });

  it("is shown by its months", () => {
    expect(["2026-Q1", "2026-Q2", "2026-Q3", "2027-Q4"].map(seasonLabel)).toEqual([
      "January–March 2026",
      "April–June 2026",
      "July–September 2026",
      "October–December 2027",
    ]);
    expect(() => seasonLabel("soon")).toThrow("not a season: soon");
  });

  it("sorts as time goes", () => {
    const anyDay = fc.date({ min: new Date("2000-01-01"), max: new Date("2099-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(anyDay, anyDay, (a, b) => {
        const [first, second] = a < b ? [a, b] : [b, a];
        expect(seasonOf(first) <= seasonOf(second)).toBe(true);
        expect(readSeason(seasonOf(first))).toBe(seasonOf(first));
      }),
    );
  });
});

describe("a week", () => {
  it.each([
    ["2026-03-18T19:54:00Z", "2026-W12"],
    ["2026-03-15T23:59:59Z", "2026-W11"],
    ["2026-03-16T00:00:00Z", "2026-W12"],
    ["2026-01-01T00:00:00Z", "2026-W01"],
    ["2025-12-29T00:00:00Z", "2026-W01"],
    ["2025-12-28T23:59:59Z", "2025-W52"],
    ["2027-01-01T00:00:00Z", "2026-W53"],
    ["2021-01-03T12:00:00Z", "2020-W53"],
    ["2024-12-30T00:00:00Z", "2025-W01"],
  ])("of %s is %s", (text, week) => {
    expect(weekOf(new Date(text))).toBe(week);
  });

  it("lasts seven days from Monday", () => {
    const monday = Date.UTC(2019, 11, 30);
    const dayMs = 86_400_000;
    fc.assert(
      fc.property(fc.nat({ max: 3000 }), fc.nat({ max: 7 * dayMs - 1 }), (weeks, ms) => {
        const start = monday + weeks * 7 * dayMs;
        expect(weekOf(new Date(start + ms))).toBe(weekOf(new Date(start)));
        expect(weekOf(new Date(start - 1))).not.toBe(weekOf(new Date(start)));
      }),
    );
  });
});
