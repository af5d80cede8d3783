import { and, asc, eq, gt, inArray, isNull, lte, or, sql } from "drizzle-orm";
import type { Db, Transaction } from "./database.ts";
import { deliveries, markets, servers } from "./schema.ts";

/** A card that is marked already is due no later for what comes after. */
const noLaterThan = (dueAt: Date) =>
  sql`least(coalesce(${markets.cardDueAt}, ${dueAt.toISOString()}::timestamptz), ${dueAt.toISOString()}::timestamptz)`;

/** Marks the card of a model in one server as behind. */
export async function markCard(tx: Transaction, of: { serverId: string; modelId: number }, dueAt: Date): Promise<void> {
  await tx
    .update(markets)
    .set({ cardDueAt: noLaterThan(dueAt) })
    .where(and(eq(markets.serverId, of.serverId), eq(markets.modelId, of.modelId)));
}

/** Marks the cards of these models in all servers: in the order guesses lock markets, so that neither waits in a circle. */
export async function markCardsOfModels(tx: Transaction, modelIds: readonly number[], dueAt: Date): Promise<void> {
  if (modelIds.length === 0) return;
  const inOrder = tx
    .select({ marketId: markets.marketId })
    .from(markets)
    .where(and(inArray(markets.modelId, [...modelIds]), inArray(markets.state, ["open", "frozen"])))
    .orderBy(asc(markets.serverId), asc(markets.modelId))
    .for("update");
  await tx
    .update(markets)
    .set({ cardDueAt: noLaterThan(dueAt) })
    .where(sql`${markets.marketId} in ${inOrder}`);
}

/** Marks all cards of a server. */
export async function markCardsOfServer(tx: Transaction, serverId: string, dueAt: Date): Promise<void> {
  await tx
    .update(markets)
    .set({ cardDueAt: noLaterThan(dueAt) })
    .where(eq(markets.serverId, serverId));
}

/**
 * Locks markets whose cards are due, longest due first, those whose edit was never finished included; what another
 * process is about to change or edit is passed over. With each, its announcement as far as there is one.
 */
export async function lockDueCards(tx: Transaction, now: Date, most: number) {
  return tx
    .select({
      marketId: markets.marketId,
      serverId: markets.serverId,
      modelId: markets.modelId,
      leftAt: servers.leftAt,
      deliveryId: deliveries.deliveryId,
      deliveryState: deliveries.state,
      channelId: deliveries.channelId,
      messageId: deliveries.messageId,
      sentAt: deliveries.sentAt,
    })
    .from(markets)
    .innerJoin(servers, eq(servers.serverId, markets.serverId))
    .leftJoin(deliveries, eq(deliveries.key, sql`'announcement:' || ${markets.modelId} || ':' || ${markets.serverId}`))
    .where(
      and(
        or(lte(markets.cardDueAt, now), lte(markets.cardHeldUntil, now)),
        or(isNull(markets.cardHeldUntil), lte(markets.cardHeldUntil, now)),
      ),
    )
    .orderBy(asc(sql`coalesce(${markets.cardDueAt}, ${markets.cardHeldUntil})`), asc(markets.marketId))
    .limit(most)
    .for("update", { of: markets, skipLocked: true });
}

export type DueCard = Awaited<ReturnType<typeof lockDueCards>>[number];

/** Writes when these cards are due next, and until when they are held. */
export async function changeCards(
  db: Db | Transaction,
  marketIds: readonly number[],
  change: { readonly cardDueAt?: Date | null; readonly cardHeldUntil: Date | null },
): Promise<void> {
  if (marketIds.length === 0) return;
  await db
    .update(markets)
    .set(change)
    .where(inArray(markets.marketId, [...marketIds]));
}

/** Ends a hold that is still the one given out: what changed meanwhile has marked the card anew. */
export async function releaseCard(
  db: Db,
  { marketId, heldUntil }: { readonly marketId: number; readonly heldUntil: Date },
  dueAt: Date | null,
): Promise<void> {
  await db
    .update(markets)
    .set({ cardHeldUntil: null, ...(dueAt === null ? {} : { cardDueAt: dueAt }) })
    .where(and(eq(markets.marketId, marketId), eq(markets.cardHeldUntil, heldUntil)));
}

/** Notes that announcements are about to be edited. */
export async function noteEdited(tx: Transaction, deliveryIds: readonly number[], at: Date): Promise<void> {
  if (deliveryIds.length === 0) return;
  await tx
    .update(deliveries)
    .set({ editedAt: at })
    .where(inArray(deliveries.deliveryId, [...deliveryIds]));
}

/** Channels of these servers where an announcement was edited after this moment. */
export async function readEditedChannels(
  tx: Transaction,
  serverIds: readonly string[],
  after: Date,
): Promise<string[]> {
  if (serverIds.length === 0) return [];
  const rows = await tx
    .selectDistinct({ channelId: deliveries.channelId })
    .from(deliveries)
    .where(and(inArray(deliveries.serverId, [...serverIds]), gt(deliveries.editedAt, after)));
  return rows.flatMap(({ channelId }) => channelId ?? []);
}
