import { and, eq, gte, inArray, isNull, lt, sql } from "drizzle-orm";
import { rules } from "../domain/rules.ts";
import type { Db, Transaction } from "./database.ts";
import { entries, guesses, markets, servers, transactions, wallets } from "./schema.ts";

/** A member's wallet in a season, in points; null before the first guess of the season. */
export async function readWallet(
  db: Db | Transaction,
  wallet: { serverId: string; season: string; memberId: string },
): Promise<number | null> {
  const [row] = await db
    .select({ points: wallets.balancePoints })
    .from(wallets)
    .where(
      and(
        eq(wallets.serverId, wallet.serverId),
        eq(wallets.season, wallet.season),
        eq(wallets.memberId, wallet.memberId),
      ),
    );
  return row?.points ?? null;
}

/** Wallets that can be topped up: of this season, or with a market of theirs still open; server by server. */
export async function readWalletSeasons(db: Db | Transaction, season: string) {
  return db
    .selectDistinct({ serverId: wallets.serverId, season: wallets.season })
    .from(wallets)
    .innerJoin(servers, and(eq(servers.serverId, wallets.serverId), isNull(servers.leftAt)))
    .where(
      sql`${wallets.season} = ${season} or exists (select 1 from ${markets} where ${markets.serverId} = ${wallets.serverId}
        and ${markets.season} = ${wallets.season} and ${inArray(markets.state, ["open", "frozen"])})`,
    );
}

/**
 * Fills the wallets of a server's season so that wallet + cost of open own stakes is at least 250; never a negative one.
 * Once per key. Returns how many were filled, null if the key was used already.
 */
export async function topUp(
  tx: Transaction,
  board: { serverId: string; season: string },
  key: string,
  at: Date,
): Promise<number | null> {
  const { serverId, season } = board;
  const [row] = await tx
    .insert(transactions)
    .values({ key, kind: "top-up", serverId, season, at })
    .onConflictDoNothing()
    .returning({ id: transactions.transactionId });
  if (!row) return null;
  const ofSeason = and(eq(wallets.serverId, serverId), eq(wallets.season, season));
  const poor = await tx
    .select({ memberId: wallets.memberId, points: wallets.balancePoints })
    .from(wallets)
    .where(and(ofSeason, gte(wallets.balancePoints, 0), lt(wallets.balancePoints, rules.topUpToPoints)))
    .orderBy(wallets.memberId)
    .for("update");
  if (poor.length === 0) return 0;
  const staked = await tx
    .select({ memberId: guesses.memberId, points: sql<number>`sum(${guesses.ownCostPoints})`.mapWith(Number) })
    .from(guesses)
    .innerJoin(markets, eq(markets.marketId, guesses.marketId))
    .where(
      and(
        eq(markets.serverId, serverId),
        eq(markets.season, season),
        inArray(markets.state, ["open", "frozen"]),
        // What a withdrawn or moved guess has lost stays on its row, but is no stake any more.
        sql`${guesses.own} <> '{}'::jsonb`,
      ),
    )
    .groupBy(guesses.memberId);
  const stakedBy = new Map(staked.map((line) => [line.memberId, line.points]));
  const fills = poor.flatMap(({ memberId, points }) => {
    const missing = rules.topUpToPoints - points - (stakedBy.get(memberId) ?? 0);
    return missing > 0 ? [{ transactionId: row.id, account: "wallet" as const, memberId, points: missing }] : [];
  });
  if (fills.length === 0) return 0;
  const total = fills.reduce((sum, fill) => sum + fill.points, 0);
  await tx.insert(entries).values([...fills, { transactionId: row.id, account: "house", points: -total }]);
  await tx
    .update(wallets)
    .set({ balancePoints: sql`${wallets.balancePoints} + ${entries.points}` })
    .from(entries)
    .where(
      and(
        ofSeason,
        eq(entries.transactionId, row.id),
        eq(entries.account, "wallet"),
        eq(entries.memberId, wallets.memberId),
      ),
    );
  return fills.length;
}
