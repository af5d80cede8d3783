import { and, eq, sql } from "drizzle-orm";
import type { Db, Transaction } from "./database.ts";
import { recordsetFrom, rowsAsJson } from "./recordset.ts";
import { guesses, markets, members, models, serverLabs, servers, transactions, wallets } from "./schema.ts";
import { asStored, columnsOf, jsonOf, statement } from "./statement.ts";

export type MarketRow = typeof markets.$inferSelect;
export type GuessRow = typeof guesses.$inferSelect;
export type WalletRow = typeof wallets.$inferSelect;

type MarketKey = { readonly serverId: string; readonly modelId: number };
export type WalletKey = { readonly serverId: string; readonly season: string; readonly memberId: string };

// In the look-ups below the limit of one keeps PostgreSQL from turning them into a scan of the whole table, which it
// prefers as long as it knows little of it: guesses a second on one market then fell from 1,961 to 750 within three rounds
// of the bench.

type LockedMarket = MarketRow & { modelName: string; listingId: string; listedAt: Date; databaseTime: Date };

const locking = statement<LockedMarket>(
  "lock-markets",
  sql`
    select ${columnsOf(markets, "market")}, model.name as "modelName", model.listing_id as "listingId",
      model.listed_at as "listedAt", date_trunc('milliseconds', clock_timestamp()) as "databaseTime"
    from ${recordsetFrom(markets, sql.placeholder("keys"), ["serverId", "modelId"])}
    cross join lateral (
      select * from ${markets} where server_id = given.server_id and model_id = given.model_id limit 1 for update
    ) as market
    cross join lateral (select * from ${models} where model_id = market.model_id limit 1) as model`,
);

/**
 * Locks the markets of these servers and models, always in the same order so that two batches cannot wait for each
 * other, and tells the database's time.
 *
 * @param keys each market once
 */
export async function lockMarkets(tx: Transaction, keys: readonly MarketKey[]): Promise<LockedMarket[]> {
  const inOrder = keys.toSorted((a, b) => compare(a.serverId, b.serverId) || a.modelId - b.modelId);
  const rows = await locking(tx, { keys: rowsAsJson(markets, inOrder, ["serverId", "modelId"]) });
  return rows.map((row) => {
    const { listedAt, databaseTime } = row;
    const times = { listedAt: new Date(listedAt), databaseTime: new Date(databaseTime) };
    return Object.assign(asStored(markets, row), times);
  });
}

type ServerRules = Pick<typeof servers.$inferSelect, "serverId" | "guessOnly" | "minimumAccountDays">;

/** What a batch of guesses has to know beside its markets. */
export type GuessFacts = {
  /** Answers already given under these keys. */
  given: { key: string; answer: unknown }[];
  /** The standing guesses, with the names their members were last seen under. The market's lock guards them. */
  guesses: (GuessRow & { memberName: string | null })[];
  /** Locked, always in the same order; a wallet nobody has used yet is absent. */
  wallets: WalletRow[];
  /** What a guess must respect of its server: settings, and the names its moderators taught it. */
  settings: ServerRules[];
  labs: (typeof serverLabs.$inferSelect)[];
  /** Two for each guess, taken beforehand, so that all rows of a batch can be sent in one statement. */
  transactionIds: number[];
  /** PostgreSQL's name for the transaction that holds the locks. */
  lockedIn: string;
};

const reading = statement<GuessFacts>(
  "read-guess-facts",
  sql`
    with asked as (
      select * from json_to_recordset(${sql.placeholder("asked")}::json)
        as given("key" text, "serverId" text, "modelId" integer, "memberId" text)
    ),
    seat as (
      select distinct market.market_id, market.server_id, market.season, asked."memberId" as member_id from asked
      cross join lateral (
        select market_id, server_id, season from ${markets}
        where server_id = asked."serverId" and model_id = asked."modelId" limit 1
      ) as market
    ),
    holder as (
      select distinct server_id, season, member_id from seat order by server_id, season, member_id
    ),
    locked as (
      select wallet.* from holder
      cross join lateral (
        select * from ${wallets}
        where server_id = holder.server_id and season = holder.season and member_id = holder.member_id
        limit 1 for update
      ) as wallet
    ),
    place as (select distinct "serverId" as server_id from asked)
    select ${jsonOf(sql`
      select answered.key, answered.answer from asked
      cross join lateral (select key, answer from ${transactions} where key = asked.key limit 1) as answered`)} as given,
    ${jsonOf(sql`
      select ${columnsOf(guesses, "guess")}, member.name as "memberName" from seat
      cross join lateral (
        select * from ${guesses} where market_id = seat.market_id and member_id = seat.member_id limit 1
      ) as guess
      left join lateral (
        select name from ${members} where server_id = guess.server_id and member_id = guess.member_id limit 1
      ) as member on true`)} as guesses,
    ${jsonOf(sql`select ${columnsOf(wallets, "locked")} from locked`)} as wallets,
    ${jsonOf(sql`
      select server.server_id as "serverId", server.guess_only as "guessOnly",
        server.minimum_account_days as "minimumAccountDays"
      from place cross join lateral (select * from ${servers} where server_id = place.server_id limit 1) as server`)} as settings,
    ${jsonOf(sql`
      select ${columnsOf(serverLabs, "lab")} from place join ${serverLabs} as lab on lab.server_id = place.server_id`)} as labs,
    (select json_agg(nextval('transactions_transaction_id_seq'))
      from generate_series(1, (select 2 * count(*)::int from asked))) as "transactionIds",
    pg_current_xact_id()::text as "lockedIn"`,
);

/**
 * Locks the wallets of a batch of guesses and reads what else it has to know, in one statement. Sent right behind
 * `lockMarkets`, without waiting for it, it still sees what was committed before those locks were had.
 */
export async function readGuessFacts(
  tx: Transaction,
  asked: readonly (MarketKey & { key: string; memberId: string })[],
): Promise<GuessFacts> {
  const [facts] = await reading(tx, {
    asked: JSON.stringify(asked.map(({ key, serverId, modelId, memberId }) => ({ key, serverId, modelId, memberId }))),
  });
  if (!facts) throw new Error("one row was asked for and none came");
  return { ...facts, guesses: facts.guesses.map((row) => asStored(guesses, row)) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What was answered under this key, as it was stored; undefined if nothing has been. */
export async function readAnswer(tx: Transaction, key: string): Promise<{ answer: unknown } | undefined> {
  const [row] = await tx.select({ answer: transactions.answer }).from(transactions).where(eq(transactions.key, key));
  return row;
}

/** A member's standing guess in a market; undefined if there has never been one. */
export async function readGuess(db: Db, marketId: number, memberId: string): Promise<GuessRow | undefined> {
  const [row] = await db
    .select()
    .from(guesses)
    .where(and(eq(guesses.marketId, marketId), eq(guesses.memberId, memberId)));
  return row;
}
