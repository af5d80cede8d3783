import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { answerGuesses } from "./actions/guess-batch.ts";
import type { GuessRequest } from "./actions/guess-books.ts";
import { openModelOf } from "./actions/load-models.ts";
import { createRefreshes, type Refreshes } from "./actions/refresh-models.ts";
import { type QuestionWish, type TakenIn, takeInQuestions } from "./actions/take-in-questions.ts";
import { type AskableListings, createAskableListings } from "./domain/askable.ts";
import { type Batches, createBatches } from "./domain/batches.ts";
import { type Bell, createBell } from "./domain/bell.ts";
import type { Chat } from "./domain/chat.ts";
import { type FileKeeper, noFiles } from "./domain/kept-file.ts";
import { createOpenModels, type OpenModels } from "./domain/open-models.ts";
import { type QuestionSettings, usualQuestionSettings } from "./domain/question-limits.ts";
import type { GuessAnswer } from "./domain/receipt.ts";
import { createRunningPolls, type RunningPolls } from "./domain/running-polls.ts";
import { createUploadPace, type UploadPace } from "./domain/upload-pace.ts";
import type { Db } from "./storage/database.ts";
import { isOutOfReach } from "./storage/outage.ts";

/**
 * The game's one clock: given the database's time, the time that counts. In production they are the same, so processes
 * with skewed clocks agree; tests and the demo give their own.
 */
export type Clock = (databaseTime: Date) => Date;

/** All an action may use. */
export type App = {
  readonly db: Db;
  /** Names this process among those that share the database. */
  readonly name: string;
  readonly clock: Clock;
  /** Milliseconds since some moment, for how long things take: it never jumps, as a clock may. */
  readonly elapsedMs: () => number;
  /** Models and labs per server, in memory, for autocomplete. */
  readonly models: OpenModels;
  /** Where reads of what memory lacks queue. */
  readonly refreshes: Refreshes;
  /** The polls that run, in memory. */
  readonly polls: RunningPolls;
  /** Where guesses queue while earlier ones on the same market are written. */
  readonly guesses: Batches<GuessRequest, GuessAnswer>;
  /** Asks models; null where the host has set no key. */
  readonly chat: Chat | null;
  /** What the host has set for questions. */
  readonly questions: QuestionSettings;
  /** Known labs' listings, in memory. */
  readonly askable: AskableListings;
  /** Where questions queue while earlier ones are taken in. */
  readonly asking: Batches<QuestionWish, TakenIn>;
  /** Keeps copies of evidence's files. */
  readonly files: FileKeeper;
  /** How much of them is uploaded for readers. */
  readonly uploads: UploadPace;
  /** Rung when a message is owed that members wait for. */
  readonly owed: Bell;
  readonly log: Logger;
};

/** Guesses answered in one transaction at most, and transactions at the same time. */
const mostGuessesTogether = 64;
const batchesAtOnce = 2;
const mostQuestionsTogether = 16;

/**
 * Puts together what actions use. The clock is the database's unless another is given; without `chat` nobody is asked,
 * without a keeper no file is kept.
 */
export function createApp(parts: {
  db: Db;
  log: Logger;
  clock?: Clock;
  chat?: Chat | null;
  /** Those left out are as usual. */
  questions?: Partial<QuestionSettings>;
  files?: FileKeeper;
}): App {
  const { db, log, clock = (databaseTime) => databaseTime, chat = null, questions: set = {}, files = noFiles } = parts;
  const questions = { ...usualQuestionSettings, ...set };
  const models = createOpenModels();
  const polls = createRunningPolls();
  const guesses = createBatches<GuessRequest, GuessAnswer>({
    lane: (request) => `${request.serverId}/${request.modelId}`,
    mostItems: mostGuessesTogether,
    atOnce: batchesAtOnce,
    concernsAll: isOutOfReach,
    async work(requests) {
      const { answers, markets, pollsToRead } = await answerGuesses(db, clock, requests);
      for (const market of markets) models.update(market.serverId, openModelOf({ name: market.modelName, ...market }));
      for (const [pollId, when] of pollsToRead) polls.askToRead(pollId, when);
      return answers;
    },
  });
  const name = randomUUID();
  const asking = createBatches<QuestionWish, TakenIn>({
    lane: ({ key }) => key,
    mostItems: mostQuestionsTogether,
    atOnce: 1,
    work: (wishes) => takeInQuestions({ db, clock, name, questions }, wishes),
  });
  const elapsedMs = () => performance.now();
  return {
    db,
    name,
    clock,
    elapsedMs,
    models,
    refreshes: createRefreshes({ db, clock, models, elapsedMs }),
    polls,
    guesses,
    asking,
    files,
    uploads: createUploadPace(),
    chat,
    questions,
    askable: createAskableListings(),
    owed: createBell(),
    log,
  };
}
