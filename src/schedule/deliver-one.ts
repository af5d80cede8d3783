import { recordPieceSent } from "../actions/deliver-evidence.ts";
import { recordPollSent } from "../actions/open-poll.ts";
import {
  recordChannel,
  recordFailed,
  recordHeld,
  recordPosted,
  recordRetry,
  recordSent,
} from "../actions/record-deliveries.ts";
import { withCopies } from "../actions/show-evidence.ts";
import type { App } from "../app.ts";
import { editDelivery, postDelivery, systemChannel } from "../discord/deliveries.ts";
import { messageOf } from "../discord/delivery-message.ts";
import { openThread } from "../discord/delivery-thread.ts";
import type { Line } from "../discord/line.ts";
import type { Posting, Undelivered } from "../discord/undelivered.ts";
import { threadName } from "../discord/views/announcement.ts";
import { labNames } from "../discord/views/lab-words.ts";
import type { OwedView } from "../discord/views/message.ts";
import type { ClaimedDelivery } from "../domain/claimed-delivery.ts";
import type { Delivery } from "../domain/server.ts";

/** Sends the message of a claimed delivery, and notes what became of it. */
export async function deliver(app: App, line: Line, claimed: ClaimedDelivery): Promise<void> {
  let { delivery } = claimed;
  try {
    const posted = await send(app, line, claimed);
    if (posted.kind === "posted") {
      delivery = { ...delivery, channelId: posted.channelId, messageId: posted.messageId };
      await finish(app, line, { ...claimed, delivery }, posted);
    } else await note(app, delivery, posted);
  } catch (err) {
    app.log.error({ err, delivery: delivery.key }, "a delivery failed");
    await recordRetry(app, delivery, { unsure: true });
  }
}

async function send(app: App, line: Line, claimed: ClaimedDelivery): Promise<Posting> {
  const { delivery, piece } = claimed;
  if (!piece) return delivery.messageId === null ? post(app, line, claimed) : postedBefore(delivery);
  const posted = delivery.messageId === null ? await post(app, line, claimed) : postedBefore(delivery);
  // One that was there before may show what the piece was then.
  const mayBeOld = delivery.messageId !== null || delivery.firstClaimedAt !== null;
  if (posted.kind !== "posted" || !mayBeOld) return posted;
  return editDelivery(line, delivery, posted, await message(app, claimed));
}

async function message(app: App, claimed: ClaimedDelivery): Promise<OwedView> {
  const shown = claimed.piece && (await withCopies(app, claimed.piece));
  return messageOf(claimed, labNames(app.models.of(claimed.delivery.serverId).labs), shown);
}

function postedBefore({ key, channelId, messageId }: Delivery) {
  if (channelId === null || messageId === null) throw new Error(`where is ${key}?`);
  return { kind: "posted", channelId, messageId } as const;
}

async function post(app: App, line: Line, claimed: ClaimedDelivery): Promise<Posting> {
  const { delivery } = claimed;
  const to =
    delivery.channelId === null
      ? systemChannel(line.client, delivery.serverId)
      : ({ kind: "channel", channelId: delivery.channelId } as const);
  if (to.kind !== "channel") return to;
  if (delivery.channelId === null) await recordChannel(app, delivery, to.channelId);
  const isGone = claimed.piece !== null && claimed.piece.state !== "shown";
  return postDelivery(line, delivery, to.channelId, await message(app, claimed), { onlyLook: isGone });
}

/** The message is there: that is written down first, then come its thread and the end. */
async function finish(
  app: App,
  line: Line,
  { delivery, card, piece, poll }: ClaimedDelivery,
  { channelId, messageId }: { channelId: string; messageId: string },
): Promise<void> {
  if (piece) {
    await recordPieceSent(app, delivery, piece, { channelId, messageId });
    return;
  }
  if (poll) {
    await recordPollSent(app, delivery, poll, { channelId, messageId });
    return;
  }
  if (!card || delivery.kind !== "announcement" || !delivery.threadPerModel) {
    await recordSent(app, delivery, { channelId, messageId, threadId: null });
    return;
  }
  await recordPosted(app, delivery, { channelId, messageId });
  const mayBeThere = delivery.attempts > 1;
  const thread = await openThread(line, { channelId, messageId, name: threadName(card), mayBeThere });
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
