import { getTableColumns, type SQL, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import type { Trade } from "../domain/guess.ts";
import type { Transaction } from "./database.ts";
import type { MarketRow, WalletKey, WalletRow } from "./guesses.ts";
import { recordsetFrom, rowsAsJson } from "./recordset.ts";
import { calls, entries, guesses, listedLabs, markets, members, trades, transactions, wallets } from "./schema.ts";
import { statement } from "./statement.ts";

export type NewTrade = Trade & { marketId: number; number: number; memberId: string; transactionId: number; at: Date };

/** Everything a batch of guesses changes. Wallet changes are deltas. */
export type GuessChanges = {
  transactions: (typeof transactions.$inferInsert)[];
  entries: (typeof entries.$inferInsert)[];
  trades: NewTrade[];
  calls: (typeof calls.$inferInsert)[];
  listedLabs: (typeof listedLabs.$inferInsert)[];
  guesses: (typeof guesses.$inferInsert)[];
  members: (typeof members.$inferInsert)[];
  /** Whole rows, as locked and then changed. */
  markets: MarketRow[];
  newWallets: WalletRow[];
  walletChanges: (WalletKey & { points: number })[];
};

/** Thrown when another process was quicker (a wallet was opened or a key answered meanwhile): the batch is tried again. */
export class QuickerElsewhere extends Error {}

/** Thrown when the guard on a wallet refused a debit: nothing of the transaction may stand. */
export class OverdrawnWallet extends Error {}

/** The guard: a debit never takes a wallet below zero, whatever was read before. */
const staysAboveZero = sql`(excluded.balance_points >= 0 or ${wallets.balancePoints} + excluded.balance_points >= 0)`;

// All rows of a batch in one statement. Rows that exist are changed by "on conflict", which finds them by key: an update
// from a recordset becomes a scan of the whole table while PostgreSQL knows little of it (changing 30 wallets of 29,000
// took 2.5 ms).
const writing = statement<{ opened: number; claimed: number; changed: number }>(
  "write-guesses",
  sql`
    with opened as (${insertInto(wallets, "newWallets")} on conflict do nothing returning 1),
    claimed as (${insertInto(transactions, "transactions")} on conflict do nothing returning 1),
    changed as (
      ${insertInto(wallets, "walletChanges")}
      where (
        select true from ${wallets}
        where server_id = given.server_id and season = given.season and member_id = given.member_id
      )
      on conflict (server_id, season, member_id) do update
      set balance_points = ${wallets.balancePoints} + excluded.balance_points
      where ${staysAboveZero}
      returning 1
    ),
    entered as (${insertInto(entries, "entries")}),
    traded as (${insertInto(trades, "trades")}),
    called as (${insertInto(calls, "calls")}),
    listed as (${insertInto(listedLabs, "listedLabs")}),
    guessed as (
      ${insertInto(guesses, "guesses")}
      on conflict (market_id, member_id) do update set ${excludedBut(guesses, ["marketId", "memberId", "serverId"])}
    ),
    named as (
      ${insertInto(members, "members")}
      on conflict (server_id, member_id) do update set name = excluded.name where ${members.name} <> excluded.name
    ),
    priced as (
      ${insertInto(markets, "markets")}
      on conflict (market_id) do update set outcomes = excluded.outcomes, pot_points = excluded.pot_points,
        last_number = excluded.last_number, last_at = excluded.last_at, card_due_at = excluded.card_due_at
    )
    select (select count(*)::int from opened) as opened, (select count(*)::int from claimed) as claimed,
      (select count(*)::int from changed) as changed`,
);

/** The rows of a placeholder into all columns of a table. */
function insertInto(table: PgTable, placeholder: keyof GuessChanges): SQL {
  const names = Object.values(getTableColumns(table)).map(({ name }) => sql.identifier(name));
  const rows = recordsetFrom(table, sql.placeholder(placeholder));
  return sql`insert into ${table} (${sql.join(names, sql`, `)}) select * from ${rows}`;
}

/** What sets a row to what was to be inserted, but for the columns that identify it. */
function excludedBut(table: PgTable, keys: readonly string[]): SQL {
  const others = Object.entries(getTableColumns(table)).filter(([name]) => !keys.includes(name));
  const sets = others.map(
    ([, column]) => sql`${sql.identifier(column.name)} = excluded.${sql.identifier(column.name)}`,
  );
  return sql.join(sets, sql`, `);
}

/**
 * Writes a batch; the guards are checked on what the statement reports.
 *
 * @throws QuickerElsewhere, OverdrawnWallet: the transaction must then be rolled back
 */
export async function writeGuesses(tx: Transaction, changes: GuessChanges): Promise<void> {
  const [done] = await writing(tx, {
    newWallets: rowsAsJson(wallets, changes.newWallets.toSorted(byMember)),
    transactions: rowsAsJson(transactions, changes.transactions),
    walletChanges: rowsAsJson(wallets, changes.walletChanges.map(asDelta).toSorted(byMember)),
    entries: rowsAsJson(entries, changes.entries),
    trades: rowsAsJson(trades, changes.trades.flatMap(rowsOfTrade)),
    calls: rowsAsJson(calls, changes.calls),
    listedLabs: rowsAsJson(listedLabs, changes.listedLabs),
    guesses: rowsAsJson(guesses, changes.guesses),
    members: rowsAsJson(members, changes.members.toSorted(byMember)),
    markets: rowsAsJson(markets, changes.markets),
  });
  if (done?.opened !== changes.newWallets.length) throw new QuickerElsewhere("a wallet was opened meanwhile");
  if (done.claimed !== changes.transactions.length) throw new QuickerElsewhere("a key was answered meanwhile");
  if (done.changed !== changes.walletChanges.length) throw new OverdrawnWallet("a wallet was to be overdrawn");
}

/** Batches of two markets may write rows of the same members: in one order, so that neither waits for the other in a circle. */
function byMember(a: { serverId: string; memberId: string }, b: { serverId: string; memberId: string }): number {
  const [one, other] = [`${a.serverId}/${a.memberId}`, `${b.serverId}/${b.memberId}`];
  return one < other ? -1 : one > other ? 1 : 0;
}

function asDelta({ points, ...key }: WalletKey & { points: number }): WalletRow {
  return { ...key, balancePoints: points };
}

function rowsOfTrade(trade: NewTrade): (typeof trades.$inferInsert)[] {
  const { marketId, number, memberId, part, kind, transactionId, at } = trade;
  return Object.entries(trade.shares).map(([lab, moved], i) => ({
    marketId,
    number,
    lab,
    memberId,
    part,
    kind,
    shares: moved,
    potPoints: i === 0 ? trade.potPoints : 0,
    walletPoints: i === 0 ? trade.walletPoints : 0,
    transactionId,
    at,
  }));
}
