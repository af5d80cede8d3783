import type { App } from "../app.ts";
import type { ClaimedDelivery } from "../domain/claimed-delivery.ts";
import type { Delivery, DeliveryKind, DeliveryProblem } from "../domain/server.ts";
import { readCompanions } from "../storage/companions.ts";
import { type Transaction, transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import {
  changeClaimed,
  changeDeliveries,
  claim,
  type DeliveryRow,
  lockDue,
  queueDeliveries,
  readMarketsOf,
  readModelNames,
  readOpenMarkets,
} from "../storage/deliveries.ts";
import { countStances, readEvidenceById } from "../storage/evidence.ts";
import { readHistoryAt } from "../storage/model-history.ts";
import { readNewPolls } from "../storage/polls.ts";
import { queueAnnouncedPoll } from "./open-poll.ts";
import { cardOf } from "./show-models.ts";

/** A claim is over after this: the process that made it has crashed. Sending must give up well before. */
export const claimMs = 5 * 60_000;
/** From this on an announcement says since when the model is there. */
const lateMs = 60 * 60_000;
const mostModels = 25;
/** 30 seconds, doubled each time, up to an hour: twelve attempts take about six hours. */
const firstWaitMs = 30_000;
const longestWaitMs = 60 * 60_000;
const mostAttempts = 12;

/**
 * Claims deliveries that are due, for this process alone, with all their messages are made of. Several processes share
 * them without waiting for each other.
 *
 * @param request.by names the process
 */
export async function claimDeliveries(app: App, request: { by: string; most: number }): Promise<ClaimedDelivery[]> {
  for (;;) {
    const { found, claimed } = await transact(app.db, (tx) => claimDue(app, tx, request));
    // What was found may all be overtaken by events; then there is more to look at.
    if (found === 0 || claimed.length > 0) return claimed;
  }
}

async function claimDue(
  app: App,
  tx: Transaction,
  request: { by: string; most: number },
): Promise<{ found: number; claimed: ClaimedDelivery[] }> {
  const now = app.clock(await readDatabaseTime(tx));
  const due = await lockDue(tx, now, request.most);
  if (due.length === 0) return { found: 0, claimed: [] };
  const markets = await readMarketsOf(
    tx,
    due.filter(({ kind }) => isAboutMarket(kind)),
  );
  const history = await readHistoryAt(
    tx,
    due.filter(({ kind }) => kind === "change"),
  );
  const companions = await readCompanions(
    tx,
    due.filter(({ kind }) => kind === "announcement"),
  );
  const polls = await readNewPolls(
    tx,
    due.flatMap(({ kind, key }) => (kind === "poll" ? [key] : [])),
  );
  const marketFor = (row: { serverId: string; modelId: number | null }) =>
    markets.find((market) => market.serverId === row.serverId && market.modelId === row.modelId);
  const overtaken = due.filter((row) => {
    const state = isAboutMarket(row.kind) && row.claimedAt === null ? marketFor(row)?.state : "open";
    return state !== "open" && state !== "frozen";
  });
  overtaken.push(...(await withdrawnSince(tx, due)));
  const overtakenIds = overtaken.map((row) => row.deliveryId);
  await changeDeliveries(tx, overtakenIds, { state: "failed", problem: null });
  const until = new Date(now.getTime() + claimMs);
  const ids = due.map((row) => row.deliveryId).filter((id) => !overtakenIds.includes(id));
  const claimed = await claim(tx, ids, request.by, now, until);
  const summaries = claimed.filter(({ kind }) => kind === "summary").map(({ serverId }) => serverId);
  const open = await readOpenMarkets(tx, summaries);
  const names = await readModelNames(
    tx,
    claimed.flatMap(({ kind, modelId }) => (kind === "trouble" && modelId !== null ? [modelId] : [])),
  );
  const pieces = await readEvidenceById(
    tx,
    claimed.flatMap(({ evidenceId }) => (evidenceId === null ? [] : [evidenceId])),
  );
  const counts = await countStances(
    tx,
    markets.map(({ serverId }) => serverId),
    markets.map(({ modelId }) => modelId),
  );
  const handedOut = due.flatMap((before) => {
    const row = claimed.find(({ deliveryId }) => deliveryId === before.deliveryId);
    if (!row) return [];
    const market = marketFor(row);
    return {
      delivery: deliveryOf(row, before),
      card: market
        ? cardOf(market, {
            counts,
            companions: companions.filter((one) => one.serverId === row.serverId && one.of === row.modelId),
          })
        : null,
      cards: open
        .filter((one) => row.kind === "summary" && one.serverId === row.serverId)
        .slice(0, mostModels)
        .map((one) => cardOf(one)),
      history: history.flatMap(({ modelId, entry }) =>
        row.kind === "change" && modelId === row.modelId && entry.at.getTime() === row.aboutAt?.getTime()
          ? [entry]
          : [],
      ),
      late: market !== undefined && now.getTime() - market.model.listedAt.getTime() > lateMs,
      poll: polls.find(({ key }) => key === row.key) ?? null,
      piece: pieces.find(({ evidenceId }) => evidenceId === row.evidenceId) ?? null,
      trouble: row.kind === "trouble" ? { ...troubleIn(row), modelName: names.get(row.modelId ?? 0) ?? null } : null,
    };
  });
  return { found: due.length, claimed: handedOut };
}

/** Pieces that were withdrawn or hidden before anybody saw them in the thread. */
async function withdrawnSince(tx: Transaction, due: Awaited<ReturnType<typeof lockDue>>) {
  const unseen = due.filter(({ evidenceId, claimedAt, messageId }) => evidenceId !== null && !claimedAt && !messageId);
  const pieces = await readEvidenceById(
    tx,
    unseen.flatMap(({ evidenceId }) => (evidenceId === null ? [] : [evidenceId])),
  );
  const gone = pieces.filter(({ state }) => state !== "shown").map(({ evidenceId }) => evidenceId);
  return unseen.filter(({ evidenceId }) => evidenceId !== null && gone.includes(evidenceId));
}

function isAboutMarket(kind: DeliveryKind): boolean {
  return kind === "announcement" || kind === "change" || kind === "poll";
}

function deliveryOf(row: DeliveryRow, before: Awaited<ReturnType<typeof lockDue>>[number]): Delivery {
  const { deliveryId, key, kind, serverId, modelId, evidenceId, aboutAt, channelId, attempts, messageId } = row;
  const { pingRoleId, threadPerModel, claimedAt: firstClaimedAt } = before;
  return {
    deliveryId,
    key,
    kind,
    serverId,
    modelId,
    evidenceId,
    aboutAt,
    channelId,
    pingRoleId,
    threadPerModel,
    attempts,
    firstClaimedAt,
    messageId,
  };
}

/** A notice is owed once for each channel that makes trouble: its key names server and channel. */
function troubleKey(serverId: string, channelId: string | null): string {
  return `trouble:${serverId}:${channelId ?? ""}`;
}

function troubleIn({ key }: { key: string }): { channelId: string | null } {
  return { channelId: key.split(":")[2] || null };
}

/** Notes where a message is about to be sent that has no channel of its own, so that it can be looked for there. */
export async function recordChannel(app: App, delivery: Delivery, channelId: string): Promise<void> {
  await changeClaimed(app.db, delivery, { channelId });
}

/** Notes that the message is in the channel: from now on it is never sent again, whatever is still to be done. */
export async function recordPosted(
  app: App,
  delivery: Delivery,
  posted: { channelId: string; messageId: string },
): Promise<void> {
  await changeDeliveries(app.db, [delivery.deliveryId], posted);
}

/** Notes that all is done. `problem`: the message is there, but its thread could not be opened. */
export async function recordSent(
  app: App,
  delivery: Delivery,
  sent: { channelId: string; messageId: string; threadId: string | null; problem?: DeliveryProblem | null },
): Promise<void> {
  const { problem = null, ...rest } = sent;
  await transact(app.db, async (tx) => {
    const sentAt = app.clock(await readDatabaseTime(tx));
    await changeDeliveries(tx, [delivery.deliveryId], { ...rest, problem, state: "sent", sentAt });
    if (delivery.kind === "announcement") await queueAnnouncedPoll(tx, delivery, sent.channelId, sentAt);
  });
}

type Undelivered = {
  readonly problem: DeliveryProblem;
  /** Whether the message may be in the channel all the same. */
  readonly unsure: boolean;
};

/** Notes that a message waits for somebody to change something in Discord: it is due again after the next /setup. */
export async function recordHeld(app: App, delivery: Delivery, undelivered: Undelivered): Promise<void> {
  await transact(app.db, (tx) => giveUp(app, tx, delivery, "held", undelivered));
}

/** Notes that a message was given up. It is due again after the next /setup too. */
export async function recordFailed(app: App, delivery: Delivery, undelivered: Undelivered): Promise<void> {
  await transact(app.db, (tx) => giveUp(app, tx, delivery, "failed", undelivered));
}

async function giveUp(
  app: App,
  tx: Transaction,
  delivery: Delivery,
  state: "held" | "failed",
  { problem, unsure }: Undelivered,
): Promise<void> {
  const now = app.clock(await readDatabaseTime(tx));
  const changed = await changeClaimed(tx, delivery, {
    state,
    problem,
    dueAt: now,
    ...(unsure ? {} : { claimedAt: null }),
  });
  const { kind, serverId, modelId, channelId } = delivery;
  // What members bring and what becomes of a model are no announcements: the board or the card has them all the same.
  if (!changed || ["hello", "trouble", "evidence", "change", "poll"].includes(kind)) return;
  await queueDeliveries(tx, [{ key: troubleKey(serverId, channelId), kind: "trouble", serverId, modelId, dueAt: now }]);
}

/**
 * Makes a message due again: after `afterMs`, or after a wait that grows with every attempt. After twelve attempts in
 * vain it is given up. A message that is posted by now must come with its channel and id.
 *
 * @param retry.unsure whether the message may be in the channel: then it is looked for before it is sent again
 */
export async function recordRetry(
  app: App,
  delivery: Delivery,
  retry: { unsure: boolean; afterMs?: number },
): Promise<void> {
  const { unsure, afterMs } = retry;
  const { channelId, messageId } = delivery;
  const posted = messageId === null ? {} : { channelId, messageId };
  await transact(app.db, async (tx) => {
    const now = app.clock(await readDatabaseTime(tx));
    if (delivery.attempts < mostAttempts) {
      const waitMs = afterMs ?? Math.min(longestWaitMs, firstWaitMs * 2 ** (delivery.attempts - 1));
      const dueAt = new Date(now.getTime() + waitMs);
      await changeClaimed(tx, delivery, { ...posted, state: "due", dueAt, ...(unsure ? {} : { claimedAt: null }) });
    } else if (messageId === null) {
      await giveUp(app, tx, delivery, "failed", { problem: "discord-failed", unsure });
    } else {
      // Only its thread is missing.
      await changeClaimed(tx, delivery, { ...posted, state: "sent", problem: "discord-failed", sentAt: now });
    }
  });
}
