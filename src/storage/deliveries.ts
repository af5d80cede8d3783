import { and, asc, desc, eq, getTableColumns, inArray, isNotNull, isNull, lte, notInArray, or, sql } from "drizzle-orm";
import type { DeliveryProblem } from "../domain/server.ts";
import type { Db, Transaction } from "./database.ts";
import type { MarketWithModel } from "./markets.ts";
import { recordset } from "./recordset.ts";
import { deliveries, markets, models, servers } from "./schema.ts";

export type DeliveryRow = typeof deliveries.$inferSelect;
type NewDelivery = Pick<
  typeof deliveries.$inferInsert,
  "key" | "kind" | "serverId" | "modelId" | "channelId" | "aboutAt" | "dueAt"
>;

/** Rows in one statement: well below PostgreSQL's 65,535 parameters. */
const rowsAtOnce = 5_000;

/** Kinds of messages that go to the announcement channel set in /setup. */
const toSetChannel = ["announcement", "summary"] as const;
/** Kinds that go to the moderators' channel, or without one to the announcement channel. */
const toModerators = ["waiting"] as const;
/** Kinds that are owed to one thread or channel, and to no other. */
const toOneChannel = ["change", "evidence", "poll"] as const;
/** Those that wait for /setup to say where they go. */
const awaitSetup = [...toSetChannel, ...toModerators] as const;
/** Those whose failure is shown in /setup and tried again after it. */
const shownInSetup = [...awaitSetup, "poll"] as const;

/** Owes a channel messages, each key once however often it is asked for. */
export async function queueDeliveries(tx: Transaction, news: readonly NewDelivery[]): Promise<void> {
  for (let from = 0; from < news.length; from += rowsAtOnce) {
    await tx
      .insert(deliveries)
      .values(news.slice(from, from + rowsAtOnce))
      .onConflictDoNothing();
  }
}

/** Owes a piece of evidence to the thread of its model's announcement, if there is one in this server. */
export async function queueInThread(
  tx: Transaction,
  news: { serverId: string; modelId: number; evidenceId: number; dueAt: Date },
): Promise<void> {
  const { serverId, modelId, evidenceId, dueAt } = news;
  const [announced] = await tx
    .select({ threadId: deliveries.threadId })
    .from(deliveries)
    .where(and(eq(deliveries.modelId, modelId), eq(deliveries.serverId, serverId), isNotNull(deliveries.threadId)))
    .limit(1);
  if (!announced) return;
  const channelId = announced.threadId;
  await tx
    .insert(deliveries)
    .values({ key: `evidence:${evidenceId}`, kind: "evidence", serverId, modelId, evidenceId, channelId, dueAt })
    .onConflictDoNothing();
}

/**
 * Makes the message of a piece due again: a posted one is edited to what the piece is now, and one that could not be
 * posted, as the piece was withdrawn before or the thread was locked, is tried again. What is just being sent is looked at by its sender.
 */
export async function renewInThread(tx: Transaction, evidenceId: number, dueAt: Date): Promise<void> {
  await tx
    .update(deliveries)
    .set({ state: "due", dueAt, attempts: 0, problem: null })
    .where(and(eq(deliveries.key, `evidence:${evidenceId}`), inArray(deliveries.state, ["sent", "held", "failed"])));
}

/**
 * Locks deliveries that are due, those whose claim is over included, announcements first; what another process is just
 * claiming is passed over. Servers the bot has left, and those without a channel to deliver to, wait.
 */
