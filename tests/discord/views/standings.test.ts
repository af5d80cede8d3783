import { describe, expect, it } from "vitest";
import { boardView, readBoardKey, sharedBoard } from "../../../src/discord/views/board.ts";
import { labNames } from "../../../src/discord/views/lab-words.ts";
import { modelCardView } from "../../../src/discord/views/model-card.ts";
import { profileView } from "../../../src/discord/views/profile.ts";
import type { MeasuredFigures } from "../../../src/domain/question.ts";
import * as made from "../made.ts";
import { customIds, markdownOf } from "../reading.ts";

const names = labNames([]);

describe("a board", () => {
  const own = made.aRow({ rank: 12, memberId: "1", name: "Ann" });

  it("always shows the reader's own row", () => {
    expect(markdownOf(boardView(made.aBoard({ own })))).toContain("You: **12.** Ann");
    expect(markdownOf(boardView(made.aBoard({ rows: [own], own })))).toContain("You are at **12.**");
    expect(markdownOf(boardView(made.aBoard()))).toContain("You have no settled call in this season yet.");
  });

  it("is provisional until the season's last model is settled", () => {
    expect(boardView(made.aBoard({ openMarkets: 2 })).embeds?.[0]?.footer?.text).toContain("Provisional: 2 models");
    expect(boardView(made.aBoard()).embeds?.[0]?.footer?.text).toBe("Page 1 of 1");
  });

  it("turns its pages to the one before and the one after", () => {
    const view = boardView(made.aBoard({ page: 2, pages: 3 }));
    expect(customIds(view).map((id) => readBoardKey(id.split(":")[2] ?? ""))).toEqual([
      { kind: "calls", season: "2026-Q1", page: 1 },
      { kind: "calls", season: "2026-Q1", page: 3 },
      { kind: "points", season: "2026-Q1", page: 1 },
      { kind: "calls", season: "2026-Q1", page: 2 },
    ]);
    expect(view.components?.[0]?.components.map((part) => "disabled" in part && part.disabled)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it("shown to the channel has nobody's own row", () => {
    expect(markdownOf(sharedBoard(made.aBoard({ own })))).not.toContain("Ann");
  });

  it("does not take keys it did not write", () => {
    for (const key of ["", "calls", "skill.2026-Q1.1", "calls.2026-Q5.1", "calls.2026-Q1.x"])
      expect(readBoardKey(key)).toBeNull();
  });
});

describe("a profile", () => {
  it("shows wallet and worth to its owner only", () => {
    const own = markdownOf(profileView(made.aRecord(), names, { own: true }));
    expect(own).toContain("Wallet for January–March 2026: **900 points**.");
    expect(own).toContain("pays 300 · worth 98");
    const others = markdownOf(profileView(made.aRecord(), names, { own: false }));
    expect(others).not.toMatch(/Wallet|worth|pays|900/);
    expect(others).toContain("Right: **1 of 2** settled calls.");
  });

  it("names the earlier season whose wallet a standing guess is paid into", () => {
    const record = made.aRecord({ pastWallets: [{ season: "2025-Q4", points: 850 }] });
    const words = markdownOf(profileView(record, names, { own: true }));
    expect(words).toContain("Wallet for January–March 2026: **900 points**.");
    expect(words).toContain("Wallet for October–December 2025, for models that came then: **850 points**.");
  });

  it("of somebody else who says someone else has no odds of the call", () => {
    const record = made.aRecord({ standing: [made.aStandingGuess({ lab: "other", callPrice: null })] });
    expect(markdownOf(profileView(record, names, { own: false }))).toContain("**Someone else** now 54 % ·");
  });

  it("of a newcomer shows the whole bankroll and how to begin", () => {
    const record = made.aRecord({
      walletPoints: null,
      hits: 0,
      calls: 0,
      best: null,
      standing: [],
      standingCount: 0,
      settled: [],
    });
    const words = markdownOf(profileView(record, names, { own: true }));
    expect(words).toContain("**1,000 points**");
    expect(words).toContain("`/guess` places one");
  });
});

describe("what asking a model has shown, on its card", () => {
  const measured: MeasuredFigures = { questions: 6, failed: 6, medianFirstWordMs: null, medianTokensPerSecond: null };
  const words = (changes: Partial<MeasuredFigures>) => {
    const card = made.aCard({ measured: { ...measured, ...changes } });
    return markdownOf(modelCardView({ card, latest: [] }, names, null));
  };

  it("speaks of medians only where there are any, and counts no failure among them", () => {
    expect(words({})).toContain("Asked here 6 times · 6 failed\n");
    expect(words({ failed: 2, medianFirstWordMs: 840, medianTokensPerSecond: 51 })).toContain(
      "Asked here 6 times · 2 failed · medians: first word after 0.8 s, 51 tokens a second\n",
    );
    expect(words({ failed: 0 })).toContain("Asked here 6 times\n");
    expect(words({ questions: 0 })).not.toContain("Asked here");
  });
});
