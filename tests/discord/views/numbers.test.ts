import { expect, it } from "vitest";
import { count, moment, percent, points, signed } from "../../../src/discord/views/numbers.ts";

it("odds are rounded as members say them, and never to certainty", () => {
  expect([0.3, 0.355, 0.061, 0.05, 0.0996, 0.0001, 0.9999, 0.97].map(percent)).toEqual([
    "30 %",
    "36 %",
    "6.1 %",
    "5 %",
    "10 %",
    "<0.1 %",
    ">99 %",
    "97 %",
  ]);
});

it("points are counted in words", () => {
  expect([1, 2, 1234, -5].map(points)).toEqual(["1 point", "2 points", "1,234 points", "−5 points"]);
  expect([5, 0, -5].map(signed)).toEqual(["+5", "0", "−5"]);
  expect(count(1_048_576)).toBe("1,048,576");
});

it("a time is shown in each reader's own zone", () => {
  expect(moment(new Date("2026-03-18T19:54:00.900Z"), "F")).toBe("<t:1773863640:F>");
});
