import type { App } from "../app.ts";
import type { ClaimedDelivery } from "../domain/claimed-delivery.ts";
import type { Delivery } from "../domain/server.ts";
import { type Transaction, transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { changeDeliveries, claim, type DueRow, extendClaims, lockDue, unclaim } from "../storage/delivery-claims.ts";
import { readEvidenceById } from "../storage/evidence.ts";
import type { MarketWithModel } from "../storage/markets.ts";
import { readMarketsOf } from "../storage/message-facts.ts";
import { readReplacedPolls } from "../storage/polls.ts";
import { readCandidates } from "../storage/reveals.ts";
import { currentTime } from "./current-time.ts";
import { gatherMessages, isAboutMarket, marketOf } from "./gather-messages.ts";

/** A claim that was not renewed for this long is over: the process that made it has crashed. */
export const claimMs = 5_000;

type Request = {
  /** Names the process. */
  readonly by: string;
  readonly most: number;
  /** What this process is sending: it never takes over from itself, however long that takes. */
  readonly except?: readonly Delivery[];
};

/**
 * Claims deliveries that are due, for this process alone, with all their messages are made of. Several processes share
 * them without waiting for each other.
 */
export async function claimDeliveries(app: App, request: Request): Promise<ClaimedDelivery[]> {
  for (;;) {
    const { found, claimed } = await transact(app.db, (tx) => claimDue(app, tx, request));
    // What was found may all be overtaken by events; then there is more to look at.
    if (found === 0 || claimed.length > 0) return claimed;
  }
}

/** Holds claims for longer: sending takes as long as Discord wants. Returns the ids of those that are still this process's. */
export async function renewClaims(app: App, by: string, held: readonly Delivery[]): Promise<readonly number[]> {
  const now = await currentTime(app);
  return extendClaims(app.db, idsOf(held), by, new Date(now.getTime() + claimMs));
}

/**
 * Makes deliveries due again that this process claimed and did nothing about: that was no attempt. Those another one has
 * taken over by now are that one's.
 */
export async function giveBack(app: App, by: string, unused: readonly Delivery[]): Promise<void> {
  const now = await currentTime(app);
  const claimedNow = unused.filter(({ firstClaimedAt }) => firstClaimedAt === null);
  const claimedBefore = unused.filter(({ firstClaimedAt }) => firstClaimedAt !== null);
  await unclaim(app.db, claimedNow, by, { dueAt: now, claimedAt: null });
  await unclaim(app.db, claimedBefore, by, { dueAt: now });
}

function idsOf(deliveries: readonly Delivery[]): number[] {
  return deliveries.map(({ deliveryId }) => deliveryId);
}

async function claimDue(
  app: App,
  tx: Transaction,
  request: Request,
): Promise<{ found: number; claimed: ClaimedDelivery[] }> {
  const now = app.clock(await readDatabaseTime(tx));
  // Twice what a claim lasts: another process may have made one since this one asked for the time.
  const longestClaim = new Date(now.getTime() + 2 * claimMs);
  const due = await lockDue(tx, { now, longestClaim }, request.most, idsOf(request.except ?? []));
  if (due.length === 0) return { found: 0, claimed: [] };
  const markets = await readMarketsOf(
    tx,
    due.filter(({ kind }) => isAboutMarket(kind)),
  );
  const overtaken = [
    ...due.filter((row) => isDecided(row, markets)),
    ...(await withdrawnSince(tx, due)),
    ...(await judgedSince(tx, due)),
    ...(await anotherPollSince(tx, due, now)),
  ];
  const overtakenIds = overtaken.map((row) => row.deliveryId);
  await changeDeliveries(tx, overtakenIds, { state: "failed", problem: null });
  const until = new Date(now.getTime() + claimMs);
  const ids = due.map((row) => row.deliveryId).filter((id) => !overtakenIds.includes(id));
  const claimed = await claim(tx, ids, request.by, now, until);
  const pairs = due.flatMap((before) => {
    const row = claimed.find(({ deliveryId }) => deliveryId === before.deliveryId);
    return row ? [{ row, before }] : [];
  });
  return { found: due.length, claimed: await gatherMessages(tx, pairs, markets, now) };
}

/** Polls that could not be posted for a while, and whose model has another one by now: one at a time. */
async function anotherPollSince(tx: Transaction, due: readonly DueRow[], now: Date): Promise<DueRow[]> {
  const unseen = due.filter((row) => row.kind === "poll" && isUnseen(row));
  const keys = await readReplacedPolls(
    tx,
    unseen.map(({ key }) => key),
    now,
  );
  return unseen.filter(({ key }) => keys.includes(key));
}

/** Whether nobody can have seen the message. */
function isUnseen({ claimedAt, messageId }: DueRow): boolean {
  return claimedAt === null && messageId === null;
}

/** Candidates that were dismissed, or that no server held to any more, before anybody was told of them. */
async function judgedSince(tx: Transaction, due: readonly DueRow[]): Promise<DueRow[]> {
  const unseen = due.filter((row) => row.kind === "candidate" && isUnseen(row));
  const judged = (await readCandidates(tx, unseen)).filter(({ candidate }) => candidate.standing.kind !== "waits");
  return unseen.filter((row) => judged.some(({ of, serverId }) => of === row.candidateId && serverId === row.serverId));
}

/** A model that was settled or called off before anybody was told of it. */
function isDecided(row: DueRow, markets: readonly MarketWithModel[]): boolean {
  if (!isAboutMarket(row.kind) || !isUnseen(row)) return false;
  const state = marketOf(row, markets)?.state;
  return state !== "open" && state !== "frozen";
}

/** Pieces that were withdrawn or hidden before anybody saw them in the thread. */
async function withdrawnSince(tx: Transaction, due: readonly DueRow[]): Promise<DueRow[]> {
  const unseen = due.filter(({ evidenceId, claimedAt, messageId }) => evidenceId !== null && !claimedAt && !messageId);
  const pieces = await readEvidenceById(
    tx,
    unseen.flatMap(({ evidenceId }) => (evidenceId === null ? [] : [evidenceId])),
  );
  const gone = pieces.filter(({ state }) => state !== "shown").map(({ evidenceId }) => evidenceId);
  return unseen.filter(({ evidenceId }) => evidenceId !== null && gone.includes(evidenceId));
}
