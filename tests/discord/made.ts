import type { BoardPage, BoardRow } from "../../src/domain/board.ts";
import type { Caller, ModelCard } from "../../src/domain/card.ts";
import type { Evidence, EvidenceBoard } from "../../src/domain/evidence.ts";
import type { Listing } from "../../src/domain/listing.ts";
import type { GrowingQuestion } from "../../src/domain/question.ts";
import type { GuessReceipt } from "../../src/domain/receipt.ts";
import type { ServerSettings } from "../../src/domain/server.ts";
import type { SettlementSummary } from "../../src/domain/settlement.ts";
import type { SettledCall, StandingGuess, TrackRecord } from "../../src/domain/track-record.ts";
import { aListing as aBareListing } from "../support/listing.ts";

// What actions hand to the views, as on 11 March 2026 unless said otherwise.

export const listed = new Date("2026-03-11T20:25:00Z");
export const published = new Date("2026-03-18T19:54:00Z");

export function aListing(facts: Partial<Listing> = {}): Listing {
  return aBareListing({ description: "A stealth model for agents.", ...facts });
}

export function aCard(card: Partial<ModelCard> = {}): ModelCard {
  return {
    modelId: 42,
    name: "Hunter Alpha",
    listingId: "openrouter/hunter-alpha",
    facts: aListing(),
    listedAt: listed,
    openedAt: listed,
    state: "open",
    odds: [
      { lab: "deepseek", price: 0.54, callers: 3 },
      { lab: "other", price: 0.2, callers: 1 },
      { lab: "xiaomi", price: 0.061, callers: 0 },
    ],
    callers: 4,
    builders: null,
    publishedAt: null,
    source: null,
    evidence: { for: 0, against: 0 },
    strongest: [],
    withdrawnSince: null,
    companions: [],
    history: { entries: [], count: 0 },
    seenAt: null,
    ...card,
  };
}

export function aCaller(caller: Partial<Caller> = {}): Caller {
  return {
    memberId: "1",
    name: "Ann",
    lab: "deepseek",
    unknownName: null,
    calledAt: listed,
    callPrice: 0.3,
    ...caller,
  };
}

export function aReceipt(receipt: Partial<GuessReceipt> = {}): GuessReceipt {
  return {
    what: "placed",
    modelId: 42,
    modelName: "Hunter Alpha",
    call: { lab: "deepseek", name: null, outcome: "deepseek" },
    callPrice: 0.3,
    priceNow: 0.54,
    stakeRoomPoints: 500,
    calledAt: listed,
    stakedFreePoints: 25,
    stakedOwnPoints: 100,
    clippedPoints: 0,
    returnedPoints: 0,
    ownCostPoints: 100,
    ownStakePoints: 100,
    paysPoints: 300,
    worthPoints: 98,
    walletPoints: 900,
    pastSeason: null,
    guessOnly: false,
    closed: null,
    listed: null,
    ...receipt,
  };
}

export function aSummary(summary: Partial<SettlementSummary> = {}): SettlementSummary {
  const settler = { memberId: "9", name: "Mod", lab: "deepseek", payoutPoints: 0, costPoints: 50, latePoints: 0 };
  return {
    modelId: 42,
    modelName: "Hunter Alpha",
    revision: 1,
    builders: ["xiaomi"],
    source: "https://example.com/reveal",
    openedAt: listed,
    publishedAt: published,
    callers: 4,
    right: 1,
    paidMembers: 1,
    paidPoints: 415,
    lateMembers: 1,
    lateTrades: 2,
    firstRight: { memberId: "3", name: "Cid", calledAt: listed, callPrice: 0.061 },
    top: [{ memberId: "3", name: "Cid", lab: "xiaomi", payoutPoints: 415, costPoints: 25, latePoints: 0 }],
    settler,
    settlerMemberId: "9",
    ...summary,
  };
}

export function aRow(row: Partial<BoardRow> = {}): BoardRow {
  return {
    rank: 1,
    place: 1,
    memberId: "3",
    name: "Cid",
    score: 74.3,
    hits: 1,
    calls: 2,
    firsts: 1,
    streak: 1,
    points: 390,
    ...row,
  };
}

