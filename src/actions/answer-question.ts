import type { App } from "../app.ts";
import type { Chat, ChatEnd, ChatFailure, ChatUsage } from "../domain/chat.ts";
import type { GrowingQuestion, QuestionState } from "../domain/question.ts";
import { questionRules, restUntil } from "../domain/question-limits.ts";
import { transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { lockBudget, restKey, spend } from "../storage/question-books.ts";
import {
  endQuestion,
  holdQuestions,
  keepQuestion,
  letGo,
  noteMessages,
  type QuestionChange,
} from "../storage/questions.ts";
import type { AskedQuestion } from "./ask-model.ts";
import { recordReveal } from "./check-reveals.ts";

/** How often the database hears how far an answer is, and is asked whether to stop. */
const beatMs = 1_000;
/** Nobody reads more than this, and a model that never ends must not fill the memory. */
const mostCharacters = 100_000;
const tailCharacters = 300;

/** Answers being given. */
export type Answering = {
  /** The questions with as much of their answers as there is at this moment. */
  now(): readonly GrowingQuestion[];
  /** Asks the models; calls `changed` whenever there is more. Resolves when all answers have ended and are stored. */
  run(changed: () => void, stopping: AbortSignal): Promise<void>;
  /** Ends the answers as if their asker had stopped them: nobody can see them any more. */
  abandon(): void;
  /** Notes the messages that show them, so that another process can finish them. */
  shownIn(messageIds: readonly string[]): Promise<void>;
  /** Nothing is left to do: the messages say how it ended. If they do not, another process is to finish them. */
  close(finished: boolean): Promise<void>;
};

/** Asks the models what was taken in by `askModel`. Whatever goes wrong is an end of the answer and no error. */
export function answerQuestions(app: App, chat: Chat, asks: readonly AskedQuestion[]): Answering {
  const stopped = new AbortController();
  const growing = asks.map(({ question, turns }) => growingQuestion(app, chat, { question, turns }));
  const ids = asks.map(({ question }) => question.questionId);
  const beat = everyBeat(async () => {
    for (const each of growing) await each.keep();
    const { stopAsked } = await holdQuestions(app.db, ids, app.name);
    if (stopAsked) stopped.abort();
  }, app);
  return {
    now: () => growing.map((each) => each.now()),
    async run(changed, stopping) {
      await Promise.all(growing.map((each) => each.run(changed, stopped.signal, stopping)));
    },
    abandon: () => stopped.abort(),
    async shownIn(messageIds) {
      for (const id of ids) await noteMessages(app.db, id, messageIds);
    },
    async close(finished) {
      await beat.stop();
      if (finished) await letGo(app.db, ids, app.name);
    },
  };
}

/** Does something again and again, never twice at a time, until it is stopped. What fails is tried at the next beat. */
function everyBeat(work: () => Promise<void>, { log }: App): { stop(): Promise<void> } {
  let running: Promise<void> | null = null;
  const timer = setInterval(() => {
    running ??= work()
      .catch((err: unknown) => log.warn({ err }, "it could not be noted how far an answer is"))
      .finally(() => {
        running = null;
      });
  }, beatMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

function growingQuestion(app: App, chat: Chat, { question, turns }: AskedQuestion) {
  const { questionId } = question;
  let now: GrowingQuestion = { ...question, reasoningTail: "" };
  let lost = false;
  const startedMs = app.elapsedMs();
  const sinceStart = () => Math.round(app.elapsedMs() - startedMs);

  function grow(kind: "answer" | "reasoning", text: string): void {
    const { figures } = now;
    const firstWordMs = figures.firstWordMs ?? sinceStart();
    const clean = text.replaceAll("\0", "");
    now = {
      ...now,
      figures: { ...figures, firstWordMs },
      ...(kind === "answer"
        ? { answer: now.answer + clean }
        : {
            reasoningCharacters: now.reasoningCharacters + text.length,
            reasoningTail: (now.reasoningTail + clean).slice(-tailCharacters),
          }),
    };
  }

  async function ask(changed: () => void, signal: AbortSignal): Promise<ChatEnd> {
    const request = { listingId: question.target.listingId, turns, mostTokens: questionRules.mostAnswerTokens };
    const pieces = chat(request, signal);
    for (;;) {
      const next = await pieces.next();
      if (next.done) return next.value;
      if (next.value.text === "") continue;
      grow(next.value.kind, next.value.text);
      changed();
      if (now.answer.length <= mostCharacters) continue;
      const end = await pieces.return({ kind: "token-limit", usage: null });
      return end.done ? end.value : { kind: "token-limit", usage: null };
    }
  }

  return {
    now: () => now,
    async keep() {
      if (now.state !== "running" || lost) return;
      const { answer, reasoningCharacters, figures } = now;
      const kept = await keepQuestion(app.db, questionId, app.name, {
        answer: answer.toWellFormed(),
        reasoningCharacters,
        firstWordMs: figures.firstWordMs,
      });
      // Another process took it for dead, and has finished its messages.
      if (kept === null && now.state === "running") lost = true;
    },
    async run(changed: () => void, stopped: AbortSignal, stopping: AbortSignal) {
      const end = await ask(changed, AbortSignal.any([stopped, stopping]));
      const state = stateAfter(end, stopping.aborted && !stopped.aborted);
      const { usage } = end;
      const figures = {
        ...now.figures,
        totalMs: sinceStart(),
        promptTokens: usage?.promptTokens ?? null,
        answerTokens: usage?.answerTokens ?? null,
        costUsd: usage?.costUsd ?? null,
      };
      now = { ...now, answer: now.answer.toWellFormed(), state, failure: failureOf(end), figures };
      await store(app, now, usage);
      const { modelId } = question.target;
      // Who asks a model may be the first to hear that it is revealed.
      if (now.failure?.reason === "revealed" && modelId !== null) await recordReveal(app, modelId, now.failure);
      changed();
    },
  };
}

function failureOf(end: ChatEnd) {
  return end.kind === "failed" && end.failure.reason !== "stopped" ? end.failure : null;
}

function stateAfter(end: ChatEnd, interrupted: boolean): QuestionState {
  if (end.kind !== "failed") return end.kind;
  if (end.failure.reason !== "stopped") return "failed";
  return interrupted ? "interrupted" : "stopped";
}

/**
 * Writes how an answer ended, with what it cost; a cost that is not told counts as the highest it can be. A question that
 * failed before anything was said does not count against its member and server, but does against the host's key:
 * OpenRouter counts it too.
 */
async function store(app: App, question: GrowingQuestion, usage: ChatUsage | null): Promise<void> {
  const { questionId, answer, reasoningCharacters, state, failure, figures } = question;
  const change: QuestionChange = {
    answer,
    reasoningCharacters,
    state,
    failure,
    ...figures,
    isCounted: state !== "failed" || answer !== "" || reasoningCharacters > 0 || isAskersDoing(failure),
  };
  await transact(app.db, async (tx) => {
    await lockBudget(tx);
    const ended = await endQuestion(tx, questionId, app.name, change);
    if (!ended) return;
    const now = app.clock(await readDatabaseTime(tx));
    const costUsd = usage?.costUsd ?? (neverReachedModel(question) ? 0 : ended.reservedUsd);
    if (costUsd > 0) await spend(tx, costUsd, now);
    if (failure?.reason === "key-limit") await restKey(tx, restUntil(failure.per, failure.retryAt, now));
  });
}

/** What the question itself brought about counts in full: else one member could use up the host's key with such questions. */
function isAskersDoing(failure: ChatFailure | null): boolean {
  return failure?.reason === "moderated" || failure?.reason === "too-long";
}

/** Refused before the model began, which costs nothing. */
function neverReachedModel({ state, answer, reasoningCharacters }: GrowingQuestion): boolean {
  return state === "failed" && answer === "" && reasoningCharacters === 0;
}
