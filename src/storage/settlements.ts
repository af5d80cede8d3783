import { and, desc, eq, inArray, lt, type SQL, sql } from "drizzle-orm";
import { OTHER } from "../domain/lab.ts";
import type { Db, Transaction } from "./database.ts";
import {
  calls,
  decisions,
  entries,
  listedLabs,
  markets,
  members,
  settlementPreviews,
  trades,
  transactions,
  wallets,
} from "./schema.ts";

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
function movedByMember(terms: SettlementTerms, listed: ReadonlyMap<string, number>): SQL {
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
async function payWallets(
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
async function balance(tx: Transaction, transactionId: number, potPoints: number): Promise<void> {
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

/** Names nobody knew that members stand on at that time: whoever decides who is right resolves them. */
export async function unknownNames(tx: Transaction | Db, marketId: number, time: Date): Promise<string[]> {
  const rows = await tx
    .selectDistinct({ name: calls.name })
    .from(calls)
    .where(and(eq(calls.marketId, marketId), eq(calls.lab, OTHER), lt(calls.at, time), sql`${calls.name} is not null`));
  return rows.flatMap((row) => (row.name === null ? [] : [row.name]));
}

/**
 * Which calls of a market are right: the lab is a builder; or "someone else", made before any builder was listed; or a
 * name nobody knew that is a builder's.
 */
export type RightCalls = {
  readonly builders: readonly string[];
  readonly otherBefore: number;
  readonly names: readonly string[];
};

/** The highest number a market can reach: "someone else" made at any time is right. */
export const anyNumber = 2_147_483_647;

/** `RightCalls` as a condition on a row of `calls` called `call`. */
function isRight(right: RightCalls): SQL {
  const names = sql.join(
    right.names.map((name) => sql`${name}`),
    sql`, `,
  );
  return sql`(call.lab in (${sql.join(
    right.builders.map((lab) => sql`${lab}`),
    sql`, `,
  )})
    or (call.lab = ${OTHER} and call.name is null and call.number < ${right.otherBefore})
    ${right.names.length > 0 ? sql`or (call.lab = ${OTHER} and call.name in (${names}))` : sql``})`;
}

/** How a settlement turns out, without carrying it out: the sums, the largest payouts, the first right call, one member. */
export async function readSettlement(
  tx: Transaction | Db,
  terms: SettlementTerms,
  right: RightCalls,
  settlerId: string,
) {
  const { marketId } = terms;
  const time = sql`${terms.publishedAt.toISOString()}::timestamptz`;
  const listed = await listedBefore(tx, marketId, terms.publishedAt);
  const moved = sql`(${movedByMember(terms, listed)}) as moved`;
  const standing = sql`(select distinct on (member_id) member_id, lab, name, number, call_price, called_at from ${calls}
    where market_id = ${marketId} and at < ${time} order by member_id, number desc) as call`;
  const count = (what: SQL) => sql<number>`${what}`.mapWith(Number);

  const sums = tx
    .select({
      paidMembers: count(sql`count(*) filter (where payout > 0)`),
      paidPoints: count(sql`coalesce(sum(payout), 0)`),
    })
    .from(moved);
  const late = tx
    .select({
      lateMembers: count(sql`count(distinct member_id)`),
      lateTrades: count(sql`count(distinct transaction_id)`),
    })
    // A call at the highest price has no trade, a raise no call.
    .from(
      sql`(select member_id, transaction_id from ${trades} where market_id = ${marketId} and at >= ${time}
        union all select member_id, transaction_id from ${calls} where market_id = ${marketId} and at >= ${time}) as late`,
    );
  const called = tx
    .select({
      callers: count(sql`count(*) filter (where call.lab is not null)`),
      right: count(sql`count(*) filter (where ${isRight(right)})`),
    })
    .from(standing);
  const first = tx
    .select({
      memberId: sql<string>`member_id`,
      calledAt: sql<Date>`called_at`.mapWith((value: string | Date) => new Date(value)),
      callPrice: count(sql`call_price`),
    })
    .from(standing)
    .where(isRight(right))
    .orderBy(sql`called_at, number`)
    .limit(1);
  const top = tx
    .select({ memberId: sql<string>`member_id`, payoutPoints: count(sql`payout`), latePoints: count(sql`late`) })
    .from(moved)
    .where(sql`payout > 0 or member_id = ${settlerId}`)
    .orderBy(sql`payout desc, member_id`)
    .limit(10);
  const own = tx
    .select({ memberId: sql<string>`member_id`, payoutPoints: count(sql`payout`), latePoints: count(sql`late`) })
    .from(moved)
    .where(sql`member_id = ${settlerId}`);
  const [sumRows, lateRows, calledRows, firstRows, topRows, ownRows] = await Promise.all([
    sums,
    late,
    called,
    first,
    top,
    own,
  ]);
  const people = await readPositions(tx, terms, [
    settlerId,
    ...topRows.map((row) => row.memberId),
    ...firstRows.map((row) => row.memberId),
  ]);
  return {
    sums: sumRows[0],
    late: lateRows[0],
    called: calledRows[0],
    first: firstRows[0] ?? null,
    top: topRows,
    own: ownRows[0] ?? null,
    people,
  };
}

/** Names, standing calls and own costs of a few members at the time of the terms. */
async function readPositions(tx: Transaction | Db, terms: SettlementTerms, memberIds: readonly string[]) {
  const { marketId } = terms;
  const ids = [...new Set(memberIds)];
  const [market] = await tx.select({ serverId: markets.serverId }).from(markets).where(eq(markets.marketId, marketId));
  const names = tx
    .select({ memberId: members.memberId, name: members.name })
    .from(members)
    .where(and(eq(members.serverId, market?.serverId ?? ""), inArray(members.memberId, ids)));
  const standing = tx
    .selectDistinctOn([calls.memberId], { memberId: calls.memberId, lab: calls.lab })
    .from(calls)
    .where(and(eq(calls.marketId, marketId), lt(calls.at, terms.publishedAt), inArray(calls.memberId, ids)))
    .orderBy(calls.memberId, desc(calls.number));
  const costs = tx
    .select({ memberId: trades.memberId, points: sql<number>`-sum(${trades.walletPoints})`.mapWith(Number) })
    .from(trades)
    .where(and(eq(trades.marketId, marketId), lt(trades.at, terms.publishedAt), inArray(trades.memberId, ids)))
    .groupBy(trades.memberId);
  const [nameRows, callRows, costRows] = await Promise.all([names, standing, costs]);
  return {
    nameOf: (memberId: string) => nameRows.find((row) => row.memberId === memberId)?.name ?? null,
    labOf: (memberId: string) => callRows.find((row) => row.memberId === memberId)?.lab ?? null,
    costOf: (memberId: string) => costRows.find((row) => row.memberId === memberId)?.points ?? 0,
  };
}

/** Keeps what a moderator saw; the confirm button carries only its id. */
export async function keepPreview(
  db: Db | Transaction,
  preview: typeof settlementPreviews.$inferInsert,
): Promise<number> {
  const [row] = await db.insert(settlementPreviews).values(preview).returning({ id: settlementPreviews.previewId });
  if (!row) throw new Error("a preview was not kept");
  return row.id;
}

/** A kept preview of this server. */
export async function readPreview(db: Db | Transaction, serverId: string, previewId: number) {
  const [row] = await db
    .select()
    .from(settlementPreviews)
    .where(and(eq(settlementPreviews.previewId, previewId), eq(settlementPreviews.serverId, serverId)));
  return row ?? null;
}
