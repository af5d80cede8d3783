import { and, desc, eq, gt, inArray, isNotNull, isNull, lte, ne, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { MarketStateName } from "../domain/market-state.ts";
import type { NewPoll, RunningPoll } from "../domain/poll.ts";
import type { Db, Transaction } from "./database.ts";
import { deliveries, markets, models, polls, servers } from "./schema.ts";

export type PollRow = typeof polls.$inferSelect;

const running = {
  pollId: polls.pollId,
  serverId: polls.serverId,
  modelId: polls.modelId,
  channelId: polls.channelId,
  messageId: sql<string>`${polls.messageId}`,
  labs: polls.labs,
};
const isRunning = and(isNull(polls.endedAt), isNotNull(polls.messageId));

/** Writes a poll and owes its message to a channel, once a key. Returns false if that was done before. */
export async function queuePoll(
  tx: Transaction,
  poll: Pick<PollRow, "key" | "serverId" | "modelId" | "labs" | "hours" | "channelId"> & { at: Date },
): Promise<boolean> {
  const { key, serverId, modelId, labs, hours, channelId, at } = poll;
  const queued = await tx
    .insert(deliveries)
    .values({ key, kind: "poll", serverId, modelId, channelId, dueAt: at })
    .onConflictDoNothing()
    .returning({ deliveryId: deliveries.deliveryId });
  if (queued.length === 0) return false;
  const counts = labs.map(() => 0);
  await tx.insert(polls).values({ key, serverId, modelId, labs, counts, hours, channelId, madeAt: at });
  return true;
}

/** A poll on a model in a server that is there or on its way: another one beside it would split the votes. */
export async function readCurrentPoll(db: Db | Transaction, serverId: string, modelId: number, now: Date) {
  const onItsWay = and(isNull(polls.messageId), inArray(deliveries.state, ["due", "claimed"]));
  const [found] = await db
    .select({ key: polls.key, channelId: polls.channelId, messageId: polls.messageId, endsAt: polls.endsAt })
    .from(polls)
    .innerJoin(deliveries, eq(deliveries.key, polls.key))
    .where(
      and(
        eq(polls.serverId, serverId),
        eq(polls.modelId, modelId),
        isNull(polls.endedAt),
        or(and(isNotNull(polls.messageId), sql`${polls.endsAt} > ${now.toISOString()}::timestamptz`), onItsWay),
      ),
    )
    .orderBy(desc(polls.pollId))
    .limit(1);
  return found ?? null;
}

/**
 * Which of these polls, none of them posted, are not wanted any more: another one on their model runs, may have been posted,
 * or is on its way and newer.
 */
export async function readReplacedPolls(tx: Transaction, keys: readonly string[], now: Date): Promise<string[]> {
  if (keys.length === 0) return [];
  const other = alias(polls, "other");
  const isNewer = gt(other.pollId, polls.pollId);
  const comes = and(
    isNull(other.messageId),
    inArray(deliveries.state, ["due", "claimed"]),
    or(isNotNull(deliveries.claimedAt), isNewer),
  );
  const found = await tx
    .selectDistinct({ key: polls.key })
    .from(polls)
    .innerJoin(
      other,
      and(eq(other.serverId, polls.serverId), eq(other.modelId, polls.modelId), ne(other.pollId, polls.pollId)),
    )
    .innerJoin(deliveries, eq(deliveries.key, other.key))
    .where(
      and(
        inArray(polls.key, [...keys]),
        isNull(other.endedAt),
        or(and(isNotNull(other.messageId), sql`${other.endsAt} > ${now.toISOString()}::timestamptz`), comes),
      ),
    );
  return found.map(({ key }) => key);
}

/** What these deliveries bring, by their keys. */
export async function readNewPolls(tx: Transaction, keys: readonly string[]): Promise<(NewPoll & { key: string })[]> {
  if (keys.length === 0) return [];
  return tx
    .select({
      key: polls.key,
      pollId: polls.pollId,
      modelId: polls.modelId,
      modelName: models.name,
      labs: polls.labs,
      hours: polls.hours,
    })
    .from(polls)
    .innerJoin(models, eq(models.modelId, polls.modelId))
    .where(inArray(polls.key, [...keys]));
}

/** Writes down where a poll is. */
export async function changePoll(
  db: Db | Transaction,
  pollId: number,
  change: Partial<Pick<PollRow, "channelId" | "messageId" | "endsAt" | "readDueAt">>,
): Promise<RunningPoll | null> {
  const [row] = await db.update(polls).set(change).where(eq(polls.pollId, pollId)).returning(running);
  return row ?? null;
}

/** The polls that run in servers the bot is in. */
export async function readRunningPolls(db: Db): Promise<RunningPoll[]> {
  return db
    .select(running)
    .from(polls)
    .innerJoin(servers, and(eq(servers.serverId, polls.serverId), isNull(servers.leftAt)))
    .where(isRunning);
}

/** Makes the votes of running polls due to be read back: of all, of a server's or its on one model, or of these. What is due earlier stays so. */
export async function askReading(
  db: Db | Transaction,
  at: Date,
  of: { serverId: string; modelId?: number } | { pollIds: readonly number[] } | null = null,
): Promise<void> {
  const moment = sql`${at.toISOString()}::timestamptz`;
  await db
    .update(polls)
    .set({ readDueAt: sql`least(${polls.readDueAt}, ${moment})` })
    .where(
      and(
        isRunning,
        of === null
          ? undefined
          : "serverId" in of
            ? and(eq(polls.serverId, of.serverId), of.modelId === undefined ? undefined : eq(polls.modelId, of.modelId))
            : inArray(polls.pollId, [...of.pollIds]),
      ),
    );
}

/** Notes that these polls are over. */
export async function endPolls(db: Db, messageIds: readonly string[], at: Date): Promise<void> {
  if (messageIds.length === 0) return;
  await db
    .update(polls)
    .set({ endedAt: at, heldUntil: null })
    .where(and(isNull(polls.endedAt), inArray(polls.messageId, [...messageIds])));
}

export type HeldPoll = RunningPoll & { readonly marketState: MarketStateName; readonly endsAt: Date | null };

/**
 * Takes one poll that needs looking after, for this process alone until then: its votes are to be read, its time is up,
 * or its model is settled or called off. While its model is frozen it is not over: what was voted meanwhile is read then.
 *
 * @param upBefore polls that should have ended before this moment are over
 */
export async function holdPoll(
  tx: Transaction,
  { now, until, upBefore }: { now: Date; until: Date; upBefore: Date },
): Promise<HeldPoll | null> {
  const [found] = await tx
    .select({ ...running, endsAt: polls.endsAt, marketState: markets.state })
    .from(polls)
    .innerJoin(servers, and(eq(servers.serverId, polls.serverId), isNull(servers.leftAt)))
    .innerJoin(markets, and(eq(markets.serverId, polls.serverId), eq(markets.modelId, polls.modelId)))
    .where(
      and(
        isRunning,
        or(isNull(polls.heldUntil), lte(polls.heldUntil, now)),
        or(
          lte(polls.readDueAt, now),
          and(lte(polls.endsAt, upBefore), ne(markets.state, "frozen")),
          inArray(markets.state, ["settled", "void"]),
        ),
      ),
    )
    .orderBy(polls.pollId)
    .limit(1)
    .for("update", { of: polls, skipLocked: true });
  if (!found) return null;
  await tx.update(polls).set({ heldUntil: until }).where(eq(polls.pollId, found.pollId));
  return found;
}

/**
 * Lets a poll go whose votes were looked at in this moment; what was asked for since is still due.
 *
 * @param left.againAt when to look again at the latest; null for not before it is asked for
 */
export async function letGo(
  db: Db,
  pollId: number,
  { lookedAt, endedAt, againAt }: { lookedAt: Date; endedAt: Date | null; againAt: Date | null },
): Promise<void> {
  const moment = (at: Date | null) => sql`${at?.toISOString() ?? null}::timestamptz`;
  const asked = sql`case when ${polls.readDueAt} > ${moment(lookedAt)} then ${polls.readDueAt} end`;
  const readDueAt = sql`least(${asked}, ${moment(againAt)})`;
  // Its message may have been deleted meanwhile.
  const ended = endedAt === null ? {} : { endedAt };
  await db
    .update(polls)
    .set({ heldUntil: null, readDueAt, ...ended })
    .where(eq(polls.pollId, pollId));
}

/** The newest poll on a model in a server that was posted; null if there is none. */
export async function readLatestPoll(db: Db, serverId: string, modelId: number): Promise<PollRow | null> {
  const [row] = await db
    .select()
    .from(polls)
    .where(and(eq(polls.serverId, serverId), eq(polls.modelId, modelId), isNotNull(polls.messageId)))
    .orderBy(desc(polls.pollId))
    .limit(1);
  return row ?? null;
}
