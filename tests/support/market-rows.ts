import { and, eq, sql } from "drizzle-orm";
import { placeGuess } from "../../src/actions/place-guess.ts";
import { withdrawGuess } from "../../src/actions/withdraw-guess.ts";
import type { App } from "../../src/app.ts";
import type { Suspect } from "../../src/domain/guess.ts";
import { OTHER } from "../../src/domain/lab.ts";
import type { GuessAnswer } from "../../src/domain/receipt.ts";
import { readWholeMarket } from "../../src/storage/audit.ts";
import type { Db } from "../../src/storage/database.ts";
import { entries, markets, transactions, wallets } from "../../src/storage/schema.ts";
import type { TestClock } from "./app.ts";
import { aKey, named } from "./factories.ts";
import type { Action } from "./market-play.ts";
import type { Ledger } from "./reference-settlement.ts";

/** The append-only rows of a stored market, as the reference settlement reads them. */
export async function ledgerIn(db: Db, marketId: number): Promise<Ledger> {
  const { market, listed, trades, calls } = await readWholeMarket(db, marketId);
  return {
    openedAt: market.openedAt,
    listings: listed,
    trades: trades.map(({ lab, shares, ...row }) => ({ ...row, shares: { [lab]: shares } })),
    calls,
  };
}

/** A market's row as it is now. */
export async function marketIn(db: Db, marketId: number): Promise<typeof markets.$inferSelect> {
  const [row] = await db.select().from(markets).where(eq(markets.marketId, marketId));
  if (!row) throw new Error(`there is no market ${marketId}`);
  return row;
}

/** All wallets of a server: member → points. In one season, or in all if only one is used. */
export async function walletsIn(db: Db, serverId: string, season = "2026-Q1"): Promise<Record<string, number>> {
  const rows = await db
    .select()
    .from(wallets)
    .where(and(eq(wallets.serverId, serverId), eq(wallets.season, season)))
    .orderBy(wallets.memberId);
  return Object.fromEntries(rows.map((row) => [row.memberId, row.balancePoints]));
}

/** What the house has gained by one market, bankrolls not counted. */
export async function housePointsIn(db: Db, marketId: number): Promise<number> {
  const [row] = await db
    .select({ points: sql<number>`coalesce(sum(${entries.points}), 0)`.mapWith(Number) })
    .from(entries)
    .innerJoin(transactions, eq(transactions.transactionId, entries.transactionId))
    .where(and(eq(transactions.marketId, marketId), eq(entries.account, "house")));
  return row?.points ?? 0;
}

function typed(suspect: Suspect): string {
  return suspect.kind === "lab" ? suspect.lab : suspect.kind === "other" ? OTHER : suspect.name;
}

/**
 * Plays a story in a stored market through the bot's own actions: what happens within the same millisecond is asked for
 * at once, in its order.
 */
export async function playStored(
  app: App,
  clock: TestClock,
  where: { serverId: string; modelId: number; openedAt: Date },
  story: readonly Action[],
): Promise<GuessAnswer[]> {
  const { serverId, modelId, openedAt } = where;
  const answers: GuessAnswer[] = [];
  let together: Promise<GuessAnswer>[] = [];
  for (const [i, { memberId, wish, atMs }] of story.entries()) {
    clock.set(new Date(openedAt.getTime() + atMs));
    const request = { key: aKey(), serverId, modelId, member: named(memberId) };
    together.push(
      wish.kind === "withdraw"
        ? withdrawGuess(app, request)
        : placeGuess(app, { ...request, suspect: typed(wish.suspect), ownPoints: wish.ownPoints }),
    );
    if (story[i + 1]?.atMs === atMs) continue;
    answers.push(...(await Promise.all(together)));
    together = [];
  }
  return answers;
}
