import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Changes } from "./changes.ts";
import { CommandBook } from "./command-book.ts";
import { Faults } from "./faults.ts";
import { Gateway } from "./gateway.ts";
import { RestApi } from "./http.ts";
import { InteractionDesk } from "./interactions.ts";
import { type RateLimitOptions, RateLimits } from "./rate-limits.ts";
import { channelRoutes } from "./routes-channels.ts";
import { commandRoutes } from "./routes-commands.ts";
import { interactionRoutes } from "./routes-interactions.ts";
import { messageRoutes } from "./routes-messages.ts";
import { pollRoutes } from "./routes-polls.ts";
import { serverRoutes } from "./routes-servers.ts";
import { DiscordSandbox } from "./sandbox.ts";
import type { Seen } from "./seen.ts";
import { Snowflakes } from "./snowflakes.ts";
import { Violations } from "./violations.ts";
import { Intent, type World } from "./world.ts";

export type { DiscordSandbox };

/** Guilds, GuildMessages and GuildMessagePolls: all the bot needs, none privileged. */
const UNMASK_INTENTS = Intent.Guilds | Intent.GuildMessages | Intent.GuildMessagePolls;

export interface DiscordOptions {
  /** 0 (the default) takes any free port. */
  port?: number;
  /** The bot's token; made up if left out. */
  token?: string;
  botName?: string;
  /** The sandbox's time in milliseconds since 1970. */
  now?: () => number;
  /** Intents beyond these close the connection with 4014. */
  allowedIntents?: number;
  rateLimits?: Partial<RateLimitOptions>;
  /** How many edits a minute a channel takes to messages older than an hour (default 2). */
  oldEditsPerMinute?: number;
  heartbeatIntervalMs?: number;
  /** Decides faults that hit only a share of requests. */
  random?: () => number;
  /** Told of everything that goes over the wire. */
  watch?: (seen: Seen) => void;
}

/**
 * Starts a small, strict Discord on 127.0.0.1:
 *
 *     const discord = await startDiscord();
 *     const server = discord.addServer("Lab");
 *     // …start the bot with discord.apiUrl and discord.token…
 *     const ann = server.addMember("Ann");
 *     const reply = await ann.command(server.channel("general"), "/guess", { model: "x", lab: "y" }).reply();
 *     discord.expectNoViolations();
 */
export async function startDiscord(options: DiscordOptions = {}): Promise<DiscordSandbox> {
  const now = options.now ?? Date.now;
  const ids = new Snowflakes(now);
  const applicationId = ids.at(now() - 86_400_000);
  const token = options.token ?? madeUpToken(applicationId);
  const bot = { id: applicationId, username: options.botName ?? "Unmask", globalName: null, bot: true };
  const watch = options.watch ?? (() => {});
  const violations = new Violations(now, (violation) => watch({ kind: "violation", violation }));
  const world: World = {
    now,
    ids,
    changes: new Changes(),
    faults: new Faults(options.random ?? Math.random),
    bot,
    applicationId,
    origin: "",
    servers: new Map(),
    formerServers: [],
    users: new Map([[bot.id, bot]]),
    commands: new CommandBook(ids, applicationId),
    get interactions() {
      return desk;
    },
    files: new Map(),
    oldEditsPerMinute: options.oldEditsPerMinute ?? 2,
    connections: () => gateway.sessionCount,
    awaitsResume: () => gateway.awaitsResume,
    dispatch: (event, data, intent) => gateway.dispatch(event, data, intent),
    watch,
  };
  const desk = new InteractionDesk(world);
  const allowedIntents = options.allowedIntents ?? UNMASK_INTENTS;
  const heartbeatIntervalMs = options.heartbeatIntervalMs ?? 41_250;
  const gateway = new Gateway(world, { token, allowedIntents, heartbeatIntervalMs }, violations);
  const routes = [
    ...serverRoutes(() => gateway.url),
    ...channelRoutes,
    ...messageRoutes,
    ...pollRoutes,
    ...interactionRoutes,
    ...commandRoutes,
  ];
  const limits = new RateLimits({ globalPerSecond: 50, routeSpeed: 1, ...options.rateLimits });
  const rest = new RestApi(world, token, routes, limits, violations);
  const http = createServer((request, response) => void rest.answer(request, response));
  http.on("upgrade", (request, socket, head) => gateway.upgrade(request, socket, head));
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = http.address() as AddressInfo;
  world.origin = `http://127.0.0.1:${port}`;
  gateway.listen(`ws://127.0.0.1:${port}`);
  return new DiscordSandbox({ token, http, world, gateway, rest, violations });
}

/** Shaped like a real token, so that nothing that parses one stumbles. */
function madeUpToken(applicationId: string): string {
  const first = Buffer.from(applicationId).toString("base64url");
  return `${first}.${randomBytes(4).toString("base64url")}.${randomBytes(28).toString("base64url")}`;
}
