import { inArray } from "drizzle-orm";
import { type DiscordSandbox, startDiscord } from "../../sandbox/discord/server.ts";
import { aWireListing, marchCatalogues } from "../../sandbox/openrouter/catalogues.ts";
import { startOpenRouter } from "../../sandbox/openrouter/server.ts";
import { type Db, openDatabase } from "../../src/storage/database.ts";
import { deliveries } from "../../src/storage/schema.ts";
import { type BenchBot, startBenchBot } from "./bench-bot.ts";
import { busyMembers, joinPlaces, makePlaces } from "./delivery-places.ts";
import { needed, perSecond, reportRound } from "./delivery-report.ts";

const patienceMs = 240_000;
const silenceMs = 300;

type Round = {
  readonly name: string;
  readonly brokenEvery: number | null;
  readonly faults: boolean;
  readonly processes: number;
  /** Which share is announced when a process is killed. */
  readonly kills: readonly number[];
  /** Whether another one is started for it. */
  readonly restarts: boolean;
};

const asItShouldBe: Round = {
  name: "as it should be",
  brokenEvery: null,
  faults: false,
  processes: 1,
  kills: [],
  restarts: false,
};

const rounds: readonly Round[] = [
  asItShouldBe,
  {
    ...asItShouldBe,
    name: "killed twice, 5 % of channels forbidden or gone, 429s and 500s",
    brokenEvery: 20,
    faults: true,
    kills: [1 / 3, 2 / 3],
    restarts: true,
  },
  { ...asItShouldBe, name: "two processes, one of them killed in the middle for good", processes: 2, kills: [1 / 2] },
];

/**
 * One announcement to every server, at Discord's 50 requests a second, while members use commands: as it should be, with
 * everything that goes wrong, and by two processes. A server in ten has threads.
 */
export async function benchDeliveries(databaseOf: (name: string) => Promise<string>, count: number): Promise<void> {
  for (const [i, round] of rounds.entries()) {
    console.log(`\nDeliveries to ${count.toLocaleString("en")} servers, ${perSecond} requests a second: ${round.name}`);
    await deliverRound(round, await databaseOf(`deliveries_${i}`), count);
  }
}

async function deliverRound(round: Round, databaseUrl: string, count: number): Promise<void> {
  const done = { messages: 0, threads: 0 };
  const silences: number[] = [];
  let ordersSilence: { readonly hits: number } | null = null;
  const discord = await startDiscord({
    rateLimits: { globalPerSecond: perSecond },
    watch(seen) {
      if (seen.kind !== "request" || seen.request.method !== "POST") return;
      const { route, status } = seen.request;
      if (status === 200 && route === "/channels/{channel_id}/messages") done.messages += 1;
      if (status === 201 && route.endsWith("/threads")) done.threads += 1;
      if ((ordersSilence?.hits ?? 0) > silences.length) silences.push(Date.now());
    },
  });
  const { before } = marchCatalogues();
  let hasReadTwice: () => void = () => undefined;
  const readTwice = new Promise<void>((resolve) => {
    hasReadTwice = resolve;
  });
  const openRouter = await startOpenRouter({
    catalogue: before,
    watch: () => openRouter.requests.length > 1 && hasReadTwice(),
  });
  const database = await openDatabase({ databaseUrl, dataDir: "" });
  const start = () => startBenchBot({ discord, openRouter, databaseUrl });
  const bots: BenchBot[] = [];
  try {
    const places = makePlaces(discord, count, round.brokenEvery);
    await joinPlaces(database.db, places);
    for (let i = 0; i < round.processes; i++) bots.push(await start());
    if (round.faults) ordersSilence = spoil(discord);
    const members = busyMembers(places[1]?.channel ?? places[0]?.channel);
    const requestsBefore = discord.requests.length;
    // The first read is recorded when the second one begins.
    await readTwice;
    openRouter.setCatalogue([...before, aWireListing()]);
    const killsMs: number[] = [];
    for (const share of round.kills) {
      await discord.waitUntil(() => done.messages >= count * share, patienceMs, "the messages before a kill");
      if (bots.length === 1) members.pause();
      await bots.shift()?.kill();
      killsMs.push(Date.now());
      if (round.restarts) bots.push(await start());
      members.goOn();
    }
    const goal = needed(places);
    const isAllThere = () => done.messages >= goal.messages && done.threads >= goal.threads.length;
    await discord.waitUntil(isAllThere, patienceMs, "the last message");
    const asked = await members.end();
    for (const bot of bots.splice(0)) await bot.stop();
    const requests = discord.requests.slice(requestsBefore);
    const owed = await stillOwed(database.db);
    reportRound({ places, requests, asked, killsMs, silentMs: lengthOf(silences), owed });
  } finally {
    for (const bot of bots) await bot.kill();
    await database.close();
    await openRouter.close();
    await discord.stop();
  }
}

/** One request in a hundred for each of what Discord may answer instead. */
function spoil({ faults }: DiscordSandbox) {
  const route = "POST /channels/";
  faults.rateLimit({ route, scope: "shared", retryAfterMs: 500, rate: 0.01 });
  faults.serverError({ route, rate: 0.01 });
  return faults.rateLimit({ route, scope: "global", retryAfterMs: silenceMs, rate: 0.01 });
}

/** What is ordered while it is silent already makes the silence longer by what goes beyond. */
function lengthOf(silences: readonly number[]): number {
  return silences.reduce((sum, atMs, i) => sum + Math.min(silenceMs, (silences[i + 1] ?? Infinity) - atMs), 0);
}

/** Once nobody sends any more nothing may be left. */
async function stillOwed(db: Db): Promise<number> {
  return db.$count(deliveries, inArray(deliveries.state, ["due", "claimed"]));
}
