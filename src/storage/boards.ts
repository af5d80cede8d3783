import { and, asc, between, desc, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { BoardKind, BoardRow } from "../domain/board.ts";
import { rules } from "../domain/rules.ts";
import type { Db, Transaction } from "./database.ts";
import { boards, calls, decisions, entries, markets, members, standings, trades } from "./schema.ts";
import { isRight, type RightCalls } from "./settlement-summary.ts";

/** Marks a season's board as behind, in the transaction that changed a settlement. */
export async function markBoardBehind(tx: Transaction, serverId: string, season: string): Promise<void> {
  await tx
    .insert(boards)
    .values({ serverId, season, settledRevision: 1, builtRevision: 0 })
    .onConflictDoUpdate({
      target: [boards.serverId, boards.season],
      set: { settledRevision: sql`${boards.settledRevision} + 1` },
    });
}

/** Whether a season's board lacks a settlement. */
export async function isBoardBehind(db: Db, serverId: string, season: string): Promise<boolean> {
  const [row] = await db
    .select()
    .from(boards)
    .where(and(eq(boards.serverId, serverId), eq(boards.season, season)));
  return row !== undefined && row.builtRevision < row.settledRevision;
}

/** Settled markets of a season: what its board is made of. */
export async function readSettledMarkets(db: Db | Transaction, serverId: string, season: string) {
  return db
    .select()
    .from(markets)
    .where(and(eq(markets.serverId, serverId), eq(markets.season, season), eq(markets.state, "settled")));
}

/** Locks a season's board against a second rebuild. Null if it is up to date. */
export async function lockBoardBehind(tx: Transaction, serverId: string, season: string): Promise<number | null> {
  const [row] = await tx
    .select()
    .from(boards)
    .where(and(eq(boards.serverId, serverId), eq(boards.season, season)))
    .for("update");
  return row && row.builtRevision < row.settledRevision ? row.settledRevision : null;
}

/**
 * Builds a season's standings anew from calls, trades and entries, set-based, with their ranks. The score is that of
 * `callScore` in domain/scores.ts, from the same constants; a test compares the two.
 */
export async function buildBoard(
  tx: Transaction,
  board: { serverId: string; season: string; revision: number },
  settled: readonly { marketId: number; right: RightCalls }[],
): Promise<void> {
  const { serverId, season, revision } = board;
  await tx.delete(standings).where(and(eq(standings.serverId, serverId), eq(standings.season, season)));
  if (settled.length > 0) await tx.insert(standings).select(standingRows(serverId, season, settled));
  await tx
    .update(boards)
    .set({ builtRevision: revision })
    .where(and(eq(boards.serverId, serverId), eq(boards.season, season)));
}

function standingRows(
  serverId: string,
  season: string,
  settled: readonly { marketId: number; right: RightCalls }[],
): SQL {
  const marketIds = sql.join(
    settled.map(({ marketId }) => sql`(${marketId}::bigint)`),
    sql`, `,
  );
  const hits = sql.join(
    settled.map(({ marketId, right }) => sql`when ${marketId} then ${isRight(right)}`),
    sql` `,
  );
  const { callScale, callBase, callEarly, callBold, callBoldOdds } = rules;
  const within = (value: SQL) => sql`least(1, greatest(0, ${value}))`;
  const early = within(
    sql`extract(epoch from market.published_at - call.called_at)::float8 / extract(epoch from market.published_at - market.opened_at)::float8`,
  );
  const bold = within(sql`ln(1 / call.call_price) / ln(${callBoldOdds}::float8)`);
  const score = sql`${callScale}::float8 * (${callBase}::float8 + ${callEarly}::float8 * ${early} + ${callBold}::float8 * ${bold})`;
  return sql`
    with judgeable (market_id) as (values ${marketIds}),
    called as (
      select distinct on (call.market_id, call.member_id) call.*
      from ${calls} as call join ${markets} as market using (market_id) join judgeable using (market_id)
      where call.at < market.published_at
      order by call.market_id, call.member_id, call.number desc
    ),
    judged as (
      select call.*, market.published_at, coalesce(case call.market_id ${hits} end, false) as hit
      from called as call join ${markets} as market using (market_id)
      where call.lab is not null
    ),
    scored as (
      select call.member_id, call.hit, case when call.hit then ${score} else 0 end as score,
        call.hit and 1 = rank() over (partition by call.market_id, call.hit order by call.called_at, call.number) as first,
        count(*) filter (where not call.hit) over (
          partition by call.member_id order by call.published_at desc, call.market_id desc
        ) as misses_since
      from judged as call join ${markets} as market using (market_id)
    ),
    record as (
      select member_id, sum(score) as score, count(*) filter (where hit) as hits, count(*) as calls,
        count(*) filter (where first) as firsts, count(*) filter (where misses_since = 0) as streak
      from scored group by member_id
    ),
    profit as (
      select member_id, sum(points) as points from (
        select member_id, wallet_points as points from ${trades} where market_id in (select market_id from judgeable) and wallet_points <> 0
        union all
        select entry.member_id, entry.points
        from judgeable join ${markets} as market using (market_id)
        join ${decisions} as decision on decision.market_id = market.market_id and decision.kind = 'settle' and decision.revision = market.revision
        join ${entries} as entry on entry.transaction_id = decision.transaction_id and entry.account = 'wallet'
      ) as moved group by member_id
    ),
    member as (
      select member_id, coalesce(score, 0) as score, coalesce(hits, 0) as hits, coalesce(calls, 0) as calls,
        coalesce(firsts, 0) as firsts, coalesce(streak, 0) as streak, coalesce(points, 0) as points
      from record full join profit using (member_id)
      where calls > 0 or points <> 0
    )
    select ${serverId}::text, ${season}::text, member_id, score, hits, calls, firsts, streak, points,
      rank() over (order by score desc, hits desc),
      row_number() over (order by score desc, hits desc, calls, member_id),
      rank() over (order by points desc),
      row_number() over (order by points desc, member_id)
    from member`;
}

/** How many members are on a season's board. */
export async function countStandings(db: Db, serverId: string, season: string): Promise<number> {
  const [last] = await db
    .select({ place: standings.callsPlace })
    .from(standings)
    .where(and(eq(standings.serverId, serverId), eq(standings.season, season)))
    .orderBy(desc(standings.callsPlace))
    .limit(1);
  return last?.place ?? 0;
}

const columns = (kind: BoardKind) =>
  kind === "calls"
    ? { rank: standings.callsRank, place: standings.callsPlace }
    : { rank: standings.pointsRank, place: standings.pointsPlace };

async function rowsOf(
  db: Db,
  kind: BoardKind,
  serverId: string,
  where: SQL | undefined,
): Promise<(Omit<BoardRow, "name"> & { name: string | null })[]> {
  const { rank, place } = columns(kind);
  const rows = await db
    .select({
      rank,
      place,
      memberId: standings.memberId,
      score: standings.score,
      hits: standings.hits,
      calls: standings.calls,
      firsts: standings.firsts,
      streak: standings.streak,
      points: standings.points,
    })
    .from(standings)
    .where(where)
    .orderBy(asc(place));
  const memberIds = rows.map((row) => row.memberId);
  const names = await db
    .select({ memberId: members.memberId, name: members.name })
    .from(members)
    .where(and(eq(members.serverId, serverId), inArray(members.memberId, memberIds)));
  const nameOf = new Map(names.map((row) => [row.memberId, row.name]));
  return rows.map((row) => ({ ...row, name: nameOf.get(row.memberId) ?? null }));
}

/** The lines of a board from one place to another, counted from 1, both included. */
export async function readStandings(
  db: Db,
  kind: BoardKind,
  board: { serverId: string; season: string },
  from: number,
  to: number,
) {
  return rowsOf(
    db,
    kind,
    board.serverId,
    and(
      eq(standings.serverId, board.serverId),
      eq(standings.season, board.season),
      between(columns(kind).place, from, to),
    ),
  );
}

/** One member's line on a board; null if the member is not on it. */
export async function readStanding(
  db: Db,
  kind: BoardKind,
  board: { serverId: string; season: string },
  memberId: string,
) {
  const [row] = await rowsOf(
    db,
    kind,
    board.serverId,
    and(eq(standings.serverId, board.serverId), eq(standings.season, board.season), eq(standings.memberId, memberId)),
  );
  return row ?? null;
}

/** Seasons a server has markets in, newest first, with how many of them are open and settled. */
export async function readSeasons(db: Db, serverId: string) {
  return db
    .select({
      season: markets.season,
      openMarkets: sql<number>`count(*) filter (where ${inArray(markets.state, ["open", "frozen"])})`.mapWith(Number),
      settledMarkets: sql<number>`count(*) filter (where ${eq(markets.state, "settled")})`.mapWith(Number),
    })
    .from(markets)
    .where(eq(markets.serverId, serverId))
    .groupBy(markets.season)
    .orderBy(desc(markets.season));
}
