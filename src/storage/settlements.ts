import { and, desc, eq, inArray, type SQL, sql } from "drizzle-orm";
import { OTHER } from "../domain/lab.ts";
import type { Db, Transaction } from "./database.ts";
import { decisions, entries, listedLabs, markets, trades, transactions, wallets } from "./schema.ts";

/** What a settlement goes by: the market, who built it, and the time from which on nothing counts. */
export type SettlementTerms = {
  readonly marketId: number;
  readonly builders: readonly string[];
  readonly publishedAt: Date;
};

/** The number a lab was listed at in this market before the given time; 0 from the opening on; absent if it was not. */
export async function listedBefore(tx: Transaction | Db, marketId: number, time: Date): Promise<Map<string, number>> {
  const rows = await tx
    .select({ lab: listedLabs.lab, number: listedLabs.number })
    .from(listedLabs)
    .where(
      and(
        eq(listedLabs.marketId, marketId),
        sql`(${listedLabs.number} = 0 or ${listedLabs.at} < ${time.toISOString()}::timestamptz)`,
      ),
    );
  return new Map(rows.map((row) => [row.lab, row.number]));
}

/**
 * Member by member, what a settlement moves: `payout` (one floor over all shares; shares of a lab that was not listed in
 * time are OTHER's; whoever held OTHER when a lab was listed holds as many of that lab) and `late`, which undoes the own
 * money of every trade from the publication on. Rows: member_id, payout, late.
 */
export function movedByMember(terms: SettlementTerms, listed: ReadonlyMap<string, number>): SQL {
  const { marketId, builders } = terms;
  const time = sql`${terms.publishedAt.toISOString()}::timestamptz`;
  const part = builders.length === 2 ? sql`0.5` : sql`1`;
  const shares = builders.flatMap((builder) => {
    const number = listed.get(builder);
    const outcome = number === undefined ? OTHER : builder;
    const held = sql`select member_id, shares * ${part} as payout, 0 as late from ${trades}
      where market_id = ${marketId} and lab = ${outcome} and at < ${time}`;
    if (number === undefined || number === 0) return [held];
    const received = sql`select member_id, shares * ${part}, 0 from ${trades}
      where market_id = ${marketId} and lab = ${OTHER} and number < ${number}`;
    return [held, received];
  });
  const late = sql`select member_id, 0, wallet_points from ${trades} where market_id = ${marketId} and at >= ${time} and wallet_points <> 0`;
  return sql`select member_id, floor(sum(payout))::bigint as payout, -sum(late)::bigint as late
    from (${sql.join([...shares, late], sql` union all `)}) as moved group by member_id`;
}

/**
 * Adds the entries of a transaction to the wallets they belong to. Every one of them must find its wallet. The wallets
 * are locked first, in the order guesses lock them in, so that neither waits for the other in a circle.
 *
 * Both statements look each wallet up by its key and the second finds it by its place (safe: the row is locked), because
 * PostgreSQL cannot know how many entries a transaction has just got: left to itself it compares every entry with every
 * wallet (measured: 100,000 entries, over three minutes instead of half a second).
 */
export async function payWallets(
  tx: Transaction,
  transactionId: number,
  wallet: { serverId: string; season: string },
): Promise<number> {
  const entry = sql`(select member_id, points from ${entries}
    where transaction_id = ${transactionId} and account = 'wallet' order by member_id) as entry`;
  const own = sql`select ctid as place from ${wallets}
    where server_id = ${wallet.serverId} and season = ${wallet.season} and member_id = entry.member_id limit 1`;
  const [found] = await tx
    .select({
      wallets: sql<number>`count(own.place)`.mapWith(Number),
      entries: sql<number>`count(*)`.mapWith(Number),
    })
    .from(sql`${entry} left join lateral (${own} for update) as own on true`);
  if (!found || found.wallets !== found.entries)
    throw new Error(`transaction ${transactionId} has entries for wallets that do not exist`);
  const due = sql`(select own.place, entry.points from ${entry} cross join lateral (${own}) as own) as due`;
  await tx
    .update(wallets)
    .set({ balancePoints: sql`${wallets.balancePoints} + due.points` })
    .from(due)
    .where(sql`${wallets}.ctid = due.place`);
  return found.wallets;
}

