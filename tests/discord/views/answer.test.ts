import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { questionMessages } from "../../../src/discord/views/answer.ts";
import { askRefusal, failureText } from "../../../src/discord/views/question-refusals.ts";
import type { ChatFailure } from "../../../src/domain/chat.ts";
import { type GrowingQuestion, questionStates } from "../../../src/domain/question.ts";
import { hostileText, limitsBroken } from "../hostile.ts";
import { aQuestion } from "../made.ts";
import { markdownOf } from "../reading.ts";

const left = { member: 9, server: 39, hostToday: 38 };

const failures = (text: string): ChatFailure[] => [
  { reason: "revealed", sentence: text, officialName: text, listingIds: [text] },
  { reason: "moderated", flagged: Array(30).fill(text) },
  { reason: "key-limit", per: "day", retryAt: null },
];

describe("an answer", () => {
  it("shows the question, the answer, its figures and what is left", () => {
    const [view, ...more] = questionMessages([aQuestion({ tellsOfLogging: true })], { left, instead: null });
    expect(more).toEqual([]);
    expect(view?.content).toBe(
      [
        "**Ann** asks **Hunter Alpha**:",
        "> Who built you?",
        "Nobody you know.",
        "-# first word after 0.8 s · 50 tokens a second · 12 tokens in, 100 out · free · left: 9 for you this hour, 39 for this server and 38 for the bot today",
        "-# The providers of anonymous models keep what they are asked and what they answer. Ask nothing private.",
      ].join("\n"),
    );
  });

  it("always finds room below the longest names and questions, whatever it is made of and however it ends", () => {
    for (const sign of ["*", "_", "|", "\\", "ß", "𝕏"]) {
      for (const state of questionStates) {
        const views = questionMessages(
          [
            aQuestion({
              memberName: sign.repeat(32),
              target: { modelId: 42, listingId: "x", name: sign.repeat(60) },
              prompt: sign.repeat(4_000),
              earlier: 6,
              reasoningCharacters: 1_000_000,
              reasoningTail: sign.repeat(400),
              answer: `${"word ".repeat(400)}\n${sign.repeat(5_000)}`,
              state,
              failure: state === "failed" ? { reason: "cut" } : null,
              tellsOfLogging: true,
            }),
          ],
          { left, instead: null },
        );
        for (const view of views) expect(limitsBroken(view)).toEqual([]);
        expect(views[0]?.content).toContain("word word word");
        if (state !== "running") expect(views.at(-1)?.content).toContain("for this server and 38 for the bot today");
      }
    }
  });

  it("says of a failed question that it takes nothing from its asker, and of one refused for what is in it that it does", () => {
    const failed = (failure: ChatFailure) =>
      questionMessages([aQuestion({ state: "failed", failure, answer: "" })], { left, instead: null })[0]?.content;
    expect(failed({ reason: "provider-failed" })).toContain("it takes none of your questions · left: 9 for you");
    expect(failed({ reason: "moderated", flagged: [] })).not.toContain("none of your questions");
  });

  it("keeps what the model left open away from the bot's own words", () => {
    const [view] = questionMessages([aQuestion({ state: "interrupted", answer: "**I am __not ~~done" })]);
    expect(view?.content).toContain("\\*\\*I am \\_\\_not \\~\\~done\n⚠️ **Interrupted:**");
  });

  it("is a file when nothing of it can be shown", () => {
    for (const answer of ["`".repeat(4_000), "```\n```", "\u200b\u200b"]) {
      const [view] = questionMessages([aQuestion({ answer })], { left, instead: null });
      expect(view?.content).toContain("It wrote nothing that can be shown here");
      expect(view?.files).toHaveLength(1);
    }
  });

  it("opens no invite, neither the question's nor one the model thinks of", () => {
    const [view] = questionMessages(
      [
        aQuestion({
          prompt: "see discord.gg/prompt",
          reasoningCharacters: 30,
          reasoningTail: "join discord.gg/thought",
          answer: "come to https://discord.com/invite/answer",
        }),
      ],
      { left, instead: null },
    );
    expect(view?.content).not.toMatch(/discord(\.gg|\.com\/invite)\/(prompt|thought|answer)/);
  });

  it("offers to be filed as evidence only where an anonymous model gave it, alone or compared", () => {
    const known = aQuestion({ target: { modelId: null, listingId: "xiaomi/mimo", name: "MiMo" } });
    const offers = (...questions: GrowingQuestion[]) =>
      JSON.stringify(questionMessages(questions)).includes("File as evidence");
    expect([offers(known), offers(known, known)]).toEqual([false, false]);
    expect([offers(aQuestion()), offers(aQuestion(), known)]).toEqual([true, true]);
  });

  it("stays within Discord's limits whatever its words, in every state, alone or compared", () => {
    fc.assert(
      fc.property(hostileText, hostileText, fc.integer({ min: 1, max: 6 }), (name, piece, times) => {
        const answer = `${piece}\n`.repeat(times);
        for (const state of questionStates) {
          const failure = state === "failed" ? (failures(piece)[times % 3] ?? null) : null;
          const target = { modelId: 42, listingId: name, name };
          const changes = { state, failure, answer, target, memberName: name, prompt: piece, tellsOfLogging: true };
          const question = aQuestion({ ...changes, earlier: 6, reasoningCharacters: 1e6, reasoningTail: piece });
          for (const questions of [[question], [question, question]]) {
            for (const view of questionMessages(questions, { left, instead: piece })) {
              const { files = [], ...rest } = view;
              expect(limitsBroken(rest)).toEqual([]);
              expect(markdownOf(rest).trim()).not.toBe("");
              expect(files.length).toBeLessThanOrEqual(2);
            }
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  it("fits beside another though both are as long as can be", () => {
    const figures = {
      firstWordMs: 599_000,
      totalMs: 600_000,
      promptTokens: 1e6,
      answerTokens: 1e6,
      costUsd: 0.00012345,
    };
    const name = "*".repeat(60);
    for (const state of questionStates) {
      const longest = aQuestion({
        target: { modelId: 42, listingId: "x", name },
        state,
        failure: state === "failed" ? (failures("*".repeat(600))[0] ?? null) : null,
        figures,
        prompt: "*".repeat(4_000),
        answer: "word ".repeat(2_000),
        reasoningCharacters: 1e6,
        reasoningTail: "*".repeat(300),
      });
      const [view] = questionMessages([longest, longest], { left, instead: name });
      expect(limitsBroken({ ...view, files: [] })).toEqual([]);
    }
  });

  it("comes in four messages at the most, and then whole in a file when it has ended", () => {
    const answer = Array.from({ length: 900 }, (_, i) => `Line ${i} of many.`).join("\n");
    const running = questionMessages([aQuestion({ answer, state: "running" })]);
    const ended = questionMessages([aQuestion({ answer })]);
    expect([running.length, ended.length]).toEqual([4, 4]);
    expect(running.flatMap(({ files = [] }) => files)).toEqual([]);
    const [file] = ended.at(-1)?.files ?? [];
    expect(String(file?.attachment)).toContain("Line 899 of many.");
    expect(ended.at(-1)?.content).toContain("all of it is in the file");
    // Messages before the last do not move when it ends.
    expect(ended.slice(0, 3)).toEqual(running.slice(0, 3));
  });

  it("that takes more than one message is a file as well once it has ended, and a short one is none", () => {
    const answer = Array.from({ length: 150 }, (_, i) => `Line ${i} of some.`).join("\n");
    const filesOf = (changes: Partial<GrowingQuestion>) =>
      questionMessages([aQuestion(changes)]).map(({ files = [] }) => files.map(({ attachment }) => String(attachment)));
    expect(filesOf({ answer, state: "running" })).toEqual([[], []]);
    for (const state of questionStates.filter((each) => each !== "running")) {
      expect(filesOf({ answer, state })).toEqual([[], [expect.stringContaining(answer)]]);
    }
    expect(filesOf({})).toEqual([[]]);
  });

  it("is compared with the end of what each model thinks behind a spoiler, below its length", () => {
    const thinks = aQuestion({ reasoningCharacters: 1_200, reasoningTail: "so it is || me", state: "running" });
    const [view] = questionMessages([thinks, aQuestion({ questionId: 8 })]);
    const [first, second] = view?.embeds ?? [];
    expect(first?.description).toContain("-# Thinking, 1,200 characters: ||… so it is \\|\\| me||");
    expect(second?.description).not.toContain("Thinking");
  });

  it("has words for every way to end", () => {
    for (const state of questionStates) {
      for (const answer of ["", "Some words."]) {
        expect(questionMessages([aQuestion({ state, answer })])[0]?.content).toMatch(/\w/);
      }
    }
    expect(failureText({ reason: "moderated", flagged: [] })).not.toContain("touches on");
  });

  it("is refused in words that say when to come back", () => {
    const freeAt = new Date("2026-03-11T21:00:00Z");
    for (const refusal of [
      { reason: "member-limit", most: 10, freeAt },
      { reason: "server-limit", most: 40, freeAt },
      { reason: "failed-limit", most: 15, freeAt },
      { reason: "account-too-young", minimumDays: 1, readyAt: freeAt },
      { reason: "host-limit", per: "day", most: 40, freeAt },
      { reason: "key-resting", freeAt },
      { reason: "month-spent", usdPerMonth: 5, freeAt },
    ] as const) {
      expect(askRefusal(refusal).content).toContain("<t:1773262800:R>");
    }
  });
});
