import { and, desc, eq, inArray, lt, sql } from "drizzle-orm";
import type { Db } from "./database.ts";
import { calls, guesses, listedLabs, markets, members, models, standings } from "./schema.ts";

/** The name a member was last seen under in this server; null if never. */
export async function readMemberName(db: Db, serverId: string, memberId: string): Promise<string | null> {
  const [row] = await db
    .select({ name: members.name })
    .from(members)
    .where(and(eq(members.serverId, serverId), eq(members.memberId, memberId)));
  return row?.name ?? null;
}

/** A member's lines on these seasons' boards, added up. */
export async function readHits(db: Db, serverId: string, seasons: readonly string[], memberId: string) {
  if (seasons.length === 0) return { hits: 0, calls: 0 };
  const [row] = await db
    .select({
      hits: sql<number>`coalesce(sum(${standings.hits}), 0)`.mapWith(Number),
      calls: sql<number>`coalesce(sum(${standings.calls}), 0)`.mapWith(Number),
    })
    .from(standings)
    .where(
      and(eq(standings.serverId, serverId), inArray(standings.season, [...seasons]), eq(standings.memberId, memberId)),
    );
  return row ?? { hits: 0, calls: 0 };
}

/** The calls a member stood on when their markets' sources were published, in settled markets, latest settlement first. */
export async function readSettledCalls(db: Db, serverId: string, memberId: string) {
  const mine = db
    .selectDistinctOn([calls.marketId], {
      marketId: calls.marketId,
      number: calls.number,
      lab: calls.lab,
      name: calls.name,
      callPrice: calls.callPrice,
      calledAt: calls.calledAt,
      builders: markets.builders,
      openedAt: markets.openedAt,
      publishedAt: sql<Date>`${markets.publishedAt}`
        .mapWith((value: string | Date) => new Date(value))
        .as("source_published_at"),
      modelName: sql<string>`${models.name}`.as("model_name"),
    })
    .from(guesses)
    .innerJoin(markets, and(eq(markets.marketId, guesses.marketId), eq(markets.state, "settled")))
    .innerJoin(models, eq(models.modelId, markets.modelId))
    .innerJoin(
      calls,
      and(
        eq(calls.marketId, guesses.marketId),
        eq(calls.memberId, guesses.memberId),
        lt(calls.at, markets.publishedAt),
      ),
    )
    .where(and(eq(guesses.serverId, serverId), eq(guesses.memberId, memberId)))
    .orderBy(calls.marketId, desc(calls.number))
    .as("mine");
  return db.select().from(mine).orderBy(desc(mine.publishedAt));
}

/** The outcomes of these markets, with the number each was listed at. */
export async function readListedLabs(db: Db, marketIds: readonly number[]) {
  if (marketIds.length === 0) return [];
  return db
    .select({ marketId: listedLabs.marketId, lab: listedLabs.lab, number: listedLabs.number })
    .from(listedLabs)
    .where(inArray(listedLabs.marketId, [...marketIds]));
}