/** Closes a transaction: the pot gives `potPoints`, the house takes or gives what the wallets leave. */
export async function balance(tx: Transaction, transactionId: number, potPoints: number): Promise<void> {
  const [sum] = await tx
    .select({ points: sql<number>`coalesce(sum(${entries.points}), 0)`.mapWith(Number) })
    .from(entries)
    .where(eq(entries.transactionId, transactionId));
  const house = potPoints - (sum?.points ?? 0);
  const rows = [
    { transactionId, account: "pot" as const, points: -potPoints },
    { transactionId, account: "house" as const, points: house },
  ].filter((row) => row.points !== 0);
  if (rows.length > 0) await tx.insert(entries).values(rows);
}

type MarketWallets = { marketId: number; serverId: string; season: string; potPoints: number };

/**
 * Pays a market out, set-based, whatever the number of members: refunds what came too late, pays the shares, and leaves
 * the pot at zero. The market's lock is held by the caller.
 *
 * @returns how many wallets changed
 */
export async function paySettlement(
  tx: Transaction,
  transactionId: number,
  market: MarketWallets,
  terms: SettlementTerms,
): Promise<number> {
  const listed = await listedBefore(tx, terms.marketId, terms.publishedAt);
  await tx
    .insert(entries)
    .select(
      sql`select ${transactionId}::bigint, 'wallet', member_id, payout + late from (${movedByMember(terms, listed)}) as paid where payout + late <> 0`,
    );
  await balance(tx, transactionId, market.potPoints);
  return payWallets(tx, transactionId, market);
}

/** Gives everybody back what they had put in, set-based: the whole ledger of the market is reversed. */
export async function payVoid(tx: Transaction, transactionId: number, market: MarketWallets): Promise<number> {
  await tx.insert(entries).select(
    sql`select ${transactionId}::bigint, 'wallet', member_id, -sum(wallet_points) from ${trades}
      where market_id = ${market.marketId} group by member_id having sum(wallet_points) <> 0`,
  );
  await balance(tx, transactionId, market.potPoints);
  return payWallets(tx, transactionId, market);
}

/** Writes the reverse of an earlier transaction's entries. Returns the wallets changed and the points the pot has again. */
export async function payBack(tx: Transaction, transactionId: number, reversedId: number, market: MarketWallets) {
  await tx
    .insert(entries)
    .select(
      sql`select ${transactionId}::bigint, account, member_id, -points from ${entries} where transaction_id = ${reversedId}`,
    );
  const [pot] = await tx
    .select({ points: entries.points })
    .from(entries)
    .where(and(eq(entries.transactionId, transactionId), eq(entries.account, "pot")));
  return { walletsChanged: await payWallets(tx, transactionId, market), potPoints: pot?.points ?? 0 };
}

/** The latest settlement or voiding of a market: what a reopening reverses. */
export async function latestPayout(tx: Transaction | Db, marketId: number) {
  const [row] = await tx
    .select()
    .from(decisions)
    .where(and(eq(decisions.marketId, marketId), inArray(decisions.kind, ["settle", "void"])))
    .orderBy(desc(decisions.revision))
    .limit(1);
  return row ?? null;
}

/** Writes a decision with the transaction that carries it out. The market's lock and a look at the key come before. */
export async function recordDecision(
  tx: Transaction,
  transaction: typeof transactions.$inferInsert,
  decision: Omit<typeof decisions.$inferInsert, "transactionId">,
): Promise<number> {
  const [row] = await tx.insert(transactions).values(transaction).returning({ id: transactions.transactionId });
  if (!row) throw new Error("a transaction was not recorded");
  await tx.insert(decisions).values({ ...decision, transactionId: row.id });
  return row.id;
}

/** Records a decision that was refused, so that the same key is refused again. */
export async function recordRefusal(
  tx: Transaction,
  transaction: typeof transactions.$inferInsert,
  answer: unknown,
): Promise<void> {
  await tx.insert(transactions).values({ ...transaction, answer });
}

/** Keeps the answer of a transaction, to be given again when its key comes again. */
export async function keepAnswer(tx: Transaction, transactionId: number, answer: unknown): Promise<void> {
  await tx.update(transactions).set({ answer }).where(eq(transactions.transactionId, transactionId));
}

/** Changes the state of a market. */
export async function setMarket(
  tx: Transaction,
  marketId: number,
  change: Partial<typeof markets.$inferInsert>,
): Promise<void> {
  await tx.update(markets).set(change).where(eq(markets.marketId, marketId));
}
