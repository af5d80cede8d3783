import { type Client, Events, type Guild, InteractionType } from "discord.js";
import { commands } from "../commands/index.ts";
import { currentTime } from "./actions/current-time.ts";
import { joinServer, joinServers, leaveServer } from "./actions/join-server.ts";
import { loadAskable } from "./actions/load-askable.ts";
import { loadModels } from "./actions/load-models.ts";
import { loadPolls, loadUntold } from "./actions/look-after-polls.ts";
import { type App, createApp } from "./app.ts";
import { type Config, readConfig } from "./config.ts";
import { connect, DiscordRefuses, disconnect, isConnected } from "./discord/client.ts";
import { answerInteractions } from "./discord/interactions.ts";
import { registerCommands } from "./discord/registration.ts";
import type { Chat } from "./domain/chat.ts";
import { createMetrics, HealthPortRefused, type Metrics, startHealth } from "./health.ts";
import { createEvidenceFiles } from "./integrations/evidence-files.ts";
import { createLog } from "./log.ts";
import { hearPolls, noticesFor } from "./schedule/polls.ts";
import { startSchedule } from "./schedule.ts";
import { openDatabase } from "./storage/database.ts";
import { StorageUnavailable } from "./storage/unavailable.ts";

/** Docker gives ten seconds between asking a container to stop and killing it. */
const stopWithinMs = 9_000;
/** A terminal's Ctrl-C reaches us twice under npm and tsx, from the terminal and from them: that is one wish. */
const sameWishMs = 1_000;

const reading = readConfig();
if (!reading.ok) {
  for (const problem of reading.problems) tellHost(problem);
  process.exit(1);
}
const { config } = reading;
const log = createLog({
  level: config.logLevel,
  secrets: [config.discordToken, config.databaseUrl, config.openRouterApiKey],
});

/** What runs, oldest first. It stops in reverse, so that nothing loses what it stands on. */
const running: { readonly part: string; readonly stop: () => Promise<unknown> }[] = [];
const stopping = new AbortController();
let stopAskedAtMs = 0;

process.on("uncaughtException", (err, origin) => {
  log.fatal({ err, origin }, "an error nobody caught");
  process.exit(1);
});
process.on("SIGTERM", stopBySignal);
process.on("SIGINT", stopBySignal);

try {
  await start(config);
} catch (err) {
  await endBecauseOf(err);
}

async function start(settings: Config): Promise<void> {
  const database = await openDatabase({
    dataDir: settings.dataDir,
    databaseUrl: settings.databaseUrl ?? undefined,
  });
  running.push({ part: "database", stop: () => database.close() });
  log.info({ database: database.kind }, "the database is open");

  const files = createEvidenceFiles({
    dataDir: settings.dataDir,
    hosts: settings.attachmentHosts,
    mostBytes: settings.evidenceMegabytes * 1_000_000,
  });
  const { openRouterApiKey: apiKey, openRouterBaseUrl: baseUrl } = settings;
  const app = createApp({
    db: database.db,
    log,
    files,
    chat: apiKey === null ? null : await openChat(apiKey, baseUrl),
    questions: {
      perMinute: settings.questionsPerMinute,
      perDay: settings.questionsPerDay,
      usdPerMonth: settings.questionsUsdPerMonth,
    },
  });
  await Promise.all([loadModels(app), loadAskable(app), loadPolls(app), loadUntold(app)]);

  let latest: Client | null = null;
  const metrics = createMetrics({
    servers: () => latest?.guilds.cache.size ?? 0,
    gatewayPingMs: () => latest?.ws.ping ?? -1,
  });
  if (settings.healthPort !== null) {
    const checks = { discord: () => latest !== null && isConnected(latest), database: () => currentTime(app) };
    const health = await startHealth(settings.healthPort, { checks, registry: metrics.registry });
    running.push({ part: "health", stop: () => health.close() });
    log.info({ port: health.port }, "health is served");
  }

  const discord = { token: settings.discordToken, apiUrl: settings.discordApiUrl };
  const {
    client,
    attached: { interactions, polls },
  } = await connect(discord, {
    log,
    signal: stopping.signal,
    onRefused: endBecauseOf,
    attach(made) {
      latest = made;
      count(made, metrics);
      const interactions = answerInteractions(made, app, commands, { notices: (who) => noticesFor(app, who) });
      return { interactions, polls: hearPolls(made, app) };
    },
  });
  running.push({ part: "Discord", stop: () => disconnect(client) });
  running.push({ part: "guesses and questions", stop: () => Promise.all([app.guesses.idle(), app.asking.idle()]) });
  running.push({ part: "votes", stop: () => polls.stop() });
  running.push({ part: "interactions", stop: () => interactions.stop() });
  log.info({ bot: client.user.tag, servers: client.guilds.cache.size }, "connected to Discord");

  followServers(client, app);
  await register(client, settings.discordGuildId);
  await joinAll(client, app);

  stopping.signal.throwIfAborted();
  const schedule = startSchedule(app, client, settings);
  running.push({ part: "schedule", stop: () => schedule.stop() });
  log.info("ready");
}

