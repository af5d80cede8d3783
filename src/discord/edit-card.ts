import { DiscordAPIError, RateLimitError, Routes } from "discord.js";
import type { Line } from "./line.ts";
import type { MessageView } from "./views/message.ts";

/** When something went wrong that may be over soon. */
const againAfterMs = 60_000;

/**
 * Edits the card of an announcement. Who it pinged stays in it, and nobody is pinged again. One that is gone, or where the
 * bot may no longer do so, needs no edit; what Discord wants later is told with how much later.
 */
export async function editCard(
  { client, turn, signal }: Line,
  { channelId, messageId }: { readonly channelId: string; readonly messageId: string },
  { embeds, components }: MessageView,
): Promise<{ readonly kind: "done" } | { readonly kind: "later"; readonly afterMs: number }> {
  try {
    await turn();
    const body = { embeds, components, allowed_mentions: { parse: [] } };
    await client.rest.patch(Routes.channelMessage(channelId, messageId), { body, signal });
    return { kind: "done" };
  } catch (error) {
    if (error instanceof RateLimitError) return { kind: "later", afterMs: Math.max(error.retryAfter, againAfterMs) };
    const isRefused = error instanceof DiscordAPIError && error.status < 500 && ![401, 429].includes(error.status);
    return isRefused ? { kind: "done" } : { kind: "later", afterMs: againAfterMs };
  }
}
