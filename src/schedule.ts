import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { askAboutOverdue } from "./actions/ask-about-overdue.ts";
import { forgetServers } from "./actions/forget-servers.ts";
import { sweepFiles } from "./actions/keep-files.ts";
import { loadAskable } from "./actions/load-askable.ts";
import { learnMarkets } from "./actions/load-models.ts";
import { loadPolls } from "./actions/look-after-polls.ts";
import { offerSettlements } from "./actions/offer-settlements.ts";
import { reportHeldListings } from "./actions/record-catalogue.ts";
import { learnChanges } from "./actions/refresh-models.ts";
import { discordTurns } from "./actions/take-turns.ts";
import { topUpWallets } from "./actions/top-up-wallets.ts";
import type { App } from "./app.ts";
import type { DiscordClient } from "./discord/deliveries.ts";
import { forgetWaits } from "./discord/forget-waits.ts";
import { trafficOf } from "./discord/traffic.ts";
import { checkReveals } from "./schedule/check-reveals.ts";
import { startClockwork } from "./schedule/clockwork.ts";
import { deliverDue } from "./schedule/deliver-due.ts";
import { editDueCards } from "./schedule/edit-cards.ts";
import { finishAnswers } from "./schedule/finish-answers.ts";
import { oneAfterAnother, oneAtATime } from "./schedule/one-at-a-time.ts";
import { lookAfterPolls } from "./schedule/polls.ts";
import { readListings } from "./schedule/read-listings.ts";

const when = {
  deliveries: "*/5 * * * * *",
  cards: "*/5 * * * * *",
  memory: "30 * * * * *",
  /** Models opened and decided, and labs taught, by other processes. */
  changes: "*/5 * * * * *",
  /** An answer whose process died is taken over when that has been silent for twenty seconds. */
  answers: "*/5 * * * * *",
  reveals: "20 */5 * * * *",
  overdue: "15 12 * * *",
  polls: "*/5 * * * * *",
  topUps: "5 0 * * *",
  forgetting: "35 3 * * *",
  /** A thirty-second part of the copies of evidence's files. */
  files: "15 * * * * *",
} as const;

/** What runs by the clock. */
type Schedule = {
  /** Starts nothing more, and resolves when what runs has ended. */
  stop(): Promise<void>;
};

/**
 * Starts what runs by the clock, in UTC, each job never twice at a time: the catalogue and the deliveries that follow
 * from it, deliveries that have become due (before them what servers settled becomes news for others), announcements that
 * are behind, withdrawn models that may be revealed, models open for half a year, the weekly top-up (asked for daily and
 * at the start), servers left long ago, answers that a dead process left in the middle, polls that need looking after, and
 * the memory of models and polls, which other processes change too.
 */
export function startSchedule(
  app: App,
  client: DiscordClient,
  settings: { readonly listingsCron: string; readonly openRouterBaseUrl: string },
): Schedule {
  const by = randomUUID();
  const stopping = new AbortController();
  const jobs = new Set<Promise<void>>();
  const run = (name: string, work: () => Promise<unknown>): Promise<void> => {
    if (stopping.signal.aborted) return Promise.resolve();
    const job = work()
      .then(
        () => undefined,
        (err: unknown) => app.log.error({ err, job: name }, "a job failed; it is tried again at its next time"),
      )
      .finally(() => jobs.delete(job));
    jobs.add(job);
    return job;
  };

  const turn = discordTurns(app, wait, trafficOf(client));
  const deliveries = oneAfterAnother(async () => {
    await run("settlements", async () => {
      while (!stopping.signal.aborted && (await offerSettlements(app)));
    });
    await run("deliveries", () => deliverDue(app, client, by, stopping.signal, turn));
  });
  const cards = oneAtATime(() => run("cards", () => editDueCards(app, client, turn, stopping.signal)));
  const listings = oneAtATime(async () => {
    const nextReadMs = clockwork.msToNext("listings");
    await run("listings", () => readListings(app, { ...settings, nextReadMs }, stopping.signal));
    void deliveries();
  });
  const reveals = oneAtATime(() => run("reveals", () => checkReveals(app, stopping.signal)));
  const overdue = oneAtATime(() => run("overdue", () => askAboutOverdue(app)));
  const topUps = oneAtATime(() => run("top-ups", () => topUpWallets(app)));
  const forgetting = oneAtATime(() => run("forgetting", () => forgetServers(app)));
  const memory = oneAtATime(() =>
    run("memory", () => Promise.all([learnMarkets(app), loadAskable(app), loadPolls(app)])),
  );
  const changes = oneAtATime(() => run("changes", () => learnChanges(app)));
  const polls = oneAtATime(() => run("polls", () => lookAfterPolls(app, client, turn, stopping.signal)));
  const answers = oneAtATime(() => run("answers", () => finishAnswers(app, client)));
  const files = oneAtATime(() => run("files", () => sweepFiles(app)));

  const clockwork = startClockwork(
    app,
    [
      ["listings", settings.listingsCron, listings],
      // Sending may take minutes; ticks in the meantime are no news.
      ["deliveries", when.deliveries, () => void deliveries()],
      ["cards", when.cards, () => void cards()],
      ["reveals", when.reveals, reveals],
      ["overdue", when.overdue, overdue],
      ["top-ups", when.topUps, topUps],
      ["forgetting", when.forgetting, forgetting],
      ["memory", when.memory, memory],
      ["changes", when.changes, changes],
      ["answers", when.answers, answers],
      ["files", when.files, files],
      ["polls", when.polls, () => void polls()],
    ],
    () => forgetWaits(client),
  );
  const stopListening = app.owed.listen(() => void deliveries());
  void run("held listings", () => reportHeldListings(app));
  // What a process before this one left undone does not wait for OpenRouter.
  void deliveries();
  void listings();
  void topUps();
  void answers();
  void overdue();
  if (app.chat === null) {
    app.log.info("without OPENROUTER_API_KEY withdrawn models are not asked whether they are revealed");
  }
  void polls();

  return {
    async stop() {
      stopping.abort();
      stopListening();
      await clockwork.stop();
      await Promise.allSettled([...jobs]);
    },
  };
}
