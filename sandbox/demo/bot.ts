import type { DestinationStream } from "pino";
import { commands } from "../../commands/index.ts";
import { joinServer, joinServers, leaveServer } from "../../src/actions/join-server.ts";
import { loadAskable } from "../../src/actions/load-askable.ts";
import { loadModels } from "../../src/actions/load-models.ts";
import { loadPolls, loadUntold } from "../../src/actions/look-after-polls.ts";
import { type App, type Clock, createApp } from "../../src/app.ts";
import { connect, disconnect } from "../../src/discord/client.ts";
import { answerInteractions } from "../../src/discord/interactions.ts";
import { registerCommands } from "../../src/discord/registration.ts";
import { noFiles } from "../../src/domain/kept-file.ts";
import { createEvidenceFiles } from "../../src/integrations/evidence-files.ts";
import { createChat } from "../../src/integrations/openrouter-chat.ts";
import { createLog } from "../../src/log.ts";
import { hearPolls, noticesFor } from "../../src/schedule/polls.ts";
import { startSchedule } from "../../src/schedule.ts";
import type { Database } from "../../src/storage/database.ts";

/** A line of the bot's log. */
export type LogLine = { readonly level: string; readonly msg: string; readonly [detail: string]: unknown };

export type RunningBot = {
  readonly app: App;
  /** Everything logged from `info` on, oldest first. */
  readonly logged: readonly LogLine[];
  /** What was logged as a warning or worse. */
  complaints(): LogLine[];
  /** Logs out; the database stays open. */
  stop(): Promise<void>;
};

export type BotParts = {
  readonly discord: { readonly apiUrl: string; readonly token: string };
  /** Without its key nobody can ask models. */
  readonly openRouter: { readonly baseUrl: string; readonly chat?: { readonly apiKey: string } };
  readonly database: Database;
  /** Where copies of evidence's files are kept; without it none is. */
  readonly dataDir?: string;
  /** The game's clock; the database's own time if left out. */
  readonly clock?: Clock;
};

/** That a busy machine runs a timer late is node-cron's news, and changes nothing. */
function isComplaint({ level, msg }: LogLine): boolean {
  return ["warn", "error", "fatal"].includes(level) && !msg.startsWith("node-cron");
}

/** Waiting five minutes for a listing is for real life. */
const everySecond = "* * * * * *";

/**
 * Starts the real bot within this process: the same parts as src/main.ts, put together with a clock of our own, without a
 * health port, and looking at the catalogue every second.
 */
export async function startBot(parts: BotParts): Promise<RunningBot> {
  const { discord, openRouter, database, dataDir, clock } = parts;
  const logged: LogLine[] = [];
  const destination: DestinationStream = {
    write(text) {
      logged.push(JSON.parse(text));
    },
  };
  const log = createLog({ level: "info", secrets: [discord.token] }, destination);
  const { baseUrl, chat: desk } = openRouter;
  const chat = desk
    ? createChat({ apiKey: desk.apiKey, baseUrl, ...(clock ? { clock: () => clock(new Date()) } : {}) })
    : null;
  const files =
    dataDir === undefined ? noFiles : createEvidenceFiles({ dataDir, hosts: [new URL(discord.apiUrl).host] });
  const app = createApp({ db: database.db, log, chat, files, ...(clock ? { clock } : {}) });
  await Promise.all([loadModels(app), loadAskable(app), loadPolls(app), loadUntold(app)]);

  const stopping = new AbortController();
  const {
    client,
    attached: { interactions, polls },
  } = await connect(discord, {
    log,
    signal: stopping.signal,
    onRefused: (err) => log.error({ err }, "Discord closed the connection for good"),
    attach: (made) => ({
      interactions: answerInteractions(made, app, commands, { notices: (who) => noticesFor(app, who) }),
      polls: hearPolls(made, app),
    }),
  });
  const note = (work: Promise<void>) => void work.catch((err) => log.error({ err }, "a server was not noted"));
  for (const event of ["guildCreate", "guildAvailable"] as const) {
    client.on(event, ({ id: serverId, name }) => note(joinServer(app, { serverId, name })));
  }
  client.on("guildDelete", ({ id }) => note(leaveServer(app, id)));
  await registerCommands(client.rest, client.application.id, commands, null);
  await joinServers(
    app,
    client.guilds.cache.filter(({ available }) => available).map(({ id: serverId, name }) => ({ serverId, name })),
    (serverId) => client.guilds.cache.has(serverId),
  );
  const schedule = startSchedule(app, client, { listingsCron: everySecond, openRouterBaseUrl: openRouter.baseUrl });
  return {
    app,
    logged,
    complaints: () => logged.filter(isComplaint),
    async stop() {
      await schedule.stop();
      await interactions.stop();
      await polls.stop();
      await app.guesses.idle();
      stopping.abort();
      await disconnect(client);
    },
  };
}
