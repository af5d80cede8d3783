import { expect, it } from "vitest";
import { oneAfterAnother, oneAtATime } from "../../src/schedule/one-at-a-time.ts";

/** Work that ends when it is told to. */
function someWork() {
  const ends: (() => void)[] = [];
  const work = () => new Promise<void>((resolve) => void ends.push(resolve));
  return { work, begun: () => ends.length, end: () => ends.at(-1)?.() };
}

it("a job that is asked for while it runs is not begun a second time", async () => {
  const { work, begun, end } = someWork();
  const job = oneAtATime(work);
  const both = Promise.all([job(), job()]);
  end();
  await both;
  expect(begun()).toBe(1);
  void job();
  expect(begun()).toBe(2);
});

it("one that may have looked already looks once more for all who asked meanwhile, and whoever asked waits for that", async () => {
  const { work, begun, end } = someWork();
  const job = oneAfterAnother(work);
  const first = job();
  const meanwhile = Promise.all([job(), job()]);
  expect(begun()).toBe(1);
  end();
  await expect.poll(begun).toBe(2);
  end();
  await Promise.all([first, meanwhile]);
  expect(begun()).toBe(2);
  void job();
  expect(begun()).toBe(3);
});

it("one that failed begins anew when it is asked for again", async () => {
  let isBroken = true;
  let done = 0;
  const job = oneAfterAnother(async () => {
    if (isBroken) throw new Error("no database");
    done += 1;
  });
  await expect(job()).rejects.toThrow("no database");
  isBroken = false;
  await job();
  expect(done).toBe(1);
});
