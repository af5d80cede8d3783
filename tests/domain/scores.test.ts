import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OTHER } from "../../src/domain/lab.ts";
import { callScore, isRightCall } from "../../src/domain/scores.ts";

const openedAt = new Date("2026-03-11T20:24:00Z");
const publishedAt = new Date("2026-03-18T20:24:00Z");
const halfway = new Date("2026-03-15T08:24:00Z");
const right = { right: true, openedAt, publishedAt, calledAt: openedAt, price: 0.02 };

describe("the score of a call", () => {
  it("is 100 for a right one at once and against odds of 1 in 50, and 0 for a wrong one", () => {
    expect(callScore(right)).toBeCloseTo(100, 10);
    expect(callScore({ ...right, right: false })).toBe(0);
  });

  it("is made of being right, early and bold", () => {
    expect(callScore({ ...right, calledAt: publishedAt, price: 1 })).toBeCloseTo(40, 10);
    expect(callScore({ ...right, price: 1 })).toBeCloseTo(70, 10);
    expect(callScore({ ...right, calledAt: publishedAt })).toBeCloseTo(70, 10);
    expect(callScore({ ...right, calledAt: halfway, price: 1 })).toBeCloseTo(55, 10);
    expect(callScore({ ...right, calledAt: publishedAt, price: 0.25 })).toBeCloseTo(40 + (30 * 2) / Math.log2(50), 10);
  });

  it("is never more than 100 or, if right, less than 40, whatever the odds and times", () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), fc.double({ min: 0, max: 2, noNaN: true }), (calledAt, price) => {
        const score = callScore({ ...right, calledAt, price });
        expect(score).toBeGreaterThanOrEqual(40);
        expect(score).toBeLessThanOrEqual(100 + 1e-9);
      }),
    );
  });

  it("is not given where the source is as old as the market", () => {
    expect(() => callScore({ ...right, publishedAt: openedAt })).toThrow("no scores");
    expect(() => callScore({ ...right, right: false, publishedAt: new Date(0) })).toThrow("no scores");
  });
});

describe("a standing call", () => {
  const listed = new Set(["deepseek", "openai", OTHER]);
  const nobody = () => null;

  it("on a lab is right for that lab only, listed or not", () => {
    expect(isRightCall({ lab: "openai", name: null }, ["openai"], listed, nobody)).toBe(true);
    expect(isRightCall({ lab: "openai", name: null }, ["deepseek"], listed, nobody)).toBe(false);
    expect(isRightCall({ lab: "meituan", name: null }, ["meituan"], listed, nobody)).toBe(true);
    expect(isRightCall({ lab: "meituan", name: null }, ["qwen"], listed, nobody)).toBe(false);
  });

  it("on someone else is right for every lab that was unlisted when it was made", () => {
    expect(isRightCall({ lab: OTHER, name: null }, ["meituan"], listed, nobody)).toBe(true);
    expect(isRightCall({ lab: OTHER, name: null }, ["openai"], listed, nobody)).toBe(false);
  });

  it("on a name nobody knew is right only for the lab that goes by it now", () => {
    const labOf = (name: string) => (name === "LongCat" ? "meituan" : null);
    expect(isRightCall({ lab: OTHER, name: "LongCat" }, ["meituan"], listed, labOf)).toBe(true);
    expect(isRightCall({ lab: OTHER, name: "LongCat" }, ["qwen"], listed, labOf)).toBe(false);
    expect(isRightCall({ lab: OTHER, name: "Qwerty" }, ["meituan"], listed, labOf)).toBe(false);
  });

  it("is fully right for either of two builders", () => {
    expect(isRightCall({ lab: "openai", name: null }, ["deepseek", "openai"], listed, nobody)).toBe(true);
    expect(isRightCall({ lab: OTHER, name: null }, ["deepseek", "meituan"], listed, nobody)).toBe(true);
    expect(isRightCall({ lab: OTHER, name: null }, ["deepseek", "openai"], listed, nobody)).toBe(false);
  });
});
