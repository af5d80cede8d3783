import { setTimeout as wait } from "node:timers/promises";
import { claimDeliveries, claimMs, giveBack, renewClaims } from "../actions/claim-deliveries.ts";
import { discordTurns } from "../actions/take-turns.ts";
import type { App } from "../app.ts";
import { isConnected } from "../discord/client.ts";
import type { DiscordClient } from "../discord/deliveries.ts";
import type { ClaimedDelivery } from "../domain/claimed-delivery.ts";
import type { Turn } from "../domain/pace.ts";
import { deliver } from "./deliver-one.ts";
import { createSupply } from "./supply.ts";

/** Enough for the pace when Discord takes half a second for an answer. */
const atOnce = 24;
const claimedTogether = 24;
const renewEveryMs = claimMs / 3;
/** What is not sent by then is looked for and tried later, so that one channel Discord slows down holds up nobody else. */
const sendWithinMs = 30_000;

/**
 * Sends what is due, until nothing is or the connection to Discord is lost: then every attempt would be in vain. Several
 * processes may do so at once; they share the work and the pace, and none waits for another.
 *
 * @param by names this process
 * @param signal when it is aborted no more is begun
 * @param turn the turns of this process, if it wants some for something else too
 */
export async function deliverDue(
  app: App,
  client: DiscordClient,
  by: string,
  signal?: AbortSignal,
  turn: Turn = discordTurns(app, wait),
): Promise<void> {
  const supply = createSupply((most) => claimDeliveries(app, { by, most }), claimedTogether);
  const underWay = new Set<ClaimedDelivery>();
  const worker = async () => {
    while (!signal?.aborted && isConnected(client)) {
      const claimed = await supply.next();
      if (!claimed) return;
      underWay.add(claimed);
      await deliver(app, { client, turn, signal: AbortSignal.timeout(sendWithinMs) }, claimed);
      underWay.delete(claimed);
    }
  };
  const renewing = setInterval(() => {
    const held = [...supply.waiting(), ...underWay].map(({ delivery }) => delivery);
    renewClaims(app, held).catch((err) => app.log.warn({ err }, "claims could not be renewed"));
  }, renewEveryMs);
  try {
    const workers = await Promise.allSettled(Array.from({ length: atOnce }, worker));
    for (const ended of workers) if (ended.status === "rejected") throw ended.reason;
  } finally {
    clearInterval(renewing);
    const left = await supply.end();
    await giveBack(
      app,
      left.map(({ delivery }) => delivery),
    );
  }
}
