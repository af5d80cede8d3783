import { describe, expect, it } from "vitest";
import { createBatches } from "../../src/domain/batches.ts";

type Item = { lane: string; n: number };

/** Batches whose work waits to be let go, and remembers what it was given. */
function aDesk(
  settings: { mostItems?: number; atOnce?: number; fails?: (item: Item) => boolean; concernsAll?: boolean } = {},
) {
  const { mostItems = 10, atOnce = 2, fails = () => false, concernsAll = false } = settings;
  const given: string[] = [];
  const held: (() => void)[] = [];
  let holding = false;
  const batches = createBatches<Item, string>({
    lane: ({ lane }) => lane,
    mostItems,
    atOnce,
    concernsAll: () => concernsAll,
    async work(items) {
      given.push(items.map(({ lane, n }) => `${lane}${n}`).join(" "));
      if (holding) await new Promise<void>((release) => held.push(release));
      const bad = items.find(fails);
      if (bad) throw new Error(`${bad.lane}${bad.n} cannot be`);
      return items.map(({ lane, n }) => `${lane}${n} done`);
    },
  });
  return {
    batches,
    given,
    add: (lane: string, n: number) => batches.add({ lane, n }),
    hold() {
      holding = true;
    },
    async release(n = held.length) {
      for (const letGo of held.splice(0, n)) letGo();
      await settle();
    },
  };
}

/** Lets all that can go on go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("guesses that wait for one another", () => {
  it("go at once when nothing is being written", async () => {
    const { add, given } = aDesk();
    expect(await add("a", 1)).toBe("a1 done");
    expect(given).toEqual(["a1"]);
  });

  it("that come at the same moment on one market go together, and each gets its own answer", async () => {
    const { add, given } = aDesk();
    expect(await Promise.all([add("a", 1), add("a", 2), add("a", 3)])).toEqual(["a1 done", "a2 done", "a3 done"]);
    expect(given).toEqual(["a1 a2 a3"]);
  });

  it("that come at the same moment on many markets share the places there are, each market in one of them", async () => {
    const { add, given } = aDesk({ atOnce: 2 });
    const crowd = ["a", "b", "c", "a", "d", "e", "a"].map((lane, n) => add(lane, n));
    expect(await Promise.all(crowd)).toEqual(["a0", "b1", "c2", "a3", "d4", "e5", "a6"].map((item) => `${item} done`));
    expect(given).toEqual(["a0 b1 c2 a3 a6", "d4 e5"]);
  });

  it("of one market are never worked on twice at the same time, and keep their order", async () => {
    const { add, given, hold, release } = aDesk();
    hold();
    const first = [add("a", 1)];
    await settle();
    const later = [add("a", 2), add("b", 1), add("a", 3)];
    await settle();
    expect(given).toEqual(["a1", "b1"]);
    await release(1);
    expect(given).toEqual(["a1", "b1", "a2 a3"]);
    await release();
    await release();
    expect(await Promise.all([...first, ...later])).toEqual(["a1 done", "a2 done", "b1 done", "a3 done"]);
  });

  it("do not go in more batches at once than there may be", async () => {
    const { add, given, hold, release } = aDesk({ atOnce: 2 });
    hold();
    const all: Promise<string>[] = [];
    for (const lane of ["a", "b", "c", "d"]) {
      all.push(add(lane, 1));
      await settle();
    }
    expect(given).toEqual(["a1", "b1"]);
    await release(1);
    expect(given).toEqual(["a1", "b1", "c1 d1"]);
    await release();
    await release();
    expect(await Promise.all(all)).toHaveLength(4);
  });

  it("do not go in larger batches than there may be, and none is forgotten", async () => {
    const { add, given } = aDesk({ mostItems: 3 });
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => add("a", n)));
    expect(answers).toEqual(Array.from({ length: 8 }, (_, n) => `a${n} done`));
    expect(given).toEqual(["a0 a1 a2", "a3 a4 a5", "a6 a7"]);
  });

  it("a crowd on one market does not hold up another that comes later", async () => {
    const { add, given, hold, release } = aDesk({ mostItems: 2 });
    hold();
    const crowd = Array.from({ length: 6 }, (_, n) => add("a", n));
    await settle();
    const other = add("b", 1);
    await settle();
    expect(given).toEqual(["a0 a1", "b1"]);
    for (let turn = 0; turn < 6; turn += 1) await release();
    expect(await other).toBe("b1 done");
    expect(await Promise.all(crowd)).toHaveLength(6);
  });

  it("are not spoilt by one that fails: each is tried alone, in its order", async () => {
    const { add, given } = aDesk({ fails: ({ n }) => n === 2 });
    const answers = await Promise.allSettled([add("a", 1), add("a", 2), add("a", 3)]);
    expect(answers).toMatchObject([
      { status: "fulfilled", value: "a1 done" },
      { status: "rejected", reason: new Error("a2 cannot be") },
      { status: "fulfilled", value: "a3 done" },
    ]);
    expect(given).toEqual(["a1 a2 a3", "a1", "a2", "a3"]);
    expect(await add("a", 4)).toBe("a4 done");
  });

  it("all fail at once of what has nothing to do with them, and the next ones are tried as ever", async () => {
    const { add, given } = aDesk({ fails: ({ n }) => n === 2, concernsAll: true });
    const answers = await Promise.allSettled([add("a", 1), add("a", 2), add("a", 3)]);
    expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(given).toEqual(["a1 a2 a3"]);
    expect(await add("a", 4)).toBe("a4 done");
  });

  it("fail by themselves when they come by themselves", async () => {
    const { add, given } = aDesk({ fails: () => true });
    await expect(add("a", 1)).rejects.toThrow("a1 cannot be");
    expect(given).toEqual(["a1"]);
  });

  it("are not left waiting when there are fewer answers than guesses", async () => {
    const batches = createBatches<number, string>({
      lane: () => "",
      mostItems: 10,
      atOnce: 1,
      work: async () => ["only one"],
    });
    const answers = await Promise.allSettled([batches.add(1), batches.add(2)]);
    expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  });
});

describe("waiting until all is written", () => {
  it("takes no time when nothing is", async () => {
    await expect(aDesk().batches.idle()).resolves.toBeUndefined();
  });

  it("lasts until the last of what was asked for is answered, failures too", async () => {
    const { batches, add, hold, release } = aDesk({ fails: ({ n }) => n === 9 });
    hold();
    const seen: string[] = [];
    const all = [add("a", 1), add("a", 9), add("b", 1)].map((answer) =>
      answer.then(
        () => seen.push("answered"),
        () => seen.push("failed"),
      ),
    );
    const idle = batches.idle().then(() => seen.push("idle"));
    for (let turn = 0; turn < 8; turn += 1) {
      await settle();
      await release();
    }
    await Promise.all([...all, idle]);
    expect(seen.at(-1)).toBe("idle");
    expect(seen).toHaveLength(4);
  });
});
