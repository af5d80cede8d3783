import { and, desc, eq, gte, inArray, isNotNull, isNull, lt, ne, sql } from "drizzle-orm";
import { rules } from "../domain/rules.ts";
import type { Db, Transaction } from "./database.ts";
import { entries, guesses, markets, servers, transactions, wallets } from "./schema.ts";
import { balance, payWallets } from "./settlements.ts";

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

/** A member's wallets of other seasons than this one that guesses still standing were made from, newest first. */
export async function readPastWallets(
  db: Db | Transaction,
  { serverId, season, memberId }: { serverId: string; season: string; memberId: string },
) {
  const standing = db
    .select({ season: markets.season })
    .from(guesses)
    .innerJoin(markets, and(eq(markets.marketId, guesses.marketId), inArray(markets.state, ["open", "frozen"])))
    .where(and(eq(guesses.serverId, serverId), eq(guesses.memberId, memberId), isNotNull(guesses.lab)));
  return db
    .select({ season: wallets.season, points: wallets.balancePoints })
    .from(wallets)
    .where(
      and(
        eq(wallets.serverId, serverId),
        eq(wallets.memberId, memberId),
        ne(wallets.season, season),
        inArray(wallets.season, standing),
      ),
    )
    .orderBy(desc(wallets.season));
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
  // Locked before stakes are read: a guess that is under way moves points from one to the other.
  const poor = await tx
    .select({ memberId: wallets.memberId })
    .from(wallets)
    .where(and(ofSeason, gte(wallets.balancePoints, 0), lt(wallets.balancePoints, rules.topUpToPoints)))
    .orderBy(wallets.memberId)
    .for("update");
  if (poor.length === 0) return 0;
  const staked = sql`select ${guesses.memberId}, sum(${guesses.ownStakePoints}) as points
    from ${guesses} join ${markets} on ${markets.marketId} = ${guesses.marketId}
    where ${markets.serverId} = ${serverId} and ${markets.season} = ${season} and ${inArray(markets.state, ["open", "frozen"])}
    group by ${guesses.memberId}`;
  const short = sql`select ${wallets.memberId},
      ${rules.topUpToPoints}::int - ${wallets.balancePoints} - coalesce(staked.points, 0) as missing
    from ${wallets} left join (${staked}) as staked on staked.member_id = ${wallets.memberId}
    where ${ofSeason} and ${wallets.memberId} = any(${sql.param(poor.map((line) => line.memberId))}::text[])`;
  await tx
    .insert(entries)
    .select(sql`select ${row.id}::bigint, 'wallet', member_id, missing from (${short}) as short where missing > 0`);
  await balance(tx, row.id, 0);
  return payWallets(tx, row.id, board);
}