/** Imported when needed: nobody waits for the library of questions who cannot ask any. */
async function openChat(apiKey: string, baseUrl: string): Promise<Chat> {
  const { createChat } = await import("./integrations/openrouter-chat.ts");
  return createChat({ apiKey, baseUrl });
}

function count(client: Client, { interactions, rateLimits }: Metrics): void {
  client.on(Events.InteractionCreate, (interaction) => {
    const command = interaction.isCommand() ? interaction.commandName : "";
    interactions.inc({ kind: InteractionType[interaction.type], command });
  });
  client.rest.on("rateLimited", ({ scope }) => rateLimits.inc({ scope }));
}

async function register(client: Client<true>, guildId: string | null): Promise<void> {
  if (guildId !== null && !client.guilds.cache.has(guildId)) {
    throw new DiscordRefuses(`DISCORD_GUILD_ID holds "${guildId}"; it should be a server the bot is in`);
  }
  try {
    const outcome = await registerCommands(client.rest, client.application.id, commands, guildId);
    log.info({ commands: commands.length, outcome }, "commands");
  } catch (err) {
    log.error({ err }, "commands could not be registered; the next start tries again");
  }
}

/**
 * discord.js tells a server we left from one that is only unavailable for a while. While a connection becomes ready all
 * servers come, thousands perhaps: they are joined together when it is.
 */
function followServers(client: Client, app: App): void {
  client.on(Events.GuildCreate, (server) => void join(app, server));
  client.on(Events.GuildAvailable, (server) => isConnected(client) && void join(app, server));
  client.on(Events.ShardReady, () => {
    joinAll(client, app).catch((err) => log.error({ err }, "the servers could not be joined"));
  });
  client.on(Events.GuildDelete, (server) => void leave(app, server));
}

/** Of an unavailable server not even the name is known. It comes again when it is back. */
async function joinAll(client: Client, app: App): Promise<void> {
  const known = client.guilds.cache.filter(({ available }) => available);
  await joinServers(
    app,
    known.map(({ id: serverId, name }) => ({ serverId, name })),
    (serverId) => client.guilds.cache.has(serverId),
  );
}

async function join(app: App, { available, id: serverId, name }: Guild): Promise<void> {
  if (!available) return;
  try {
    await joinServer(app, { serverId, name });
  } catch (err) {
    log.error({ err, serverId }, "a server could not be joined");
  }
}

async function leave(app: App, { id: serverId }: Guild): Promise<void> {
  try {
    await leaveServer(app, serverId);
  } catch (err) {
    log.error({ err, serverId }, "a server could not be left");
  }
}

function stopBySignal(signal: NodeJS.Signals): void {
  if (!stopping.signal.aborted) {
    stopAskedAtMs = performance.now();
    log.info({ signal }, "stopping");
    void stop(0);
  } else if (performance.now() - stopAskedAtMs > sameWishMs) {
    log.warn({ signal }, "asked again: ending at once");
    process.exit(1);
  }
}

async function endBecauseOf(err: unknown): Promise<void> {
  if (stopping.signal.aborted) return;
  const isForHost = [StorageUnavailable, DiscordRefuses, HealthPortRefused].some((kind) => err instanceof kind);
  if (isForHost && err instanceof Error) tellHost(err.message);
  else log.fatal({ err }, "the bot cannot run");
  await stop(1);
}

async function stop(exitCode: number): Promise<void> {
  stopping.abort();
  setTimeout(() => {
    log.error("not everything stopped in time");
    process.exit(1);
  }, stopWithinMs);
  for (const { part, stop: stopPart } of running.reverse()) {
    try {
      await stopPart();
    } catch (err) {
      log.error({ err, part }, "did not stop cleanly");
    }
  }
  log.info("stopped");
  process.exit(exitCode);
}

/** One plain line for the person at the terminal, on stderr, whatever LOG_LEVEL says. */
function tellHost(line: string): void {
  process.stderr.write(`${line}\n`);
}
