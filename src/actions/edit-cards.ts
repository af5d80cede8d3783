import type { App } from "../app.ts";
import { isOldMessage, type ModelCard, oldCardEveryMs } from "../domain/card.ts";
import {
  changeCards,
  type DueCard,
  lockDueCards,
  noteEdited,
  readEditedChannels,
  releaseCard,
} from "../storage/cards.ts";
import { readCompanions } from "../storage/companions.ts";
import { type Transaction, transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { readMarketsOf } from "../storage/message-facts.ts";
import { readSettlementCounts } from "../storage/settlement-counts.ts";
import { currentTime } from "./current-time.ts";
import { isLate } from "./gather-messages.ts";
import { cardOf, readCardEvidence } from "./model-card.ts";

/** Longer than an edit may take. */
export const cardHoldMs = 60_000;

/** An announcement that is to be edited, by this process alone while it holds it. */
export type ClaimedCard = {
  readonly marketId: number;
  readonly heldUntil: Date;
  readonly serverId: string;
  readonly channelId: string;
  readonly messageId: string;
  readonly card: ModelCard;
  /** Whether the announcement said since when the model is there. */
  readonly late: boolean;
};

type Posted = DueCard & {
  readonly deliveryId: number;
  readonly channelId: string;
  readonly messageId: string;
  sentAt: Date;
};

/**
 * Claims announcements whose cards are behind, with what they are to show now. An edit that is never finished is claimed
 * again, and what changes after the claim makes the card due anew: so the last state is always written. Of the old
 * messages of a channel one is edited a minute; the others wait.
 */
export async function claimCards(app: App, most: number): Promise<readonly ClaimedCard[]> {
  for (;;) {
    const { found, claimed } = await transact(app.db, (tx) => claimDue(app, tx, most));
    // What was found may all have to wait, or have no message; then there is more to look at.
    if (found === 0 || claimed.length > 0) return claimed;
  }
}

async function claimDue(app: App, tx: Transaction, most: number) {
  const now = app.clock(await readDatabaseTime(tx));
  const due = await lockDueCards(tx, now, most);
  if (due.length === 0) return { found: 0, claimed: [] };
  const { ready, waiting } = await apart(tx, due.filter(isPosted), now);
  const idsOf = (cards: readonly DueCard[]) => cards.map(({ marketId }) => marketId);
  const heldUntil = new Date(now.getTime() + cardHoldMs);
  const later = new Date(now.getTime() + oldCardEveryMs);
  const unposted = due.filter((card) => !isPosted(card) && isUnderWay(card));
  await changeCards(tx, idsOf([...waiting, ...unposted]), { cardDueAt: later, cardHeldUntil: null });
  // A market without a message has no card.
  const without = due.filter((card) => !isPosted(card) && !isUnderWay(card));
  await changeCards(tx, idsOf(without), { cardDueAt: null, cardHeldUntil: null });
  await changeCards(tx, idsOf(ready), { cardDueAt: null, cardHeldUntil: heldUntil });
  await noteEdited(
    tx,
    ready.map(({ deliveryId }) => deliveryId),
    now,
  );
  return { found: due.length, claimed: await withCards(tx, ready, heldUntil) };
}

function isPosted(card: DueCard): card is Posted {
  const { leftAt, channelId, messageId, sentAt } = card;
  return leftAt === null && channelId !== null && messageId !== null && sentAt !== null;
}

/** Its message may be in the channel by now, with what was true when it was claimed. */
function isUnderWay({ leftAt, deliveryState }: DueCard): boolean {
  return leftAt === null && (deliveryState === "due" || deliveryState === "claimed");
}

/** Those that may be edited now, and those that must wait because Discord takes few edits of old messages in a channel. */
async function apart(tx: Transaction, posted: readonly Posted[], now: Date) {
  const old = posted.filter(({ sentAt }) => isOldMessage(sentAt, now));
  const justEdited = new Set(
    await readEditedChannels(
      tx,
      old.map(({ serverId }) => serverId),
      new Date(now.getTime() - oldCardEveryMs),
    ),
  );
  const waiting = old.filter(({ channelId }) => {
    const mustWait = justEdited.has(channelId);
    justEdited.add(channelId);
    return mustWait;
  });
  return { ready: posted.filter((card) => !waiting.includes(card)), waiting };
}

async function withCards(tx: Transaction, ready: readonly Posted[], heldUntil: Date): Promise<ClaimedCard[]> {
  const markets = await readMarketsOf(tx, ready);
  const companions = await readCompanions(tx, ready);
  const evidence = await readCardEvidence(tx, markets);
  const settled = await readSettlementCounts(tx, markets);
  return ready.flatMap(({ marketId, serverId, modelId, channelId, messageId, sentAt }) => {
    const market = markets.find((each) => each.marketId === marketId);
    if (!market) return [];
    const beside = companions.filter((one) => one.serverId === serverId && one.of === modelId);
    const card = cardOf(market, { ...evidence, settled, companions: beside });
    return { marketId, heldUntil, serverId, channelId, messageId, card, late: isLate(market.model.listedAt, sentAt) };
  });
}

/** Notes that a card shows what was claimed, or that its message is gone. */
export async function recordCardEdited(app: App, card: ClaimedCard): Promise<void> {
  await releaseCard(app.db, card, null);
}

/** Makes a card due again that could not be edited now. */
export async function recordCardLater(app: App, card: ClaimedCard, afterMs: number): Promise<void> {
  const now = await currentTime(app);
  await releaseCard(app.db, card, new Date(now.getTime() + afterMs));
}
