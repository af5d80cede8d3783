import { and, eq, getTableColumns, gt, gte, inArray, isNotNull, isNull, lte, ne, or, type SQL, sql } from "drizzle-orm";
import { missesUntilWithdrawn } from "../domain/listing-facts.ts";
import { type RevealCandidate, standingOf } from "../domain/reveal.ts";
import type { Db, Transaction } from "./database.ts";
import { queueDeliveries } from "./deliveries.ts";
import { recordset } from "./recordset.ts";
import {
  deliveries,
  dismissedCandidates,
  listings,
  markets,
  members,
  models,
  revealCandidates,
  servers,
} from "./schema.ts";

export type CandidateRow = typeof revealCandidates.$inferSelect;
export type NewCandidate = Omit<typeof revealCandidates.$inferInsert, "candidateId">;

export const isUndecided = inArray(markets.state, ["open", "frozen"]);
/** Servers that moderators can be told in. */
export const canBeTold = and(
  isNull(servers.leftAt),
  or(isNotNull(servers.moderatorChannelId), isNotNull(servers.announcementChannelId)),
);

/** A condition on models: some server has not decided about it yet. */
export function isPlayedOn(db: Db | Transaction): SQL {
  const played = db
    .select({ one: sql`1` })
    .from(markets)
    .where(and(eq(markets.modelId, models.modelId), isUndecided));
  return sql`exists ${played}`;
}

/** Models withdrawn since then that some server still plays on, with the official listings already offered for each. */
export async function readRecentlyWithdrawn(tx: Transaction, since: Date) {
  const offered = tx
    .select({ count: sql`count(*)` })
    .from(revealCandidates)
    .where(and(eq(revealCandidates.modelId, models.modelId), eq(revealCandidates.kind, "listing")));
  return tx
    .select({ ...getTableColumns(models), offered: sql<number>`${offered}`.mapWith(Number) })
    .from(models)
    .where(and(gte(models.missedReads, missesUntilWithdrawn), gte(models.missedSince, since), isPlayedOn(tx)));
}

/** Listings that were first seen in this time and are no models. */
export async function readArrivals(tx: Transaction, from: Date, until: Date) {
  return tx
    .select({ listing: listings.facts, firstSeenAt: listings.firstSeenAt })
    .from(listings)
    .leftJoin(models, eq(models.listingId, listings.listingId))
    .where(and(gte(listings.firstSeenAt, from), lte(listings.firstSeenAt, until), isNull(models.modelId)));
}

/** The facts that are candidates for these models already. */
export async function readKnownFacts(tx: Transaction, modelIds: readonly number[]): Promise<CandidateRow[]> {
  if (modelIds.length === 0) return [];
  return tx
    .select()
    .from(revealCandidates)
    .where(inArray(revealCandidates.modelId, [...modelIds]));
}

/** Adds what was not known before, and owes moderators one message about each. */
export async function addCandidates(tx: Transaction, news: readonly NewCandidate[], at: Date): Promise<void> {
  if (news.length === 0) return;
  const added = await tx
    .insert(revealCandidates)
    .values([...news])
    .onConflictDoNothing()
    .returning({ candidateId: revealCandidates.candidateId });
  await oweCandidates(tx, { candidateIds: added.map(({ candidateId }) => candidateId) }, at);
}

type About = { readonly candidateIds: readonly number[] } | { readonly serverIds: readonly string[] };

/**
 * Owes the moderators of every server that still plays, and can be told, one message about each candidate: about these,
 * or all there are for these servers. What is owed already is not owed again.
 */
export async function oweCandidates(tx: Transaction, about: About, at: Date): Promise<void> {
  const isMeant =
    "candidateIds" in about
      ? inArray(revealCandidates.candidateId, [...about.candidateIds])
      : inArray(markets.serverId, [...about.serverIds]);
  const owed = tx
    .select({ one: sql`1` })
    .from(deliveries)
    .where(and(eq(deliveries.candidateId, revealCandidates.candidateId), eq(deliveries.serverId, markets.serverId)));
  const told = await tx
    .select({ serverId: markets.serverId, modelId: markets.modelId, candidateId: revealCandidates.candidateId })
    .from(revealCandidates)
    .innerJoin(markets, eq(markets.modelId, revealCandidates.modelId))
    .innerJoin(servers, and(eq(servers.serverId, markets.serverId), canBeTold))
    .where(
      and(
        isMeant,
        isUndecided,
        or(ne(revealCandidates.kind, "settled"), gt(revealCandidates.servers, 0)),
        sql`not exists ${owed}`,
      ),
    )
    .orderBy(revealCandidates.candidateId, markets.serverId);
  await queueDeliveries(
    tx,
    told.map((row) => ({
      key: `candidate:${row.candidateId}:${row.serverId}`,
      kind: "candidate" as const,
      ...row,
      dueAt: at,
    })),
  );
}

