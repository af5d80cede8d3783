import type { App } from "../app.ts";
import { oneLine } from "../domain/clean-text.ts";
import type { Member } from "../domain/member.ts";
import type { DecisionAnswer, DecisionRefusal } from "../domain/settlement.ts";
import { markBoardBehind } from "../storage/boards.ts";
import { type Transaction, transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { readAnswer } from "../storage/guesses.ts";
import { lockMarket, type MarketWithModel } from "../storage/markets.ts";
import { askReading } from "../storage/polls.ts";
import { noteDecided } from "../storage/settled-elsewhere.ts";
import {
  keepAnswer,
  latestPayout,
  payBack,
  payVoid,
  recordDecision,
  recordRefusal,
  setMarket,
} from "../storage/settlements.ts";
import { afterDecision } from "./after-decision.ts";
import { tellEverybody } from "./tell-everybody.ts";

type Kind = "void" | "reopen" | "freeze" | "unfreeze";

/** The states a market may be in for each decision (market.md, "Settlement"). */
const allowed: Record<Kind, readonly MarketWithModel["state"][]> = {
  freeze: ["open"],
  unfreeze: ["frozen"],
  void: ["open", "frozen"],
  reopen: ["settled", "void"],
};

/**
 * A moderator's decision about a market other than settling it: freeze and unfreeze it, void it (everybody gets back
 * what they put in), or reopen a settled or voided one, which reverses what that paid and leaves it frozen.
 *
 * @param request.channelId where it was decided: everybody is told there, if the server has no announcement channel
 */
export async function decideMarket(
  app: App,
  request: {
    key: string;
    kind: Kind;
    serverId: string;
    member: Member;
    modelId: number;
    reason: string;
    channelId?: string;
  },
): Promise<DecisionAnswer> {
  const reason = oneLine(request.reason);
  if (reason === "") return { done: false, refusal: { reason: "no-reason" } };
  const decided = await transact(
    app.db,
    async (tx): Promise<{ marketId: number; answer: DecisionAnswer } | DecisionRefusal> => {
      const market = await lockMarket(tx, request.serverId, { modelId: request.modelId });
      if (!market) return { reason: "no-such-model" };
      const { marketId } = market;
      const given = await readAnswer(tx, request.key);
      if (given) return { marketId, answer: given.answer as DecisionAnswer };
      const at = app.clock(await readDatabaseTime(tx));
      const { serverId, season } = market;
      const { key, kind } = request;
      const transaction = { key, kind, serverId, season, marketId, memberId: request.member.memberId, at };
      if (!allowed[kind].includes(market.state)) {
        const refusal = { reason: "already", state: market.state, modelName: market.model.name } as const;
        const answer: DecisionAnswer = { done: false, refusal };
        await recordRefusal(tx, transaction, answer);
        return { marketId, answer };
      }
      const touchedMembers = await carryOut(tx, market, transaction, reason);
      const answer: DecisionAnswer = {
        done: true,
        kind: request.kind,
        modelId: market.modelId,
        modelName: market.model.name,
        touchedMembers: touchedMembers.count,
        reason,
      };
      await keepAnswer(tx, touchedMembers.transactionId, answer);
      const { transactionId } = touchedMembers;
      await tellEverybody(tx, request, { transactionId, modelId: market.modelId, at });
      return { marketId, answer };
    },
  );
  if ("reason" in decided) return { done: false, refusal: decided };
  if (decided.answer.done) await afterDecision(app, request.serverId, decided.marketId);
  return decided.answer;
}

async function carryOut(
  tx: Transaction,
  market: MarketWithModel,
  transaction: { key: string; kind: Kind; serverId: string; season: string; memberId: string; at: Date },
  reason: string,
): Promise<{ transactionId: number; count: number }> {
  const { marketId, serverId, season } = market;
  const { kind, at, memberId: byMemberId } = transaction;
  // Reopening takes the settlement of this number back; the next one has the next.
  const revision = kind === "void" ? market.revision + 1 : market.revision;
  const payout = kind === "reopen" ? await latestPayout(tx, marketId) : null;
  const transactionId = await recordDecision(
    tx,
    { ...transaction, marketId },
    { marketId, kind, revision, reason, byMemberId, at },
  );
  if (kind === "freeze" || kind === "unfreeze") {
    await setMarket(tx, marketId, { state: kind === "freeze" ? "frozen" : "open", cardDueAt: at });
    // Votes given and taken back meanwhile count from now, as far as they stand.
    if (kind === "unfreeze") await askReading(tx, at, { serverId, modelId: market.modelId });
    return { transactionId, count: 0 };
  }
  if (kind === "void") {
    const count = await payVoid(tx, transactionId, market);
    await noteDecided(tx, market);
    await setMarket(tx, marketId, { state: "void", revision, potPoints: 0, settledAt: at, cardDueAt: at });
    await markBoardBehind(tx, serverId, season);
    return { transactionId, count };
  }
  await noteDecided(tx, market);
  if (!payout) throw new Error(`market ${marketId} is ${market.state} without a payout to reverse`);
  const back = await payBack(tx, transactionId, payout.transactionId, market);
  await setMarket(tx, marketId, {
    state: "frozen",
    revision,
    potPoints: back.potPoints,
    builders: null,
    publishedAt: null,
    settledAt: null,
    cardDueAt: at,
  });
  await markBoardBehind(tx, serverId, season);
  return { transactionId, count: back.walletsChanged };
}
