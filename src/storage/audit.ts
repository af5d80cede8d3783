import { and, asc, eq, inArray, isNull, sql } from "drizzle-orm";
import { rules } from "../domain/rules.ts";
import type { Db } from "./database.ts";
import { calls, decisions, entries, guesses, listedLabs, markets, trades, transactions, wallets } from "./schema.ts";

const count = (text: string) => sql<number>`${sql.raw(text)}`.mapWith(Number);

/** Transactions whose entries do not sum to zero. */
export async function readUnbalanced(db: Db) {
  return db
    .select({ transactionId: entries.transactionId, points: sql<number>`sum(${entries.points})`.mapWith(Number) })
    .from(entries)
    .groupBy(entries.transactionId)
    .having(sql`sum(${entries.points}) <> 0`);
}

/** Entries of transactions that do not exist. */
export async function readOrphanEntries(db: Db) {
  return db
    .selectDistinct({ transactionId: entries.transactionId })
    .from(entries)
    .leftJoin(transactions, eq(transactions.transactionId, entries.transactionId))
    .where(sql`${transactions.transactionId} is null`);
}

/** Wallets that are not the sum of their entries, and sums of entries that have no wallet. */
export async function readWrongWallets(db: Db) {
  const entered = db
    .select({
      serverId: transactions.serverId,
      season: transactions.season,
      memberId: entries.memberId,
      points: sql<number>`sum(${entries.points})`.mapWith(Number).as("points"),
    })
    .from(entries)
    .innerJoin(transactions, eq(transactions.transactionId, entries.transactionId))
    .where(eq(entries.account, "wallet"))
    .groupBy(transactions.serverId, transactions.season, entries.memberId)
    .as("entered");
  return db
    .select({
      serverId: sql<string>`coalesce(${wallets.serverId}, ${entered.serverId})`,
      season: sql<string>`coalesce(${wallets.season}, ${entered.season})`,
      memberId: sql<string>`coalesce(${wallets.memberId}, ${entered.memberId})`,
      stored: wallets.balancePoints,
      entered: entered.points,
    })
    .from(wallets)
    .fullJoin(
      entered,
      sql`${entered.serverId} = ${wallets.serverId} and ${entered.season} = ${wallets.season} and ${entered.memberId} = ${wallets.memberId}`,
    )
    .where(sql`${wallets.balancePoints} is distinct from ${entered.points}`);
}

/** Pots that are not the sum of their entries. */
export async function readWrongPots(db: Db) {
  const entered = db
    .select({
      marketId: transactions.marketId,
      points: sql<number>`sum(${entries.points})`.mapWith(Number).as("points"),
    })
    .from(entries)
    .innerJoin(transactions, eq(transactions.transactionId, entries.transactionId))
    .where(eq(entries.account, "pot"))
    .groupBy(transactions.marketId)
    .as("entered");
  return db
    .select({
      marketId: markets.marketId,
      stored: markets.potPoints,
      entered: sql<number>`coalesce(${entered.points}, 0)`.mapWith(Number),
    })
    .from(markets)
    .leftJoin(entered, eq(entered.marketId, markets.marketId))
    .where(sql`${markets.potPoints} <> coalesce(${entered.points}, 0)`);
}

/** Guess transactions whose entries are not what their trades say, in the pot or in the member's wallet. */
export async function readWrongTrades(db: Db) {
  const traded = db
    .select({
      transactionId: trades.transactionId,
      pot: sql<number>`sum(${trades.potPoints})`.mapWith(Number).as("pot"),
      wallet: sql<number>`sum(${trades.walletPoints})`.mapWith(Number).as("wallet"),
    })
    .from(trades)
    .groupBy(trades.transactionId)
    .as("traded");
  const entered = db
    .select({
      transactionId: entries.transactionId,
      pot: sql<number>`coalesce(sum(${entries.points}) filter (where ${entries.account} = 'pot'), 0)`
        .mapWith(Number)
        .as("entered_pot"),
      wallet: sql<number>`coalesce(sum(${entries.points}) filter (where ${entries.account} = 'wallet'), 0)`
        .mapWith(Number)
        .as("entered_wallet"),
    })
    .from(entries)
    .innerJoin(transactions, eq(transactions.transactionId, entries.transactionId))
    .where(eq(transactions.kind, "guess"))
    .groupBy(entries.transactionId)
    .as("entered");
  return db
    .select({ transactionId: sql<number>`coalesce(${traded.transactionId}, ${entered.transactionId})`.mapWith(Number) })
    .from(traded)
    .fullJoin(entered, eq(entered.transactionId, traded.transactionId))
    .where(
      sql`coalesce(${traded.pot}, 0) <> coalesce(${entered.pot}, 0) or coalesce(${traded.wallet}, 0) <> coalesce(${entered.wallet}, 0)`,
    );
}

