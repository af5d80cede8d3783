import { DiscordAPIError, Routes } from "discord.js";
import type { Line } from "./line.ts";

const threadIsArchived = 50083;
const atOnce = () => Promise.resolve();

/** A line, or the client alone for what is said in answer to a member: that waits for nobody's turn. */
type Way = Pick<Line, "client"> & Partial<Line>;

/**
 * Speaks in a thread that may have fallen asleep: then it is woken first. A locked one stays as it is.
 *
 * @param channelId null where nobody knows: then nothing is woken
 */
export async function inThread<T>(
  { client, turn = atOnce, signal }: Way,
  channelId: string | null,
  speak: () => Promise<T>,
): Promise<T> {
  await turn();
  try {
    return await speak();
  } catch (error) {
    const sleeps = error instanceof DiscordAPIError && error.code === threadIsArchived;
    if (!sleeps || channelId === null) throw error;
    await turn();
    await client.rest.patch(Routes.channel(channelId), { body: { archived: false }, ...(signal ? { signal } : {}) });
    await turn();
    return speak();
  }
}
