import { and, desc, eq, getTableColumns, gt, inArray, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import type { Market } from "../domain/market.ts";
import type { Db, Transaction } from "./database.ts";
import { calls, decisions, guesses, listedLabs, markets, members, models, servers } from "./schema.ts";

export type ModelRow = typeof models.$inferSelect;
export type MarketWithModel = typeof markets.$inferSelect & { model: ModelRow };

const marketWithModel = { ...getTableColumns(markets), model: getTableColumns(models) };

/** A new market as `openMarkets` writes it. */
export type NewMarket = { serverId: string; modelId: number; season: string; openedAt: Date; market: Market };

/** Opens markets that are not there yet. Asking twice opens once. Returns those opened. */
export async function openMarkets(tx: Transaction, news: readonly NewMarket[]) {
  if (news.length === 0) return [];
  const opened = await tx
    .insert(markets)
    .values(
      news.map(({ market, openedAt, ...rest }) => ({
        ...rest,
        openedAt,
        lastAt: openedAt,
        liquidity: market.liquidity,
        outcomes: market.outcomes.map((outcome) => ({ ...outcome, callers: 0 })),
      })),
    )
    .onConflictDoNothing()
    .returning();
  const labs = opened.flatMap((row) =>
    row.outcomes.map(({ lab, weight }, place) => ({
      marketId: row.marketId,
      lab,
      number: 0,
      place,
      weight,
      at: row.openedAt,
    })),
  );
  if (labs.length > 0) await tx.insert(listedLabs).values(labs);
  return opened;
}

/** Members with a guess since then, server by server: what a new market's liquidity follows from. */
export async function countActiveMembers(
  db: Db | Transaction,
  serverIds: readonly string[],
  since: Date,
): Promise<Map<string, number>> {
  if (serverIds.length === 0) return new Map();
  const rows = await db
    .select({ serverId: guesses.serverId, members: sql<number>`count(distinct ${guesses.memberId})`.mapWith(Number) })
    .from(guesses)
    .where(and(inArray(guesses.serverId, [...serverIds]), gt(guesses.touchedAt, since)))
    .groupBy(guesses.serverId);
  return new Map(rows.map((row) => [row.serverId, row.members]));
}

/** A server's markets with their models, unsettled first, then newest first. */
export async function readMarkets(db: Db | Transaction, serverId: string, most: number): Promise<MarketWithModel[]> {
  return db
    .select(marketWithModel)
    .from(markets)
    .innerJoin(models, eq(models.modelId, markets.modelId))
    .where(eq(markets.serverId, serverId))
    .orderBy(sql`${markets.state} in ('settled', 'void')`, desc(models.listedAt), desc(models.modelId))
    .limit(most);
}

/** One model's market in a server; null if there is none. */
export async function readMarket(
  db: Db | Transaction,
  serverId: string,
  modelId: number,
): Promise<MarketWithModel | null> {
  return readOne(db, and(eq(markets.serverId, serverId), eq(markets.modelId, modelId)));
}

/** A market of this server by its own id; null if there is none. */
export async function readMarketById(
  db: Db | Transaction,
  serverId: string,
  marketId: number,
): Promise<MarketWithModel | null> {
  return readOne(db, and(eq(markets.serverId, serverId), eq(markets.marketId, marketId)));
}

async function readOne(db: Db | Transaction, where: SQL | undefined): Promise<MarketWithModel | null> {
  const [row] = await db
    .select(marketWithModel)
    .from(markets)
    .innerJoin(models, eq(models.modelId, markets.modelId))
    .where(where);
  return row ?? null;
}

/** The same, found by model or by its own id, and locked until the transaction ends. */
export async function lockMarket(
  tx: Transaction,
  serverId: string,
  which: { modelId: number } | { marketId: number },
): Promise<MarketWithModel | null> {
  const found = "modelId" in which ? eq(markets.modelId, which.modelId) : eq(markets.marketId, which.marketId);
  const [row] = await tx
    .select(marketWithModel)
    .from(markets)
    .innerJoin(models, eq(models.modelId, markets.modelId))
    .where(and(eq(markets.serverId, serverId), found))
    .for("update", { of: markets });
  return row ?? null;
}

/** The source of the decision a settled market stands on. */
export async function readSource(db: Db | Transaction, marketId: number, revision: number): Promise<string | null> {
  const [row] = await db
    .select({ source: decisions.source })
    .from(decisions)
    .where(and(eq(decisions.marketId, marketId), eq(decisions.revision, revision), eq(decisions.kind, "settle")));
  return row?.source ?? null;
}

/** The latest calls of a market, newest first, straight from the end of its rows; of a settled one those that count. */
export async function readLatestCalls(
  db: Db | Transaction,
  market: { marketId: number; serverId: string; publishedAt: Date | null },
  most: number,
) {
  return db
    .select({
      memberId: calls.memberId,
      name: members.name,
      lab: calls.lab,
      unknownName: calls.name,
      calledAt: calls.calledAt,
      callPrice: calls.callPrice,
    })
    .from(calls)
    .leftJoin(members, and(eq(members.serverId, market.serverId), eq(members.memberId, calls.memberId)))
    .where(and(eq(calls.marketId, market.marketId), market.publishedAt ? lt(calls.at, market.publishedAt) : undefined))
    .orderBy(desc(calls.number))
    .limit(most);
}

/** A member's guesses on markets that are not settled, newest first, and how many there are. */
export async function readStandingGuesses(db: Db | Transaction, serverId: string, memberId: string, most: number) {
  const mine = and(
    eq(guesses.serverId, serverId),
    eq(guesses.memberId, memberId),
    sql`${guesses.lab} is not null`,
    inArray(markets.state, ["open", "frozen"]),
  );
  const rows = db
    .select({ guess: getTableColumns(guesses), market: getTableColumns(markets), modelName: models.name })
    .from(guesses)
    .innerJoin(markets, eq(markets.marketId, guesses.marketId))
    .innerJoin(models, eq(models.modelId, markets.modelId))
    .where(mine)
    .orderBy(desc(guesses.touchedAt))
    .limit(most);
  const count = db
    .select({ count: sql<number>`count(*)`.mapWith(Number) })
    .from(guesses)
    .innerJoin(markets, eq(markets.marketId, guesses.marketId))
    .where(mine);
  const [list, [counted]] = await Promise.all([rows, count]);
  return { rows: list, count: counted?.count ?? 0 };
}

/** Of these servers' markets, or of these markets where the bot is in the server: those that are not paid, and those paid since then. */
export async function readOpenModels(
  db: Db,
  which: { readonly serverIds: readonly string[] } | { readonly marketIds: readonly number[] },
  paidSince: Date,
) {
  const asked =
    "serverIds" in which
      ? inArray(markets.serverId, [...which.serverIds])
      : and(inArray(markets.marketId, [...which.marketIds]), isNull(servers.leftAt));
  return db
    .select({
      serverId: markets.serverId,
      modelId: markets.modelId,
      state: markets.state,
      liquidity: markets.liquidity,
      outcomes: markets.outcomes,
      name: models.name,
      listingId: models.listingId,
      listedAt: models.listedAt,
    })
    .from(markets)
    .innerJoin(models, eq(models.modelId, markets.modelId))
    .innerJoin(servers, eq(servers.serverId, markets.serverId))
    .where(and(asked, or(isNull(markets.settledAt), gt(markets.settledAt, paidSince))));
}
