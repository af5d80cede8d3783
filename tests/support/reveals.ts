import { claimDeliveries } from "../../src/actions/claim-deliveries.ts";
import { decideMarket } from "../../src/actions/decide-market.ts";
import { recordCandidateSent } from "../../src/actions/deliver-candidate.ts";
import { offerSettlements } from "../../src/actions/offer-settlements.ts";
import { recordSent } from "../../src/actions/record-deliveries.ts";
import type { App } from "../../src/app.ts";
import { messageOf } from "../../src/discord/delivery-message.ts";
import { labNames } from "../../src/discord/views/lab-words.ts";
import { transact } from "../../src/storage/database.ts";
import { addCandidates, type NewCandidate } from "../../src/storage/reveals.ts";
import { revealCandidates } from "../../src/storage/schema.ts";
import * as make from "./factories.ts";
import { hourMs, storyClock, watcherApp } from "./watcher-app.ts";

export const dayMs = 24 * hourMs;

/**
 * The evening of 18 March 2026 in three servers: Hunter Alpha has been gone for three reads and is played on in all of
 * them. 100 has a channel for moderators, 200 one for announcements, 300 none.
 */
export async function aGoneModel(db: App["db"], more: { listingId?: string; name?: string } = {}) {
  const clock = storyClock("2026-03-18T21:00:00Z");
  const app = watcherApp(db, clock);
  await make.aServer(db, { serverId: "100", announcementChannelId: "110", moderatorChannelId: "120" });
  await make.aServer(db, { serverId: "200", announcementChannelId: "210" });
  await make.aServer(db, { serverId: "300" });
  const modelId = await anotherGoneModel(app, { listingId: "openrouter/hunter-alpha", name: "Hunter Alpha", ...more });
  return { app, clock, modelId };
}

/** One more that is gone, played on in the same servers. */
export async function anotherGoneModel(app: App, given: { listingId: string; name: string }): Promise<number> {
  const goneAt = new Date("2026-03-18T20:00:00Z");
  const { modelId } = await make.aModel(app.db, { ...given, missedReads: 3, missedSince: goneAt });
  for (const serverId of ["100", "200", "300"]) await make.aMarket(app.db, { serverId, modelId });
  return modelId;
}

/** What moderators are told now, delivered: new messages, and old ones that are edited. */
export async function toldTo(app: App) {
  const claimed = await claimDeliveries(app, { by: "a process", most: 100 });
  for (const { delivery, candidate } of claimed) {
    const sent = { channelId: delivery.channelId ?? "1", messageId: delivery.messageId ?? `${delivery.deliveryId}` };
    if (candidate) await recordCandidateSent(app, delivery, candidate, sent);
    else await recordSent(app, delivery, { ...sent, threadId: null });
  }
  return claimed
    .filter(({ delivery: { kind } }) => kind === "candidate" || kind === "deadline")
    .map((one) => {
      const { kind, serverId, channelId, messageId } = one.delivery;
      const message = messageOf(one, labNames([]));
      const buttons = (message.components ?? []).flatMap(({ components }) =>
        components.flatMap((button) => ("label" in button ? [button.label] : [])),
      );
      const isEdit = messageId !== null;
      return { kind, serverId, channelId, isEdit, words: message.content ?? "", buttons, candidate: one.candidate };
    })
    .sort((a, b) => a.serverId.localeCompare(b.serverId) || a.words.localeCompare(b.words));
}

/** A candidate from an official listing, unless told otherwise, owed to moderators. Returns its id. */
export async function aCandidate(app: App, modelId: number, given: Partial<NewCandidate> = {}): Promise<number> {
  const foundAt = new Date("2026-03-18T20:00:00Z");
  const row: NewCandidate = {
    modelId,
    kind: "listing",
    fact: "listing:xiaomi/mimo-v2-pro",
    labs: ["xiaomi"],
    found: "Xiaomi: MiMo-V2-Pro",
    score: 0.98,
    source: "https://openrouter.ai/xiaomi/mimo-v2-pro",
    publishedAt: new Date("2026-03-18T19:54:03Z"),
    publishedHow: "listed",
    foundAt,
    ...given,
  };
  await transact(app.db, (tx) => addCandidates(tx, [row], foundAt));
  const rows = await app.db.select().from(revealCandidates);
  return rows.find(({ fact }) => fact === row.fact)?.candidateId ?? 0;
}

/** Settles in one server, and lets what follows for the others happen. */
export async function settleIn(
  app: App,
  serverId: string,
  modelId: number,
  given: { lab?: string; secondLab?: string; publishedAt?: Date } = {},
): Promise<void> {
  await make.aSettlement(app, { serverId, modelId }, { publishedAt: new Date("2026-03-18T19:54:00Z"), ...given });
  await offerSettlements(app);
}

/** A moderator's decision in one server, with what follows for the others. */
export async function decideIn(app: App, serverId: string, modelId: number, kind: "void" | "reopen"): Promise<void> {
  const key = make.aKey();
  const answer = await decideMarket(app, { key, kind, serverId, member: make.aMember(), modelId, reason: "so" });
  if (!answer.done) throw new Error(`refused: ${JSON.stringify(answer.refusal)}`);
  await offerSettlements(app);
}
