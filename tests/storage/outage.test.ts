import { eq, sql } from "drizzle-orm";
import { expect, it, onTestFinished, vi } from "vitest";
import { auditLedger } from "../../src/actions/audit-ledger.ts";
import { placeGuess } from "../../src/actions/place-guess.ts";
import { openDatabase, rows, type Transaction, transactInTwo } from "../../src/storage/database.ts";
import { writeGuesses } from "../../src/storage/guess-writes.ts";
import { trades, wallets } from "../../src/storage/schema.ts";
import { anApp } from "../support/app.ts";
import { describeOnPostgres, type TestDatabase } from "../support/database.ts";
import { aGuess, aKey, aMarket, named } from "../support/factories.ts";
import { changed } from "../support/guess-changes.ts";
import { lineTo } from "../support/line-to-postgres.ts";

const ann = { serverId: "1", season: "2026-Q1", memberId: "ann" };
const both = 2;
/** Far below what it takes to try everything that waits on a line, one after the other. */
const soonMs = 4_000;

/** The bot's database behind a line that can be cut, with a place for each of two batches. */
async function behindALine(database: TestDatabase) {
  const line = await lineTo((await database.settings()).databaseUrl ?? "");
  const { db, close } = await openDatabase({ databaseUrl: line.url, dataDir: "", poolSize: 6 });
  onTestFinished(close);
  const hasBothLines = () => vi.waitUntil(() => db.lines?.length === both, { timeout: 20_000, interval: 10 });
  return { line, db, hasBothLines };
}

async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}

describeOnPostgres("when PostgreSQL goes away", (database) => {
  it.each(["refuses", "is silent"] as const)(
    "and %s, guesses are refused as soon as anything else, and count once when they are made again after it is back",
    async (then) => {
      const { line, db, hasBothLines } = await behindALine(database);
      const app = anApp(db);
      const market = await aMarket(db);
      await aGuess(app, market, { member: named("bob") });
      await line.cut(then);

      const { serverId, modelId } = market;
      const keys = [aKey(), aKey(), aKey()];
      const guess = (key: string) =>
        placeGuess(app, { key, serverId, modelId, member: named(key), suspect: "Kimi", ownPoints: 20 });
      const crowd = async () => {
        const answers = await Promise.allSettled(keys.map(guess));
        expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
      };
      // All lines there are wait to be cleared after the first two; then others take over.
      for (let turn = 0; turn < 3; turn += 1) expect(await elapsed(crowd)).toBeLessThan(soonMs);

      await line.mend();
      for (const key of keys) {
        const first = await vi.waitFor(() => guess(key), { timeout: 10_000, interval: 100 });
        expect(first).toMatchObject({ placed: true });
        expect(await guess(key)).toEqual(first);
      }
      await hasBothLines();
      expect(await guess(keys[0] ?? "")).toMatchObject({ placed: true });
      const members = await db.selectDistinct({ by: trades.memberId, number: trades.number }).from(trades);
      // Three with a free stake and one of their own, and bob.
      expect(members).toHaveLength(3 * 2 + 1);
      expect((await auditLedger(db)).differences).toEqual([]);
    },
    30_000,
  );

  it("in the middle of a batch, its line is nobody's until it is clean, and its half is kept by nobody", async () => {
    const { line, db, hasBothLines } = await behindALine(database);
    await db.insert(wallets).values({ ...ann, balancePoints: 30 });
    const lock = async (tx: Transaction) => {
      const [locked] = await rows<{ id: string }>(
        tx,
        sql`select pg_current_xact_id()::text as id from wallets for update`,
      );
      return locked?.id ?? "";
    };
    const write = (tx: Transaction, lockedIn: string) =>
      writeGuesses(tx, changed({ walletChanges: [{ ...ann, points: -10 }], lockedIn }));
    const take = () => transactInTwo(db, { read: lock, write });
    const cutOff = transactInTwo(db, {
      read: lock,
      async write(tx, lockedIn) {
        await line.cut("is silent");
        await write(tx, lockedIn);
      },
    });
    expect(await elapsed(() => expect(cutOff).rejects.toThrow())).toBeLessThan(soonMs);
    expect(db.lines).toHaveLength(both - 1);

    await line.mend();
    await vi.waitFor(take, { timeout: 10_000, interval: 100 });
    await hasBothLines();
    await Promise.all([take(), take()]);
    const [{ balancePoints } = { balancePoints: null }] = await db
      .select()
      .from(wallets)
      .where(eq(wallets.memberId, "ann"));
    expect(balancePoints).toBe(0);
    const open = sql`select pid from pg_stat_activity where datname = current_database() and state like 'idle in%'`;
    expect(await rows(db, open)).toEqual([]);
  });
});
