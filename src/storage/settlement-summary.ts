import { and, desc, eq, inArray, lt, type SQL, sql } from "drizzle-orm";
import { OTHER } from "../domain/lab.ts";
import type { Db, Transaction } from "./database.ts";
import { calls, markets, members, trades } from "./schema.ts";
import { listedBefore, movedByMember, type SettlementTerms } from "./settlements.ts";

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
export function isRight(right: RightCalls): SQL {
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

const mostNamed = 10;

/** How a settlement turns out, without carrying it out: the sums, the largest payouts, the first right call, one member. */
export async function readSettlement(
  tx: Transaction | Db,
  terms: SettlementTerms,
  right: RightCalls,
  settlerId: string,
) {
  const listed = await listedBefore(tx, terms.marketId, terms.publishedAt);
  const [moved, late, called] = await Promise.all([
    readMoved(tx, terms, listed, settlerId),
    readLate(tx, terms),
    readCalled(tx, terms, right),
  ]);
  const largest = moved.filter((row) => row.payoutPoints > 0).sort((a, b) => b.payoutPoints - a.payoutPoints);
  const named = [settlerId, ...moved.map((row) => row.memberId), ...(called.first ? [called.first.memberId] : [])];
  return {
    paidMembers: moved[0]?.paidMembers ?? 0,
    paidPoints: moved[0]?.paidPoints ?? 0,
    ...late,
    ...called,
    top: largest.slice(0, mostNamed),
    own: moved.find((row) => row.memberId === settlerId) ?? null,
    people: await readPositions(tx, terms, named),
  };
}

const number = (what: SQL) => sql<number>`${what}`.mapWith(Number);

/** The settler's line and the largest payouts, each with the sums of all: one pass over the market's trades. */
function readMoved(
  tx: Transaction | Db,
  terms: SettlementTerms,
  listed: ReadonlyMap<string, number>,
  settlerId: string,
) {
  return tx
    .select({
      memberId: sql<string>`member_id`,
      payoutPoints: number(sql`payout`),
      latePoints: number(sql`late`),
      paidMembers: number(sql`count(*) filter (where payout > 0) over ()`),
      paidPoints: number(sql`sum(payout) over ()`),
    })
    .from(sql`(${movedByMember(terms, listed)}) as moved`)
    .orderBy(sql`(member_id = ${settlerId}) desc, payout desc, member_id`)
    .limit(mostNamed + 1);
}

/** Members and actions that came at the publication or after. A call at the highest price has no trade, a raise no call. */
async function readLate(tx: Transaction | Db, { marketId, publishedAt }: SettlementTerms) {
  const since = sql`market_id = ${marketId} and at >= ${publishedAt.toISOString()}::timestamptz`;
  const [row] = await tx
    .select({
      lateMembers: number(sql`count(distinct member_id)`),
      lateTrades: number(sql`count(distinct transaction_id)`),
    })
    .from(
      sql`(select member_id, transaction_id from ${trades} where ${since}
        union all select member_id, transaction_id from ${calls} where ${since}) as late`,
    );
  return row ?? { lateMembers: 0, lateTrades: 0 };
}

/** How many stood on something, how many were right, and who was first of these. */
async function readCalled(tx: Transaction | Db, { marketId, publishedAt }: SettlementTerms, right: RightCalls) {
  const hits = sql`filter (where ${isRight(right)})`;
  const firstOf = (column: string) => sql`(array_agg(${sql.raw(column)} order by called_at, number) ${hits})[1]`;
  const [row] = await tx
    .select({
      callers: number(sql`count(*) filter (where call.lab is not null)`),
      right: number(sql`count(*) ${hits}`),
      memberId: sql<string | null>`${firstOf("member_id")}`,
      calledAt: sql<string | Date | null>`${firstOf("called_at")}`,
      callPrice: sql<number | null>`${firstOf("call_price")}`,
    })
    .from(
      sql`(select distinct on (member_id) member_id, lab, name, number, call_price, called_at from ${calls}
        where market_id = ${marketId} and at < ${publishedAt.toISOString()}::timestamptz
        order by member_id, number desc) as call`,
    );
  const { callers = 0, right: rightCount = 0, memberId = null, calledAt = null, callPrice = null } = row ?? {};
  const first =
    memberId === null || calledAt === null
      ? null
      : { memberId, calledAt: new Date(calledAt), callPrice: Number(callPrice) };
  return { callers, right: rightCount, first };
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
