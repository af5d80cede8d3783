import type { App } from "../app.ts";
import { prices } from "../domain/market.ts";
import { type NewPoll, type PollRefusal, pollLabs, pollRules } from "../domain/poll.ts";
import { closedBecause } from "../domain/receipt.ts";
import type { Delivery } from "../domain/server.ts";
import { type Transaction, transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { changeDeliveries } from "../storage/delivery-claims.ts";
import { marketOf } from "../storage/guess-rows.ts";
import { lockMarkets } from "../storage/guesses.ts";
import { changePoll, queuePoll, readCurrentPoll } from "../storage/polls.ts";
import { recordVote } from "./record-vote.ts";

const hourMs = 3_600_000;

/**
 * Owes a channel a poll on who built a model: the likeliest labs of this moment and "someone else".
 *
 * @param request.key what makes it count once: the interaction's id
 * @param request.hours how long it runs, 1 to 768
 */
export async function openPoll(
  app: App,
  request: { key: string; serverId: string; modelId: number; channelId: string; hours: number },
): Promise<PollAnswer> {
  const answer = await transact(app.db, (tx) => open(app, tx, request));
  if (answer.opened) app.owed.ring();
  return answer;
}

type PollAnswer = { opened: true; modelName: string } | { opened: false; refusal: PollRefusal };

async function open(app: App, tx: Transaction, request: Parameters<typeof openPoll>[1]): Promise<PollAnswer> {
  const { serverId, modelId, channelId, hours } = request;
  const key = `poll:${request.key}`;
  const [market] = await lockMarkets(tx, [{ serverId, modelId }]);
  if (!market) return { opened: false, refusal: { reason: "no-such-model" } };
  const closed = closedBecause({ ...market, name: market.modelName });
  if (closed) return { opened: false, refusal: closed };
  const at = app.clock(market.databaseTime);
  const current = await readCurrentPoll(tx, serverId, modelId, at);
  if (current && current.key !== key) {
    const { channelId: where, messageId } = current;
    return { opened: false, refusal: { reason: "poll-runs", serverId, channelId: where, messageId } };
  }
  await queuePoll(tx, { key, serverId, modelId, channelId, labs: labsOf(market), hours, at });
  return { opened: true, modelName: market.modelName };
}

/** Owes the channel a poll below a model's announcement, if the model is still open. */
export async function queueAnnouncedPoll(
  tx: Transaction,
  { serverId, modelId }: Pick<Delivery, "serverId" | "modelId">,
  channelId: string,
  at: Date,
): Promise<void> {
  if (modelId === null) return;
  const [market] = await lockMarkets(tx, [{ serverId, modelId }]);
  if (market?.state !== "open" || (await readCurrentPoll(tx, serverId, modelId, at))) return;
  const key = `poll:announcement:${modelId}:${serverId}`;
  await queuePoll(tx, { key, serverId, modelId, channelId, labs: labsOf(market), hours: pollRules.usualHours, at });
}

function labsOf(market: Parameters<typeof marketOf>[0]): string[] {
  const odds = prices(marketOf(market));
  return pollLabs(market.outcomes.map(({ lab }, i) => ({ lab, price: odds[i] ?? 0 })));
}

/**
 * Notes where a poll is and until when it runs, and counts the votes that came before this was known. One that may have
 * been posted long before has its votes read.
 *
 * @param sent.postedAt when it was posted, if that may have been long before: its time runs since then, not since it was found
 */
export async function recordPollSent(
  app: App,
  delivery: Delivery,
  poll: NewPoll,
  { postedAt, ...sent }: { channelId: string; messageId: string; postedAt: Date | null },
): Promise<void> {
  const running = await transact(app.db, async (tx) => {
    const now = app.clock(await readDatabaseTime(tx));
    await changeDeliveries(tx, [delivery.deliveryId], { ...sent, state: "sent", sentAt: now, problem: null });
    const readDueAt = delivery.firstClaimedAt === null ? null : now;
    const runsSince = Math.min(now.getTime(), postedAt?.getTime() ?? now.getTime());
    const endsAt = new Date(runsSince + poll.hours * hourMs);
    return changePoll(tx, poll.pollId, { ...sent, endsAt, readDueAt });
  });
  if (!running) return;
  for (const event of app.polls.put(running)) void recordVote(app, event);
}
