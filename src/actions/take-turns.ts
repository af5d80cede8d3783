import type { App } from "../app.ts";
import { createPace, type Traffic, type Turn } from "../domain/pace.ts";
import { takeTurns } from "../storage/paces.ts";

/**
 * Discord takes 50 requests a second from a bot, whatever the number of its processes; what is said to interactions does
 * not count. One is left for what is asked without waiting for a turn, and for what is on its way for longer.
 */
const requestsPerSecond = 49;
/** Taken at once: a fifth of a second, so that a turn costs next to nothing and another process waits no longer. */
const turnsAtOnce = 10;

/**
 * The turns in which this process may ask something of Discord on its own account, shared with all other processes.
 *
 * @param traffic what goes on between this process and Discord beside them
 */
export function discordTurns(app: App, wait: (ms: number) => Promise<unknown>, traffic?: Traffic): Turn {
  const stepMs = 1_000 / requestsPerSecond;
  const take = async () => {
    const waitMs = await takeTurns(app.db, "discord", { turns: turnsAtOnce, stepMs });
    return { waitMs, stepMs, turns: turnsAtOnce };
  };
  return createPace(
    take,
    { elapsedMs: app.elapsedMs, wait },
    { mostPerSecond: requestsPerSecond, ...(traffic ? { traffic } : {}) },
  );
}
