import { onTestFinished } from "vitest";
import { startDiscord } from "../../sandbox/discord/server.ts";
import type { WireListing } from "../../sandbox/openrouter/catalogues.ts";
import { startOpenRouter } from "../../sandbox/openrouter/server.ts";

/** A small Discord with a server, and a small OpenRouter with this catalogue. They stop when the test ends. */
export async function aWorldWith(catalogue: readonly WireListing[]) {
  const [discord, openRouter] = await Promise.all([startDiscord(), startOpenRouter({ catalogue })]);
  onTestFinished(async () => {
    await Promise.all([discord.stop(), openRouter.close()]);
  });
  return { discord, openRouter, server: discord.addServer("Model Watchers") };
}
