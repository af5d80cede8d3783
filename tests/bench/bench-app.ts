import pino from "pino";
import { type App, createApp } from "../../src/app.ts";
import type { Db } from "../../src/storage/database.ts";
import { models } from "../../src/storage/schema.ts";

/** An app that logs nothing, on a database of the bench. */
export function benchApp(db: Db, clock?: () => Date): App {
  const log = pino({ level: "silent" });
  return clock ? createApp({ db, log, clock }) : createApp({ db, log });
}

/** A model of that name. Returns its id. */
export async function benchModel(db: Db, name: string, listedAt: Date): Promise<number> {
  const facts = {
    id: `stealth/${name}`,
    name,
    createdAt: null,
    contextTokens: null,
    maxOutputTokens: null,
    promptUsdPerToken: null,
    completionUsdPerToken: null,
    inputModalities: null,
    outputModalities: null,
    tokenizer: null,
    description: null,
  };
  const [model] = await db
    .insert(models)
    .values({ listingId: facts.id, name, facts, reasons: [], listedAt })
    .returning({ modelId: models.modelId });
  if (!model) throw new Error("no model was written");
  return model.modelId;
}

/** Runs something and says how long it took, in seconds. */
export async function secondsOf<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const start = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - start) / 1000 };
}

/** The middle of an odd number of figures. */
export function median(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;
}
