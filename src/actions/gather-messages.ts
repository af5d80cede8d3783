import type { ClaimedDelivery } from "../domain/claimed-delivery.ts";
import type { Delivery, DeliveryKind } from "../domain/server.ts";
import { channelInTrouble } from "../domain/trouble-key.ts";
import { readCompanions } from "../storage/companions.ts";
import type { Transaction } from "../storage/database.ts";
import { readDecisionAnswers } from "../storage/decision-messages.ts";
import type { DeliveryRow } from "../storage/deliveries.ts";
import type { DueRow } from "../storage/delivery-claims.ts";
import { readEvidenceById } from "../storage/evidence.ts";
import type { MarketWithModel } from "../storage/markets.ts";
import { readModelNames, readOpenMarkets } from "../storage/message-facts.ts";
import { readHistoryAt } from "../storage/model-history.ts";
import { readNewPolls } from "../storage/polls.ts";
import { readCandidates } from "../storage/reveals.ts";
import { readSettlementCounts } from "../storage/settlement-counts.ts";
import { cardOf, readCardEvidence } from "./model-card.ts";

const lateMs = 60 * 60_000;
const mostModels = 25;

/** Whether an announcement sent at this time comes so long after the listing that it says since when the model is there. */
export function isLate(listedAt: Date, sentAt: Date): boolean {
  return sentAt.getTime() - listedAt.getTime() > lateMs;
}

/** A row as it was when it was due, and as it is claimed. */
type ClaimedRow = { readonly row: DeliveryRow; readonly before: DueRow };

/** Whether a message of this kind shows a model as its market in the server is now. */
export function isAboutMarket(kind: DeliveryKind): boolean {
  return kind === "announcement" || kind === "change" || kind === "poll" || kind === "candidate" || kind === "deadline";
}

/** The market a row is about. */
export function marketOf(
  row: { readonly serverId: string; readonly modelId: number | null },
  markets: readonly MarketWithModel[],
): MarketWithModel | undefined {
  return markets.find((market) => market.serverId === row.serverId && market.modelId === row.modelId);
}

/** Reads what the messages of claimed deliveries are made of, each kind of fact once for all of them. */
export async function gatherMessages(
  tx: Transaction,
  rows: readonly ClaimedRow[],
  markets: readonly MarketWithModel[],
  now: Date,
): Promise<ClaimedDelivery[]> {
  const claimed = rows.map(({ row }) => row);
  const of = (kind: DeliveryKind) => claimed.filter((row) => row.kind === kind);
  const history = await readHistoryAt(tx, of("change"));
  const companions = await readCompanions(tx, of("announcement"));
  const open = await readOpenMarkets(
    tx,
    of("summary").map(({ serverId }) => serverId),
  );
  const names = await readModelNames(
    tx,
    of("trouble").flatMap(({ modelId }) => (modelId === null ? [] : [modelId])),
  );
  const pieces = await readEvidenceById(
    tx,
    claimed.flatMap(({ evidenceId }) => (evidenceId === null ? [] : [evidenceId])),
  );
  const candidates = await readCandidates(tx, claimed);
  const decisions = await readDecisionAnswers(
    tx,
    claimed.flatMap(({ transactionId }) => transactionId ?? []),
  );
  const polls = await readNewPolls(
    tx,
    of("poll").map(({ key }) => key),
  );
  const announced = of("announcement").flatMap((row) => marketOf(row, markets) ?? []);
  const evidence = await readCardEvidence(tx, announced);
  const settled = await readSettlementCounts(tx, announced);
  return rows.map(({ row, before }) => {
    const market = isAboutMarket(row.kind) ? marketOf(row, markets) : undefined;
    const beside = companions.filter((one) => one.serverId === row.serverId && one.of === row.modelId);
    return {
      delivery: deliveryOf(row, before),
      card: market ? cardOf(market, { ...evidence, settled, companions: beside }) : null,
      cards: open
        .filter((one) => row.kind === "summary" && one.serverId === row.serverId)
        .slice(0, mostModels)
        .map((one) => cardOf(one)),
      history: history.flatMap(({ modelId, entry }) =>
        row.kind === "change" && modelId === row.modelId && entry.at.getTime() === row.aboutAt?.getTime()
          ? [entry]
          : [],
      ),
      late: market !== undefined && isLate(market.model.listedAt, now),
      piece: pieces.find(({ evidenceId }) => evidenceId === row.evidenceId) ?? null,
      candidate:
        candidates.find(({ of, serverId }) => of === row.candidateId && serverId === row.serverId)?.candidate ?? null,
      decision: decisions.find(({ transactionId }) => transactionId === row.transactionId) ?? null,
      poll: polls.find(({ key }) => key === row.key) ?? null,
      trouble:
        row.kind === "trouble"
          ? { channelId: channelInTrouble(row.key), modelName: names.get(row.modelId ?? 0) ?? null }
          : null,
    };
  });
}

function deliveryOf(row: DeliveryRow, before: DueRow): Delivery {
  const {
    deliveryId,
    key,
    kind,
    serverId,
    modelId,
    evidenceId,
    candidateId,
    aboutAt,
    transactionId,
    channelId,
    attempts,
    messageId,
    showsFiles,
  } = row;
  const { pingRoleId, threadPerModel, pollPerModel, claimedAt: firstClaimedAt } = before;
  return {
    deliveryId,
    key,
    kind,
    serverId,
    modelId,
    evidenceId,
    transactionId,
    aboutAt,
    candidateId,
    channelId,
    pingRoleId,
    threadPerModel,
    pollPerModel,
    attempts,
    firstClaimedAt,
    messageId,
    showsFiles,
  };
}
