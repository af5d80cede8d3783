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
  /** The transaction the rows were locked in, as PostgreSQL calls it: they are written in no other. */
  lockedIn: string;
};

type RowsOf = Exclude<keyof GuessChanges, "lockedIn">;

/** Thrown when another process was quicker (a wallet was opened or a key answered meanwhile): the batch is tried again. */
export class QuickerElsewhere extends Error {}

/** Thrown when the guard on a wallet refused a debit: nothing of the transaction may stand. */
export class OverdrawnWallet extends Error {}

/** The guard: a debit never takes a wallet below zero, whatever was read before. */
const staysAboveZero = sql`(excluded.balance_points >= 0 or ${wallets.balancePoints} + excluded.balance_points >= 0)`;

/** Batches may write the same rows: in one order, the one wallets are locked in, so that none wait in a circle. */
const inLockOrder = sql`order by server_id, season, member_id`;

/**
 * Why nothing may be written. None of them is a boolean, and turning one into a boolean is the error that stops the
 * statement: a commit on its way behind it then finds nothing to keep.
 */
const verdicts = {
  unlocked: "not in the transaction that holds the locks",
  opened: "a wallet was opened meanwhile",
  answered: "a key was answered meanwhile",
  overdrawn: "a wallet was to be overdrawn",
};
const notABoolean = "22P02";

// All rows of a batch in one statement. Rows that exist are changed by "on conflict", which finds them by key: an update
// from a recordset becomes a scan of the whole table while PostgreSQL knows little of it (changing 30 wallets of 29,000
// took 2.5 ms).
const writing = statement(
  "write-guesses",
  sql`
    with opened as (${insertInto(wallets, "newWallets")} ${inLockOrder} on conflict do nothing returning 1),
    claimed as (${insertInto(transactions, "transactions")} on conflict do nothing returning 1),
    changed as (
      ${insertInto(wallets, "walletChanges")}
      where (
        select true from ${wallets}
        where server_id = given.server_id and season = given.season and member_id = given.member_id
      )
      ${inLockOrder}
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
      ${insertInto(members, "members")} order by server_id, member_id
      on conflict (server_id, member_id) do update set name = excluded.name where ${members.name} <> excluded.name
    ),
    priced as (
      ${insertInto(markets, "markets")}
      on conflict (market_id) do update set outcomes = excluded.outcomes, pot_points = excluded.pot_points,
        last_number = excluded.last_number, last_at = excluded.last_at, card_due_at = excluded.card_due_at
    )
    select (case
      when pg_current_xact_id()::text <> ${sql.placeholder("lockedIn")}::text then ${sql.raw(`'${verdicts.unlocked}'`)}
      when (select count(*) from opened) <> ${sql.placeholder("openedCount")}::int then ${sql.raw(`'${verdicts.opened}'`)}
      when (select count(*) from claimed) <> ${sql.placeholder("claimedCount")}::int then ${sql.raw(`'${verdicts.answered}'`)}
      when (select count(*) from changed) <> ${sql.placeholder("changedCount")}::int then ${sql.raw(`'${verdicts.overdrawn}'`)}
      else 'true'
    end)::boolean as written`,
);

/** The rows of a placeholder into all columns of a table. */
function insertInto(table: PgTable, placeholder: RowsOf): SQL {
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
 * Writes a batch in one statement, which fails where its guards do, so that a commit sent behind it keeps nothing.
 *
 * @throws QuickerElsewhere, OverdrawnWallet: nothing of the transaction stands
 */
export async function writeGuesses(tx: Transaction, changes: GuessChanges): Promise<void> {
  const values = {
    lockedIn: changes.lockedIn,
    openedCount: changes.newWallets.length,
    claimedCount: changes.transactions.length,
    changedCount: changes.walletChanges.length,
    newWallets: rowsAsJson(wallets, changes.newWallets),
    transactions: rowsAsJson(transactions, changes.transactions),
    walletChanges: rowsAsJson(wallets, changes.walletChanges.map(asDelta)),
    entries: rowsAsJson(entries, changes.entries),
    trades: rowsAsJson(trades, changes.trades.flatMap(rowsOfTrade)),
    calls: rowsAsJson(calls, changes.calls),
    listedLabs: rowsAsJson(listedLabs, changes.listedLabs),
    guesses: rowsAsJson(guesses, changes.guesses),
    members: rowsAsJson(members, changes.members),
    markets: rowsAsJson(markets, changes.markets),
  };
  try {
    await writing(tx, values);
  } catch (error) {
    throw asVerdict(error);
  }
}

/** What failed, if it was one of the statement's own verdicts; PostgreSQL quotes it in every language. */
function asVerdict(error: unknown): unknown {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (!("code" in at) || at.code !== notABoolean) continue;
    for (const verdict of [verdicts.opened, verdicts.answered])
      if (at.message.includes(verdict)) return new QuickerElsewhere(verdict);
    if (at.message.includes(verdicts.overdrawn)) return new OverdrawnWallet(verdicts.overdrawn);
  }
  return error;
}

function asDelta({ points, ...key }: WalletKey & { points: number }): WalletRow {
  return { balancePoints: points, ...key };
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
