import { setTimeout as wait } from "node:timers/promises";
import { DiscordAPIError, RESTJSONErrorCodes as Refused } from "discord.js";
import type { Logger } from "pino";
import type { MessageView } from "./views/message.ts";
import { nothingHere } from "./views/notices.ts";

/** Messages that grow while something is said, such as a model's answer. */
export type Live = {
  /** How they look at this moment: at least one. They may become fewer, as a text can shrink while it grows. */
  messages(): readonly MessageView[];
  /** Says all there is to say; calls `changed` whenever `messages` differs. Ends early when it is to stop. */
  run(changed: () => void, stopping: AbortSignal): Promise<void>;
  /** They are gone, so nobody hears the rest. */
  abandon(): void;
  /** Whether they are still this process's to write: one that was silent for long may have lost them to another. */
  isOurs(): Promise<boolean>;
  /** Notes which messages they are. */
  shownIn(messageIds: readonly string[]): Promise<void>;
  /** Nothing more comes from here. `finished`: they show how it ended. */
  close(finished: boolean): Promise<void>;
};

/** How to post a message and change it. */
export type Speaker = {
  post(view: MessageView): Promise<string>;
  edit(messageId: string, view: MessageView): Promise<void>;
};

/** Time as it passes while something is told. */
export type Pace = { nowMs(): number; pause(ms: number): Promise<void> };

export const ordinaryPace: Pace = {
  nowMs: () => performance.now(),
  pause: async (ms) => {
    await wait(ms);
  },
};

/** Discord's own limit for one message: faster edits only wait in line. */
const editEveryMs = 1_000;
/** Where they wait in line all the same, they come at half the speed, and half again, down to this. */
const slowestEditEveryMs = 8_000;
const lastTries = 6;

type Posted = { readonly id: string; readonly looks: string };

/**
 * Posts live messages and edits them, at most once a second, until all is said. discord.js waits where Discord wants
 * slower requests: then edits become rarer. What comes meanwhile is shown by the next edit, and the last state always,
 * unless another process has taken the messages over. Never throws.
 */
export async function tellLive(
  speaker: Speaker,
  live: Live,
  { stopping, log, pace = ordinaryPace }: { stopping: AbortSignal; log: Logger; pace?: Pace },
): Promise<void> {
  let ended = false;
  let isStored = true;
  let isDue = true;
  let wake = () => {};
  const changed = () => {
    isDue = true;
    wake();
  };
  const running = live
    .run(changed, stopping)
    .catch((err: unknown) => {
      isStored = false;
      log.error({ err }, "an answer failed");
    })
    .finally(() => {
      ended = true;
      changed();
    });
  const posted: Posted[] = [];
  let failures = 0;
  let everyMs = editEveryMs;
  let gone = false;
  let takenOver = false;
  for (;;) {
    if (!isDue) await new Promise<void>((resolve) => (wake = resolve));
    const isLast = ended;
    isDue = false;
    const begunMs = pace.nowMs();
    try {
      const shown = await show(speaker, live, posted);
      takenOver = shown === "not-ours";
      failures = 0;
      if (isLast || takenOver) break;
      if (shown === "unchanged") continue;
      const tookMs = pace.nowMs() - begunMs;
      everyMs = tookMs > editEveryMs ? Math.min(everyMs * 2, slowestEditEveryMs) : Math.max(everyMs / 2, editEveryMs);
      await pause(editEveryMs - tookMs);
      // The end need not wait for longer than that.
      await Promise.race([running, pause(everyMs - Math.max(tookMs, editEveryMs))]);
    } catch (err) {
      isDue = true;
      failures += 1;
      gone = isGone(err) || (posted.length === 0 && err instanceof DiscordAPIError);
      log[gone ? "info" : "warn"]({ err }, "an answer's message could not be written");
      if (gone || (isLast && failures >= lastTries)) break;
      await pause(editEveryMs * 2 ** Math.min(failures, 4));
    }
  }
  if (gone || takenOver) live.abandon();
  await running;
  await live
    .close(isStored && !takenOver && (gone || failures === 0))
    .catch((err: unknown) => log.warn({ err }, "an answer could not be closed; it will be finished later"));

  async function pause(ms: number): Promise<void> {
    if (ms > 0) await pace.pause(ms);
  }
}

/**
 * Posts and edits what differs; a posted message nothing is left for says so, until there is something for it again.
 * Tells whether something was edited: a first look costs no edit.
 */
async function show(speaker: Speaker, live: Live, posted: Posted[]): Promise<"edited" | "unchanged" | "not-ours"> {
  let edited = false;
  const views = live.messages();
  const all = [...views, ...posted.slice(views.length).map(() => nothingHere)];
  for (const [at, view] of all.entries()) {
    const looks = looksOf(view);
    const before = posted[at];
    if (before?.looks === looks) continue;
    if (!(await live.isOurs())) return "not-ours";
    if (before) {
      await speaker.edit(before.id, view);
      edited = true;
      posted[at] = { id: before.id, looks };
    } else {
      posted[at] = { id: await speaker.post(view), looks };
      await live.shownIn(posted.map(({ id }) => id));
    }
  }
  return edited ? "edited" : "unchanged";
}

function looksOf({ files = [], ...rest }: MessageView): string {
  return JSON.stringify([rest, files.map(({ name }) => name)]);
}

const threadIsLocked = 160005;

/** A moderator deleted the message, or the channel or thread is closed to the bot. */
function isGone(error: unknown): boolean {
  const codes: readonly (string | number)[] = [
    Refused.UnknownMessage,
    Refused.UnknownChannel,
    Refused.MissingAccess,
    Refused.MissingPermissions,
    threadIsLocked,
  ];
  return error instanceof DiscordAPIError && codes.includes(error.code);
}
