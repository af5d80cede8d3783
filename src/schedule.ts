import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { schedule } from "node-cron";
import { doubtfulToCheck, recordCheck } from "./actions/check-doubtful.ts";
import { recordPieceSent } from "./actions/deliver-evidence.ts";
import {
  claimDeliveries,
  claimMs,
  recordChannel,
  recordFailed,
  recordHeld,
  recordPosted,
  recordRetry,
  recordSent,
} from "./actions/deliver-messages.ts";
import { finishedAnswer, takeOverAnswers } from "./actions/finish-questions.ts";
import { loadAskable } from "./actions/load-askable.ts";
import { loadModels } from "./actions/load-models.ts";
import { loadPolls } from "./actions/look-after-polls.ts";
import { recordPollSent } from "./actions/open-poll.ts";
import {
  confirmCatalogue,
  type RecordedCatalogue,
  recordCatalogue,
  reportHeldListings,
  startReading,
} from "./actions/record-catalogue.ts";
import { withCopies } from "./actions/show-evidence.ts";
import { topUpWallets } from "./actions/top-up-wallets.ts";
import type { App } from "./app.ts";
import { isConnected } from "./discord/client.ts";
import {
  type DiscordClient,
  editDelivery,
  messageOf,
  openThread,
  postDelivery,
  systemChannel,
} from "./discord/deliveries.ts";
import { finishMessages } from "./discord/finish-answers.ts";
import type { Posting, Undelivered } from "./discord/undelivered.ts";
import { threadName } from "./discord/views/announcement.ts";
import { labNames } from "./discord/views/lab-words.ts";
import type { OwedView } from "./discord/views/message.ts";
import type { ClaimedDelivery } from "./domain/claimed-delivery.ts";
import type { Delivery } from "./domain/server.ts";
import { readCatalogue } from "./integrations/openrouter-catalogue.ts";
import { readProvider } from "./integrations/openrouter-endpoints.ts";
import { lookAfterPolls } from "./schedule/polls.ts";

/**
 * Discord takes 50 requests a second from a bot, and discord.js makes members' interactions wait for their turn too: half
 * of them are left free. Measured without this pace, deliveries alone take all 50.
 */
const atOnce = 4;
const perSecond = 25;
const beforePacing = 10;
/** Sending gives up while the claim still holds, so that nobody else sends the same. */
const sendWithinMs = claimMs / 2;

const when = {
  deliveries: "*/5 * * * * *",
  memory: "30 * * * * *",
  /** An answer whose process died is taken over when that has been silent for twenty seconds. */
  answers: "*/5 * * * * *",
  polls: "*/5 * * * * *",
  topUps: "5 0 * * *",
} as const;

/** What runs by the clock. */
type Schedule = {
  /** Starts nothing more, and resolves when what runs has ended. */
  stop(): Promise<void>;
};

/** Reads the catalogue and records what it holds. Null if another process is reading it, or if it could not be read. */
export async function readListings(
  app: App,
  settings: { readonly openRouterBaseUrl: string },
  signal?: AbortSignal,
): Promise<RecordedCatalogue | null> {
  const reading = await startReading(app);
  if (!reading) return null;
  try {
    const read = await readCatalogue({
      baseUrl: settings.openRouterBaseUrl,
      etag: reading.etag,
      ...(signal ? { signal } : {}),
    });
    if (read.kind === "unchanged") {
      const confirmed = await confirmCatalogue(app);
      await checkDoubtful(app, settings, signal);
      return confirmed;
    }
    if (read.kind === "unreadable") {
      if (read.why === "stopped") return null;
      app.log.warn({ why: read.why, detail: read.detail }, "the catalogue could not be read: nothing is changed");
      return null;
    }
    const { listings, rejected, garbled } = read;
    if (rejected.length > 0 || garbled.length > 0) {
      const examples = { rejected: rejected.slice(0, 5), garbled: garbled.slice(0, 5) };
      const counts = { listings: listings.length, rejected: rejected.length, garbled: garbled.length };
      app.log.warn({ ...counts, examples }, "some entries of the catalogue are not what they should be");
    }
    const recorded = await recordCatalogue(app, read);
    app.log.info({ kind: recorded.kind, listings: listings.length, opened: recorded.opened }, "the catalogue was read");
    await checkDoubtful(app, settings, signal);
    return recorded;
  } finally {
    await reading.end();
  }
}

