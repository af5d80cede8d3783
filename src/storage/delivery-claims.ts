import { and, asc, eq, getTableColumns, gt, inArray, isNotNull, isNull, lte, notInArray, or, sql } from "drizzle-orm";
import type { Db, Transaction } from "./database.ts";
import { type DeliveryRow, toModerators, toOneChannel, toSetChannel, toSetOrOwnChannel } from "./deliveries.ts";
import { deliveries, servers } from "./schema.ts";

export type DueRow = Awaited<ReturnType<typeof lockDue>>[number];

/**
 * Locks deliveries that are due, those whose claim is over included, announcements first; what another process is just
 * claiming is passed over. A claim beyond `longestClaim` is over too: the clock was set back since it was made. Servers
 * the bot has left, and those without a channel to deliver to, wait.
 */
export async function lockDue(
  tx: Transaction,
  { now, longestClaim }: { readonly now: Date; readonly longestClaim: Date },
  most: number,
  exceptIds: readonly number[],
) {
  return tx
    .select({
      ...getTableColumns(deliveries),
      pingRoleId: servers.pingRoleId,
      threadPerModel: servers.threadPerModel,
      pollPerModel: servers.pollPerModel,
    })
    .from(deliveries)
    .innerJoin(servers, and(eq(servers.serverId, deliveries.serverId), isNull(servers.leftAt)))
    .where(
      and(
        inArray(deliveries.state, ["due", "claimed"]),
        or(lte(deliveries.dueAt, now), and(eq(deliveries.state, "claimed"), gt(deliveries.dueAt, longestClaim))),
        notInArray(deliveries.deliveryId, [...exceptIds]),
        or(
          notInArray(deliveries.kind, [...toSetChannel, ...toModerators]),
          isNotNull(deliveries.claimedAt),
          isNotNull(servers.announcementChannelId),
          and(inArray(deliveries.kind, [...toModerators]), isNotNull(servers.moderatorChannelId)),
        ),
      ),
    )
    .orderBy(sql`${deliveries.kind} <> 'announcement'`, asc(deliveries.dueAt), asc(deliveries.deliveryId))
    .limit(most)
    .for("update", { of: deliveries, skipLocked: true });
}

/**
 * Claims locked deliveries. A message goes to the channel the server has now, unless one may be in another channel
 * already. Returns the rows as they are then.
 */
export async function claim(tx: Transaction, ids: readonly number[], by: string, now: Date, until: Date) {
  if (ids.length === 0) return [];
  return tx
    .update(deliveries)
    .set({
      state: "claimed",
      attempts: sql`${deliveries.attempts} + 1`,
      claimedBy: by,
      claimedAt: sql`coalesce(${deliveries.claimedAt}, ${now.toISOString()}::timestamptz)`,
      dueAt: until,
      channelId: sql`case when ${deliveries.claimedAt} is not null or ${deliveries.messageId} is not null then ${deliveries.channelId}
        when ${inArray(deliveries.kind, [...toOneChannel])} then ${deliveries.channelId}
        when ${inArray(deliveries.kind, [...toSetChannel])} then ${servers.announcementChannelId}
        when ${inArray(deliveries.kind, [...toSetOrOwnChannel])}
        then coalesce(${servers.announcementChannelId}, ${deliveries.channelId})
        when ${inArray(deliveries.kind, [...toModerators])}
        then coalesce(${servers.moderatorChannelId}, ${servers.announcementChannelId}) end`,
    })
    .from(servers)
    .where(and(eq(servers.serverId, deliveries.serverId), inArray(deliveries.deliveryId, [...ids])))
    .returning(getTableColumns(deliveries));
}

/** Changes a delivery that is still claimed as it was handed out; false if it no longer is. */
export async function changeClaimed(
  db: Db | Transaction,
  claimed: { deliveryId: number; attempts: number },
  change: Partial<DeliveryRow>,
): Promise<boolean> {
  const changed = await db
    .update(deliveries)
    .set(change)
    .where(
      and(
        eq(deliveries.deliveryId, claimed.deliveryId),
        eq(deliveries.attempts, claimed.attempts),
        eq(deliveries.state, "claimed"),
      ),
    )
    .returning({ deliveryId: deliveries.deliveryId });
  return changed.length > 0;
}

/** Writes what is true of a delivery whoever holds it. */
export async function changeDeliveries(
  db: Db | Transaction,
  ids: readonly number[],
  change: Partial<DeliveryRow>,
): Promise<void> {
  if (ids.length > 0)
    await db
      .update(deliveries)
      .set(change)
      .where(inArray(deliveries.deliveryId, [...ids]));
}

/** Holds those of the claims that are still this process's until then. Returns their ids. */
export async function extendClaims(db: Db, ids: readonly number[], by: string, until: Date): Promise<number[]> {
  if (ids.length === 0) return [];
  const extended = await db
    .update(deliveries)
    .set({ dueAt: until })
    .where(and(inArray(deliveries.deliveryId, [...ids]), eq(deliveries.state, "claimed"), eq(deliveries.claimedBy, by)))
    .returning({ deliveryId: deliveries.deliveryId });
  return extended.map(({ deliveryId }) => deliveryId);
}

/** Takes back those claims that are still as this process made them, as if they had not been made. */
export async function unclaim(
  db: Db,
  claims: readonly { readonly deliveryId: number; readonly attempts: number }[],
  by: string,
  change: { readonly dueAt: Date; readonly claimedAt?: null },
): Promise<void> {
  if (claims.length === 0) return;
  const asMade = claims.map(({ deliveryId, attempts }) =>
    and(eq(deliveries.deliveryId, deliveryId), eq(deliveries.attempts, attempts)),
  );
  await db
    .update(deliveries)
    .set({ ...change, state: "due", attempts: sql`${deliveries.attempts} - 1` })
    .where(and(or(...asMade), eq(deliveries.state, "claimed"), eq(deliveries.claimedBy, by)));
}