type Posted =
  | { readonly candidateIds: readonly number[] }
  | { readonly markets: readonly { readonly serverId: string; readonly modelId: number }[] };

/**
 * Makes messages to moderators due again that may say what is so no longer: about these candidates, where the server still
 * plays, or all about these markets. A posted one is edited, one that was overtaken before it was posted may be news again,
 * and one that waits to be edited waits no longer than until then.
 */
export async function renewForModerators(tx: Transaction, posted: Posted, dueAt: Date): Promise<void> {
  const isMeant =
    "candidateIds" in posted
      ? and(inArray(deliveries.candidateId, [...posted.candidateIds]), isUndecided)
      : sql`(${markets.serverId}, ${markets.modelId}) in (select * from ${recordset(markets, posted.markets, ["serverId", "modelId"])})`;
  const isPosted = isNotNull(deliveries.messageId);
  await tx
    .update(deliveries)
    .set({ state: "due", dueAt, attempts: 0 })
    .from(markets)
    .where(
      and(
        eq(markets.serverId, deliveries.serverId),
        eq(markets.modelId, deliveries.modelId),
        inArray(deliveries.kind, ["candidate", "deadline"]),
        isMeant,
        or(
          and(eq(deliveries.state, "sent"), isPosted),
          and(eq(deliveries.state, "failed"), isNull(deliveries.problem)),
          and(eq(deliveries.state, "due"), isPosted, gt(deliveries.dueAt, dueAt)),
        ),
      ),
    );
}

type Asked = { readonly serverId: string; readonly candidateId: number | null };

/** Candidates as servers see them: with the number of other servers that settled it so, and what became of it there. */
export async function readCandidates(
  db: Db | Transaction,
  about: readonly Asked[],
): Promise<{ serverId: string; of: number; candidate: RevealCandidate }[]> {
  const asked = about.flatMap(({ serverId, candidateId }) => (candidateId === null ? [] : [{ serverId, candidateId }]));
  if (asked.length === 0) return [];
  const rows = await db
    .select({
      row: revealCandidates,
      modelName: models.name,
      market: { serverId: markets.serverId, state: markets.state, builders: markets.builders },
      dismissed: { memberId: dismissedCandidates.memberId, name: members.name },
    })
    .from(recordset(deliveries, asked, ["serverId", "candidateId"]))
    .innerJoin(revealCandidates, sql`${revealCandidates.candidateId} = given.candidate_id`)
    .innerJoin(models, eq(models.modelId, revealCandidates.modelId))
    // Only of models this server plays on: an id may come from anywhere.
    .innerJoin(markets, and(eq(markets.modelId, models.modelId), sql`${markets.serverId} = given.server_id`))
    .leftJoin(
      dismissedCandidates,
      and(
        eq(dismissedCandidates.serverId, markets.serverId),
        eq(dismissedCandidates.candidateId, revealCandidates.candidateId),
      ),
    )
    .leftJoin(members, and(eq(members.serverId, markets.serverId), eq(members.memberId, dismissedCandidates.memberId)));
  return rows.map(({ row, modelName, market, dismissed }) => {
    const { servers: settledIn, fact: _fact, foundAt: _foundAt, ...rest } = row;
    const isOwn = market.state === "settled" && [...(market.builders ?? [])].sort().join() === row.labs.join();
    const agreeing = Math.max(0, settledIn - (isOwn && row.kind === "settled" ? 1 : 0));
    const dismissedBy = dismissed.memberId === null ? null : (dismissed.name ?? "");
    const standing = standingOf({ kind: row.kind, marketState: market.state, dismissedBy, agreeing });
    return { serverId: market.serverId, of: row.candidateId, candidate: { ...rest, modelName, agreeing, standing } };
  });
}

/** Notes that a server's moderators say it is not this one; who said so first is kept. */
export async function dismissCandidate(tx: Transaction, row: typeof dismissedCandidates.$inferInsert): Promise<void> {
  await tx.insert(dismissedCandidates).values(row).onConflictDoNothing();
}

/** A model's row and what is known of some listings. */
export async function readModelWith(tx: Transaction, modelId: number, listingIds: readonly string[]) {
  const [model] = await tx.select().from(models).where(eq(models.modelId, modelId));
  const official =
    listingIds.length === 0
      ? []
      : await tx
          .select({ listingId: listings.listingId, facts: listings.facts })
          .from(listings)
          .where(inArray(listings.listingId, [...listingIds]));
  return model ? { model, official } : null;
}
