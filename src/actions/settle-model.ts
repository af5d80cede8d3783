import type { App } from "../app.ts";
import type { Member } from "../domain/member.ts";
import {
  type DecisionRefusal,
  readSource,
  readTime,
  type SettlementAnswer,
  type SettlementSummary,
} from "../domain/settlement.ts";
import { readSuspect } from "../domain/suspect.ts";
import { datesIn } from "../storage/answers.ts";
import { markBoardBehind } from "../storage/boards.ts";
import { type Db, type Transaction, transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { readAnswer } from "../storage/guesses.ts";
import { lockMarket, type MarketWithModel, readMarket } from "../storage/markets.ts";
import { labsOfRows, readServerLabs } from "../storage/server-labs.ts";
import { keepPreview, readPreview } from "../storage/settlement-previews.ts";
import { readSettlement } from "../storage/settlement-summary.ts";
import {
  keepAnswer,
  paySettlement,
  recordDecision,
  recordRefusal,
  type SettlementTerms,
  setMarket,
} from "../storage/settlements.ts";
import { afterDecision } from "./after-decision.ts";
import { rightCallsOf } from "./right-calls.ts";
import { tellEverybody } from "./tell-everybody.ts";

type Refused = { readonly done: false; readonly refusal: DecisionRefusal };

const refused = (refusal: DecisionRefusal): Refused => ({ done: false, refusal });

/**
 * Works out what confirming a lab would do, and keeps the terms for the confirm button. Changes no market.
 *
 * @param request.lab, secondLab the builders as typed; two share the pot
 * @param request.publishedAt when the source was published, as `readTime` takes it: nothing from then on counts
 */
export async function previewSettlement(
  app: App,
  request: {
    serverId: string;
    member: Member;
    modelId: number;
    lab: string;
    secondLab: string | null;
    source: string;
    publishedAt: string;
  },
): Promise<{ readonly done: true; readonly previewId: number; readonly summary: SettlementSummary } | Refused> {
  const market = await readMarket(app.db, request.serverId, request.modelId);
  if (!market) return refused({ reason: "no-such-model" });
  const extra = labsOfRows(await readServerLabs(app.db, request.serverId));
  const builders: string[] = [];
  for (const typed of [request.lab, request.secondLab]) {
    if (typed === null) continue;
    const { suspect } = readSuspect(typed, extra);
    if (suspect?.kind === "other") return refused({ reason: "other-is-no-lab" });
    if (suspect?.kind !== "lab") return refused({ reason: "no-such-lab", typed });
    if (builders.includes(suspect.lab)) return refused({ reason: "same-lab-twice" });
    builders.push(suspect.lab);
  }
  const source = readSource(request.source);
  if (source === null) return refused({ reason: "bad-source" });
  const publishedAt = readTime(request.publishedAt);
  if (!publishedAt) return refused({ reason: "bad-time", typed: request.publishedAt });
  const now = app.clock(await readDatabaseTime(app.db));
  const refusal = refusalFor(market, publishedAt, now);
  if (refusal) return refused(refusal);

  const terms = { marketId: market.marketId, builders, publishedAt };
  const previewId = await keepPreview(app.db, {
    ...terms,
    serverId: request.serverId,
    revision: market.revision,
    source,
    byMemberId: request.member.memberId,
    at: now,
  });
  return { done: true, previewId, summary: await summarise(app.db, market, terms, source, request.member) };
}

function refusalFor(market: MarketWithModel, publishedAt: Date, now: Date): DecisionRefusal | null {
  const { state, openedAt } = market;
  if (state === "settled" || state === "void") return { reason: "already", state, modelName: market.model.name };
  if (publishedAt > now) return { reason: "in-the-future", publishedAt };
  if (publishedAt <= openedAt) return { reason: "before-opening", openedAt, publishedAt };
  return null;
}

/**
 * Carries a previewed settlement out, in one transaction: undoes what came at or after the publication, pays the shares
 * of the builders, empties the pot. Of two at the same moment one wins, the other is told so.
 *
 * @param request.channelId where it was confirmed: everybody is told there, if the server has no announcement channel
 */
export async function confirmSettlement(
  app: App,
  request: { key: string; serverId: string; member: Member; previewId: number; channelId?: string },
): Promise<SettlementAnswer> {
  const preview = await readPreview(app.db, request.serverId, request.previewId);
  if (!preview) return refused({ reason: "no-such-model" });
  const { builders, publishedAt, source, marketId } = preview;
  const terms = { marketId, builders, publishedAt };
  const answer = await transact(app.db, async (tx): Promise<SettlementAnswer> => {
    const market = await lockMarket(tx, request.serverId, { marketId });
    if (!market) return refused({ reason: "no-such-model" });
    const given = await readAnswer(tx, request.key);
    if (given) return datesIn(given.answer) as SettlementAnswer;
    const at = app.clock(await readDatabaseTime(tx));
    const { serverId, season } = market;
    const by = request.member.memberId;
    const transaction = { key: request.key, kind: "settle" as const, serverId, season, marketId, memberId: by, at };
    const refusal = refusalFor(market, publishedAt, at) ?? refusalIfChanged(market, preview.revision);
    if (refusal) {
      await recordRefusal(tx, transaction, refused(refusal));
      return refused(refusal);
    }
    const revision = market.revision + 1;
    const decision = { marketId, kind: "settle" as const, revision, builders, source, publishedAt, byMemberId: by, at };
    const transactionId = await recordDecision(tx, transaction, decision);
    await paySettlement(tx, transactionId, market, terms);
    await setMarket(tx, marketId, {
      state: "settled",
      revision,
      builders,
      publishedAt,
      settledAt: at,
      potPoints: 0,
      cardDueAt: at,
    });
    await markBoardBehind(tx, serverId, season);
    const summary = await summarise(tx, { ...market, revision }, terms, source, request.member);
    await keepAnswer(tx, transactionId, { done: true, summary });
    await tellEverybody(tx, request, { transactionId, modelId: market.modelId, at });
    return { done: true, summary };
  });
  if (!answer.done) return answer;
  await afterDecision(app, request.serverId, marketId);
  return answer;
}

function refusalIfChanged(market: MarketWithModel, previewedRevision: number): DecisionRefusal | null {
  return market.revision === previewedRevision ? null : { reason: "changed-since", modelName: market.model.name };
}

async function summarise(
  db: Db | Transaction,
  market: MarketWithModel,
  terms: SettlementTerms,
  source: string,
  settler: Member,
): Promise<SettlementSummary> {
  const right = await rightCallsOf(db, market, terms);
  const read = await readSettlement(db, terms, right, settler.memberId);
  const { nameOf, labOf, costOf } = read.people;
  const positionOf = (memberId: string, paid: { payoutPoints: number; latePoints: number } | null) => ({
    memberId,
    name: nameOf(memberId) ?? (memberId === settler.memberId ? settler.name : ""),
    lab: labOf(memberId),
    payoutPoints: paid?.payoutPoints ?? 0,
    costPoints: costOf(memberId),
    latePoints: paid?.latePoints ?? 0,
  });
  return {
    modelId: market.modelId,
    modelName: market.model.name,
    revision: market.revision,
    builders: terms.builders,
    source,
    openedAt: market.openedAt,
    publishedAt: terms.publishedAt,
    callers: read.callers,
    right: read.right,
    paidMembers: read.paidMembers,
    paidPoints: read.paidPoints,
    lateMembers: read.lateMembers,
    lateTrades: read.lateTrades,
    firstRight: read.first && { ...read.first, name: nameOf(read.first.memberId) ?? "" },
    top: read.top.map((row) => positionOf(row.memberId, row)),
    settler: positionOf(settler.memberId, read.own),
    settlerMemberId: settler.memberId,
  };
}
