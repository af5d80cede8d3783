import type { App } from "../app.ts";
import type { Chat, ChatEnd, ChatUsage } from "../domain/chat.ts";
import { countsForMember, type GrowingQuestion, type QuestionState } from "../domain/question.ts";
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
} from "../storage/running-questions.ts";
import type { AskedQuestion } from "./ask-model.ts";
import { recordReveal } from "./check-reveals.ts";

/** How often the database hears how far an answer is, and is asked whether to stop. */
const beatMs = 1_000;
/** Others may take the answers over twenty seconds after this process was last heard of. */
const surelyOursMs = 10_000;
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
  /** Whether they are still this process's: another takes over those of one that is silent for long. */
  isOurs(): Promise<boolean>;
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
  let heldAtMs = app.elapsedMs();
  let isLost = false;
  const beat = everyBeat(async () => {
    const askedAtMs = app.elapsedMs();
    // One statement for each: fifty answers at once are fifty of them a second.
    const ended: number[] = [];
    for (const each of growing) {
      const kept = await each.keep();
      if (kept === "ended") ended.push(each.now().questionId);
      isLost ||= kept === "lost";
      if (kept === "stop") stopped.abort();
    }
    isLost ||= (await holdQuestions(app.db, ended, app.name)) < ended.length;
    heldAtMs = askedAtMs;
    if (isLost) stopped.abort();
  }, app);
  return {
    now: () => growing.map((each) => each.now()),
    async run(changed, stopping) {
      await Promise.all(growing.map((each) => each.run(changed, stopped.signal, stopping)));
    },
    abandon: () => stopped.abort(),
    async isOurs() {
      if (!isLost && app.elapsedMs() - heldAtMs > surelyOursMs) await beat.now();
      return !isLost;
    },
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
function everyBeat(work: () => Promise<void>, { log }: App): { now(): Promise<void>; stop(): Promise<void> } {
  let running: Promise<void> | null = null;
  const now = () => {
    running ??= work().finally(() => {
      running = null;
    });
    return running;
  };
  const timer = setInterval(() => {
    now().catch((err: unknown) => log.warn({ err }, "it could not be noted how far an answer is"));
  }, beatMs);
  return {
    now,
    async stop() {
      clearInterval(timer);
      await running?.catch(() => {});
    },
  };
}

function growingQuestion(app: App, chat: Chat, { question, turns }: AskedQuestion) {
  const { questionId } = question;
  let now: GrowingQuestion = { ...question, reasoningTail: "" };
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
    /** Writes how far it is and holds it for longer; tells whether its asker wants it stopped, or it is not ours any more. */
    async keep(): Promise<"kept" | "stop" | "lost" | "ended"> {
      if (now.state !== "running") return "ended";
      const { answer, reasoningCharacters, figures } = now;
      const kept = await keepQuestion(app.db, questionId, app.name, {
        answer: answer.toWellFormed(),
        reasoningCharacters,
        firstWordMs: figures.firstWordMs,
      });
      if (kept) return kept.stopAsked ? "stop" : "kept";
      // If it has not ended meanwhile, another process took it for dead, and finishes its messages.
      return now.state === "running" ? "lost" : "ended";
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
 * Writes how an answer ended, with what it cost; a cost that is not told counts as the highest it can be. Every question
 * counts against the host's key, whatever became of it: OpenRouter counts it too.
 */
async function store(app: App, question: GrowingQuestion, usage: ChatUsage | null): Promise<void> {
  const { questionId, answer, reasoningCharacters, state, failure, figures } = question;
  const change: QuestionChange = {
    answer,
    reasoningCharacters,
    state,
    failure,
    ...figures,
    isCounted: countsForMember(question),
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

/** Refused before the model began, which costs nothing. */
function neverReachedModel({ state, answer, reasoningCharacters }: GrowingQuestion): boolean {
  return state === "failed" && answer === "" && reasoningCharacters === 0;
}
