import type { Client } from "discord.js";

/**
 * Lets discord.js send again at once. It remembers by the machine's clock until when it has to wait, which is an hour off
 * once that was set back: it would send fifty requests and then none. Where Discord still wants it to wait it says so.
 */
export function forgetWaits({ rest }: Client): void {
  rest.globalReset = 0;
  rest.globalRemaining = rest.options.globalRequestsPerSecond;
  for (const route of rest.handlers.values()) if ("reset" in route) route.reset = 0;
}
