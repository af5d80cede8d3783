import { answerParts } from "./answer-parts.ts";
import { answerLines } from "./answer-text.ts";
import {
  type AnswerContext,
  answerFile,
  figureWords,
  insteadButton,
  leftWords,
  loggingNote,
  noContext,
  type Shown,
  takenWords,
  thinkingLines,
} from "./answer-words.ts";
import { button, buttonRow, type MessageView, type Row } from "./message.ts";
import { failureText } from "./question-refusals.ts";
import { bold, escaped, plain, shown } from "./text.ts";

/** Both embeds together may have 6,000 characters: this leaves 1,100 for a side's title, thinking, failure and figures. */
const longestSide = 1_900;

/** Two models' answers to the same question, beside each other in one message. */
export function comparisonMessage(sides: readonly Shown[], { left, instead }: AnswerContext = noContext): MessageView {
  const [first] = sides;
  if (!first) throw new Error("a comparison of nothing");
  const runs = sides.some(({ state }) => state === "running");
  const long = sides.filter((side) => side.state !== "running" && partsOf(side).length > 1);
  const notes = [
    left === null || runs ? null : `-# ${[...takenOf(sides), leftWords(left)].join(" · ")}`,
    first.tellsOfLogging && !runs ? loggingNote : null,
  ].filter((note) => note !== null);
  const names = sides.map(({ target }) => bold(target.name, shown.modelName)).join(" and ");
  return {
    content: [
      `${bold(first.memberName, shown.memberName)} asks ${names}:`,
      `> ${escaped(first.prompt, shown.prompt)}`,
      ...notes,
    ].join("\n"),
    embeds: sides.map((side) => ({
      title: escaped(side.target.name, shown.modelName),
      description: textOf(side),
      footer: { text: figuresOf(side) },
    })),
    components: runs ? [buttonRow(button("Stop", "stop-answer", first.questionId))] : endButtons(first, instead),
    ...(runs || long.length === 0 ? {} : { files: long.map(answerFile) }),
  };
}

/** What is said where both, or one of them, take nothing from their asker. */
function takenOf(sides: readonly Shown[]): string[] {
  const free = sides.flatMap((side) => takenWords(side));
  return free.length === sides.length ? free.slice(0, 1) : free.length > 0 ? ["counts as one question"] : [];
}

/** What can be done when both have ended: all of it is about the first. Only an anonymous model has evidence. */
function endButtons({ failure, questionId, answer, target }: Shown, instead: string | null): Row[] {
  const all = [
    ...(failure?.reason === "revealed" && instead !== null ? [insteadButton(instead, questionId)] : []),
    ...(answer === "" ? [] : [button(plain(`Continue with ${target.name}`, 80), "continue", questionId)]),
    ...(answer === "" || target.modelId === null ? [] : [button("File as evidence", "answer-evidence", questionId)]),
  ];
  return all.length === 0 ? [] : [buttonRow(...all)];
}

function partsOf({ answer }: Shown): string[] {
  return answerParts(answerLines(answer), () => longestSide, 1);
}

function textOf(side: Shown): string {
  const { state, failure, answer } = side;
  const [part, ...rest] = partsOf(side);
  const lines = [
    ...thinkingLines(side),
    part ?? (answer !== "" && state !== "running" ? "-# It wrote nothing that can be shown here." : null),
    rest.length > 0 ? (state === "running" ? "-# …" : "-# It is longer than this: all of it is in the file.") : null,
    state === "running" && answer === "" ? "-# Waiting for its first word…" : null,
    state === "stopped" ? "⏹️ **Stopped.**" : null,
    state === "interrupted" ? "⚠️ **Interrupted:** the bot was restarted." : null,
    state === "token-limit" ? "-# It was cut off at the most an answer may have." : null,
    failure === null ? null : `⚠️ ${failureText(failure).slice(0, 450).toWellFormed()}`,
  ];
  return lines.filter((line) => line !== null).join("\n") || "…";
}

function figuresOf({ figures, state }: Shown): string {
  const facts = figureWords(figures);
  return facts.length === 0 ? (state === "running" ? "…" : "no figures") : facts.join(" · ");
}
