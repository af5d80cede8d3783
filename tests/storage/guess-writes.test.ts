import { eq, sql } from "drizzle-orm";
import { expect, it, vi } from "vitest";
import { rows, type Transaction, transact } from "../../src/storage/database.ts";
import { type GuessChanges, OverdrawnWallet, QuickerElsewhere, writeGuesses } from "../../src/storage/guess-writes.ts";
import { entries, members, transactions, wallets } from "../../src/storage/schema.ts";
import { storyBegins } from "../support/app.ts";
import { describeOnBoth, describeOnPostgres } from "../support/database.ts";
import { changed } from "../support/guess-changes.ts";

const season = "2026-Q1";
const serverId = "1";
const ann = { serverId, season, memberId: "ann" };
const bob = { serverId, season, memberId: "bob" };

async function transactionOf(tx: Transaction): Promise<string> {
  const [current] = await rows<{ id: string }>(tx, sql`select pg_current_xact_id()::text as id`);
  return current?.id ?? "";
}

describeOnBoth("writing a batch of guesses", (database) => {
  async function withWallets(annPoints: number) {
    const { db } = await database.open();
    await db.insert(wallets).values([
      { ...ann, balancePoints: annPoints },
      { ...bob, balancePoints: 100 },
    ]);
    return {
      db,
      write: (changes: GuessChanges) =>
        transact(db, async (tx) => writeGuesses(tx, { ...changes, lockedIn: await transactionOf(tx) })),
      balance: async (memberId: string) =>
        (await db.select().from(wallets).where(eq(wallets.memberId, memberId)))[0]?.balancePoints,
    };
  }

  it("refuses to take more from a wallet than it holds, and then writes nothing of the batch", async () => {
    const { db, write, balance } = await withWallets(30);
    const batch = changed({
      transactions: [{ transactionId: 1, key: "a", kind: "guess", serverId, season, at: storyBegins }],
      entries: [
        { transactionId: 1, account: "wallet", memberId: "ann", points: -31 },
        { transactionId: 1, account: "pot", points: 31 },
      ],
      members: [{ serverId, memberId: "ann", name: "Ann" }],
      walletChanges: [
        { ...bob, points: -10 },
        { ...ann, points: -31 },
      ],
    });
    await expect(write(batch)).rejects.toThrow(OverdrawnWallet);
    expect([await balance("ann"), await balance("bob")]).toEqual([30, 100]);
    for (const table of [transactions, entries, members]) expect(await db.$count(table)).toBe(0);
  });

  it("takes the last point of a wallet, and pays into one that is below zero", async () => {
    const { write, balance } = await withWallets(-40);
    await write(
      changed({
        walletChanges: [
          { ...bob, points: -100 },
          { ...ann, points: 15 },
        ],
      }),
    );
    expect([await balance("ann"), await balance("bob")]).toEqual([-25, 0]);
  });

  it("refuses to write in any transaction but the one that holds the locks", async () => {
    const { db, balance } = await withWallets(30);
    const batch = changed({ walletChanges: [{ ...ann, points: -1 }], lockedIn: "1" });
    await expect(transact(db, (tx) => writeGuesses(tx, batch))).rejects.toThrow();
    await expect(writeGuesses(db as Transaction, batch)).rejects.toThrow();
    expect(await balance("ann")).toBe(30);
  });

  it("refuses a debit of a wallet that does not exist", async () => {
    const { write } = await withWallets(30);
    const nobody = { ...ann, memberId: "nobody", points: -1 };
    await expect(write(changed({ walletChanges: [nobody] }))).rejects.toThrow(OverdrawnWallet);
  });
});

describeOnPostgres("two batches that open the wallets of one member", (database) => {
  it("do so in one order, whatever order they hold them in, so that none waits for the other in a circle", async () => {
    const { db } = await database.open();
    const [spring, summer] = [
      { ...ann, season: "2026-Q1", balancePoints: 1000 },
      { ...ann, season: "2026-Q2", balancePoints: 1000 },
    ];
    const write = vi.fn(async (tx: Transaction) =>
      writeGuesses(tx, changed({ newWallets: [summer, spring], lockedIn: await transactionOf(tx) })),
    );
    const oneIsWaiting = async () =>
      (await rows(db, sql`select 1 from pg_locks where not granted and database is null`)).length > 0;
    let written: Promise<unknown> | undefined;
    const other = vi.fn(async (tx: Transaction) => {
      await tx.insert(wallets).values(spring);
      written ??= transact(db, write).catch((error: unknown) => error);
      await vi.waitUntil(oneIsWaiting, { interval: 5, timeout: 10_000 });
      await tx.insert(wallets).values(summer);
    });
    await transact(db, other);
    expect(await written).toBeInstanceOf(QuickerElsewhere);
    expect([write, other].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
    expect(await db.$count(wallets)).toBe(2);
  });
});
