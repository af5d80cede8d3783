import { setTimeout as wait } from "node:timers/promises";
import { giveBack } from "../actions/claim-deliveries.ts";
import { discordTurns } from "../actions/take-turns.ts";
import type { App } from "../app.ts";
import { isConnected } from "../discord/client.ts";
import type { DiscordClient } from "../discord/deliveries.ts";
import { trafficOf } from "../discord/traffic.ts";
import type { ClaimedDelivery } from "../domain/claimed-delivery.ts";
import type { Turn } from "../domain/pace.ts";
import { deliver } from "./deliver-one.ts";
import { holdClaims } from "./hold-claims.ts";
import { createSupply } from "./supply.ts";

/** Claimed and not begun are few: after a crash each of them is looked for, which costs a turn. */
const inLine = 12;
const claimedTogether = 8;
/** Enough for the pace when Discord takes half a second for an answer. */
const atOnce = 24;
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
  turn: Turn = discordTurns(app, wait, trafficOf(client)),
): Promise<void> {
  const held = holdClaims(app, by);
  const supply = createSupply((most) => held.claim(most), claimedTogether);
  const unbegun = new Set<ClaimedDelivery>();
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const goesOn = () => !signal?.aborted && isConnected(client) && failures.length === 0;

  const begin = (claimed: ClaimedDelivery) => {
    const line = { client, turn: oneTaken(turn), signal: AbortSignal.timeout(sendWithinMs) };
    const sending = deliver(app, line, claimed)
      .catch((err) => void failures.push(err))
      .finally(() => {
        held.letGo(claimed);
        underWay.delete(sending);
      });
    underWay.add(sending);
  };
  /** Whoever has waited for a turn begins one, and waits for the next while that is sent. Returns how many were begun. */
  const beginInTurn = async () => {
    let begun = 0;
    while (goesOn()) {
      const claimed = await supply.next();
      if (!claimed) break;
      unbegun.add(claimed);
      await turn();
      if (!goesOn()) break;
      unbegun.delete(claimed);
      if (held.isOurs(claimed)) {
        begin(claimed);
        begun += 1;
      } else held.letGo(claimed);
      while (underWay.size >= atOnce) await Promise.race(underWay);
    }
    return begun;
  };

  try {
    for (let isMore = true; isMore && goesOn(); ) {
      const ended = await Promise.allSettled(Array.from({ length: inLine }, beginInTurn));
      await Promise.all(underWay);
      // What was sent may be followed by something: the notice that a channel is gone, a poll.
      isMore = ended.some((one) => one.status === "fulfilled" && one.value > 0);
      for (const one of ended) if (one.status === "rejected") failures.push(one.reason);
    }
    if (failures.length > 0) throw failures[0];
  } finally {
    held.end();
    // What is no longer ours was taken over, or will be.
    const left = [...unbegun, ...(await supply.end())].filter(held.isOurs);
    await giveBack(
      app,
      by,
      left.map(({ delivery }) => delivery),
    );
  }
}

/** Turns of which the first was waited for already. */
function oneTaken(turn: Turn): Turn {
  let isTaken = true;
  return () => {
    if (!isTaken) return turn();
    isTaken = false;
    return Promise.resolve();
  };
}
