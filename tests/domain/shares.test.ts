import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addTo, decimalOf, isEmpty, microDown, microOf, sharesOf } from "../../src/domain/shares.ts";

describe("share counts", () => {
  it("are written as the database writes them", () => {
    expect([0, 1, 999_999, 1_000_000, 76_318_276, -76_318_276, -1].map(decimalOf)).toEqual([
      "0.000000",
      "0.000001",
      "0.999999",
      "1.000000",
      "76.318276",
      "-76.318276",
      "-0.000001",
    ]);
  });

  it("are read whatever number of decimals is left out", () => {
    expect(["7", "7.5", "7.000001", "-0.5", "0012.10"].map(microOf)).toEqual([
      7_000_000, 7_500_000, 7_000_001, -500_000, 12_100_000,
    ]);
  });

  it("come back from the database as they went in", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (micro) => {
        expect(microOf(decimalOf(micro))).toBe(micro);
      }),
    );
  });

  it.each(["", "abc", "1.0000001", "1e6", " 1", ".5", "9007199254.740992", "NaN"])("are not read from %j", (text) => {
    expect(() => microOf(text)).toThrow(/share count/);
  });

  it("are rounded down, never up", () => {
    expect(microDown(0.0000019)).toBe(1);
    expect(microDown(12.9999999)).toBe(12_999_999);
    expect(sharesOf(12_999_999)).toBe(12.999999);
  });

  it("add up by lab, and nothing added is nothing held", () => {
    const held = addTo(addTo({}, "xiaomi", 5), "xiaomi", 7);
    expect(held).toEqual({ xiaomi: 12 });
    expect(addTo(held, "openai", 0)).toEqual({ xiaomi: 12 });
    expect(isEmpty({})).toBe(true);
    expect(isEmpty({ xiaomi: 0 })).toBe(true);
    expect(isEmpty(held)).toBe(false);
  });
});
