import { sql } from "drizzle-orm";
import { expect, it, onTestFinished } from "vitest";
import { openDatabase, rows, type Transaction, transact } from "../../src/storage/database.ts";
import { wallets } from "../../src/storage/schema.ts";
import { describeOnPostgres, type TestDatabase } from "../support/database.ts";

const ann = { serverId: "1", season: "2026-Q1", memberId: "ann", balancePoints: 30 };
const bob = { ...ann, memberId: "bob" };

/** The bot's database, and somebody who ends its connections. */
async function withAnEnder(database: TestDatabase) {
  const settings = await database.settings();
  const [{ db, close }, other] = await Promise.all([openDatabase(settings), openDatabase(settings)]);
  onTestFinished(close);
  onTestFinished(other.close);
  const end = async (tx: Transaction) => {
    const [mine] = await rows<{ pid: number }>(tx, sql`select pg_backend_pid() as pid`);
    return () => rows(other.db, sql`select pg_terminate_backend(${mine?.pid ?? 0}::int, 3000)`);
  };
  return { db, end };
}

// The driver would end the whole process in the first two, which no test here outlives.
describeOnPostgres("a transaction whose connection is lost", (database) => {
  it("while a statement runs is refused, and the bot goes on", async () => {
    const { db, end } = await withAnEnder(database);
    const lost = transact(db, async (tx) => {
      await tx.insert(wallets).values(ann);
      const now = await end(tx);
      const [answer] = await Promise.allSettled([rows(tx, sql`select pg_sleep(30)`), now()]);
      if (answer.status === "rejected") throw answer.reason;
    });
    await expect(lost).rejects.toThrow();
    await transact(db, (tx) => tx.insert(wallets).values(bob));
    expect(await db.select().from(wallets)).toEqual([bob]);
  });

  it("between two statements writes nothing more, on no other connection either", async () => {
    const { db, end } = await withAnEnder(database);
    const lost = transact(db, async (tx) => {
      await tx.insert(wallets).values(ann);
      await (await end(tx))();
      await tx.insert(wallets).values(bob);
    });
    await expect(lost).rejects.toThrow();
    expect(await db.$count(wallets)).toBe(0);
  });

  it("again and again leaves as many places for transactions as there were", async () => {
    const { db, end } = await withAnEnder(database);
    const lose = () => transact(db, async (tx) => void (await (await end(tx))().then(() => tx.select().from(wallets))));
    for (let turn = 0; turn < 6; turn += 1) await expect(lose()).rejects.toThrow();
    const together = Array.from({ length: 8 }, (_, i) =>
      transact(db, (tx) => tx.insert(wallets).values({ ...ann, memberId: `${i}` })),
    );
    await Promise.all(together);
    expect(await db.$count(wallets)).toBe(8);
  });

  it("is not what closing does: it waits for the end of what is under way", async () => {
    const settings = await database.settings();
    const { db, close } = await openDatabase(settings);
    const half = transact(db, async (tx) => {
      await tx.insert(wallets).values(ann);
      const closed = close();
      await tx.insert(wallets).values(bob);
      return { closed };
    });
    await (await half).closed;
    const after = await openDatabase(settings);
    onTestFinished(after.close);
    expect(await after.db.$count(wallets)).toBe(2);
  });

  it("a statement that failed unnoticed keeps the rest from standing", async () => {
    const { db } = await withAnEnder(database);
    const half = transact(db, async (tx) => {
      await tx.insert(wallets).values(ann);
      await rows(tx, sql`select 1/0`).catch(() => undefined);
    });
    await expect(half).rejects.toThrow();
    expect(await db.$count(wallets)).toBe(0);
  });
});