export async function lockDue(tx: Transaction, now: Date, most: number) {
  return tx
    .select({ ...getTableColumns(deliveries), pingRoleId: servers.pingRoleId, threadPerModel: servers.threadPerModel })
    .from(deliveries)
    .innerJoin(servers, and(eq(servers.serverId, deliveries.serverId), isNull(servers.leftAt)))
    .where(
      and(
        inArray(deliveries.state, ["due", "claimed"]),
        lte(deliveries.dueAt, now),
        or(
          notInArray(deliveries.kind, [...awaitSetup]),
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
      channelId: sql`case when ${deliveries.claimedAt} is not null then ${deliveries.channelId}
        when ${inArray(deliveries.kind, [...toOneChannel])} then ${deliveries.channelId}
        when ${inArray(deliveries.kind, [...toSetChannel])} then ${servers.announcementChannelId}
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

/** The markets these deliveries are about, with their models. */
export async function readMarketsOf(
  tx: Transaction,
  about: readonly { serverId: string; modelId: number | null }[],
): Promise<MarketWithModel[]> {
  const pairs = about.flatMap(({ serverId, modelId }) =>
    modelId === null ? [] : [and(eq(markets.serverId, serverId), eq(markets.modelId, modelId))],
  );
  if (pairs.length === 0) return [];
  return selectMarkets(tx).where(or(...pairs));
}

/** The markets these servers have open or frozen, newest first. */
export async function readOpenMarkets(tx: Transaction, serverIds: readonly string[]): Promise<MarketWithModel[]> {
  if (serverIds.length === 0) return [];
  return selectMarkets(tx)
    .where(and(inArray(markets.serverId, [...serverIds]), inArray(markets.state, ["open", "frozen"])))
    .orderBy(desc(models.listedAt), desc(models.modelId));
}

function selectMarkets(tx: Transaction) {
  return tx
    .select({ ...getTableColumns(markets), model: getTableColumns(models) })
    .from(markets)
    .innerJoin(models, eq(models.modelId, markets.modelId));
}

/** Servers among these that wait for a summary nobody has begun to send: what it says is decided when it is sent. */
export async function readAwaitingSummary(tx: Transaction): Promise<string[]> {
  const rows = await tx
    .select({ serverId: deliveries.serverId })
    .from(deliveries)
    .where(and(eq(deliveries.kind, "summary"), eq(deliveries.state, "due")));
  return rows.map((row) => row.serverId);
}

/** Makes what could not be delivered to a server due again, and lets its next trouble be told anew. */
export async function tryAgain(tx: Transaction, serverId: string, now: Date): Promise<void> {
  const ofServer = eq(deliveries.serverId, serverId);
  await tx
    .update(deliveries)
    .set({ state: "due", dueAt: now, problem: null, attempts: 0 })
    .where(
      and(
        ofServer,
        inArray(deliveries.kind, [...shownInSetup]),
        inArray(deliveries.state, ["held", "failed"]),
        isNotNull(deliveries.problem),
      ),
    );
  await tx
    .update(deliveries)
    .set({ state: "due", dueAt: now, problem: null, attempts: 0 })
    .where(and(ofServer, eq(deliveries.kind, "evidence"), eq(deliveries.state, "held")));
  await tx
    .update(deliveries)
    .set({ problem: null })
    .where(and(ofServer, eq(deliveries.state, "sent"), isNotNull(deliveries.problem)));
  await tx
    .update(deliveries)
    .set({ key: sql`${deliveries.key} || ':' || ${deliveries.deliveryId}` })
    .where(and(ofServer, eq(deliveries.kind, "trouble"), inArray(deliveries.state, ["sent", "held", "failed"])));
}

/** Makes the hello to these servers due again where it could not be delivered. A server set up since needs none. */
export async function tryHelloAgain(tx: Transaction, serverIds: readonly string[], now: Date): Promise<void> {
  const asked = serverIds.map((serverId) => ({ serverId }));
  await tx
    .update(deliveries)
    .set({ state: "due", dueAt: now, problem: null, attempts: 0 })
    .from(servers)
    .where(
      and(
        eq(servers.serverId, deliveries.serverId),
        isNull(servers.announcementChannelId),
        sql`${deliveries.serverId} in (select * from ${recordset(deliveries, asked, ["serverId"])})`,
        eq(deliveries.kind, "hello"),
        inArray(deliveries.state, ["held", "failed"]),
      ),
    );
}

/** What could not be delivered to a server's channel, or not wholly, latest first. */
export async function readTroubles(db: Db, serverId: string, most: number) {
  return db
    .select({
      kind: deliveries.kind,
      modelName: models.name,
      channelId: deliveries.channelId,
      problem: sql<DeliveryProblem>`${deliveries.problem}`,
      at: sql`coalesce(${deliveries.sentAt}, ${deliveries.dueAt})`.mapWith(deliveries.dueAt),
    })
    .from(deliveries)
    .leftJoin(models, eq(models.modelId, deliveries.modelId))
    .where(
      and(
        eq(deliveries.serverId, serverId),
        inArray(deliveries.kind, [...shownInSetup]),
        inArray(deliveries.state, ["sent", "held", "failed"]),
        isNotNull(deliveries.problem),
      ),
    )
    .orderBy(desc(deliveries.dueAt), desc(deliveries.deliveryId))
    .limit(most);
}

/** Names of models, by id. */
export async function readModelNames(tx: Transaction, modelIds: readonly number[]): Promise<Map<number, string>> {
  if (modelIds.length === 0) return new Map();
  const rows = await tx
    .select({ modelId: models.modelId, name: models.name })
    .from(models)
    .where(inArray(models.modelId, [...modelIds]));
  return new Map(rows.map((row) => [row.modelId, row.name]));
}