export function aBoard(board: Partial<BoardPage> = {}): BoardPage {
  return {
    kind: "calls",
    season: "2026-Q1",
    seasons: ["2026-Q1"],
    openMarkets: 0,
    settledMarkets: 1,
    page: 1,
    pages: 1,
    rows: [aRow()],
    own: null,
    ...board,
  };
}

export function aStandingGuess(guess: Partial<StandingGuess> = {}): StandingGuess {
  return {
    modelId: 42,
    modelName: "Hunter Alpha",
    state: "open",
    lab: "deepseek",
    unknownName: null,
    calledAt: listed,
    callPrice: 0.3,
    priceNow: 0.54,
    ownStakePoints: 100,
    paysPoints: 300,
    worthPoints: 98,
    ...guess,
  };
}

export function aSettledCall(call: Partial<SettledCall> = {}): SettledCall {
  return {
    modelName: "Healer Alpha",
    lab: "xiaomi",
    unknownName: null,
    builders: ["xiaomi"],
    right: true,
    score: 88.2,
    calledAt: listed,
    callPrice: 0.061,
    publishedAt: published,
    ...call,
  };
}

export function aRecord(record: Partial<TrackRecord> = {}): TrackRecord {
  return {
    memberId: "1",
    name: "Ann",
    season: "2026-Q1",
    walletPoints: 900,
    pastWallets: [],
    hits: 1,
    calls: 2,
    best: aSettledCall(),
    standing: [aStandingGuess()],
    standingCount: 1,
    settled: [aSettledCall(), aSettledCall({ right: false, score: 0, lab: "deepseek" })],
    ...record,
  };
}

export function someSettings(settings: Partial<ServerSettings> = {}): ServerSettings {
  return {
    serverId: "100",
    announcementChannelId: "200",
    pingRoleId: null,
    moderatorRoleId: null,
    moderatorChannelId: null,
    threadPerModel: false,
    pollPerModel: false,
    guessOnly: false,
    minimumAccountDays: 0,
    questionsPerDay: 40,
    questionAccess: { allowedRoleIds: [], barredRoleIds: [], allowedChannelIds: [], barredChannelIds: [] },
    ...settings,
  };
}

export function aPiece(changes: Partial<Evidence> = {}): Evidence {
  return {
    evidenceId: 7,
    serverId: "100",
    modelId: 42,
    modelName: "Hunter Alpha",
    memberId: "2",
    memberName: "Ann",
    lab: "xiaomi",
    stance: "for",
    kind: "tokenizer",
    text: "It counts tokens as MiMo does.",
    link: null,
    source: null,
    files: [],
    convincing: 0,
    weak: 0,
    state: "shown",
    hiddenReason: null,
    restoredReason: null,
    at: listed,
    alike: [],
    ...changes,
  };
}

export function anEvidenceBoard(changes: Partial<EvidenceBoard> = {}): EvidenceBoard {
  return {
    modelId: 42,
    modelName: "Hunter Alpha",
    takesEvidence: true,
    kind: null,
    page: 1,
    pages: 1,
    labs: [],
    lab: null,
    pieces: [],
    hiddenCount: 0,
    hidden: [],
    ...changes,
  };
}

export function aQuestion(changes: Partial<GrowingQuestion> = {}): GrowingQuestion {
  return {
    questionId: 7,
    serverId: "1",
    channelId: "2",
    memberId: "3",
    memberName: "Ann",
    target: { modelId: 42, listingId: "openrouter/hunter-alpha", name: "Hunter Alpha" },
    prompt: "Who built you?",
    earlier: 0,
    answer: "Nobody you know.",
    reasoningCharacters: 0,
    reasoningTail: "",
    state: "whole",
    failure: null,
    figures: { firstWordMs: 840, totalMs: 2_840, promptTokens: 12, answerTokens: 100, costUsd: 0 },
    tellsOfLogging: false,
    ...changes,
  };
}
