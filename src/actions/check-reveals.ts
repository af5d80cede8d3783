import type { App } from "../app.ts";
import type { ChatEnd, ChatFailure } from "../domain/chat.ts";
import { labByAuthor } from "../domain/lab.ts";
import { authorOf } from "../domain/listing.ts";
import { restUntil } from "../domain/question-limits.ts";
import { namedIn, revealTime } from "../domain/reveal.ts";
import { nextCheckAt, revealCheckRules } from "../domain/reveal-checks.ts";
import { transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { lockBudget, restKey } from "../storage/question-books.ts";
import { countChecks, noteCheck, readUnrevealed } from "../storage/reveal-checks.ts";
import { addCandidates, readModelWith } from "../storage/reveals.ts";
import { pageOf } from "./compare-arrivals.ts";

/** Who built a model, as OpenRouter says it. */
export type ToldReveal = Extract<ChatFailure, { reason: "revealed" }>;

/**
 * Takes the turn of the withdrawn model that has waited longest to be asked whether it is revealed; null if it is nobody's
 * turn. Each is asked less and less often, as long as somebody plays on it; all of them together a few times a day, in
 * whatever number of processes, and not while OpenRouter has told the host's key to wait.
 */
export async function takeRevealTurn(app: App): Promise<{ modelId: number; listingId: string } | null> {
  const { mostPerDay, dayMs, giveUpMs } = revealCheckRules;
  return transact(app.db, async (tx) => {
    const { restingUntil } = await lockBudget(tx);
    const now = app.clock(await readDatabaseTime(tx));
    if (restingUntil !== null && restingUntil > now) return null;
    if ((await countChecks(tx, new Date(now.getTime() - dayMs))) >= mostPerDay) return null;
    const waiting = await readUnrevealed(tx, new Date(now.getTime() - giveUpMs));
    const due = waiting.find(({ checks, lastAt }) => lastAt === null || nextCheckAt(checks, lastAt) <= now);
    if (!due) return null;
    const { modelId, listingId } = due;
    await noteCheck(tx, modelId, now);
    return { modelId, listingId };
  });
}

/** Records what came of asking a withdrawn model: its reveal becomes a candidate, and a key that is told to wait rests. */
export async function recordRevealCheck(app: App, modelId: number, end: ChatEnd): Promise<void> {
  const failure = end.kind === "failed" ? end.failure : null;
  app.log.info({ modelId, answer: failure?.reason ?? end.kind }, "asked whether a withdrawn model is revealed");
  if (failure?.reason === "revealed") await recordReveal(app, modelId, failure);
  if (failure?.reason !== "key-limit") return;
  const { per, retryAt } = failure;
  await transact(app.db, async (tx) => {
    await lockBudget(tx);
    await restKey(tx, restUntil(per, retryAt, app.clock(await readDatabaseTime(tx))));
  });
}

/** Makes what OpenRouter says of a model a candidate for the moderators, once, whoever asked it. */
export async function recordReveal(app: App, modelId: number, { sentence, listingIds }: ToldReveal): Promise<void> {
  await transact(app.db, async (tx) => {
    const now = app.clock(await readDatabaseTime(tx));
    const named = namedIn(sentence, listingIds, (id) => labByAuthor(authorOf(id))?.slug ?? null);
    const read = await readModelWith(tx, modelId, named.listingIds);
    if (!read) return;
    const { listedAt, listingId } = read.model;
    const official = read.official.flatMap(({ facts }) => (facts?.createdAt ? [new Date(facts.createdAt)] : []));
    const time = revealTime({ sentence, listedAt, official, now });
    const candidate = {
      modelId,
      kind: "sentence" as const,
      fact: "sentence",
      labs: named.lab === null ? [] : [named.lab],
      found: sentence,
      score: named.score,
      source: pageOf(named.listingIds[0] ?? listingId),
      ...time,
      foundAt: now,
    };
    await addCandidates(tx, [candidate], now);
  });
}
