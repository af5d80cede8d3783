import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  announcementMessage,
  helloMessage,
  summaryMessage,
  troubleMessage,
} from "../../../src/discord/views/announcement.ts";
import { boardView, sharedBoard } from "../../../src/discord/views/board.ts";
import { changeMessage } from "../../../src/discord/views/history.ts";
import { labMenuView } from "../../../src/discord/views/lab-menu.ts";
import { labNames } from "../../../src/discord/views/lab-words.ts";
import type { MessageView } from "../../../src/discord/views/message.ts";
import { modelCardView } from "../../../src/discord/views/model-card.ts";
import { modelListView } from "../../../src/discord/views/model-list.ts";
import { profileView } from "../../../src/discord/views/profile.ts";
import { receiptView, sharedReceipt, withdrawQuestion } from "../../../src/discord/views/receipt.ts";
import { decisionRefusal, guessRefusal } from "../../../src/discord/views/refusals.ts";
import { candidateMessage, candidateRefusal, deadlineMessage } from "../../../src/discord/views/reveal.ts";
import { decisionMessage, settlementPreview } from "../../../src/discord/views/settlement.ts";
import { setupView } from "../../../src/discord/views/setup.ts";
import { modelAdded, openedWords, waitingView } from "../../../src/discord/views/waiting.ts";
import { factNames } from "../../../src/domain/listing-facts.ts";
import { deliveryProblems } from "../../../src/domain/server.ts";
import { hostileText, limitsBroken, schemaBroken, unescaped } from "../hostile.ts";
import * as made from "../made.ts";
import { markdownOf } from "../reading.ts";

