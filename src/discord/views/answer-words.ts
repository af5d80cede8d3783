import {
  type AnswerFigures,
  countsForMember,
  type GrowingQuestion,
  type Question,
  tokensPerSecond,
} from "../../domain/question.ts";
import type { QuestionsLeft } from "../../domain/question-limits.ts";
import { button, type FileView } from "./message.ts";
import { count, counted, seconds, usd } from "./numbers.ts";
import { escaped, plain } from "./text.ts";

/** A question with its answer, as it grows or as it is stored. */
export type Shown = Question & Partial<Pick<GrowingQuestion, "reasoningTail">>;

/** What an answer looks like besides its own text. */
export type AnswerContext = {
  /** What is left of the limits; null where nobody counted, as after a restart. */
  readonly left: QuestionsLeft | null;
  /** A listing that can be asked instead, where the model was revealed. */
  readonly instead: string | null;
};

export const noContext: AnswerContext = { left: null, instead: null };

/** The whole answer as the model wrote it; a file mentions nobody and formats nothing. */
export function answerFile({ questionId, target, prompt, answer }: Question): FileView {
  const text = `${target.name} (${target.listingId}) was asked:\n\n${prompt}\n\nIts answer:\n\n${answer}\n`;
  return { name: `answer-${questionId}.txt`, attachment: Buffer.from(text.toWellFormed()) };
}

/** What was measured, in words; nothing for what is not known. */
export function figureWords(figures: AnswerFigures): string[] {
  const { firstWordMs, promptTokens, answerTokens, costUsd } = figures;
  const speed = tokensPerSecond(figures);
  const facts = [
    firstWordMs === null ? null : `first word after ${seconds(firstWordMs)}`,
    speed === null ? null : `${count(speed)} tokens a second`,
    promptTokens === null || answerTokens === null
      ? null
      : `${count(promptTokens)} tokens in, ${count(answerTokens)} out`,
    costUsd === null ? null : usd(costUsd),
  ];
  return facts.filter((fact) => fact !== null);
}

/** The button that asks what a revealed model is called now the same. */
export function insteadButton(name: string, questionId: number) {
  return button(plain(`Ask ${name}`, 80), "ask-revealed", questionId, "main");
}

/** What is said of a question that takes nothing from its asker; nothing of any other. */
export function takenWords(question: Shown): string[] {
  return countsForMember(question) ? [] : ["it takes none of your questions"];
}

/** What is left of the limits, in words. */
export function leftWords({ member, server, hostToday }: QuestionsLeft): string {
  return `left: ${count(member)} for you this hour, ${count(server)} for this server and ${count(hostToday)} for the bot today`;
}

export const loggingNote =
  "-# The providers of anonymous models keep what they are asked and what they answer. Ask nothing private.";

/** How much the model has thought, and behind a spoiler the end of it while there is one; nothing if it does not think. */
export function thinkingLines({ reasoningCharacters, reasoningTail = "" }: Shown): string[] {
  if (reasoningCharacters === 0) return [];
  const end = reasoningTail.trim() === "" ? "" : `: ||… ${escaped(reasoningTail.slice(-150), 150)}||`;
  return [`-# Thinking, ${counted(reasoningCharacters, "character")}${end}`];
}
