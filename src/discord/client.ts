import { setTimeout as wait } from "node:timers/promises";
import {
  Client,
  type ClientOptions,
  DiscordAPIError,
  DiscordjsError,
  DiscordjsErrorCodes,
  Events,
  GatewayCloseCodes,
  GatewayIntentBits,
  HTTPError,
  Options,
  Status,
} from "discord.js";
import type { Logger } from "pino";
import { isTooLong } from "./long-waits.ts";
import { noteDisturbances } from "./traffic.ts";

export type DiscordSettings = { readonly token: string; readonly apiUrl: string };

/** Discord will not have this bot however often it asks. The message is one line for the host. */
export class DiscordRefuses extends Error {
  override name = "DiscordRefuses";
}

type Connection<Attached> = { readonly client: Client<true>; readonly attached: Attached };

/**
 * Logs in and resolves when all servers are known. While Discord is down it keeps trying, more and more slowly.
 * @param attach puts listeners on the client before anything can arrive. It is called again for each try, because
 *   discord.js never revives a client whose login failed
 * @param onRefused called if Discord closes the connection for good after it was open
 * @throws DiscordRefuses if trying again is useless; the signal's reason if that stopped it
 */
export async function connect<Attached>(
  settings: DiscordSettings,
  surroundings: {
    log: Logger;
    attach: (client: Client) => Attached;
    onRefused: (refusal: DiscordRefuses) => void;
    signal: AbortSignal;
    firstRetryMs?: number;
  },
): Promise<Connection<Attached>> {
  const { log, attach, onRefused, signal, firstRetryMs = 1_000 } = surroundings;
  for (let retryMs = firstRetryMs; ; retryMs = Math.min(retryMs * 2, 60_000)) {
    signal.throwIfAborted();
    const client = createClient(settings);
    listen(client, log, signal);
    const attached = attach(client);
    try {
      const ready = await login(client, settings.token, signal);
      client.on(Events.ShardDisconnect, ({ code }) => onRefused(refusalOf(code)));
      return { client: ready, attached };
    } catch (err) {
      await disconnect(client);
      signal.throwIfAborted();
      const refusal = asRefusal(err, settings);
      if (refusal) throw refusal;
      log.warn({ err, retryMs }, "Discord cannot be reached; trying again");
      await wait(retryMs, undefined, { signal });
    }
  }
}

const nothing = 0;

/** What is kept in memory is what interactions and deliveries read again: servers, channels, roles, and of each a little. */
const clientOptions = {
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.GuildMessagePolls],
  allowedMentions: { parse: [] },
  makeCache: Options.cacheWithLimits({
    ...Options.DefaultMakeCacheSettings,
    MessageManager: 20,
    // The bot's own member is needed whenever its permissions are asked for.
    GuildMemberManager: { maxSize: 50, keepOverLimit: (member) => member.id === member.client.user.id },
    UserManager: { maxSize: 500, keepOverLimit: (user) => user.id === user.client.user.id },
    ThreadMemberManager: nothing,
    ReactionManager: nothing,
    ReactionUserManager: nothing,
    PresenceManager: nothing,
    VoiceStateManager: nothing,
    GuildBanManager: nothing,
    GuildInviteManager: nothing,
    GuildEmojiManager: nothing,
    GuildStickerManager: nothing,
    GuildScheduledEventManager: nothing,
    StageInstanceManager: nothing,
    AutoModerationRuleManager: nothing,
  }),
  sweepers: {
    ...Options.DefaultSweeperSettings,
    messages: { interval: 600, lifetime: 1_800 },
  },
} satisfies ClientOptions;

/**
 * Discord does not count what is said to interactions among the 50 requests it takes from a bot in a second. discord.js
 * does, and would make members wait for deliveries. Those keep the pace themselves.
 */
const globalRequestsPerSecond = 1_000;

/** discord.js waits 50 longer than Discord says, each time. The way back of the answer is margin already. */
const marginMs = 10;

/** A client that is not logged in. It mentions nobody unless a message says whom. */
function createClient({ apiUrl: api }: Pick<DiscordSettings, "apiUrl">): Client {
  const limits = { globalRequestsPerSecond, rejectOnRateLimit: isTooLong, offset: marginMs };
  const makeRequest = noteDisturbances(() => client);
  const client: Client = new Client({ ...clientOptions, rest: { api, ...limits, makeRequest } });
  return client;
}

/** Logs out. Does not wait long for the farewell of a Discord that no longer answers. */
export async function disconnect(client: Client, patienceMs = 2_000): Promise<void> {
  await Promise.race([client.destroy(), wait(patienceMs, undefined, { ref: false })]);
}

/** Whether events arrive right now: discord.js itself stays "ready" while it connects again. */
export function isConnected(client: Client): boolean {
  return client.isReady() && client.ws.shards.every((shard) => shard.status === Status.Ready);
}

/** Without a listener for errors one of them would end the process. */
function listen(client: Client, log: Logger, stopping: AbortSignal): void {
  client.on(Events.Error, (err) => log.error({ err }, "discord.js met an error"));
  client.on(Events.Warn, (warning) => log.warn({ warning }, "discord.js warns"));
  client.on(Events.ShardError, (err) => log.warn({ err }, "the connection to Discord failed"));
  client.rest.on("rateLimited", ({ route, method, scope, timeToReset: waitMs }) =>
    log.info({ route, method, scope, waitMs }, "Discord asks for slower requests"),
  );
  if (log.isLevelEnabled("trace")) client.on(Events.Debug, (detail) => log.trace({ detail }, "discord.js"));

  // discord.js tries twice a second while the network is gone: one line for all of that.
  let isLost = false;
  client.on(Events.ShardReconnecting, () => {
    if (!isLost && !stopping.aborted) log.warn("the connection to Discord is lost; discord.js connects again");
    isLost = true;
  });
  const found = () => {
    if (isLost) log.info("connected to Discord again");
    isLost = false;
  };
  client.on(Events.ShardResume, found);
  client.on(Events.ShardReady, found);
}

/** Resolves when discord.js knows all servers. Some failures make it wait forever, so it is not asked alone. */
async function login(client: Client, token: string, signal: AbortSignal): Promise<Client<true>> {
  const ended = new AbortController();
  const ready = new Promise<Client<true>>((resolve, reject) => {
    client.once(Events.ClientReady, resolve);
    client.once(Events.ShardDisconnect, ({ code }) => reject(refusalOf(code)));
    signal.addEventListener("abort", () => reject(signal.reason), { once: true, signal: ended.signal });
  });
  try {
    const [readyClient] = await Promise.all([ready, client.login(token)]);
    return readyClient;
  } finally {
    ended.abort();
  }
}

const wrongToken = "DISCORD_TOKEN holds a token Discord does not accept; it should be the bot's current one";

/** The close codes after which Discord wants no reconnection. */
function refusalOf(code: number): DiscordRefuses {
  const why = GatewayCloseCodes[code] ?? "unknown";
  return new DiscordRefuses(
    code === GatewayCloseCodes.AuthenticationFailed
      ? wrongToken
      : `Discord closed the connection for good: ${why} (${code})`,
  );
}

function asRefusal(error: unknown, { apiUrl }: DiscordSettings): DiscordRefuses | null {
  if (error instanceof DiscordRefuses) return error;
  if (error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.TokenInvalid) {
    return new DiscordRefuses(wrongToken);
  }
  const status = error instanceof DiscordAPIError || error instanceof HTTPError ? error.status : null;
  if (status !== 404) return null;
  return new DiscordRefuses(`DISCORD_API_URL holds "${apiUrl}", where no Discord answers (404)`);
}