/** Views filled to the brim with one hostile text wherever somebody else's words can stand. */
function fullViews(text: string): Record<string, MessageView> {
  const slugs = Array.from({ length: 40 }, (_, i) => `own-${i}`);
  const own = slugs.map((slug) => ({
    slug,
    name: text.slice(0, 100),
    aliases: [],
    parent: null,
    country: null,
    prefixes: [],
  }));
  const names = labNames(own);
  const modelName = text;
  const facts = made.aListing({
    id: text,
    name: text,
    description: text,
    inputModalities: Array(40).fill(text),
    outputModalities: Array(40).fill(text),
    promptUsdPerToken: text,
    completionUsdPerToken: "1e300",
  });
  const card = made.aCard({
    name: text,
    listingId: text,
    facts,
    odds: [...slugs, "other"].map((lab) => ({ lab, price: 1 / 41, callers: 1_000_000 })),
    callers: 41_000_000,
    builders: slugs.slice(0, 2),
    evidence: { for: 1_000_000, against: 1_000_000 },
    strongest: slugs.slice(0, 3).map((lab) => {
      const piece = made.aPiece({ evidenceId: 1_000_000_000, lab, text: text.slice(0, 1000), restoredReason: text });
      return { ...piece, convincing: 1_000_000, weak: 1_000_000 };
    }),
  });
  const caller = made.aCaller({ name: text, lab: "other", unknownName: text });
  const reader = { memberId: "1", moderates: true };
  const receipt = made.aReceipt({
    modelName,
    call: { lab: "other", name: text, outcome: "other" },
    clippedPoints: 1,
    returnedPoints: 1,
    listed: "own-1",
  });
  const position = { memberId: "1", name: text, lab: "own-1", payoutPoints: 1e9, costPoints: 250, latePoints: -5 };
  const summary = made.aSummary({
    modelName,
    builders: slugs.slice(0, 2),
    source: `https://example.com/${"a".repeat(480)}`,
    top: Array(10).fill(position),
    settler: position,
    firstRight: { memberId: "1", name: text, calledAt: made.listed, callPrice: 0.01 },
  });
  const row = made.aRow({ name: text, rank: 1_000_000, points: -1_000_000, firsts: 999, streak: 999, memberId: "2" });
  const board = made.aBoard({
    rows: Array(25).fill(row),
    own: { ...row, memberId: "1" },
    openMarkets: 1_000,
    pages: 99_999,
    page: 5,
  });
  const record = made.aRecord({
    name: text,
    standing: Array(10).fill(made.aStandingGuess({ modelName, lab: "other", unknownName: text })),
    standingCount: 100_000,
    best: made.aSettledCall({ modelName, lab: "other", unknownName: text }),
    settled: Array(10).fill(
      made.aSettledCall({ modelName, right: false, builders: slugs.slice(0, 2), unknownName: text }),
    ),
  });
  const decision = {
    done: true,
    kind: "void",
    modelId: 42,
    modelName,
    touchedMembers: 1_000_000,
    reason: text,
  } as const;
  const settings = made.someSettings({ pingRoleId: "1".repeat(19), moderatorRoleId: "1".repeat(19) });
  const troubles = deliveryProblems.map((problem) => ({
    kind: "announcement" as const,
    modelName,
    channelId: "1".repeat(19),
    problem,
    at: made.listed,
  }));
  const check = {
    channels: [{ channelId: "110", gone: false, lacking: ["View Channel", "Send Messages"] as const }],
    canPing: false,
  };
  const history = factNames.map((fact) => ({
    kind: "fact" as const,
    at: made.listed,
    fact,
    before: null,
    after: fact.endsWith("Modalities") ? Array(50).fill(text) : text,
  }));
  const candidate = {
    candidateId: 999_999_999,
    modelId: 42,
    modelName,
    kind: "sentence" as const,
    labs: slugs.slice(0, 2),
    found: text,
    score: 1,
    source: summary.source,
    publishedAt: made.published,
    publishedHow: "day" as const,
    agreeing: 2_000,
    standing: { kind: "waits" as const },
  };
  return {
    announcement: announcementMessage(card, { pingRoleId: "1".repeat(19), late: true, names }),
    hello: helloMessage(),
    summary: summaryMessage(
      Array(100)
        .fill(0)
        .map((_, i) => ({ ...card, modelId: i })),
      names,
    ),
    trouble: troubleMessage({ channelId: "1".repeat(19), modelName }),
    change: changeMessage(card, history, made.listed),
    waiting: waitingView(
      Array.from({ length: 25 }, (_, i) => ({
        listing: { ...card.facts, id: `${"v".repeat(190)}/${i}` },
        because: "burst" as const,
        heldAt: made.listed,
      })),
      { inAll: 9_999, smallSince: made.listed, done: openedWords(Array(25).fill(text)) },
    ),
    modelAdded: modelAdded({ name: text, isAnnounced: false }),
    candidate: candidateMessage(candidate, names),
    candidateDismissed: candidateMessage(
      { ...candidate, kind: "listing", standing: { kind: "dismissed", by: text } },
      names,
    ),
    candidateElsewhere: candidateMessage({ ...candidate, kind: "settled", found: null, source: null }, names),
    candidateRefusal: candidateRefusal({ reason: "dismissed", by: text, modelName }, names),
    deadline: deadlineMessage(card),
    card: modelCardView({ card, latest: Array(25).fill(caller) }, names, reader),
    settledCard: modelCardView(
      {
        card: { ...card, state: "settled", source: summary.source, publishedAt: made.published },
        latest: [caller],
      },
      names,
      null,
    ),
    list: modelListView(
      Array(100)
        .fill(0)
        .map((_, i) => ({ ...card, modelId: i })),
      names,
    ),
    menu: labMenuView(card, names, own),
    receipt: receiptView(receipt, names),
    question: withdrawQuestion(receipt, names),
    sharedReceipt: sharedReceipt(receipt, text, names),
    board: boardView(board),
    sharedBoard: sharedBoard(board),
    profile: profileView(record, names, { own: true }),
    preview: settlementPreview(999_999_999, summary, names),
    result: decisionMessage({ transactionId: 1, answer: { done: true, summary }, byName: text }, names),
    decision: decisionMessage({ transactionId: 1, answer: decision, byName: text }, names),
    setup: setupView(settings, troubles, check, { saved: true }),
    refusedGuess: guessRefusal({ reason: "market-settled", modelName, builders: slugs.slice(0, 2) }, names),
    refusedLab: decisionRefusal({ reason: "no-such-lab", typed: text }, names),
    refusedTime: decisionRefusal({ reason: "bad-time", typed: text }, names),
  };
}

describe("whatever names people choose", () => {
  it("every message stays within Discord's limits", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        for (const [name, view] of Object.entries(fullViews(text))) expect(limitsBroken(view), name).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it("every message has the form Discord publishes", () => {
    for (const text of ["Hunter Alpha", "[x](https://e.example)".repeat(200)]) {
      for (const [name, view] of Object.entries(fullViews(text))) expect(schemaBroken(view), name).toEqual([]);
    }
  });

  it("no message mentions everybody, links, hides or opens a code block because of one", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        for (const [name, view] of Object.entries(fullViews(text))) {
          const shown = unescaped(markdownOf(view)).replaceAll(/<https:\/\/example\.com\/[^>]*>/g, "");
          expect(shown, name).not.toMatch(/@everyone|@here|\]\(|```|<[@#]\D*12345|\|\||https:\/\//);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("an announcement pings the role set in /setup and nobody else", () => {
    const card = made.aCard({ name: "@everyone <@&5>" });
    expect(announcementMessage(card, { pingRoleId: "7", late: false }).allowedMentions).toEqual({
      parse: [],
      roles: ["7"],
    });
    expect(announcementMessage(card, { pingRoleId: null, late: false }).allowedMentions).toEqual({ parse: [] });
    expect(announcementMessage(card, { pingRoleId: null, late: false }).content).toBeUndefined();
  });
});
