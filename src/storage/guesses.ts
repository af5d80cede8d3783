import { and, asc, eq, getTableColumns, sql } from "drizzle-orm";
import type { Trade } from "../domain/guess.ts";
import { type Db, sqlState, type Transaction } from "./database.ts";
import { databaseTime } from "./database-time.ts";
import { recordset, selectAll } from "./recordset.ts";
import {
  calls,
  entries,
  guesses,
  listedLabs,
  markets,
  members,
  models,
  serverLabs,
  servers,
  trades,
  transactions,
  wallets,
} from "./schema.ts";

export type MarketRow = typeof markets.$inferSelect;
export type GuessRow = typeof guesses.$inferSelect;
export type WalletRow = typeof wallets.$inferSelect;

type MarketKey = { readonly serverId: string; readonly modelId: number };

/**
 * Locks the markets of these servers and models, always in the same order so that two batches cannot wait for each
 * other, and tells the database's time.
 */
export async function lockMarkets(tx: Transaction, keys: readonly MarketKey[]) {
  return tx
    .select({
      ...getTableColumns(markets),
      modelName: models.name,
      listingId: models.listingId,
      listedAt: models.listedAt,
      databaseTime: databaseTime(),
    })
    .from(markets)
    .innerJoin(models, eq(models.modelId, markets.modelId))
    .where(
      sql`(${markets.serverId}, ${markets.modelId}) in (select * from ${recordset(markets, keys, ["serverId", "modelId"])})`,
    )
    .orderBy(asc(markets.marketId))
    .for("update", { of: markets })
    .prepare("lock-markets")
    .execute();
}

/** Answers already given under these keys. */
export async function answersGiven(tx: Transaction | Db, keys: readonly string[]) {
  return tx
    .select({ key: transactions.key, answer: transactions.answer })
    .from(transactions)
    .where(
      sql`${transactions.key} in (select * from ${recordset(
        transactions,
        keys.map((key) => ({ key })),
        ["key"],
      )})`,
    )
    .prepare("answers-given")
    .execute();
}

/** The standing guesses of these members in these markets, with the names they were last seen under. The market's lock guards them. */
export async function readGuesses(tx: Transaction | Db, pairs: readonly { marketId: number; memberId: string }[]) {
  if (pairs.length === 0) return [];
  return tx
    .select({ ...getTableColumns(guesses), memberName: members.name })
    .from(guesses)
    .leftJoin(members, and(eq(members.serverId, guesses.serverId), eq(members.memberId, guesses.memberId)))
    .where(
      sql`(${guesses.marketId}, ${guesses.memberId}) in (select * from ${recordset(guesses, pairs, ["marketId", "memberId"])})`,
    )
    .prepare("read-guesses")
    .execute();
}

type WalletKey = { readonly serverId: string; readonly season: string; readonly memberId: string };

/** Locks these wallets, always in the same order; a wallet nobody has used yet is absent. */
export async function lockWallets(tx: Transaction, keys: readonly WalletKey[]): Promise<WalletRow[]> {
  if (keys.length === 0) return [];
  const inOrder = [...keys].sort(
    (a, b) => compare(a.serverId, b.serverId) || compare(a.season, b.season) || compare(a.memberId, b.memberId),
  );
  // The limit keeps PostgreSQL from turning this into a scan of all wallets, which it prefers while it knows little of them.
  const wallet = tx
    .select()
    .from(wallets)
    .where(
      sql`${wallets.serverId} = given.server_id and ${wallets.season} = given.season and ${wallets.memberId} = given.member_id`,
    )
    .limit(1)
    .for("update")
    .as("wallet");
  return tx
    .select({
      serverId: wallet.serverId,
      season: wallet.season,
      memberId: wallet.memberId,
      balancePoints: wallet.balancePoints,
    })
    .from(recordset(wallets, inOrder, ["serverId", "season", "memberId"]))
    .innerJoinLateral(wallet, sql`true`)
    .prepare("lock-wallets")
    .execute();
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What a guess must respect of its server: settings, and the names its moderators taught it. */
export async function readServerRules(tx: Transaction | Db, serverIds: readonly string[]) {
  const settings = tx
    .select({
      serverId: servers.serverId,
      guessOnly: servers.guessOnly,
      minimumAccountDays: servers.minimumAccountDays,
    })
    .from(servers)
    .where(sql`${servers.serverId} = any(${sql.param(serverIds)}::text[])`)
    .prepare("read-server-rules")
    .execute();
  const labs = tx
    .select()
    .from(serverLabs)
    .where(sql`${serverLabs.serverId} = any(${sql.param(serverIds)}::text[])`)
    .prepare("read-server-labs")
    .execute();
  const [settingsRows, labRows] = await Promise.all([settings, labs]);
  return { settings: settingsRows, labs: labRows };
}

/** Takes this many transaction ids, so that all rows of a batch can be sent in one flight. */
export async function takeTransactionIds(tx: Transaction, count: number): Promise<number[]> {
  const rows = await tx
    .select({ id: sql<number>`nextval('transactions_transaction_id_seq')`.mapWith(Number) })
    .from(sql`generate_series(1, ${count}::int)`)
    .prepare("take-transaction-ids")
    .execute();
  return rows.map((row) => row.id);
}

export type NewTrade = Trade & { marketId: number; number: number; memberId: string; transactionId: number; at: Date };

/** Everything a batch of guesses changes. Wallet changes are deltas; `grants` are wallets that did not exist. */
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
