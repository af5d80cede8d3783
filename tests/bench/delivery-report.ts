import type { Exchange } from "../../sandbox/discord/exchange.ts";
import type { LoggedRequest } from "../../sandbox/discord/http.ts";
import type { Place } from "./delivery-places.ts";
import { percentile, printWaits } from "./percentile.ts";

export const perSecond = 50;
const aimRatio = 1.1;
const aimMs = 1_000;
const aimRestartSeconds = 3;

type Measured = {
  readonly places: readonly Place[];
  /** All requests of the round, in order. */
  readonly requests: readonly LoggedRequest[];
  readonly asked: readonly Exchange[];
  /** When a process was dead that had been killed. */
  readonly killsMs: readonly number[];
  /** How long Discord wanted to hear nothing at all, in total. */
  readonly silentMs: number;
  /** What was still owed when the bot had stopped. */
  readonly owed: number;
};

/** What has to be posted: every message, every thread; a channel that is gone or forbidden costs the refusal and a notice. */
export function needed(places: readonly Place[]) {
  const working = places.filter(({ broken }) => broken === null);
  const threads = working.filter(({ thread }) => thread);
  const broken = places.length - working.length;
  return { working, threads, messages: working.length + broken, refusals: broken };
}

/**
 * Prints how a round went, and sets the exit code if an aim was missed. Discord's limit is what must be asked of it, at 50 a
 * second: looking for what a dead process may have sent and asking again after a 429 or a 500 included, and the silence it
 * orders. The time a process needs to start again, and a wait for the claims of the dead one, are not: those are the bot's.
 */
export function reportRound({ places, requests, asked, killsMs, silentMs, owed }: Measured): void {
  const { working, threads, messages, refusals } = needed(places);
  const own = requests.filter(({ route }) => route.startsWith("/channels/"));
  const posts = own.filter(({ method }) => method !== "GET").map(({ atMs }) => atMs);
  const firstMs = Math.min(...posts);
  const seconds = (Math.max(...posts) - firstMs) / 1000;
  const looks = own.filter(({ method, atMs }) => method === "GET" && atMs >= firstMs).length;
  const again = own.filter(({ fault }) => fault !== undefined).length;
  const bare = messages + threads.length + refusals;
  const askSeconds = (bare + looks + again) / perSecond;
  const silentSeconds = silentMs / 1000;
  const limitSeconds = askSeconds + silentSeconds;
  const ratio = seconds / limitSeconds;
  const lacking = working.filter(({ channel }) => channel.messages().length === 0).length;
  const repeated = working.filter(({ channel }) => channel.messages().length > 1).length;
  const withoutThread = threads.filter(({ channel }) => channel.threads.length !== 1).length;
  const tooMany = requests.filter(({ status, fault }) => status === 429 && !fault?.includes("rate-limit")).length;
  const acknowledged = asked.flatMap(({ acknowledgedAfterMs }) => acknowledgedAfterMs ?? []);
  const p99 = percentile(acknowledged, 0.99);
  const isOnce = lacking + repeated + withoutThread + owed === 0;
  const verdict = (isReached: boolean) => (isReached ? "reached" : "MISSED");

  const times = (limit: number) => `${(seconds / limit).toFixed(3)} ×`;
  console.log(
    `  to be asked of Discord   ${bare}: ${messages} messages, ${threads.length} threads, ${refusals} refusals`,
  );
  if (killsMs.length > 0) console.log(`  looked for after kills   ${looks}, as the dead process may have sent them`);
  if (again > 0) console.log(`  asked again              ${again}, after a 429 or a 500 of Discord's doing`);
  if (silentMs > 0) console.log(`  silence Discord orders   ${silentSeconds.toFixed(1)} s`);
  console.log(
    `  Discord's limit          ${bare + looks + again} at ${perSecond} a second: ${askSeconds.toFixed(1)} s`,
  );
  if (silentMs > 0) console.log(`  with the silence         ${limitSeconds.toFixed(1)} s`);
  console.log(`  from first to last       ${seconds.toFixed(1)} s, ${times(limitSeconds)} the limit`);
  if (again > 0) {
    console.log(`  measured more strictly   ${times(askSeconds)} without the silence`);
    console.log(`                           ${times(bare / perSecond)} also without what is looked for or asked again`);
  }
  const pauses = killsMs.map((killMs) => (nextAfter(own, killMs) - killMs) / 1000);
  const isBackSoon = pauses.every((pause) => pause <= aimRestartSeconds);
  if (pauses.length > 0) {
    const each = pauses.map((pause) => pause.toFixed(2));
    console.log(`  of that, after kills     ${each.join(" s and ")} s until the next request`);
  }
  console.log(
    `  each exactly once        ${working.length - lacking - repeated} of ${working.length}; ${lacking} lacking, ${repeated} repeated, ${withoutThread} without their one thread, ${owed} still owed`,
  );
  console.log(`  429s of the bot's doing  ${tooMany}`);
  printWaits("commands acknowledged", acknowledged);
  console.log(`  of ${asked.length} commands, cut off by a kill: ${asked.length - acknowledged.length}`);
  console.log(`  aim: at most ${aimRatio} × the limit: ${verdict(ratio <= aimRatio)}`);
  console.log(`  aim: each exactly once: ${verdict(isOnce)}; p99 under ${aimMs} ms: ${verdict(p99 < aimMs)}`);
  if (pauses.length > 0) console.log(`  aim: back within ${aimRestartSeconds} s of a kill: ${verdict(isBackSoon)}`);
  if (!isOnce || !isBackSoon || p99 >= aimMs || ratio > aimRatio) process.exitCode = 1;
}

function nextAfter(requests: readonly LoggedRequest[], killMs: number): number {
  return requests.find(({ atMs }) => atMs > killMs)?.atMs ?? Number.NaN;
}