/** Asks who serves the few listings the rule is in doubt about whose turn it is. */
async function checkDoubtful(
  app: App,
  { openRouterBaseUrl: baseUrl }: { readonly openRouterBaseUrl: string },
  signal?: AbortSignal,
): Promise<void> {
  for (const listingId of await doubtfulToCheck(app)) {
    const answer = await readProvider({ baseUrl, listingId, signal });
    if (signal?.aborted) return;
    await recordCheck(app, listingId, answer);
  }
}

/**
 * Sends what is due, until nothing is or the connection to Discord is lost: then every attempt would be in vain. Several
 * processes may do so at once; none waits for another.
 *
 * @param by names this process
 * @param signal when it is aborted no more is begun
 */
export async function deliverDue(app: App, client: DiscordClient, by: string, signal?: AbortSignal): Promise<void> {
  let nextAtMs = 0;
  const pace = async () => {
    const nowMs = performance.now();
    const stepMs = 1_000 / perSecond;
    nextAtMs = Math.max(nextAtMs, nowMs - beforePacing * stepMs) + stepMs;
    if (nextAtMs > nowMs) await wait(nextAtMs - nowMs);
  };
  const worker = async () => {
    while (!signal?.aborted && isConnected(client)) {
      await pace();
      const [claimed] = await claimDeliveries(app, { by, most: 1 });
      if (!claimed) return;
      await deliver(app, client, claimed);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function deliver(app: App, client: DiscordClient, claimed: ClaimedDelivery): Promise<void> {
  let { delivery } = claimed;
  try {
    const within = AbortSignal.timeout(sendWithinMs);
    const posted = await send(app, client, claimed, within);
    if (posted.kind === "posted") {
      delivery = { ...delivery, channelId: posted.channelId, messageId: posted.messageId };
      await finish(app, client, { ...claimed, delivery }, posted, within);
    } else await note(app, delivery, posted);
  } catch (err) {
    app.log.error({ err, delivery: delivery.key }, "a delivery failed");
    await recordRetry(app, delivery, { unsure: true });
  }
}

async function send(app: App, client: DiscordClient, claimed: ClaimedDelivery, within: AbortSignal): Promise<Posting> {
  const { delivery, piece } = claimed;
  if (!piece) return delivery.messageId === null ? post(app, client, claimed, within) : postedBefore(delivery);
  const posted = delivery.messageId === null ? await post(app, client, claimed, within) : postedBefore(delivery);
  // One that was there before may show what the piece was then.
  const mayBeOld = delivery.messageId !== null || delivery.firstClaimedAt !== null;
  if (posted.kind !== "posted" || !mayBeOld) return posted;
  return editDelivery(client, delivery, posted, await message(app, claimed), within);
}

async function message(app: App, claimed: ClaimedDelivery): Promise<OwedView> {
  const shown = claimed.piece && (await withCopies(app, claimed.piece));
  return messageOf(claimed, labNames(app.models.of(claimed.delivery.serverId).labs), shown);
}

function postedBefore({ key, channelId, messageId }: Delivery) {
  if (channelId === null || messageId === null) throw new Error(`where is ${key}?`);
  return { kind: "posted", channelId, messageId } as const;
}

async function post(app: App, client: DiscordClient, claimed: ClaimedDelivery, within: AbortSignal): Promise<Posting> {
  const { delivery } = claimed;
  const to =
    delivery.channelId === null
      ? systemChannel(client, delivery.serverId)
      : ({ kind: "channel", channelId: delivery.channelId } as const);
  if (to.kind !== "channel") return to;
  if (delivery.channelId === null) await recordChannel(app, delivery, to.channelId);
  const isGone = claimed.piece !== null && claimed.piece.state !== "shown";
  return postDelivery(client, delivery, to.channelId, await message(app, claimed), within, { onlyLook: isGone });
}

/** The message is there: that is written down first, then come its thread and the end. */
async function finish(
  app: App,
  client: DiscordClient,
  { delivery, card, piece, poll }: ClaimedDelivery,
  { channelId, messageId }: { channelId: string; messageId: string },
  within: AbortSignal,
): Promise<void> {
  if (piece) {
    await recordPieceSent(app, delivery, piece, { channelId, messageId });
    return;
  }
  if (poll) {
    await recordPollSent(app, delivery, poll, { channelId, messageId });
    return;
  }
  if (!card || delivery.kind !== "announcement" || !delivery.threadPerModel) {
    await recordSent(app, delivery, { channelId, messageId, threadId: null });
    return;
  }
  await recordPosted(app, delivery, { channelId, messageId });
  const mayBeThere = delivery.attempts > 1;
  const thread = await openThread(client, { channelId, messageId, name: threadName(card), mayBeThere }, within);
  if (thread.kind === "retry") await recordRetry(app, delivery, { unsure: true });
  else {
    const threadId = thread.kind === "opened" ? thread.threadId : null;
    const problem = thread.kind === "none" ? thread.problem : null;
    await recordSent(app, delivery, { channelId, messageId, threadId, problem });
  }
}

async function note(app: App, delivery: Delivery, undelivered: Undelivered): Promise<void> {
  app.log.info({ delivery: delivery.key, ...undelivered }, "a message was not delivered");
  if (undelivered.kind === "retry") await recordRetry(app, delivery, undelivered);
  else if (undelivered.kind === "held") await recordHeld(app, delivery, undelivered);
  else await recordFailed(app, delivery, undelivered);
}

/** Ends the answers of processes that died in the middle of them: what they wrote stays, and says that it was interrupted. */
export async function finishAnswers(app: App, client: DiscordClient): Promise<void> {
  for (const answer of await takeOverAnswers(app)) {
    try {
      if (await finishMessages(client, answer)) await finishedAnswer(app, answer);
    } catch (err) {
      app.log.warn({ err }, "an interrupted answer could not be finished; it is tried again in a minute");
    }
  }
}

/**
 * Starts what runs by the clock, in UTC, each job never twice at a time: the catalogue and the deliveries that follow
 * from it, deliveries that have become due, the weekly top-up (asked for daily and at the start), answers that a dead
 * process left in the middle, polls that need looking after, and the memory for autocomplete, which other processes change too.
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

  const deliveries = oneAtATime(() => run("deliveries", () => deliverDue(app, client, by, stopping.signal)));
  const listings = oneAtATime(async () => {
    await run("listings", () => readListings(app, settings, stopping.signal));
    void deliveries();
  });
  const topUps = oneAtATime(() => run("top-ups", () => topUpWallets(app)));
  const memory = oneAtATime(() =>
    run("memory", () => Promise.all([loadModels(app), loadAskable(app), loadPolls(app)])),
  );
  const polls = oneAtATime(() => run("polls", () => lookAfterPolls(app, client, stopping.signal)));
  const answers = oneAtATime(() => run("answers", () => finishAnswers(app, client)));

  const log = logFor(app);
  const clockwork = (
    [
      ["listings", settings.listingsCron, listings],
      // Sending may take minutes; ticks in the meantime are no news.
      ["deliveries", when.deliveries, () => void deliveries()],
      ["top-ups", when.topUps, topUps],
      ["memory", when.memory, memory],
      ["answers", when.answers, answers],
      ["polls", when.polls, () => void polls()],
    ] as const
  ).map(([name, line, work]) => schedule(line, work, { name, timezone: "UTC", noOverlap: true, logger: log }));
  void run("held listings", () => reportHeldListings(app));
  void listings();
  void topUps();
  void answers();
  void polls();

  return {
    async stop() {
      stopping.abort();
      await Promise.all(clockwork.map((task) => task.destroy()));
      await Promise.allSettled([...jobs]);
    },
  };
}

/** A job that is asked for while it runs is not begun a second time: whoever asks waits for the one that runs. */
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => {
    running ??= work().finally(() => {
      running = null;
    });
    return running;
  };
}

/** node-cron reports runs it missed, which are worth knowing of, and runs it passed over because one was still going on. */
function logFor({ log }: App) {
  const say = (level: "debug" | "info" | "warn" | "error") => (message: string | Error, err?: Error) => {
    if (message instanceof Error) log[level]({ err: message }, "node-cron");
    else log[level](err ? { err } : {}, `node-cron: ${message}`);
  };
  return { debug: say("debug"), info: say("debug"), warn: say("warn"), error: say("error") };
}
