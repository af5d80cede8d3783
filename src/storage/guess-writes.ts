import { and, sql } from "drizzle-orm";
import type { Trade } from "../domain/guess.ts";
import { sqlState, type Transaction } from "./database.ts";
import type { MarketRow, WalletKey, WalletRow } from "./guesses.ts";
import { recordset, selectAll } from "./recordset.ts";
import { calls, entries, guesses, listedLabs, markets, members, trades, transactions, wallets } from "./schema.ts";

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
  markets: Pick<MarketRow, "marketId" | "outcomes" | "potPoints" | "lastNumber" | "lastAt">[];
  newWallets: WalletRow[];
  walletChanges: (WalletKey & { points: number })[];
};

/** Thrown when another process was quicker (a wallet was opened or a key answered meanwhile): the batch is tried again. */
export class QuickerElsewhere extends Error {}

/** Thrown when the guard on a wallet refused a debit: nothing of the transaction may stand. */
export class OverdrawnWallet extends Error {}

/**
 * Writes a batch. All statements go out together, as prepared ones, which postgres.js sends without waiting for one to
 * answer before the next; the guards are checked on what they report.
 */
export async function writeGuesses(tx: Transaction, changes: GuessChanges): Promise<void> {
  const tradeRows = changes.trades.flatMap(rowsOfTrade);
  const flights = [
    changes.newWallets.length > 0 && openWallets(tx, changes.newWallets.toSorted(byMember)),
    changes.transactions.length > 0 && claimKeys(tx, changes.transactions),
    changes.walletChanges.length > 0 && changeWallets(tx, changes.walletChanges),
    changes.entries.length > 0 &&
      tx.insert(entries).select(selectAll(entries, changes.entries)).prepare("insert-entries").execute(),
    tradeRows.length > 0 && tx.insert(trades).select(selectAll(trades, tradeRows)).prepare("insert-trades").execute(),
    changes.calls.length > 0 &&
      tx.insert(calls).select(selectAll(calls, changes.calls)).prepare("insert-calls").execute(),
    changes.listedLabs.length > 0 &&
      tx.insert(listedLabs).select(selectAll(listedLabs, changes.listedLabs)).prepare("insert-listedLabs").execute(),
    changes.guesses.length > 0 && upsertGuesses(tx, changes.guesses),
    changes.members.length > 0 && nameMembers(tx, changes.members.toSorted(byMember)),
    changes.markets.length > 0 && updateMarkets(tx, changes.markets),
  ];
  const outcomes = await Promise.allSettled(flights);
  const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
  // After a first error PostgreSQL refuses the statements behind it: only the first tells what happened.
  const first = failures.find((error) => sqlState(error) !== transactionAborted);
  if (first ?? failures[0]) throw first ?? failures[0];
}

const transactionAborted = "25P02";

/** Batches of two markets may write rows of the same members: in one order, so that neither waits for the other in a circle. */
function byMember(a: { serverId: string; memberId: string }, b: { serverId: string; memberId: string }): number {
  const [one, other] = [`${a.serverId}/${a.memberId}`, `${b.serverId}/${b.memberId}`];
  return one < other ? -1 : one > other ? 1 : 0;
}

async function openWallets(tx: Transaction, rows: readonly WalletRow[]): Promise<void> {
  const opened = await tx
    .insert(wallets)
    .select(selectAll(wallets, rows))
    .onConflictDoNothing()
    .returning({ memberId: wallets.memberId })
    .prepare("open-wallets")
    .execute();
  if (opened.length !== rows.length) throw new QuickerElsewhere("a wallet was opened meanwhile");
}

async function claimKeys(tx: Transaction, rows: GuessChanges["transactions"]): Promise<void> {
  const claimed = await tx
    .insert(transactions)
    .select(selectAll(transactions, rows))
    .onConflictDoNothing()
    .returning({ id: transactions.transactionId })
    .prepare("claim-keys")
    .execute();
  if (claimed.length !== rows.length) throw new QuickerElsewhere("a key was answered meanwhile");
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

async function changeWallets(tx: Transaction, changes: readonly (WalletKey & { points: number })[]): Promise<void> {
  const rows = changes.map(({ points, ...key }) => ({ ...key, balancePoints: points }));
  const changed = await tx
    .update(wallets)
    .set({ balancePoints: sql`${wallets.balancePoints} + given.balance_points` })
    .from(recordset(wallets, rows))
    .where(
      and(
        sql`${wallets.serverId} = given.server_id and ${wallets.season} = given.season and ${wallets.memberId} = given.member_id`,
        // The guard: a debit never takes a wallet below zero, whatever was read before.
        sql`(given.balance_points >= 0 or ${wallets.balancePoints} + given.balance_points >= 0)`,
      ),
    )
    .returning({ memberId: wallets.memberId })
    .prepare("change-wallets")
    .execute();
  if (changed.length !== changes.length) throw new OverdrawnWallet("a wallet was to be overdrawn");
}

async function upsertGuesses(tx: Transaction, rows: GuessChanges["guesses"]): Promise<void> {
  await tx
    .insert(guesses)
    .select(selectAll(guesses, rows))
    .onConflictDoUpdate({
      target: [guesses.marketId, guesses.memberId],
      set: {
        lab: sql`excluded.lab`,
        name: sql`excluded.name`,
        outcome: sql`excluded.outcome`,
        callPrice: sql`excluded.call_price`,
        calledAt: sql`excluded.called_at`,
        free: sql`excluded.free`,
        own: sql`excluded.own`,
        ownCostPoints: sql`excluded.own_cost_points`,
        ownStakePoints: sql`excluded.own_stake_points`,
        freeBudgetPoints: sql`excluded.free_budget_points`,
        outcomesSeen: sql`excluded.outcomes_seen`,
        touchedAt: sql`excluded.touched_at`,
      },
    })
    .prepare("upsert-guesses")
    .execute();
}

async function nameMembers(tx: Transaction, rows: GuessChanges["members"]): Promise<void> {
  await tx
    .insert(members)
    .select(selectAll(members, rows))
    .onConflictDoUpdate({
      target: [members.serverId, members.memberId],
      set: { name: sql`excluded.name` },
      setWhere: sql`${members.name} <> excluded.name`,
    })
    .prepare("name-members")
    .execute();
}

async function updateMarkets(tx: Transaction, rows: GuessChanges["markets"]): Promise<void> {
  await tx
    .update(markets)
    .set({
      outcomes: sql`given.outcomes`,
      potPoints: sql`given.pot_points`,
      lastNumber: sql`given.last_number`,
      lastAt: sql`given.last_at`,
    })
    .from(recordset(markets, rows, ["marketId", "outcomes", "potPoints", "lastNumber", "lastAt"]))
    .where(sql`${markets.marketId} = given.market_id`)
    .prepare("update-markets")
    .execute();
}
