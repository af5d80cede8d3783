import type { Logger } from "pino";
import { answerGuesses } from "./actions/guess-batch.ts";
import type { GuessRequest } from "./actions/guess-books.ts";
import { openModelOf } from "./actions/load-models.ts";
import { type Batches, createBatches } from "./domain/batches.ts";
import { createOpenModels, type OpenModels } from "./domain/open-models.ts";
import type { GuessAnswer } from "./domain/receipt.ts";
import type { Db } from "./storage/database.ts";

/**
 * The game's one clock: given the database's time, the time that counts. In production they are the same, so processes
 * with skewed clocks agree; tests and the demo give their own.
 */
export type Clock = (databaseTime: Date) => Date;

/** All an action may use. */
export type App = {
  readonly db: Db;
  readonly clock: Clock;
  /** Models and labs per server, in memory, for autocomplete. */
  readonly models: OpenModels;
  /** Where guesses queue while earlier ones on the same market are written. */
  readonly guesses: Batches<GuessRequest, GuessAnswer>;
  readonly log: Logger;
};

/** Guesses answered in one transaction at most, and transactions at the same time. */
const mostGuessesTogether = 64;
const batchesAtOnce = 4;

/** Puts together what actions use. The clock is the database's unless another is given. */
export function createApp(parts: { db: Db; log: Logger; clock?: Clock }): App {
  const { db, log, clock = (databaseTime) => databaseTime } = parts;
  const models = createOpenModels();
  const guesses = createBatches<GuessRequest, GuessAnswer>({
    lane: (request) => `${request.serverId}/${request.modelId}`,
    mostItems: mostGuessesTogether,
    atOnce: batchesAtOnce,
    async work(requests) {
      const { answers, markets } = await answerGuesses(db, clock, requests);
      for (const market of markets) models.update(market.serverId, openModelOf({ ...market, name: market.modelName }));
      return answers;
    },
  });
  return { db, clock, models, guesses, log };
}
