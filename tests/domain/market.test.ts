import { describe, expect, it } from "vitest";
import { OTHER } from "../../src/domain/lab.ts";
import {
  buy,
  canList,
  cost,
  isListed,
  largestStake,
  liquidityFor,
  listLab,
  type Market,
  openMarket,
  price,
  prices,
  sell,
  unlistedPrice,
  withListings,
} from "../../src/domain/market.ts";
import { aMarketOf, micro, vectorMarket } from "../support/market-play.ts";

const buys = [
  { lab: "deepseek", points: 25, before: 0.3, shares: 76.318276, after: 0.355969 },
  { lab: "deepseek", points: 100, before: 0.355969, shares: 224.200811, after: 0.538532 },
  { lab: OTHER, points: 25, before: 0.065924, shares: 252.243096, after: 0.140609 },
  { lab: "xiaomi", points: 50, before: 0.060653, shares: 415.14697, after: 0.20486 },
  { lab: "deepseek", points: 250, before: 0.419409, shares: 423.43713, after: 0.747676 },
];

function afterTheBuys(): Market {
  return buys.reduce((market, { lab, points }) => buy(market, lab, points).market, vectorMarket());
}

describe("prices", () => {
  it("follow the buys of market.md's table to six decimals", () => {
    let market = vectorMarket();
    expect(cost(market)).toBeCloseTo(0, 12);
    for (const { lab, points, before, shares, after } of buys) {
      expect(price(market, lab)).toBeCloseTo(before, 6);
      const bought = buy(market, lab, points);
      expect(bought.shares).toBe(micro(shares));
      market = bought.market;
      expect(price(market, lab)).toBeCloseTo(after, 6);
    }
    expect(cost(market)).toBeCloseTo(449.999999, 6);
    [0.747676, 0.066939, 0.044626, 0.089032, 0.051727].forEach((expected, i) => {
      expect(prices(market)[i]).toBeCloseTo(expected, 6);
    });
  });

  it("are nothing for a lab that is not listed", () => {
    expect(price(vectorMarket(), "meituan")).toBe(0);
    expect(() => buy(vectorMarket(), "meituan", 25)).toThrow("not an outcome");
  });

  it("stay numbers in the thickest market under a mountain of shares", () => {
    const mountain: Market = {
      liquidity: 12_000,
      outcomes: [
        { lab: "openai", weight: 0.4, shares: 9_000_000_000 * 1_000_000 },
        { lab: "xiaomi", weight: 0.4, shares: 8_999_900_000 * 1_000_000 },
        { lab: OTHER, weight: 0.2, shares: 0 },
      ],
    };
    const all = prices(mountain);
    expect(all.every(Number.isFinite)).toBe(true);
    expect(all.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    expect(Number.isFinite(cost(mountain))).toBe(true);
    expect(cost(mountain)).toBeGreaterThan(9_000_000_000 - 12_000);
    expect(Number.isSafeInteger(buy(mountain, "xiaomi", 1).shares)).toBe(true);
  });
});

describe("selling", () => {
  it("fetches what market.md says for 100 DeepSeek shares, in whole points", () => {
    const sale = sell(afterTheBuys(), { deepseek: micro(100) });
    expect(sale.proceeds).toBeCloseTo(71.455368, 6);
    expect(sale.points).toBe(71);
    expect(cost(sale.market)).toBeCloseTo(378.544631, 6);
  });

  it("gives back what was just bought, to the point", () => {
    const bought = buy(vectorMarket(), "xiaomi", 250);
    const sale = sell(bought.market, { xiaomi: bought.shares });
    expect(sale.proceeds).toBeLessThanOrEqual(250);
    expect(sale.points).toBe(250);
    expect(sale.market).toEqual(vectorMarket());
  });

  it("rounds down to whole points, but for the hair's breadth that arithmetic may have lost", () => {
    const market = aMarketOf(300, { xiaomi: 0.5, [OTHER]: 0.5 });
    const rich = buy(market, "xiaomi", 10).market;
    const shares = rich.outcomes[0]!.shares;
    // Ten millionths of a point are forgiven, a thousandth is not.
    expect(sell(rich, { xiaomi: shares - 10 }).points).toBe(10);
    expect(sell(rich, { xiaomi: shares - 2_000 }).points).toBe(9);
  });
});

describe("the largest stake", () => {
  it("ends at a price of .97, and is nothing from there on", () => {
    const market = aMarketOf(600, { xiaomi: 0.5, [OTHER]: 0.5 });
    const most = largestStake(market, "xiaomi");
    expect(most).toBe(Math.floor(600 * Math.log(0.5 / 0.03)));
    const full = buy(market, "xiaomi", most).market;
    expect(price(full, "xiaomi")).toBeLessThanOrEqual(0.97);
    expect(price(buy(market, "xiaomi", most + 1).market, "xiaomi")).toBeGreaterThan(0.97);
    expect(largestStake(full, "xiaomi")).toBe(0);
    expect(largestStake(aMarketOf(600, { xiaomi: 0.98, [OTHER]: 0.02 }), "xiaomi")).toBe(0);
  });
});

describe("listing a lab", () => {
  it("moves nobody's odds: market.md's story to six decimals", () => {
    let market = vectorMarket();
    for (const [lab, points] of [
      ["deepseek", 25],
      ["deepseek", 100],
      [OTHER, 25],
    ] as const) {
      market = buy(market, lab, points).market;
    }
    const bob = buy(market, OTHER, 50);
    expect(bob.shares).toBe(micro(248.542487));
    const other = buy(bob.market, "xiaomi", 50);
    expect(other.shares).toBe(micro(453.376704));
    const before = other.market;
    const after = listLab(before, "moonshotai");
    expect(price(after, "moonshotai")).toBeCloseTo(0.057675, 6);
    expect(price(after, OTHER)).toBeCloseTo(0.173026, 6);
    expect(price(before, "deepseek")).toBeCloseTo(0.355022, 6);
    expect(price(after, "deepseek")).toBeCloseTo(price(before, "deepseek"), 14);
    expect(price(after, "moonshotai")).toBeCloseTo(unlistedPrice(before), 14);
    expect(cost(before)).toBeCloseTo(249.999999, 6);
    expect(cost(after)).toBeCloseTo(cost(before), 10);
    const eve = buy(after, "moonshotai", 25);
    expect(eve.shares).toBe(micro(275.700067));
    expect(buy(eve.market, OTHER, 40).shares).toBe(micro(191.919341));
  });

  it("goes on only while the new lab would cost at least a hundredth", () => {
    expect(canList(aMarketOf(300, { xiaomi: 0.95, [OTHER]: 0.05 }))).toBe(true);
    expect(canList(aMarketOf(300, { xiaomi: 0.96, [OTHER]: 0.04 }))).toBe(true);
    expect(canList(aMarketOf(300, { xiaomi: 0.961, [OTHER]: 0.039 }))).toBe(false);
  });

  it("is refused for a lab that is listed, and for a market without someone else", () => {
    expect(() => listLab(vectorMarket(), "xiaomi")).toThrow("listed already");
    expect(() => listLab(aMarketOf(300, { xiaomi: 1 }), "openai")).toThrow("without OTHER");
    expect(isListed(vectorMarket(), "xiaomi")).toBe(true);
    expect(isListed(vectorMarket(), "openai-2")).toBe(false);
  });

  it("gives every holder of someone else as many shares of each lab listed since, and nobody else any", () => {
    const seen = vectorMarket().outcomes.length;
    const market = listLab(listLab(vectorMarket(), "moonshotai"), "meituan");
    expect(withListings({ [OTHER]: 7, xiaomi: 3 }, market, seen)).toEqual({
      [OTHER]: 7,
      xiaomi: 3,
      moonshotai: 7,
      meituan: 7,
    });
    expect(withListings({ [OTHER]: 7, moonshotai: 9 }, market, seen + 1)).toEqual({
      [OTHER]: 7,
      moonshotai: 9,
      meituan: 7,
    });
    expect(withListings({ [OTHER]: 7 }, market, seen + 2)).toEqual({ [OTHER]: 7 });
    expect(withListings({ xiaomi: 3 }, market, seen)).toEqual({ xiaomi: 3 });
  });
});

describe("opening", () => {
  const nine = ["openai", "x-ai", "xiaomi", "z-ai", "mistralai", "nvidia", "meituan", "deepseek", "google"];

  it("gives someone else a fifth, and the nine labs the rest by their past reveals", () => {
    const market = openMarket(
      nine.map((lab, i) => ({ lab, reveals: i === 0 ? 5 : i === 1 ? 2 : 0 })),
      0,
    );
    expect(market.outcomes.map((outcome) => outcome.lab)).toEqual([...nine, OTHER]);
    const weights = market.outcomes.map((outcome) => outcome.weight);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(weights[9]).toBe(0.2);
    expect(weights[0]).toBeCloseTo(0.05 + (0.35 * 6) / 16, 12);
    expect(weights[1]).toBeCloseTo(0.05 + (0.35 * 3) / 16, 12);
    expect(weights[8]).toBeCloseTo(0.05 + (0.35 * 1) / 16, 12);
    expect(market.outcomes.every((outcome) => outcome.shares === 0)).toBe(true);
    expect(market.liquidity).toBe(600);
  });

  it("makes the market thicker the more members are active, up to an end", () => {
    expect([0, 1, 100, 1900, 1901, 1_000_000].map(liquidityFor)).toEqual([600, 606, 1200, 12_000, 12_000, 12_000]);
  });
});
