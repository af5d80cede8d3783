import { type Client, DiscordAPIError, Routes } from "discord.js";

const threadIsArchived = 50083;

/** Speaks in a thread that may have fallen asleep: then it is woken first. A locked one stays as it is. */
export async function inThread<T>(client: Client, channelId: string, speak: () => Promise<T>): Promise<T> {
  try {
    return await speak();
  } catch (error) {
    if (!(error instanceof DiscordAPIError) || error.code !== threadIsArchived) throw error;
    await client.rest.patch(Routes.channel(channelId), { body: { archived: false } });
    return speak();
  }
}
