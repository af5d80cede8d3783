import { expect, it } from "vitest";
import { createSupply } from "../../src/schedule/supply.ts";

/** Claims from a heap of so many. */
function aHeap(count: number) {
  let next = 0;
  const claims: number[] = [];
  const claim = async (most: number) => {
    const taken = Array.from({ length: Math.min(most, count - next) }, () => next++);
    claims.push(taken.length);
    return taken;
  };
  return { claim, claims };
}

it("hands out everything once, in order, and then says that there is no more", async () => {
  const { claim, claims } = aHeap(25);
  const supply = createSupply(claim, 10);
  const got: number[] = [];
  for (let one = await supply.next(); one !== null; one = await supply.next()) got.push(one);
  expect(got).toEqual(Array.from({ length: 25 }, (_, i) => i));
  expect(claims.slice(0, 3)).toEqual([10, 10, 5]);
});

it("claims once for many who ask at the same moment", async () => {
  const { claim, claims } = aHeap(3);
  const supply = createSupply(claim, 10);
  const got = await Promise.all(Array.from({ length: 5 }, () => supply.next()));
  expect(got.filter((one) => one !== null).sort()).toEqual([0, 1, 2]);
  expect(claims.reduce((sum, taken) => sum + taken, 0)).toBe(3);
  expect(claims.length).toBeLessThanOrEqual(2);
});

it("gives back what nobody began, what was just being claimed included", async () => {
  const supply = createSupply(aHeap(30).claim, 10);
  for (let i = 0; i < 6; i++) await supply.next();
  // By now the next ten are on their way.
  expect(await supply.end()).toHaveLength(14);
  expect(await supply.end()).toEqual([]);
});

it("tells whoever asks that a claim failed, and claims again for the next one", async () => {
  let broken = true;
  const supply = createSupply(async () => {
    if (broken) throw new Error("no database");
    return [1];
  }, 10);
  await expect(supply.next()).rejects.toThrow("no database");
  broken = false;
  expect(await supply.next()).toBe(1);
});
