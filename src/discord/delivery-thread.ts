import {
  DiscordAPIError,
  type RESTPostAPIChannelMessagesThreadsJSONBody,
  RESTJSONErrorCodes as Refused,
  Routes,
} from "discord.js";
import type { DeliveryProblem } from "../domain/server.ts";
import type { Line } from "./line.ts";
import { type PutOff, putOffBy } from "./undelivered.ts";

/** A week, the longest a thread stays without a word. */
const threadSleepsAfterMinutes = 10_080;
const threadExists = 160004;

/**
 * Opens the thread of a message that is posted. A thread that was opened before is found again, and a message that is
 * gone needs none.
 *
 * @param thread.mayBeThere whether somebody may have opened it before
 */
export async function openThread(
  line: Line,
  thread: { channelId: string; messageId: string; name: string; mayBeThere: boolean },
): Promise<
  { kind: "opened"; threadId: string } | { kind: "none"; problem: DeliveryProblem | null } | { kind: "retry" } | PutOff
> {
  const { client, signal, turn } = line;
  const { channelId, messageId, name, mayBeThere } = thread;
  // A thread has the id of the message it was opened on.
  const opened = { kind: "opened", threadId: messageId } as const;
  const body: RESTPostAPIChannelMessagesThreadsJSONBody = { name, auto_archive_duration: threadSleepsAfterMinutes };
  try {
    if (mayBeThere && (await isThere(line, messageId))) return opened;
    await turn();
    await client.rest.post(Routes.threads(channelId, messageId), { body, signal });
    return opened;
  } catch (error) {
    if (!(error instanceof DiscordAPIError)) return putOffBy(error) ?? { kind: "retry" };
    if (error.status === 429 || error.status === 401) return { kind: "retry" };
    if (error.code === threadExists) return opened;
    const isGone = error.code === Refused.UnknownMessage || error.code === Refused.UnknownChannel;
    return { kind: "none", problem: isGone ? null : "cannot-thread" };
  }
}

async function isThere({ client, signal, turn }: Line, threadId: string): Promise<boolean> {
  await turn();
  try {
    await client.rest.get(Routes.channel(threadId), { signal });
    return true;
  } catch (error) {
    if (error instanceof DiscordAPIError && error.code === Refused.UnknownChannel) return false;
    throw error;
  }
}
