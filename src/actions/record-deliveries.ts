import type { App } from "../app.ts";
import type { Delivery, DeliveryProblem } from "../domain/server.ts";
import { troubleKey } from "../domain/trouble-key.ts";
import { type Transaction, transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { queueDeliveries } from "../storage/deliveries.ts";
import { changeClaimed, changeDeliveries } from "../storage/delivery-claims.ts";
import { currentTime } from "./current-time.ts";
import { queueAnnouncedPoll } from "./open-poll.ts";

/** 30 seconds, doubled each time, up to an hour: twelve attempts take about six hours. */
const firstWaitMs = 30_000;
const longestWaitMs = 60 * 60_000;
const mostAttempts = 12;

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
  const sentAt = await currentTime(app);
  const change = { ...rest, problem, state: "sent", sentAt } as const;
  if (delivery.kind !== "announcement" || !delivery.pollPerModel) {
    await changeDeliveries(app.db, [delivery.deliveryId], change);
    return;
  }
  // The poll below it is owed with it: neither a crash nor a second try makes it none or two.
  await transact(app.db, async (tx) => {
    await changeDeliveries(tx, [delivery.deliveryId], change);
    await queueAnnouncedPoll(tx, delivery, sent.channelId, sentAt);
  });
}

/** Puts back a posted message that is to be edited when it is its turn. It counts as no attempt. */
export async function recordLater(
  app: App,
  delivery: Delivery,
  { channelId, messageId, afterMs }: { channelId: string; messageId: string; afterMs: number },
): Promise<void> {
  const dueAt = new Date((await currentTime(app)).getTime() + afterMs);
  const attempts = delivery.attempts - 1;
  await changeClaimed(app.db, delivery, { channelId, messageId, state: "due", dueAt, attempts });
}

/**
 * Puts a message off for as long as Discord wants. It may be in the channel all the same. That counts as no attempt:
 * a channel that is slowed down for hours is no channel in trouble.
 */
export async function recordPutOff(app: App, delivery: Delivery, { afterMs }: { afterMs: number }): Promise<void> {
  const dueAt = new Date((await currentTime(app)).getTime() + afterMs);
  await changeClaimed(app.db, delivery, { state: "due", dueAt, attempts: delivery.attempts - 1 });
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
  const about = { serverId, modelId: kind === "announcement" ? modelId : null };
  await queueDeliveries(tx, [{ key: troubleKey(serverId, channelId), kind: "trouble", ...about, dueAt: now }]);
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
