import { eq, sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { type Db, rows, type Transaction, transactInTwo } from "../../src/storage/database.ts";
import { writeGuesses } from "../../src/storage/guess-writes.ts";
import { wallets } from "../../src/storage/schema.ts";
import { describeOnBoth, describeOnPostgres } from "../support/database.ts";
import { changed } from "../support/guess-changes.ts";

const ann = { serverId: "1", season: "2026-Q1", memberId: "ann" };
type Locked = { transaction: string; process: number };

/** Locks ann's wallet, and says in which transaction and process of the database. */
async function lockAnn(tx: Transaction): Promise<Locked> {
  const [locked] = await rows<Locked>(
    tx,
    sql`select pg_current_xact_id()::text as transaction, pg_backend_pid() as process from wallets for update`,
  );
  if (!locked) throw new Error("ann has no wallet");
  return locked;
}

const take = (points: number, { transaction }: Locked) =>
  changed({ walletChanges: [{ ...ann, points: -points }], lockedIn: transaction });

const takeFromAnn = (db: Db, points: number) =>
  transactInTwo(db, { read: lockAnn, write: (tx, locked) => writeGuesses(tx, take(points, locked)) });

async function cannotBeSent(): Promise<void> {
  throw new Error("no row of this");
}

async function annsPoints(db: Db): Promise<number | undefined> {
  return (await db.select().from(wallets).where(eq(wallets.memberId, "ann")))[0]?.balancePoints;
}

describeOnBoth("a transaction in two steps", (database) => {
  it("keeps what it wrote", async () => {
    const { db } = await database.open();
    await db.insert(wallets).values({ ...ann, balancePoints: 30 });
    await takeFromAnn(db, 10);
    expect(await annsPoints(db)).toBe(20);
  });

  it("keeps nothing when what it writes is refused, though the commit is on its way; the next one is as good as ever", async () => {
    const { db } = await database.open();
    await db.insert(wallets).values({ ...ann, balancePoints: 30 });
    for (let turn = 0; turn < 3; turn += 1) {
      await expect(takeFromAnn(db, 31)).rejects.toThrow("a wallet was to be overdrawn");
      await takeFromAnn(db, 5);
    }
    expect(await annsPoints(db)).toBe(15);
  });

  it("keeps nothing of what else was sent when one thing cannot even be sent", async () => {
    const { db } = await database.open();
    await db.insert(wallets).values({ ...ann, balancePoints: 30 });
    const half = transactInTwo(db, {
      read: lockAnn,
      write: (tx, locked) => Promise.all([cannotBeSent(), writeGuesses(tx, take(10, locked))]),
    });
    await expect(half).rejects.toThrow("no row of this");
    expect(await annsPoints(db)).toBe(30);
  });

  it("keeps no lock when it throws between the two", async () => {
    const { db } = await database.open();
    await db.insert(wallets).values({ ...ann, balancePoints: 30 });
    const write = () => Promise.reject(new Error("second thoughts"));
    await expect(transactInTwo(db, { read: lockAnn, write })).rejects.toThrow("second thoughts");
    await Promise.all([takeFromAnn(db, 1), takeFromAnn(db, 2), takeFromAnn(db, 3)]);
    expect(await annsPoints(db)).toBe(24);
  });
});

describeOnPostgres("on PostgreSQL, a transaction in two steps", (database) => {
  it("keeps nothing when its connection was lost between them, and so its locks; the next one finds a new connection", async () => {
    const { db } = await database.open();
    await db.insert(wallets).values({ ...ann, balancePoints: 30 });
    const cutOff = transactInTwo(db, {
      async read(tx) {
        const locked = await lockAnn(tx);
        await rows(db, sql`select pg_terminate_backend(${locked.process}, 10000)`);
        return locked;
      },
      write: (tx, locked) => writeGuesses(tx, take(10, locked)),
    });
    await expect(cutOff).rejects.toThrow();
    expect(await annsPoints(db)).toBe(30);
    await takeFromAnn(db, 10);
    expect(await annsPoints(db)).toBe(20);
  });

  it("waits for a place when more come at once than there are connections, and each counts", async () => {
    const { db } = await database.open({ poolSize: 3 });
    await db.insert(wallets).values({ ...ann, balancePoints: 30 });
    await Promise.all(Array.from({ length: 20 }, () => takeFromAnn(db, 1)));
    expect(await annsPoints(db)).toBe(10);
  });
});