/** Wallets that did not begin with exactly one bankroll. */
export async function readWrongGrants(db: Db) {
  const granted = db
    .select({
      serverId: transactions.serverId,
      season: transactions.season,
      memberId: transactions.memberId,
      grants: sql<number>`count(*)`.mapWith(Number).as("grants"),
    })
    .from(transactions)
    .where(eq(transactions.kind, "grant"))
    .groupBy(transactions.serverId, transactions.season, transactions.memberId)
    .as("granted");
  return db
    .select({
      serverId: wallets.serverId,
      season: wallets.season,
      memberId: wallets.memberId,
      grants: sql<number>`coalesce(${granted.grants}, 0)`.mapWith(Number),
    })
    .from(wallets)
    .leftJoin(
      granted,
      and(
        eq(granted.serverId, wallets.serverId),
        eq(granted.season, wallets.season),
        eq(granted.memberId, wallets.memberId),
      ),
    )
    .where(sql`${granted.grants} is distinct from 1`);
}

/** Grants that give their member's wallet anything but the bankroll. */
export async function readWrongBankrolls(db: Db) {
  return db
    .select({ transactionId: transactions.transactionId, points: entries.points })
    .from(transactions)
    .leftJoin(
      entries,
      and(
        eq(entries.transactionId, transactions.transactionId),
        eq(entries.account, "wallet"),
        eq(entries.memberId, transactions.memberId),
      ),
    )
    .where(sql`${transactions.kind} = 'grant' and ${entries.points} is distinct from ${rules.bankrollPoints}::bigint`);
}

/** Transactions that move points as only a moderator's decision may, without one. */
export async function readUndecidedPayments(db: Db) {
  return db
    .selectDistinct({ transactionId: transactions.transactionId })
    .from(transactions)
    .innerJoin(entries, eq(entries.transactionId, transactions.transactionId))
    .leftJoin(
      decisions,
      and(
        eq(decisions.transactionId, transactions.transactionId),
        eq(decisions.marketId, transactions.marketId),
        eq(decisions.kind, sql`${transactions.kind}`),
      ),
    )
    .where(
      and(
        inArray(transactions.kind, ["settle", "void", "reopen", "freeze", "unfreeze"]),
        isNull(decisions.transactionId),
      ),
    );
}

/** Trades and calls whose transaction is missing, or is another member's or market's. */
export async function readStrayRows(db: Db) {
  const strays = (table: typeof trades | typeof calls) =>
    db
      .select({ marketId: table.marketId, number: table.number, transactionId: table.transactionId })
      .from(table)
      .leftJoin(transactions, eq(transactions.transactionId, table.transactionId))
      .where(
        sql`${transactions.kind} is distinct from 'guess' or ${transactions.marketId} is distinct from ${table.marketId}
          or ${transactions.memberId} is distinct from ${table.memberId} or ${transactions.at} is distinct from ${table.at}`,
      );
  return [...(await strays(trades)), ...(await strays(calls))];
}

/** Every market's id, in order. */
export async function readMarketIds(db: Db): Promise<number[]> {
  const rows = await db.select({ marketId: markets.marketId }).from(markets).orderBy(asc(markets.marketId));
  return rows.map((row) => row.marketId);
}

/** All of one market: its row, its append-only rows in their order, and the guesses kept beside them. */
export async function readWholeMarket(db: Db, marketId: number) {
  const [market] = await db.select().from(markets).where(eq(markets.marketId, marketId));
  if (!market) throw new Error(`market ${marketId} is gone`);
  return {
    market,
    listed: await db
      .select()
      .from(listedLabs)
      .where(eq(listedLabs.marketId, marketId))
      .orderBy(asc(listedLabs.number), asc(listedLabs.place)),
    trades: await db.select().from(trades).where(eq(trades.marketId, marketId)).orderBy(asc(trades.number)),
    calls: await db.select().from(calls).where(eq(calls.marketId, marketId)).orderBy(asc(calls.number)),
    guesses: await db.select().from(guesses).where(eq(guesses.marketId, marketId)),
    decisions: await db
      .select()
      .from(decisions)
      .where(eq(decisions.marketId, marketId))
      .orderBy(asc(decisions.transactionId)),
    paid: await db
      .select({
        transactionId: entries.transactionId,
        account: entries.account,
        memberId: entries.memberId,
        points: entries.points,
      })
      .from(entries)
      .innerJoin(decisions, eq(decisions.transactionId, entries.transactionId))
      .where(eq(decisions.marketId, marketId)),
  };
}

/** How much there is to audit. */
export async function countAudited(db: Db) {
  const [row] = await db
    .select({
      transactions: count("(select count(*) from transactions)"),
      entries: count("(select count(*) from entries)"),
      trades: count("(select count(*) from trades)"),
      wallets: count("(select count(*) from wallets)"),
      markets: count("(select count(*) from markets)"),
    })
    .from(sql`(values (1)) as one`);
  if (!row) throw new Error("nothing was counted");
  return row;
}
