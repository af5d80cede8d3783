import { describe, expect, it } from "vitest";
import { pollLabs, type Voter, votesMissed } from "../../src/domain/poll.ts";

const voter = (memberId: string, answer: number, isBot = false): Voter => ({
  memberId,
  answer,
  isBot,
  name: memberId,
  createdAt: new Date("2020-02-02T02:02:02Z"),
});

describe("the answers of a poll", () => {
  it("are the nine likeliest labs, likeliest first, and then someone else, however likely that is", () => {
    const odds = Array.from({ length: 12 }, (_, i) => ({ lab: `lab-${i}`, price: (i + 1) / 100 }));
    expect(pollLabs([{ lab: "other", price: 0.9 }, ...odds])).toEqual([
      ...[11, 10, 9, 8, 7, 6, 5, 4, 3].map((i) => `lab-${i}`),
      "other",
    ]);
  });

  it("are fewer where fewer labs are listed", () => {
    expect(pollLabs([{ lab: "other", price: 1 }])).toEqual(["other"]);
  });
});

describe("a list of voters", () => {
  it("says which votes were missed, and which were taken back meanwhile", () => {
    const known = [
      { memberId: "ann", answer: 1, changes: 1, refused: null },
      { memberId: "bob", answer: 2, changes: 3, refused: "guessed-already" },
      { memberId: "cid", answer: null, changes: 2, refused: null },
      { memberId: "dee", answer: 4, changes: 5, refused: null },
      { memberId: "fay", answer: null, changes: 4, refused: null },
    ] as const;
    const changes = votesMissed(known, [voter("ann", 1), voter("cid", 3), voter("dee", 2), voter("eve", 1)]);
    expect(changes).toEqual([
      { kind: "vote", voter: voter("cid", 3), changes: 2 },
      { kind: "vote", voter: voter("dee", 2), changes: 5 },
      { kind: "vote", voter: voter("eve", 1), changes: 0 },
      { kind: "unvote", memberId: "bob", changes: 3 },
    ]);
  });

  it("says again what was given or taken back in vain while the model was frozen", () => {
    const known = [
      { memberId: "ann", answer: 1, changes: 1, refused: "market-frozen" },
      { memberId: "bob", answer: null, changes: 2, refused: "market-frozen" },
    ] as const;
    expect(votesMissed(known, [voter("ann", 1)])).toEqual([
      { kind: "vote", voter: voter("ann", 1), changes: 1 },
      { kind: "unvote", memberId: "bob", changes: 2 },
    ]);
  });

  it("gives bots no vote, also where one was taken for a person", () => {
    expect(votesMissed([], [voter("bot", 1, true)])).toEqual([]);
    expect(votesMissed([{ memberId: "bot", answer: 1, changes: 1, refused: null }], [voter("bot", 1, true)])).toEqual([
      { kind: "unvote", memberId: "bot", changes: 1 },
    ]);
  });
});
