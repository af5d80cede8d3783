import { and, eq, sql } from "drizzle-orm";
import { describe, expect, it, onTestFinished } from "vitest";
import { auditLedger } from "../../src/actions/audit-ledger.ts";
import { decideMarket } from "../../src/actions/decide-market.ts";
import { topUpWallets } from "../../src/actions/top-up-wallets.ts";
import type { App } from "../../src/app.ts";
import { rows } from "../../src/storage/database.ts";
import { guesses, servers, wallets } from "../../src/storage/schema.ts";
import { aClock, anApp } from "../support/app.ts";
import { describeOnBoth, embedded } from "../support/database.ts";
import {
  aGuess,
  aKey,
  aMarket,
  aServer,
  aSettlement,
  aWithdrawal,
  type MarketRow,
  named,
} from "../support/factories.ts";
import { vectorMarket } from "../support/market-play.ts";
import { walletsIn } from "../support/market-rows.ts";

const ann = named("ann");

async function aStory() {
  const { db } = await embedded.open();
  const clock = aClock();
  const app = anApp(db, clock);
  const { serverId } = await aServer(db);
  const story = {
    db,
    clock,
    app,
    serverId,
    market: () => aMarket(db, { serverId, openedAt: clock.now, market: vectorMarket() }),
    stake: (row: MarketRow, ownPoints: number, suspect = "deepseek") =>
      aGuess(app, row, { member: ann, suspect, ownPoints }),
    settle: (row: MarketRow, lab = "xiaomi") => aSettlement(app, row, { lab, publishedAt: clock.pass({ minutes: 1 }) }),
    wallet: async (season?: string) => (await walletsIn(db, serverId, season)).ann,
    differences: async () => (await auditLedger(db)).differences,
    /** Loses this much for good. */
    async lose(points: number) {
      for (let left = points; left > 0; left -= 250) {
        const row = await story.market();
        clock.pass({ minutes: 1 });
        await story.stake(row, Math.min(left, 250));
        await story.settle(row);
      }
    },
  };
  return story;
}

function decide(app: App, { serverId, modelId }: MarketRow, kind: "reopen"): Promise<unknown> {
  return decideMarket(app, { key: aKey(), kind, serverId, modelId, member: named("mod"), reason: "x" });
}

describeOnBoth("the top-up of a server with 20,000 members", (database) => {
  it("is done in seconds, each by what wallet and open stakes lack", async () => {
    const { db } = await database.open();
    const clock = aClock();
    const app = anApp(db, clock);
    const { serverId, marketId } = await aMarket(db, { openedAt: clock.now, market: vectorMarket() });
    const all = sql`generate_series(1, 20000) as n`;
    await db.insert(wallets).select(sql`select ${serverId}::text, '2026-Q1', 'm' || n, n % 400 from ${all}`);
    await db.insert(guesses).select(
      sql`select ${marketId}::bigint, 'm' || n, ${serverId}::text, 'xiaomi', null, 'xiaomi', 0.1, ${clock.now.toISOString()}::timestamptz,
          '{}'::jsonb, '{}'::jsonb, 90, 50, 0, 5, ${clock.now.toISOString()}::timestamptz, null from ${all} where n % 2 = 0`,
    );
    const began = performance.now();
    // Below 250 without a stake, below 200 with one of 50.
    expect(await topUpWallets(app)).toBe(50 * (125 + 100));
    expect(performance.now() - began).toBeLessThan(10_000);
    const wrong = sql`balance_points <> greatest(substr(member_id, 2)::int % 400, 250 - 50 * (1 - substr(member_id, 2)::int % 2))`;
    expect(await db.$count(wallets, wrong)).toBe(0);
    const [books] = await rows<{ sum: number; filled: number }>(
      db,
      sql`select sum(points)::int as sum, (count(*) - 1)::int as filled from entries`,
    );
    expect(books).toEqual({ sum: 0, filled: 50 * (125 + 100) });
  }, 30_000);
});

