import type { Channel } from "../../sandbox/discord/channel.ts";
import type { Exchange } from "../../sandbox/discord/exchange.ts";
import { type DiscordSandbox, startDiscord } from "../../sandbox/discord/server.ts";
import { aWireListing, marchCatalogues } from "../../sandbox/openrouter/catalogues.ts";
import { startOpenRouter } from "../../sandbox/openrouter/server.ts";
import { joinServers } from "../../src/actions/join-server.ts";
import { type Db, openDatabase } from "../../src/storage/database.ts";
import { deliveries, servers } from "../../src/storage/schema.ts";
import { benchApp } from "./bench-app.ts";
import { type BenchBot, startBenchBot } from "./bench-bot.ts";
import { percentile, printWaits } from "./percentile.ts";

const perSecond = 50;
const threadEvery = 10;
const commandEveryMs = 100;
const aimRatio = 1.1;
const aimMs = 1_000;

/** A server of the bench, and what is wrong with its channel. */
type Place = { readonly channel: Channel; readonly thread: boolean; readonly broken: "forbidden" | "gone" | null };

type Round = { readonly name: string; readonly brokenEvery: number | null; readonly kills: number };

/**
 * One announcement to every server, at Discord's 50 requests a second, while members use commands: as it should be, and
 * with everything that goes wrong. A server in ten has threads.
 */
export async function benchDeliveries(databaseOf: (name: string) => Promise<string>, count: number): Promise<void> {
  const rounds: Round[] = [
    { name: "as it should be", brokenEvery: null, kills: 0 },
    { name: "killed twice, 5 % of channels forbidden or gone, 429s and 500s", brokenEvery: 20, kills: 2 },
  ];
  for (const [i, round] of rounds.entries()) {
    console.log(`\nDeliveries to ${count.toLocaleString("en")} servers, ${perSecond} requests a second: ${round.name}`);
    await deliverRound(round, await databaseOf(`deliveries_${i}`), count);
  }
}

async function deliverRound(round: Round, databaseUrl: string, count: number): Promise<void> {
  const discord = await startDiscord({ rateLimits: { globalPerSecond: perSecond } });
  const { before } = marchCatalogues();
  const openRouter = await startOpenRouter({ catalogue: before });
  const database = await openDatabase({ databaseUrl, dataDir: "" });
  const settings = { discord, openRouter, databaseUrl };
  let bot: BenchBot | null = null;
  try {
    const places = settle(discord, round, count);
    await join(database.db, places);
    bot = await startBenchBot(settings);
    if (round.kills > 0) spoil(discord);
    const members = busyMembers(places[1]?.channel ?? places[0]?.channel);
    const postsBefore = discord.requests.length;
    // The first read is recorded when the second one begins.
    while (openRouter.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 50));
    openRouter.setCatalogue([...before, aWireListing()]);
    for (let kill = 1; kill <= round.kills; kill += 1) {
      await delivered(places, Math.floor((count * kill) / (round.kills + 1)));
      members.pause();
      await bot.kill();
      bot = await startBenchBot(settings);
      members.goOn();
    }
    await settledAll(database.db);
    report(discord, places, await members.end(), postsBefore);
  } finally {
    await bot?.kill();
    await database.close();
    await openRouter.close();
    await discord.stop();
  }
}

/** Makes the servers of a round. */
function settle(discord: DiscordSandbox, { brokenEvery }: Round, count: number): Place[] {
  return Array.from({ length: count }, (_, i) => {
    const channel = discord.addServer(`Server ${i}`).addChannel("announcements");
    const isBroken = brokenEvery !== null && i % brokenEvery === 0;
    const broken = isBroken ? (i % (2 * brokenEvery) === 0 ? "forbidden" : "gone") : null;
    if (broken === "forbidden") channel.denyBot("SendMessages");
    return { channel, thread: i % threadEvery === 1, broken };
  });
}

/** Writes them down as set up and greeted, so that the announcement is all they are owed. */
async function join(db: Db, places: readonly Place[]): Promise<void> {
  await db.insert(servers).values(
    places.map(({ channel, thread }) => ({
      serverId: channel.server.id,
      name: channel.server.name,
      joinedAt: new Date(),
      announcementChannelId: channel.id,
      threadPerModel: thread,
    })),
  );
  await joinServers(
    benchApp(db),
    places.map(({ channel: { server } }) => ({ serverId: server.id, name: server.name })),
  );
  await db.update(deliveries).set({ state: "sent" });
  for (const { channel, broken } of places) if (broken === "gone") channel.delete();
}

