import { describe, expect, it } from "vitest";
import { showReceipt } from "../../src/actions/show-receipt.ts";
import { aClock, anApp } from "../support/app.ts";
import { embedded } from "../support/database.ts";
import { aGuess, aMarket, aServer, aWithdrawal, named } from "../support/factories.ts";
import { vectorMarket } from "../support/market-play.ts";

const ann = named("ann");

async function aStory() {
  const { db } = await embedded.open();
  const clock = aClock();
  const app = anApp(db, clock);
  const row = await aMarket(db, { market: vectorMarket() });
  const { serverId, modelId } = row;
  return { db, clock, app, row, receipt: () => showReceipt(app, { serverId, modelId, memberId: "ann" }) };
}

describe("a receipt asked for again", () => {
  it("shows the standing guess with the odds of now", async () => {
    const { app, row, receipt, clock } = await aStory();
    const placed = await aGuess(app, row, { member: ann, suspect: "deepseek", ownPoints: 100 });
    expect(await receipt()).toEqual({ ...placed, stakedFreePoints: 0, stakedOwnPoints: 0 });
    clock.pass({ hours: 1 });
    await aGuess(app, row, { member: named("bob"), suspect: "xiaomi", ownPoints: 250 });
    const later = await receipt();
    expect(later).toMatchObject({ callPrice: 0.3, calledAt: placed.calledAt, paysPoints: 300, walletPoints: 900 });
    expect(later?.priceNow).toBeLessThan(placed.priceNow ?? 0);
    expect(later?.worthPoints).toBeLessThan(100);
    expect((await aWithdrawal(app, row, ann)).returnedPoints).toBe(later?.worthPoints);
  });

  it("is there for a named rider too, and shows what it pays through someone else", async () => {
    const { app, row, receipt } = await aStory();
    const placed = await aGuess(app, row, { member: ann, suspect: "Frobozz" });
    expect(await receipt()).toMatchObject({ call: placed.call, callPrice: placed.callPrice, paysPoints: 187 });
  });

  it("is not there before a guess, after it is taken back, or in another server", async () => {
    const { app, row, receipt, db } = await aStory();
    expect(await receipt()).toBeNull();
    await aGuess(app, row, { member: ann });
    const { serverId } = await aServer(db);
    expect(await showReceipt(app, { serverId, modelId: row.modelId, memberId: "ann" })).toBeNull();
    await aWithdrawal(app, row, ann);
    expect(await receipt()).toBeNull();
  });
});
