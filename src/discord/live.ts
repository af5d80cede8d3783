import { setTimeout as wait } from "node:timers/promises";
import { DiscordAPIError, RESTJSONErrorCodes as Refused } from "discord.js";
import type { Logger } from "pino";
import type { MessageView } from "./views/message.ts";

/** Messages that grow while something is said, such as a model's answer. */
export type Live = {
  /** How they look at this moment; there is at least one, and there are never fewer than before. */
  messages(): readonly MessageView[];
  /** Says all there is to say; calls `changed` whenever `messages` differs. Ends early when it is to stop. */
  run(changed: () => void, stopping: AbortSignal): Promise<void>;
  /** They are gone, so nobody hears the rest. */
  abandon(): void;
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

/** Discord's own limit for one message: faster edits only wait in line. */
const editEveryMs = 1_000;
const lastTries = 6;

type Posted = { readonly id: string; readonly looks: string };

/**
 * Posts live messages and edits them, at most once a second, until all is said. discord.js waits where Discord wants
 * slower requests; what comes meanwhile is shown by the next edit, and the last state always. Never throws.
 */
export async function tellLive(
  speaker: Speaker,
  live: Live,
  { stopping, log }: { stopping: AbortSignal; log: Logger },
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
  let gone = false;
  for (;;) {
    if (!isDue) await new Promise<void>((resolve) => (wake = resolve));
    const isLast = ended;
    isDue = false;
    const begunMs = performance.now();
    try {
      const edited = await show(speaker, live, posted);
      failures = 0;
      if (isLast) break;
      if (edited) await pause(editEveryMs - (performance.now() - begunMs));
    } catch (err) {
      isDue = true;
      failures += 1;
      gone = isGone(err) || (posted.length === 0 && err instanceof DiscordAPIError);
      log[gone ? "info" : "warn"]({ err }, "an answer's message could not be written");
      if (gone || (isLast && failures >= lastTries)) break;
      await pause(editEveryMs * 2 ** Math.min(failures, 4));
    }
  }
  if (gone) live.abandon();
  await running;
  await live
    .close(isStored && (gone || failures === 0))
    .catch((err: unknown) => log.warn({ err }, "an answer could not be closed; it will be finished later"));
}

/** Posts and edits what differs. Tells whether something was edited: a first look costs no edit. */
async function show(speaker: Speaker, live: Live, posted: Posted[]): Promise<boolean> {
  let edited = false;
  for (const [at, view] of live.messages().entries()) {
    const looks = looksOf(view);
    const before = posted[at];
    if (before?.looks === looks) continue;
    if (before) {
      await speaker.edit(before.id, view);
      edited = true;
      posted[at] = { id: before.id, looks };
    } else {
      posted[at] = { id: await speaker.post(view), looks };
      await live.shownIn(posted.map(({ id }) => id));
    }
  }
  return edited;
}

function looksOf({ files = [], ...rest }: MessageView): string {
  return JSON.stringify([rest, files.map(({ name }) => name)]);
}

/** A moderator deleted the message, or the channel is closed to the bot. */
function isGone(error: unknown): boolean {
  const codes: readonly (string | number)[] = [
    Refused.UnknownMessage,
    Refused.UnknownChannel,
    Refused.MissingAccess,
    Refused.MissingPermissions,
  ];
  return error instanceof DiscordAPIError && codes.includes(error.code);
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await wait(ms);
}
