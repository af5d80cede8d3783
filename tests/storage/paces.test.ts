import { expect, it } from "vitest";
import { takeTurns } from "../../src/storage/paces.ts";
import { paces } from "../../src/storage/schema.ts";
import { describeOnBoth } from "../support/database.ts";

describeOnBoth("turns that all processes share", (database) => {
  it("come one after the other, whoever takes them", async () => {
    const { db } = await database.open();
    const startMs = performance.now();
    expect(await takeTurns(db, "discord", 10, 100)).toBeLessThan(1);
    const waits = [await takeTurns(db, "discord", 10, 100), await takeTurns(db, "discord", 5, 100)];
    const tookMs = performance.now() - startMs;
    // Each begins where the one before ends, counted from the first.
    for (const [i, waitMs] of waits.entries()) {
      expect(waitMs).toBeLessThanOrEqual((i + 1) * 1_000);
      expect(waitMs).toBeGreaterThan((i + 1) * 1_000 - tookMs - 2);
    }
    expect(await takeTurns(db, "something else", 1, 100)).toBeLessThan(1);
  });

  it("do not wait for a clock that was set back", async () => {
    const { db } = await database.open();
    await db.insert(paces).values({ pace: "discord", nextAt: new Date(Date.now() + 3_600_000) });
    expect(await takeTurns(db, "discord", 1, 20)).toBeLessThanOrEqual(10_000);
  });
});
