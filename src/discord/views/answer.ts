import type { Question, QuestionState } from "../../domain/question.ts";
import { type QuestionsLeft, questionRules } from "../../domain/question-limits.ts";
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
import { comparisonMessage } from "./comparison.ts";
import { button, buttonRow, type MessageView, type Row } from "./message.ts";
import { count, counted } from "./numbers.ts";
import { failureText } from "./question-refusals.ts";
import { bold, escaped, shown } from "./text.ts";

/** An answer stands in at most so many messages; of a longer one the rest is in the file alone. */
const mostMessages = 4;
const longestMessage = 2_000;
/** Kept free in every message for what may stand under it: the answer must not move when it comes. */
const footerRoom = 520;
/** And for why it failed. */
const failureRoom = 480;
/** Most of what stands above an answer: some of the answer must fit below it, whatever the names and the question are. */
const headRoom = 700;

/** A question and its answer, as far as it is, in one to four messages; one too long for a message also as a file. */
export function answerMessages(question: Shown, context: AnswerContext = noContext): MessageView[] {
  const head = headOf(question);
  const tail = footOf(question, context);
  const room = longestMessage - footerRoom - (question.failure === null ? 0 : failureRoom);
  const roomOf = (part: number) => room - (part === 0 ? head.length + 1 : 0);
  const parts = answerParts(answerLines(question.answer), roomOf, mostMessages);
  const kept = parts.slice(0, mostMessages);
  const isLong = parts.length > mostMessages;
  const isOver = question.state !== "running";
  // Nothing but spaces and empty blocks of code.
  const isUnseen = isOver && parts.length === 0 && question.answer !== "";
  const texts = kept.length === 0 ? [head] : kept.map((part, i) => (i === 0 ? `${head}\n${part}` : part));
  return texts.map((text, i) => {
    if (i < texts.length - 1) return { content: text, components: [] };
    const more = isLong
      ? [`-# It is longer than this: ${whereRest(question.state)}.`]
      : isUnseen
        ? ["-# It wrote nothing that can be shown here. What it wrote is in the file."]
        : [];
    return {
      content: [text, ...more, ...tail].join("\n").slice(0, longestMessage).toWellFormed(),
      components: buttons(question, context),
      ...((parts.length > 1 && isOver) || isUnseen ? { files: [answerFile(question)] } : {}),
    };
  });
}

function whereRest(state: QuestionState): string {
  return state === "running" ? "all of it comes as a file at the end" : "all of it is in the file";
}

/** What is shown of a question that grows too long by being escaped. */
const shortPrompt = 60;

function headOf(question: Shown): string {
  const { memberName, target, prompt, earlier } = question;
  const goesOn = earlier > 0 ? `, after ${counted(earlier, "exchange")}` : "";
  const asked = `${bold(memberName, shown.memberName)} asks ${bold(target.name, shown.modelName)}${goesOn}:`;
  const withPrompt = (most: number) => [asked, `> ${escaped(prompt, most)}`, ...thinkingLines(question)].join("\n");
  const whole = withPrompt(shown.prompt);
  return whole.length <= headRoom ? whole : withPrompt(shortPrompt);
}

function figuresLine(question: Shown, { left }: AnswerContext): string | null {
  const { state, figures } = question;
  const facts = [...figureWords(figures), ...(left === null ? [] : [takenWords(question), leftWords(left)].flat())];
  return facts.length === 0 || state === "running" ? null : `-# ${facts.join(" · ")}`;
}

/** What stands under an answer: how it ended, its figures, the limits, and once per member a note. */
function footOf(question: Shown, context: AnswerContext): string[] {
  const { state, failure, tellsOfLogging } = question;
  const lines = [
    ending[state](question),
    failure === null ? null : failureText(failure).slice(0, failureRoom).toWellFormed(),
    figuresLine(question, context),
    tellsOfLogging && state !== "running" ? loggingNote : null,
  ];
  return lines.filter((line) => line !== null && line !== "") as string[];
}

const ending = {
  running: ({ answer, reasoningCharacters }) =>
    answer !== "" ? null : reasoningCharacters > 0 ? "-# It is thinking…" : "-# Waiting for its first word…",
  whole: () => null,
  "token-limit": () =>
    `-# It was cut off at the most an answer may have, ${count(questionRules.mostAnswerTokens)} tokens.`,
  failed: ({ answer }) => (answer === "" ? "⚠️ **No answer.**" : "⚠️ **It broke off here.**"),
  stopped: ({ answer }) => (answer === "" ? "⏹️ **Stopped** before its first word." : "⏹️ **Stopped.**"),
  interrupted: ({ answer }) =>
    answer === ""
      ? "⚠️ **Interrupted:** the bot was restarted before the first word. Ask again."
      : "⚠️ **Interrupted:** the bot was restarted, and this is what was written so far.",
} satisfies Record<QuestionState, (question: Shown) => string | null>;

function buttons({ questionId, state, answer, target, failure }: Shown, { instead }: AnswerContext): Row[] {
  if (state === "running") return [buttonRow(button("Stop", "stop-answer", questionId))];
  const all = [
    ...(failure?.reason === "revealed" && instead !== null ? [insteadButton(instead, questionId)] : []),
    ...(answer === "" ? [] : [button("Continue", "continue", questionId, "main")]),
    ...(answer === "" || target.modelId === null ? [] : [button("File as evidence", "answer-evidence", questionId)]),
  ];
  return all.length === 0 ? [] : [buttonRow(...all)];
}

/** A question, or the two of a comparison, with what is answered so far. */
export function questionMessages(questions: readonly Shown[], context: AnswerContext = noContext): MessageView[] {
  const [only] = questions;
  return only && questions.length === 1 ? answerMessages(only, context) : [comparisonMessage(questions, context)];
}

const shortenedNote =
  "-# What was said before is too long to be sent whole: the model gets the beginning and the end of one exchange, is told how much lacks, and no longer knows what came before it.";

/** Told to the asker alone while the answer comes in the channel. */
export function askedView(
  questions: readonly Question[],
  { left, isShortened }: { readonly left: QuestionsLeft; readonly isShortened: boolean },
): MessageView {
  const names = questions.map(({ target }) => bold(target.name, shown.modelName)).join(" and ");
  const tells = questions.some(({ tellsOfLogging }) => tellsOfLogging);
  return {
    content: [
      `I ask ${names}. The answer comes in the channel.`,
      ...(isShortened ? [shortenedNote] : []),
      `-# ${leftWords(left)}`,
      ...(tells ? [loggingNote] : []),
    ].join("\n"),
  };
}
