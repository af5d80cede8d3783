import { setTimeout as wait } from "node:timers/promises";
import { currentTime } from "../actions/current-time.ts";
import { recordCandidateSent } from "../actions/deliver-candidate.ts";
import { recordPieceSent } from "../actions/deliver-evidence.ts";
import {
  claimDeliveries,
  claimMs,
  recordChannel,
  recordFailed,
  recordHeld,
  recordLater,
  recordPosted,
  recordRetry,
  recordSent,
} from "../actions/deliver-messages.ts";
import { withCopies } from "../actions/show-evidence.ts";
import type { App } from "../app.ts";
import { isConnected } from "../discord/client.ts";
import {
  type DiscordClient,
  editDelivery,
  messageOf,
  openThread,
  postDelivery,
  systemChannel,
} from "../discord/deliveries.ts";
import { waitToEdit } from "../discord/old-edits.ts";
import type { Posting, Undelivered } from "../discord/undelivered.ts";
import { threadName } from "../discord/views/announcement.ts";
import { labNames } from "../discord/views/lab-words.ts";
import type { MessageView } from "../discord/views/message.ts";
import type { ClaimedDelivery } from "../domain/claimed-delivery.ts";
import type { Delivery } from "../domain/server.ts";

/**
 * Discord takes 50 requests a second from a bot, and discord.js makes members' interactions wait for their turn too: half
 * of them are left free. Measured without this pace, deliveries alone take all 50.
 */
const atOnce = 4;
const perSecond = 25;
const beforePacing = 10;
/** Sending gives up while the claim still holds, so that nobody else sends the same. */
const sendWithinMs = claimMs / 2;

/**
 * Sends what is due, until nothing is or the connection to Discord is lost: then every attempt would be in vain. Several
 * processes may do so at once; none waits for another.
 *
 * @param by names this process
 * @param signal when it is aborted no more is begun
 */
export async function deliverDue(app: App, client: DiscordClient, by: string, signal?: AbortSignal): Promise<void> {
  let nextAtMs = 0;
  const pace = async () => {
    const nowMs = performance.now();
    const stepMs = 1_000 / perSecond;
    nextAtMs = Math.max(nextAtMs, nowMs - beforePacing * stepMs) + stepMs;
    if (nextAtMs > nowMs) await wait(nextAtMs - nowMs);
  };
  const worker = async () => {
    while (!signal?.aborted && isConnected(client)) {
      await pace();
      const [claimed] = await claimDeliveries(app, { by, most: 1 });
      if (!claimed) return;
      await deliver(app, client, claimed);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function deliver(app: App, client: DiscordClient, claimed: ClaimedDelivery): Promise<void> {
  let { delivery } = claimed;
  try {
    const within = AbortSignal.timeout(sendWithinMs);
    const posted = await send(app, client, claimed, within);
    if (posted.kind === "posted") {
      delivery = { ...delivery, channelId: posted.channelId, messageId: posted.messageId };
      await finish(app, client, { ...claimed, delivery }, posted, within);
    } else if (posted.kind === "later") await recordLater(app, delivery, posted);
    else await note(app, delivery, posted);
  } catch (err) {
    app.log.error({ err, delivery: delivery.key }, "a delivery failed");
    await recordRetry(app, delivery, { unsure: true });
  }
}

/** It is there, and it is not its turn to be edited. */
type Later = {
  readonly kind: "later";
  readonly afterMs: number;
  readonly channelId: string;
  readonly messageId: string;
};

async function send(
  app: App,
  client: DiscordClient,
  claimed: ClaimedDelivery,
  within: AbortSignal,
): Promise<Posting | Later> {
  const { delivery, piece } = claimed;
  const posted = delivery.messageId === null ? await post(app, client, claimed, within) : postedBefore(delivery);
  if (posted.kind !== "posted" || !isKeptCurrent(claimed)) return posted;
  // One that was there before may show what was so then.
  const mayBeOld = delivery.messageId !== null || delivery.firstClaimedAt !== null;
  if (!mayBeOld) return posted;
  if (!piece) {
    const afterMs = waitToEdit(client, posted, await currentTime(app));
    if (afterMs > 0) return { ...posted, kind: "later", afterMs };
  }
  const edited = await editDelivery(client, delivery, posted, await message(app, claimed), within);
  // What moderators were asked may stay as it is where it cannot be edited: each press looks again.
  return piece || edited.kind === "retry" ? edited : posted;
}

/** Whether the message says later what became of what it is about. */
function isKeptCurrent({ delivery: { kind }, piece }: ClaimedDelivery): boolean {
  return piece !== null || kind === "candidate" || kind === "deadline";
}

async function message(app: App, claimed: ClaimedDelivery): Promise<MessageView> {
  const shown = claimed.piece && (await withCopies(app, claimed.piece));
  return messageOf(claimed, labNames(app.models.of(claimed.delivery.serverId).labs), shown);
}

function postedBefore({ key, channelId, messageId }: Delivery) {
  if (channelId === null || messageId === null) throw new Error(`where is ${key}?`);
  return { kind: "posted", channelId, messageId } as const;
}

async function post(app: App, client: DiscordClient, claimed: ClaimedDelivery, within: AbortSignal): Promise<Posting> {
  const { delivery } = claimed;
  const to =
    delivery.channelId === null
      ? systemChannel(client, delivery.serverId)
      : ({ kind: "channel", channelId: delivery.channelId } as const);
  if (to.kind !== "channel") return to;
  if (delivery.channelId === null) await recordChannel(app, delivery, to.channelId);
  const { piece, candidate } = claimed;
  const isGone =
    (piece !== null && piece.state !== "shown") || (candidate !== null && candidate.standing.kind !== "waits");
  return postDelivery(client, delivery, to.channelId, await message(app, claimed), within, { onlyLook: isGone });
}

/** The message is there: that is written down first, then come its thread and the end. */
async function finish(
  app: App,
  client: DiscordClient,
  { delivery, card, piece, candidate }: ClaimedDelivery,
  { channelId, messageId }: { channelId: string; messageId: string },
  within: AbortSignal,
): Promise<void> {
  if (piece) {
    await recordPieceSent(app, delivery, piece, { channelId, messageId });
    return;
  }
  if (candidate) {
    await recordCandidateSent(app, delivery, candidate, { channelId, messageId });
    return;
  }
  if (!card || delivery.kind !== "announcement" || !delivery.threadPerModel) {
    await recordSent(app, delivery, { channelId, messageId, threadId: null });
    return;
  }
  await recordPosted(app, delivery, { channelId, messageId });
  const mayBeThere = delivery.attempts > 1;
  const thread = await openThread(client, { channelId, messageId, name: threadName(card), mayBeThere }, within);
  if (thread.kind === "retry") await recordRetry(app, delivery, { unsure: true });
  else {
    const threadId = thread.kind === "opened" ? thread.threadId : null;
    const problem = thread.kind === "none" ? thread.problem : null;
    await recordSent(app, delivery, { channelId, messageId, threadId, problem });
  }
}

async function note(app: App, delivery: Delivery, undelivered: Undelivered): Promise<void> {
  app.log.info({ delivery: delivery.key, ...undelivered }, "a message was not delivered");
  if (undelivered.kind === "retry") await recordRetry(app, delivery, undelivered);
  else if (undelivered.kind === "held") await recordHeld(app, delivery, undelivered);
  else await recordFailed(app, delivery, undelivered);
}