/** One request in a hundred for each of what Discord may answer instead. */
function spoil({ faults }: DiscordSandbox): void {
  const route = "POST /channels/";
  faults.rateLimit({ route, scope: "global", retryAfterMs: 300, rate: 0.01 });
  faults.rateLimit({ route, scope: "shared", retryAfterMs: 500, rate: 0.01 });
  faults.serverError({ route, rate: 0.01 });
}

/** Somebody who asks for the models all the time. */
function busyMembers(channel: Channel | undefined) {
  if (!channel) throw new Error("there is no server");
  const { server } = channel;
  const member = server.addMember("Ann");
  const exchanges: Exchange[] = [];
  let isPaused = false;
  const asking = setInterval(() => {
    if (!isPaused) exchanges.push(member.command(server.channel("general"), "/models show"));
  }, commandEveryMs);
  return {
    pause() {
      isPaused = true;
    },
    goOn() {
      isPaused = false;
    },
    async end() {
      clearInterval(asking);
      await Promise.allSettled(exchanges.map((exchange) => exchange.settled(5_000)));
      return exchanges;
    },
  };
}

const posted = (places: readonly Place[]) => places.filter(({ channel }) => channel.messages().length > 0).length;

async function delivered(places: readonly Place[], count: number): Promise<void> {
  while (posted(places) < count) await new Promise((resolve) => setTimeout(resolve, 200));
}

/** Resolves when the announcements are owed and nothing is due any more. */
async function settledAll(db: Db): Promise<void> {
  for (;;) {
    const rows = await db.select({ kind: deliveries.kind, state: deliveries.state }).from(deliveries);
    const announced = rows.some(({ kind }) => kind === "announcement");
    if (announced && rows.every(({ state }) => state !== "due" && state !== "claimed")) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function report(discord: DiscordSandbox, places: readonly Place[], asked: readonly Exchange[], from: number): void {
  const requests = discord.requests.slice(from);
  const own = requests.filter(({ route, method }) => method !== "GET" && route.startsWith("/channels/"));
  const times = own.map(({ atMs }) => atMs);
  const seconds = (Math.max(...times) - Math.min(...times)) / 1000;
  const working = places.filter(({ broken }) => broken === null);
  const threads = working.filter(({ thread }) => thread);
  // A channel that is forbidden or gone costs the request that says so, and a notice in the system channel.
  const needed = working.length + threads.length + 2 * (places.length - working.length);
  const limitSeconds = needed / perSecond;
  const ratio = seconds / limitSeconds;
  const lacking = working.filter(({ channel }) => channel.messages().length === 0).length;
  const repeated = working.filter(({ channel }) => channel.messages().length > 1).length;
  const withoutThread = threads.filter(({ channel }) => channel.threads.length !== 1).length;
  const acknowledged = asked.flatMap(({ acknowledgedAfterMs }) => acknowledgedAfterMs ?? []);
  const verdict = (isReached: boolean) => (isReached ? "reached" : "MISSED");
  console.log(`  Discord's limit          ${needed} requests at ${perSecond} a second: ${limitSeconds.toFixed(1)} s`);
  console.log(`  from first to last       ${seconds.toFixed(1)} s, ${ratio.toFixed(3)} × the limit`);
  console.log(
    `  each exactly once        ${working.length - lacking - repeated} of ${working.length}; ${lacking} lacking, ${repeated} repeated, ${withoutThread} without their one thread`,
  );
  const tooMany = requests.filter(({ status, fault }) => status === 429 && !fault?.includes("rate-limit")).length;
  const looks = requests.filter(({ method, route }) => method === "GET" && route.endsWith("/messages")).length;
  console.log(`  429s of the bot's doing  ${tooMany}; looks for messages sent before: ${looks}`);
  printWaits("commands acknowledged", acknowledged);
  console.log(`  of ${asked.length} commands, cut off by a kill: ${asked.length - acknowledged.length}`);
  const p99 = percentile(acknowledged, 0.99);
  const isOnce = lacking + repeated + withoutThread === 0;
  const isWhole = places.length === working.length;
  if (isWhole) console.log(`  aim: at most ${aimRatio} × the limit: ${verdict(ratio <= aimRatio)}`);
  console.log(`  aim: each exactly once: ${verdict(isOnce)}; p99 under ${aimMs} ms: ${verdict(p99 < aimMs)}`);
  if (!isOnce || p99 >= aimMs || (isWhole && ratio > aimRatio)) process.exitCode = 1;
}
