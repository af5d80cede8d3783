import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { claimDeliveries, claimMs } from "../../src/actions/claim-deliveries.ts";
import type { App } from "../../src/app.ts";
import { holdClaims } from "../../src/schedule/hold-claims.ts";
import { anAnnouncement } from "../support/claiming.ts";
import { owed } from "../support/watcher-app.ts";

/** Renewals come when a story says so. */
beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());
const renewAgain = () => vi.advanceTimersByTime(claimMs / 5);

/** A process on a watch of its own, with one message it has claimed. */
async function aHolder(around: (app: App) => App = (app) => app) {
  const { app, db, clock } = await anAnnouncement();
  const held = holdClaims(around({ ...app, elapsedMs: () => 0 }), "a slow process");
  const [claimed] = await held.claim(1);
  if (!claimed) throw new Error("nothing is due");
  return { app, db, clock, held, claimed };
}

it("a claim is held for longer again and again, until it is let go of", async () => {
  const { db, clock, held, claimed } = await aHolder();
  clock.later(claimMs - 1);
  renewAgain();
  const until = new Date(clock.now.getTime() + claimMs);
  await expect.poll(async () => (await owed(db, "announcement"))[0]?.dueAt, { interval: 5 }).toEqual(until);
  expect(held.isOurs(claimed)).toBe(true);
  held.letGo(claimed);
  expect(held.isOurs(claimed)).toBe(false);
  held.end();
});

it("a claim another process has taken over is lost as soon as a renewal says so, and never claimed while it is sent", async () => {
  const { app, clock, held, claimed } = await aHolder();
  clock.later(claimMs);
  expect(await claimDeliveries(app, { by: "another", most: 9 })).toHaveLength(1);
  renewAgain();
  await expect.poll(() => held.isOurs(claimed), { interval: 5 }).toBe(false);
  clock.later(claimMs);
  expect(await held.claim(9)).toEqual([]);
  held.letGo(claimed);
  expect(await held.claim(9)).toHaveLength(1);
  held.end();
});

it("a renewal that takes long is joined by no other", async () => {
  let asked = 0;
  const slow = (app: App): App => ({
    ...app,
    clock: (now) => {
      asked += 1;
      return app.clock(now);
    },
  });
  const { held, claimed } = await aHolder(slow);
  asked = 0;
  for (let i = 0; i < 5; i++) renewAgain();
  await expect.poll(() => asked, { interval: 5 }).toBe(1);
  // A question of our own is answered after all that were asked before it.
  expect(await held.claim(1)).toEqual([]);
  expect(asked).toBe(2);
  expect(held.isOurs(claimed)).toBe(true);
  held.end();
});