describe("the weekly top-up", () => {
  it("fills the wallets of the other servers when that of one cannot be, and tells of it", async () => {
    const { app, db, lose, wallet, serverId } = await aStory();
    await lose(900);
    const broken = [await aServer(db, { serverId: "1" }), await aServer(db, { serverId: "9".repeat(19) })];
    for (const server of broken)
      await db
        .insert(wallets)
        .values({ serverId: server.serverId, season: "2026-Q1", memberId: "x", balancePoints: 5 });
    const guard = sql`alter table wallets add constraint broken check (member_id <> 'x' or balance_points = 5)`;
    await rows(db, guard);
    onTestFinished(async () => void (await rows(db, sql`alter table wallets drop constraint broken`)));
    await expect(topUpWallets(app)).rejects.toThrow("2 servers were not topped up");
    expect(await wallet()).toBe(250);
    expect(await walletsIn(db, serverId)).toEqual({ ann: 250 });
  });

  it("fills a poor wallet to 250 points, once a week however often it is asked for", async () => {
    const { app, lose, wallet, clock, differences } = await aStory();
    await lose(900);
    expect(await wallet()).toBe(100);
    expect(await topUpWallets(app)).toBe(1);
    expect(await wallet()).toBe(250);
    await lose(50);
    expect(await topUpWallets(app)).toBe(0);
    expect(await wallet()).toBe(200);
    clock.set(new Date("2026-03-15T23:59:59Z"));
    expect(await topUpWallets(app)).toBe(0);
    clock.set(new Date("2026-03-16T00:00:00Z"));
    expect(await topUpWallets(app)).toBe(1);
    expect(await wallet()).toBe(250);
    expect(await differences()).toEqual([]);
  });

  it("counts as once when two processes ask at the same moment", async () => {
    const { app, db, clock, lose, wallet, differences } = await aStory();
    await lose(900);
    const filled = await Promise.all([topUpWallets(app), topUpWallets(anApp(db, clock))]);
    expect(filled.toSorted()).toEqual([0, 1]);
    expect(await wallet()).toBe(250);
    expect(await differences()).toEqual([]);
  });

  it("leaves a wallet alone whose points are only staked", async () => {
    const { app, market, stake, lose, wallet } = await aStory();
    await lose(700);
    await stake(await market(), 200);
    expect(await wallet()).toBe(100);
    expect(await topUpWallets(app)).toBe(0);
    expect(await wallet()).toBe(100);
  });

  it("fills only what stake and wallet together lack", async () => {
    const { app, market, stake, lose, wallet } = await aStory();
    await lose(850);
    await stake(await market(), 100);
    await topUpWallets(app);
    expect(await wallet()).toBe(150);
  });

  it("does not take what was lost by taking a guess back for a stake", async () => {
    const { app, db, market, stake, lose, wallet, clock } = await aStory();
    await lose(750);
    const row = await market();
    clock.pass({ minutes: 1 });
    await stake(row, 240);
    for (const name of ["x", "y"]) await aGuess(app, row, { member: named(name), suspect: "openai", ownPoints: 250 });
    await aWithdrawal(app, row, ann);
    const left = (await wallet()) ?? 0;
    expect(left).toBeLessThan(200);
    expect(await topUpWallets(app)).toBe(1);
    expect(await wallet()).toBe(250);
    expect(await db.$count(servers)).toBe(1);
  });

  it("does not take what an earlier stake lost for a part of the one that is open", async () => {
    const { app, market, stake, lose, wallet, clock } = await aStory();
    await lose(700);
    const row = await market();
    clock.pass({ minutes: 1 });
    await stake(row, 240);
    for (const name of ["x", "y"]) await aGuess(app, row, { member: named(name), suspect: "openai", ownPoints: 250 });
    await aWithdrawal(app, row, ann);
    await stake(row, 1, "xiaomi");
    expect(await wallet()).toBeLessThan(200);
    expect(await topUpWallets(app)).toBe(1);
    expect(await wallet()).toBe(249);
  });

  it("counts stakes in frozen markets, but not in settled ones", async () => {
    const { app, market, stake, lose, wallet, serverId } = await aStory();
    await lose(750);
    const row = await market();
    await stake(row, 240);
    const { modelId } = row;
    await decideMarket(app, { key: aKey(), kind: "freeze", serverId, modelId, member: ann, reason: "x" });
    expect(await topUpWallets(app)).toBe(0);
    expect(await wallet()).toBe(10);
  });

  it("never lifts a wallet that is below zero", async () => {
    const { app, market, stake, settle, lose, wallet, clock } = await aStory();
    const row = await market();
    clock.pass({ minutes: 1 });
    await stake(row, 100, "xiaomi");
    await settle(row);
    await lose((await wallet()) ?? 0);
    await decide(app, row, "reopen");
    expect(await wallet()).toBeLessThan(0);
    const before = await wallet();
    expect(await topUpWallets(app)).toBe(0);
    expect(await wallet()).toBe(before);
  });

  it("fills an empty wallet", async () => {
    const { app, lose, wallet } = await aStory();
    await lose(1000);
    expect(await wallet()).toBe(0);
    expect(await topUpWallets(app)).toBe(1);
    expect(await wallet()).toBe(250);
  });

  it("goes on for last season's wallets while one of its markets is open, and ends with it", async () => {
    const { app, market, settle, lose, wallet, clock } = await aStory();
    await lose(900);
    const open = await market();
    clock.set(new Date("2026-04-06T00:00:00Z"));
    expect(await topUpWallets(app)).toBe(1);
    expect(await wallet("2026-Q1")).toBe(250);
    expect(await wallet("2026-Q2")).toBeUndefined();
    const last = await market();
    await settle(last);
    await settle(open);
    clock.set(new Date("2026-04-13T00:00:00Z"));
    expect(await topUpWallets(app)).toBe(0);
  });

  it("passes over servers the bot has left, and keeps servers apart", async () => {
    const { app, db, lose, wallet, serverId } = await aStory();
    await lose(900);
    const other = await aServer(db);
    await aGuess(app, await aMarket(db, { serverId: other.serverId }), { member: ann, ownPoints: 200 });
    await db
      .update(servers)
      .set({ leftAt: new Date() })
      .where(and(eq(servers.serverId, serverId)));
    expect(await topUpWallets(app)).toBe(0);
    expect(await wallet()).toBe(100);
    expect(await walletsIn(db, other.serverId)).toEqual({ ann: 800 });
  });
});
