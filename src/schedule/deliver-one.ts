import { currentTime } from "../actions/current-time.ts";
import { recordCandidateSent } from "../actions/deliver-candidate.ts";
import { recordPieceSent } from "../actions/deliver-evidence.ts";
import { recordPollSent } from "../actions/open-poll.ts";
import {
  recordChannel,
  recordFailed,
  recordHeld,
  recordLater,
  recordPosted,
  recordPutOff,
  recordRetry,
  recordSent,
} from "../actions/record-deliveries.ts";
import { withCopies } from "../actions/show-evidence.ts";
import type { App } from "../app.ts";
import { editDelivery, postDelivery, systemChannel } from "../discord/deliveries.ts";
import { messageOf } from "../discord/delivery-message.ts";
import { openThread } from "../discord/delivery-thread.ts";
import type { Line } from "../discord/line.ts";
import { timeOf, waitToEdit } from "../discord/old-edits.ts";
import type { Posting, Undelivered } from "../discord/undelivered.ts";
import { threadName } from "../discord/views/announcement.ts";
import { withFilesAsTheyAre } from "../discord/views/evidence.ts";
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

async function send(app: App, line: Line, claimed: ClaimedDelivery): Promise<Posting | Later> {
  const { delivery, piece } = claimed;
  const posted = delivery.messageId === null ? await post(app, line, claimed) : postedBefore(delivery);
  if (posted.kind !== "posted" || !isKeptCurrent(claimed)) return posted;
  // One that was there before may show what was so then.
  const mayBeOld = delivery.messageId !== null || delivery.firstClaimedAt !== null;
  if (!mayBeOld) return posted;
  if (!piece) {
    const afterMs = waitToEdit(line.client, posted, await currentTime(app));
    if (afterMs > 0) return { ...posted, kind: "later", afterMs };
  }
  const edited = await editDelivery(line, delivery, posted, await message(app, claimed));
  // What moderators were asked may stay as it is where it cannot be edited: each press looks again.
  return piece || edited.kind === "retry" || edited.kind === "put-off" ? edited : posted;
}

/** Whether the message says later what became of what it is about. */
function isKeptCurrent({ delivery: { kind }, piece }: ClaimedDelivery): boolean {
  return piece !== null || kind === "candidate" || kind === "deadline";
}

async function message(app: App, claimed: ClaimedDelivery): Promise<OwedView> {
  const { delivery, piece } = claimed;
  const names = labNames(app.models.of(delivery.serverId).labs);
  if (piece?.state === "shown" && delivery.showsFiles) {
    return withFilesAsTheyAre(messageOf(claimed, names, { piece, copies: [], missing: [] }));
  }
  return messageOf(claimed, names, piece && (await withCopies(app, piece)));
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
  const { piece, candidate } = claimed;
  const isGone =
    (piece !== null && piece.state !== "shown") || (candidate !== null && candidate.standing.kind !== "waits");
  return postDelivery(line, delivery, to.channelId, await message(app, claimed), { onlyLook: isGone });
}

/** The message is there: that is written down first, then come its thread and the end. */
async function finish(
  app: App,
  line: Line,
  { delivery, card, piece, candidate, poll }: ClaimedDelivery,
  { channelId, messageId }: { channelId: string; messageId: string },
): Promise<void> {
  if (piece) {
    await recordPieceSent(app, delivery, piece, { channelId, messageId });
    return;
  }
  if (candidate) {
    await recordCandidateSent(app, delivery, candidate, { channelId, messageId });
    return;
  }
  if (poll) {
    const postedAt = delivery.firstClaimedAt === null ? null : timeOf(messageId);
    await recordPollSent(app, delivery, poll, { channelId, messageId, postedAt });
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
  else if (thread.kind === "put-off") await recordPutOff(app, delivery, thread);
  else {
    const threadId = thread.kind === "opened" ? thread.threadId : null;
    const problem = thread.kind === "none" ? thread.problem : null;
    await recordSent(app, delivery, { channelId, messageId, threadId, problem });
  }
}

async function note(app: App, delivery: Delivery, undelivered: Undelivered): Promise<void> {
  app.log.info({ delivery: delivery.key, ...undelivered }, "a message was not delivered");
  if (undelivered.kind === "retry") await recordRetry(app, delivery, undelivered);
  else if (undelivered.kind === "put-off") await recordPutOff(app, delivery, undelivered);
  else if (undelivered.kind === "held") await recordHeld(app, delivery, undelivered);
  else await recordFailed(app, delivery, undelivered);
}
