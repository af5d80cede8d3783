import type { ChatFailure } from "./chat.ts";

/**
 * Where a question stands. "interrupted": its process ended in mid-answer. "stopped": its asker or a moderator ended it.
 */
export const questionStates = ["running", "whole", "token-limit", "failed", "stopped", "interrupted"] as const;
export type QuestionState = (typeof questionStates)[number];

/** What is asked: an anonymous model of the game, or the listing of a known lab, which has no model id. */
export type QuestionTarget = {
  readonly modelId: number | null;
  readonly listingId: string;
  readonly name: string;
};

/** How long an answer took and what of; null for what is not known (yet). */
export type AnswerFigures = {
  /** From the question to the first piece of the answer, reasoning included. */
  readonly firstWordMs: number | null;
  readonly totalMs: number | null;
  readonly promptTokens: number | null;
  /** Reasoning included. */
  readonly answerTokens: number | null;
  readonly costUsd: number | null;
};

/** A question to a model with as much of its answer as there is. */
export type Question = {
  readonly questionId: number;
  readonly serverId: string;
  readonly channelId: string;
  readonly memberId: string;
  readonly memberName: string;
  readonly target: QuestionTarget;
  readonly prompt: string;
  /** Earlier exchanges of the same conversation that were sent along. */
  readonly earlier: number;
  readonly answer: string;
  readonly reasoningCharacters: number;
  readonly state: QuestionState;
  readonly failure: ChatFailure | null;
  readonly figures: AnswerFigures;
  /** The asker is told here, for the first time, that the model's provider keeps what it is asked. */
  readonly tellsOfLogging: boolean;
};

/** A question and its answer as it grows, with the end of what the model is thinking. */
export type GrowingQuestion = Question & { readonly reasoningTail: string };

/** Tokens a second from the first piece on; null where that is not known. */
export function tokensPerSecond({ firstWordMs, totalMs, answerTokens }: AnswerFigures): number | null {
  if (firstWordMs === null || totalMs === null || answerTokens === null || totalMs <= firstWordMs) return null;
  return (answerTokens * 1000) / (totalMs - firstWordMs);
}

/**
 * Whether a question counts against its member's and server's limits. One that failed before anything was said does not,
 * unless the question itself brought that about: else one member could use up the host's key with such questions.
 */
export function countsForMember(
  question: Pick<Question, "state" | "answer" | "reasoningCharacters" | "failure">,
): boolean {
  const { state, answer, reasoningCharacters, failure } = question;
  const isAskersDoing = failure?.reason === "moderated" || failure?.reason === "too-long";
  return state !== "failed" || answer !== "" || reasoningCharacters > 0 || isAskersDoing;
}

/** What has been measured of a model by asking it, over its latest questions in a server. */
export type MeasuredFigures = {
  /** At most `mostMeasured`. */
  readonly questions: number;
  readonly failed: number;
  readonly medianFirstWordMs: number | null;
  readonly medianTokensPerSecond: number | null;
};

/** Questions a model's figures are taken from at most: its latest. */
export const mostMeasured = 200;

/**
 * A model's figures from its latest questions. Whoever stops an answer does not make the model fail, nor does our own
 * restart; failures of the host's key or account are none of the model's either.
 */
export function measure(asked: readonly Pick<Question, "state" | "failure" | "figures">[]): MeasuredFigures {
  const timed = asked.flatMap(({ figures }) => (figures.firstWordMs === null ? [] : [figures.firstWordMs]));
  const speeds = asked.flatMap(({ figures }) => tokensPerSecond(figures) ?? []);
  return {
    questions: asked.length,
    failed: asked.filter(({ state, failure }) => state === "failed" && failure !== null && isOfModel(failure)).length,
    medianFirstWordMs: median(timed),
    medianTokensPerSecond: median(speeds),
  };
}

const ofModel = {
  revealed: false,
  "not-served": true,
  "privacy-settings": false,
  "key-refused": false,
  "no-credit": false,
  "key-limit": false,
  moderated: false,
  "too-long": false,
  "provider-busy": true,
  "provider-failed": true,
  empty: true,
  cut: true,
  "timed-out": true,
  unreachable: false,
  unreadable: true,
  stopped: false,
} satisfies Record<ChatFailure["reason"], boolean>;

/** Whether a failure is the model's or its provider's, not ours, the host's or the asker's. */
function isOfModel({ reason }: ChatFailure): boolean {
  return ofModel[reason];
}

function median(figures: readonly number[]): number | null {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 1 ? middle : middle - 1], sorted[middle]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
