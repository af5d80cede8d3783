import { expect, it } from "vitest";
import { takeTurns } from "../../src/storage/paces.ts";
import { paces } from "../../src/storage/schema.ts";
import { describeOnBoth } from "../support/database.ts";

describeOnBoth("turns that all processes share", (database) => {
  it("come one after the other, whoever takes them", async () => {
    const { db } = await database.open();
    const startMs = performance.now();
    expect(await takeTurns(db, "discord", { turns: 10, stepMs: 100 })).toBeLessThan(1);
    const waits = [
      await takeTurns(db, "discord", { turns: 10, stepMs: 100 }),
      await takeTurns(db, "discord", { turns: 5, stepMs: 100 }),
    ];
    const tookMs = performance.now() - startMs;
    // Each begins where the one before ends, counted from the first.
    for (const [i, waitMs] of waits.entries()) {
      expect(waitMs).toBeLessThanOrEqual((i + 1) * 1_000);
      expect(waitMs).toBeGreaterThan((i + 1) * 1_000 - tookMs - 2);
    }
    expect(await takeTurns(db, "something else", { turns: 1, stepMs: 100 })).toBeLessThan(1);
  });

  it("nobody took in time are gone", async () => {
    const { db } = await database.open();
    await db.insert(paces).values({ pace: "discord", nextAt: new Date(Date.now() - 10_000) });
    const startMs = performance.now();
    expect(await takeTurns(db, "discord", { turns: 10, stepMs: 100 })).toBeLessThan(1);
    const next = await takeTurns(db, "discord", { turns: 1, stepMs: 100 });
    expect(next).toBeGreaterThan(1_000 - (performance.now() - startMs) - 2);
  });

  it("do not wait for a clock that was set back", async () => {
    const { db } = await database.open();
    await db.insert(paces).values({ pace: "discord", nextAt: new Date(Date.now() + 3_600_000) });
    // Ten seconds, and what clocks and rounding differ by.
    expect(await takeTurns(db, "discord", { turns: 1, stepMs: 20 })).toBeLessThan(10_001);
  });
});
