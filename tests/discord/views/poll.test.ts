import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labNames } from "../../../src/discord/views/lab-words.ts";
import { marks } from "../../../src/discord/views/marks.ts";
import { modelCardView } from "../../../src/discord/views/model-card.ts";
import { pollComes, pollMessage, pollRefusal, votesInVain } from "../../../src/discord/views/poll.ts";
import type { PollCard } from "../../../src/domain/poll.ts";
import { voteRefusals } from "../../../src/domain/poll.ts";
import { hostileText, limitsBroken, schemaBroken, unescaped } from "../hostile.ts";
import * as made from "../made.ts";
import { customIds, markdownOf } from "../reading.ts";

const names = labNames([]);
const aPoll = { pollId: 3, modelId: 42, modelName: "Hunter Alpha", labs: ["deepseek", "z-ai", "other"], hours: 72 };
const onCard = (card: Partial<PollCard> = {}): PollCard => ({
  serverId: "100",
  channelId: "110",
  messageId: "120",
  votes: [
    { lab: "deepseek", count: 1 },
    { lab: "z-ai", count: 1_200 },
    { lab: "openai", count: 0 },
  ],
  endsAt: made.published,
  isOver: false,
  ...card,
});

describe("a poll", () => {
  it("asks who built the model, says what a vote is, and has the Guess button by which it is found again", () => {
    const view = pollMessage(aPoll, 7, names);
    expect(view.poll).toEqual({
      question: { text: "Who built Hunter Alpha?" },
      answers: ["DeepSeek", "Z.ai", "Someone else"].map((text) => ({ poll_media: { text } })),
      duration: 72,
      allow_multiselect: false,
    });
    expect(view.content).toContain("A vote is logged as a free guess (25 points from the house)");
    expect(view.content).toContain("If you have guessed already, a vote changes nothing.");
    expect(customIds(view)).toEqual([marks.poll(42, 7)]);
  });

  it("stays within Discord's limits whatever models and labs are called", () => {
    const checked = (text: string) => {
      const labs = Array.from({ length: 10 }, (_, i) => `own-${i}`);
      const lab = { aliases: [], parent: null, country: null, prefixes: [], name: text.slice(0, 100) };
      const own = labNames(labs.map((slug) => ({ ...lab, slug })));
      return pollMessage({ ...aPoll, modelName: text, labs, hours: 768 }, 999_999_999, own);
    };
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(limitsBroken(checked(text))).toEqual([]);
      }),
      { numRuns: 50 },
    );
    expect(schemaBroken(checked("[x](https://e.example)".repeat(200)))).toEqual([]);
  });
});

describe("a model's card", () => {
  const lineOf = (poll: PollCard | null) => {
    const view = modelCardView({ card: made.aCard({ poll }), latest: [] }, names, null);
    return markdownOf(view)
      .split("\n")
      .find((line) => line.startsWith("**Poll**"));
  };

  it("counts the votes, most first, and leads to the poll", () => {
    expect(lineOf(onCard())).toBe(
      "**Poll** (ends <t:1773863640:R>): 1,201 votes · Z.ai 1,200 · DeepSeek 1 · https://discord.com/channels/100/110/120",
    );
    expect(lineOf(onCard({ votes: [], isOver: true }))).toContain("**Poll** (over): no votes yet ·");
    expect(lineOf(null)).toBeUndefined();
  });
});

describe("what is said of polls", () => {
  it("has words for every reason a vote counts for nothing", () => {
    for (const refused of voteRefusals) {
      expect(votesInVain([{ modelName: "Hunter Alpha", refused }]).content).toMatch(
        /^Your vote in the poll on \*\*Hunter Alpha\*\* counts for nothing: .{20,}\.$/,
      );
    }
  });

  it("mentions nobody and opens nothing, and fits however many votes were in vain", () => {
    fc.assert(
      fc.property(hostileText, (modelName) => {
        const view = votesInVain(Array(40).fill({ modelName, refused: "guessed-already" }));
        expect(limitsBroken(view)).toEqual([]);
        expect(view.content).toMatch(/\nThe same goes for 35 other votes of yours\.$/);
        expect(unescaped(view.content ?? "")).not.toMatch(/@everyone|@here|\]\(|```|<[@#]\D*12345|\|\||https:\/\//);
        expect(limitsBroken(pollComes(modelName, 25))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it("says how long a new one runs, and where one runs already", () => {
    expect(pollComes("Hunter Alpha", 48).content).toContain("runs for 2 days.");
    expect(pollComes("Hunter Alpha", 1).content).toContain("runs for 1 hour.");
    const runs = { reason: "poll-runs", serverId: "100", channelId: "110" } as const;
    expect(pollRefusal({ ...runs, messageId: "120" }, names).content).toContain("channels/100/110/120");
    expect(pollRefusal({ ...runs, messageId: null }, names).content).toContain("posted in <#110>");
  });
});
