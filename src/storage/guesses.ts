import { and, asc, eq, getTableColumns, sql } from "drizzle-orm";
import type { Db, Transaction } from "./database.ts";
import { databaseTime } from "./database-time.ts";
import { recordset } from "./recordset.ts";
import { guesses, markets, members, models, serverLabs, servers, transactions, wallets } from "./schema.ts";

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

// In the look-ups below the limit of one keeps PostgreSQL from turning them into a scan of the whole table, which it
// prefers as long as it knows little of it: guesses a second on one market then fell from 1,961 to 750 within three rounds
// of the bench.

/** Answers already given under these keys. */
export async function answersGiven(tx: Transaction | Db, keys: readonly string[]) {
  const given = tx
    .select({ key: transactions.key, answer: transactions.answer })
    .from(transactions)
    .where(sql`${transactions.key} = given.key`)
    .limit(1)
    .as("answered");
  const rows = keys.map((key) => ({ key }));
  return tx
    .select({ key: given.key, answer: given.answer })
    .from(recordset(transactions, rows, ["key"]))
    .innerJoinLateral(given, sql`true`)
    .prepare("answers-given")
    .execute();
}

/** The standing guesses of these members in these markets, with the names they were last seen under. The market's lock guards them. */
export async function readGuesses(
  tx: Transaction | Db,
  pairs: readonly { marketId: number; memberId: string }[],
): Promise<(GuessRow & { memberName: string | null })[]> {
  if (pairs.length === 0) return [];
  const guess = tx
    .select()
    .from(guesses)
    .where(sql`${guesses.marketId} = given.market_id and ${guesses.memberId} = given.member_id`)
    .limit(1)
    .as("guess");
  const member = tx
    .select({ memberName: sql<string | null>`${members.name}`.as("member_name") })
    .from(members)
    .where(and(eq(members.serverId, guess.serverId), eq(members.memberId, guess.memberId)))
    .limit(1)
    .as("member");
  return tx
    .select({
      marketId: guess.marketId,
      memberId: guess.memberId,
      serverId: guess.serverId,
      lab: guess.lab,
      name: guess.name,
      outcome: guess.outcome,
      callPrice: guess.callPrice,
      calledAt: guess.calledAt,
      free: guess.free,
      own: guess.own,
      ownCostPoints: guess.ownCostPoints,
      ownStakePoints: guess.ownStakePoints,
      freeBudgetPoints: guess.freeBudgetPoints,
      outcomesSeen: guess.outcomesSeen,
      touchedAt: guess.touchedAt,
      memberName: member.memberName,
    })
    .from(recordset(guesses, pairs, ["marketId", "memberId"]))
    .innerJoinLateral(guess, sql`true`)
    .leftJoinLateral(member, sql`true`)
    .prepare("read-guesses")
    .execute();
}

export type WalletKey = { readonly serverId: string; readonly season: string; readonly memberId: string };

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
