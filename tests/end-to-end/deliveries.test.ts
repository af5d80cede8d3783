import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Client } from "discord.js";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Channel } from "../../sandbox/discord/channel.ts";
import type { Server, ServerOptions } from "../../sandbox/discord/guild.ts";
import { type DiscordSandbox, startDiscord } from "../../sandbox/discord/server.ts";
import { marchCatalogues } from "../../sandbox/openrouter/catalogues.ts";
import { startOpenRouter } from "../../sandbox/openrouter/server.ts";
import { claimDeliveries, claimMs } from "../../src/actions/claim-deliveries.ts";
import { joinServers } from "../../src/actions/join-server.ts";
import { recordCatalogue } from "../../src/actions/record-catalogue.ts";
import { recordRetry } from "../../src/actions/record-deliveries.ts";
import { readServer, saveServer } from "../../src/actions/set-up-server.ts";
import type { App } from "../../src/app.ts";
import { connect, disconnect, isConnected } from "../../src/discord/client.ts";
import type { DeliveryKind } from "../../src/domain/server.ts";
import { deliverDue } from "../../src/schedule/deliver-due.ts";
import { startSchedule } from "../../src/schedule.ts";
import { type Db, openDatabase } from "../../src/storage/database.ts";
import { describeOnBoth, describeOnPostgres, embedded } from "../support/database.ts";
import type { DeliveryStory } from "../support/delivery-process.ts";
import { nodeArguments } from "../support/programs.ts";
import {
  aCatalogue,
  aStealthListing,
  firstRead,
  hourMs,
  type Logged,
  minuteMs,
  owed,
  type StoryClock,
  storyClock,
  watcherApp,
} from "../support/watcher-app.ts";

const posts = "POST /channels/{channel_id}/messages";
const noLimits: { globalPerSecond: number; routeSpeed?: number } = { globalPerSecond: 0 };

async function aDiscord(clock: StoryClock, rateLimits = noLimits): Promise<DiscordSandbox> {
  const discord = await startDiscord({ now: () => clock.now.getTime(), rateLimits });
  onTestFinished(async () => {
    await discord.stop();
    discord.expectNoViolations();
  });
  return discord;
}

async function aClient(discord: DiscordSandbox, app: App): Promise<Client<true>> {
  const { client } = await connect(
    { token: discord.token, apiUrl: discord.apiUrl },
    { log: app.log, attach: () => null, onRefused: () => {}, signal: new AbortController().signal },
  );
  onTestFinished(() => disconnect(client));
  return client;
}

/** The bot and its Discord, in one process, with nothing due. */
async function aBot(rateLimits = noLimits) {
  const clock = storyClock("2026-03-12T01:00:00Z");
  const discord = await aDiscord(clock, rateLimits);
  const { db } = await embedded.open();
  const logged: Logged[] = [];
  const app = watcherApp(db, clock, logged);
  await firstRead(app);
  const client = await aClient(discord, app);
  const deliver = () => deliverDue(app, client, "this process");
  return { clock, discord, db, app, client, deliver, logged };
}

type Bot = Awaited<ReturnType<typeof aBot>>;

/** A server that has been greeted, with a channel for announcements. */
async function aServerWithChannel(
  { discord, app, deliver, client }: Bot,
  settings: Parameters<typeof saveServer>[2] = {},
  options: Partial<ServerOptions> = {},
): Promise<{ server: Server; channel: Channel }> {
  const server = discord.addServer({ name: "Alpha watchers", ...options });
  const channel = server.addChannel("announcements");
  await discord.waitUntil(() => client.guilds.cache.get(server.id)?.channels.cache.has(channel.id));
  await joinServers(app, [{ serverId: server.id, name: server.name }]);
  await saveServer(app, server.id, { announcementChannelId: channel.id, ...settings });
  await deliver();
  return { server, channel };
}

let listed = 0;

/** Lists one more anonymous model on OpenRouter. Returns its name. */
async function aListedModel(app: App): Promise<string> {
  const name = `Ox ${++listed} Alpha`;
  const { opened } = await recordCatalogue(app, aCatalogue(aStealthListing(name)));
  expect(opened).toHaveLength(1);
  return name;
}

const about = (channel: Channel, name: string) => channel.messages().filter((message) => message.text.includes(name));

async function stateOf(db: Db, kind: DeliveryKind) {
  return (await owed(db, kind)).map(({ state, problem }) => (problem === null ? state : `${state}: ${problem}`));
}

describe("a new model", () => {
  it("is announced once in every server: card, buttons, the one role pinged, and a thread", async () => {
    const bot = await aBot();
    const one = await aServerWithChannel(bot);
    const two = await aServerWithChannel(bot, { threadPerModel: true });
    const ping = two.server.addRole({ name: "model watchers", mentionable: true });
    await saveServer(bot.app, two.server.id, { pingRoleId: ping.id });
    const name = await aListedModel(bot.app);
    await bot.deliver();
    await bot.deliver();

    const [first, ...others] = about(one.channel, name);
    expect(others).toEqual([]);
    expect(first?.buttons).toEqual(["Guess", "Ask it", "Add evidence", "Details"]);
    expect(first?.pings).toEqual({ users: [], roles: [], everyone: false });
    expect(one.channel.threads).toEqual([]);
    expect(about(two.channel, name)).toHaveLength(1);
    expect(about(two.channel, name)[0]?.pings.roles).toEqual([ping.id]);
    expect(two.channel.threads.map((thread) => thread.name)).toEqual([`Who built ${name}?`]);
    const rows = await owed(bot.db, "announcement");
    expect(rows.map(({ state, messageId }) => [state, messageId])).toEqual([
      ["sent", first?.id],
      ["sent", about(two.channel, name)[0]?.id],
    ]);
    expect(rows[1]?.threadId).toBe(two.channel.threads[0]?.id);
  });

  it("is found, opened and announced by the schedule alone", async () => {
    const bot = await aBot();
    const { channel } = await aServerWithChannel(bot);
    const { before, after } = marchCatalogues();
    const openRouter = await startOpenRouter({ catalogue: before });
    const settings = { listingsCron: "* * * * * *", openRouterBaseUrl: openRouter.baseUrl };
    const schedule = startSchedule(bot.app, bot.client, settings);
    onTestFinished(async () => {
      await schedule.stop();
      await openRouter.close();
    });
    await expect.poll(() => openRouter.requests.length, { timeout: 10_000 }).toBeGreaterThan(0);
    expect(channel.messages()).toHaveLength(1);
    openRouter.setCatalogue(after);
    await channel.waitFor((message) => message.text.includes("Hunter Alpha"), 20_000);
    await channel.waitFor((message) => message.text.includes("Healer Alpha"), 20_000);
    const reads = openRouter.requests.length;
    await expect.poll(() => openRouter.requests.length, { timeout: 10_000 }).toBeGreaterThan(reads);
    await schedule.stop();
    expect(channel.messages()).toHaveLength(3);
  });

  it("says since when it is there if it is announced late", async () => {
    const bot = await aBot();
    const { channel } = await aServerWithChannel(bot);
    const name = await aListedModel(bot.app);
    const listedAtSeconds = bot.clock.now.getTime() / 1000;
    bot.clock.later(2 * hourMs);
    await bot.deliver();
    expect(JSON.stringify(about(channel, name)[0]?.embeds)).toContain(`<t:${listedAtSeconds}:F>`);
  });

  it("leaves room for members: four messages under way at most, and 25 a second", async () => {
    const bot = await aBot();
    const servers = Array.from({ length: 30 }, (_, i) => bot.discord.addServer(`Server ${i}`));
    await bot.discord.waitUntil(() => bot.client.guilds.cache.size === servers.length);
    await joinServers(
      bot.app,
      servers.map(({ id: serverId, name }) => ({ serverId, name })),
    );
    bot.discord.faults.delay({ route: posts, ms: 20 });
    const send = bot.client.rest.request.bind(bot.client.rest);
    let underWay = 0;
    let most = 0;
    bot.client.rest.request = async (options) => {
      most = Math.max(most, ++underWay);
      return send(options).finally(() => underWay--);
    };
    const startMs = performance.now();
    await bot.deliver();
    for (const server of servers) expect(server.channel("general").messages()).toHaveLength(1);
    expect(most).toBe(4);
    // The first ten go at once.
    expect(performance.now() - startMs).toBeGreaterThan((20 / 25) * 1000 - 50);
  });
});

describe("a server that nobody has set up", () => {
  it("gets one hello in its system channel, and nothing else", async () => {
    const bot = await aBot();
    const server = bot.discord.addServer("Newcomers");
    await bot.discord.waitUntil(() => bot.client.guilds.cache.has(server.id));
    for (let i = 0; i < 2; i++) {
      await joinServers(bot.app, [{ serverId: server.id, name: server.name }]);
      await aListedModel(bot.app);
      await bot.deliver();
    }
    expect(server.channel("general").messages()).toHaveLength(1);
    expect(server.channel("general").lastMessage?.text).toContain("/setup");
  });

  it("hears nothing where the bot may not speak, or where there is no system channel", async () => {
    const bot = await aBot();
    const closed = bot.discord.addServer("Closed");
    closed.channel("general").denyBot("SendMessages");
    const without = bot.discord.addServer({ name: "Without", systemChannel: false });
    await bot.discord.waitUntil(() => bot.client.guilds.cache.has(without.id));
    await joinServers(
      bot.app,
      [closed, without].map(({ id: serverId, name }) => ({ serverId, name })),
    );
    await bot.deliver();
    expect((await stateOf(bot.db, "hello")).sort()).toEqual(["failed: cannot-send", "failed: channel-gone"]);
    expect(bot.discord.requests.filter(({ method }) => method === "POST")).toEqual([]);
  });
});

describe("/setup", () => {
  it("posts one summary of the models open now, without a ping", async () => {
    const bot = await aBot();
    const name = await aListedModel(bot.app);
    const { server, channel } = await aServerWithChannel(bot);
    await saveServer(bot.app, server.id, { pingRoleId: server.addRole({ name: "watchers", mentionable: true }).id });
    await bot.deliver();
    expect(channel.messages()).toHaveLength(1);
    expect(channel.lastMessage?.text).toContain(name);
    expect(channel.lastMessage?.pings.roles).toEqual([]);
  });
});

describe("a channel that is gone or closed", () => {
  it("is told of once in the system channel, shown in /setup, and left alone until another is chosen", async () => {
    const bot = await aBot();
    const { server, channel } = await aServerWithChannel(bot);
    channel.delete();
    const name = await aListedModel(bot.app);
    await bot.deliver();
    const notices = () =>
      server
        .channel("general")
        .messages()
        .filter((message) => message.text.includes("could not post"));
    expect(notices()).toHaveLength(1);
    expect((await readServer(bot.app, server.id)).troubles).toMatchObject([
      { kind: "announcement", modelName: name, channelId: channel.id, problem: "channel-gone" },
    ]);
    const second = await aListedModel(bot.app);
    await bot.deliver();
    const requests = bot.discord.requests.length;
    for (let day = 0; day < 7; day++) {
      bot.clock.later(24 * hourMs);
      await bot.deliver();
    }
    expect(bot.discord.requests).toHaveLength(requests);
    expect(notices()).toHaveLength(1);

    const next = server.addChannel("models");
    await saveServer(bot.app, server.id, { announcementChannelId: next.id });
    await bot.deliver();
    expect(about(next, name)).toHaveLength(1);
    expect(about(next, second)).toHaveLength(1);
    expect((await readServer(bot.app, server.id)).troubles).toEqual([]);
  });

  it.each([
    ["ViewChannel", "no-access"],
    ["SendMessages", "cannot-send"],
    ["EmbedLinks", "cannot-embed"],
  ] as const)(
    "without %s the message is held, and sent once after the permission and /setup",
    async (permission, problem) => {
      const bot = await aBot();
      const { server, channel } = await aServerWithChannel(bot);
      channel.denyBot(permission);
      const name = await aListedModel(bot.app);
      // What the bot knows of its permissions comes through the gateway.
      await expect
        .poll(() => {
          const guild = bot.client.guilds.cache.get(server.id);
          return (
            guild?.members.me && guild.channels.cache.get(channel.id)?.permissionsFor(guild.members.me).has(permission)
          );
        })
        .toBe(false);
      await bot.deliver();
      expect(await stateOf(bot.db, "announcement")).toEqual([`held: ${problem}`]);
      expect(await stateOf(bot.db, "trouble")).toEqual(["sent"]);
      channel.allowBot(permission);
      await saveServer(bot.app, server.id, { announcementChannelId: channel.id });
      await bot.deliver();
      expect(about(channel, name)).toHaveLength(1);
      expect(await stateOf(bot.db, "announcement")).toEqual(["sent"]);
    },
  );

  it("without a system channel either is only shown in /setup", async () => {
    const bot = await aBot();
    const { server, channel } = await aServerWithChannel(bot, {}, { systemChannel: false });
    channel.delete();
    await aListedModel(bot.app);
    await bot.deliver();
    expect(await stateOf(bot.db, "trouble")).toEqual(["failed: channel-gone"]);
    expect((await readServer(bot.app, server.id)).troubles.map(({ problem }) => problem)).toEqual(["channel-gone"]);
  });

  it("that allows no threads gets the announcement all the same", async () => {
    const bot = await aBot();
    const { server, channel } = await aServerWithChannel(bot, { threadPerModel: true });
    channel.denyBot("CreatePublicThreads");
    const name = await aListedModel(bot.app);
    await bot.deliver();
    expect(about(channel, name)).toHaveLength(1);
    expect((await readServer(bot.app, server.id)).troubles.map(({ problem }) => problem)).toEqual(["cannot-thread"]);
  });
});

describe("what becomes of a model", () => {
  async function aThread() {
    const bot = await aBot();
    const { channel } = await aServerWithChannel(bot, { threadPerModel: true });
    const name = await aListedModel(bot.app);
    await bot.deliver();
    const [thread] = channel.threads;
    if (!thread) throw new Error("no thread was opened");
    const change = async (contextTokens: number) => {
      bot.clock.later(5 * minuteMs);
      await recordCatalogue(bot.app, aCatalogue(aStealthListing(name, { contextTokens })));
    };
    return { bot, thread, change };
  }

  it("is told in its thread, once for each read, also when the answer was lost and when the thread sleeps", async () => {
    const { bot, thread, change } = await aThread();
    await change(256_000);
    bot.discord.faults.resetAfter({ route: posts, times: 1 });
    await bot.deliver();
    expect(await stateOf(bot.db, "change")).toEqual(["due"]);
    await change(512_000);
    thread.archive();
    for (let i = 0; i < 2; i++) {
      bot.clock.later(5 * minuteMs);
      await bot.deliver();
    }
    expect(await stateOf(bot.db, "change")).toEqual(["sent", "sent"]);
    expect(thread.messages().map(({ text }) => /Context: .* → (\S+) tokens/.exec(text)?.[1])).toEqual([
      "256,000",
      "512,000",
    ]);
    expect(thread.archived).toBe(false);
  });

  it("is not told where moderators locked the thread, and nobody is bothered about it", async () => {
    const { bot, thread, change } = await aThread();
    thread.archive({ locked: true });
    await change(256_000);
    await bot.deliver();
    expect(thread.messages()).toEqual([]);
    expect(await stateOf(bot.db, "trouble")).toEqual([]);
    expect((await stateOf(bot.db, "change"))[0]).toMatch(/^(failed|held)/);
  });
});

describe("when Discord has a bad day", () => {
  it("a message whose answer was lost is found again instead of being sent twice", async () => {
    const bot = await aBot();
    const { channel } = await aServerWithChannel(bot);
    const name = await aListedModel(bot.app);
    const lost = bot.discord.faults.resetAfter({ route: posts, times: 1 });
    await bot.deliver();
    expect(lost.hits).toBe(1);
    expect(about(channel, name)).toHaveLength(1);
    expect(await stateOf(bot.db, "announcement")).toEqual(["due"]);
    bot.clock.later(5 * minuteMs);
    await bot.deliver();
    expect(about(channel, name)).toHaveLength(1);
    expect(await stateOf(bot.db, "announcement")).toEqual(["sent"]);
  });

  it("every attempt carries the same nonce: within minutes Discord itself knows the second for the first", async () => {
    const bot = await aBot();
    const { channel } = await aServerWithChannel(bot);
    const name = await aListedModel(bot.app);
    const before = bot.discord.requests.length;
    bot.discord.faults.resetAfter({ route: posts, times: 1 });
    await bot.deliver();
    for (const message of about(channel, name)) message.deleted = true;
    bot.clock.later(minuteMs);
    await bot.deliver();
    const bodies = bot.discord.requests.slice(before).flatMap(({ method, body }) => (method === "POST" ? [body] : []));
    expect(bodies).toHaveLength(2);
    const [first, second] = bodies as { nonce: string; enforce_nonce: boolean }[];
    expect(first?.enforce_nonce && second?.enforce_nonce).toBe(true);
    expect(second?.nonce).toBe(first?.nonce);
    expect(first?.nonce).toMatch(/^[\w-]{10,25}$/);
    // It was deleted, and Discord remembers: no second one appears.
    expect(channel.history.filter(({ customIds }) => customIds.some((id) => id.startsWith("guess:")))).toHaveLength(1);
  });

  it("is found among hundreds of other messages, and not mistaken for the announcement of another model", async () => {
    const bot = await aBot();
    const { server, channel } = await aServerWithChannel(bot);
    const before = await aListedModel(bot.app);
    await bot.deliver();
    const ann = server.addMember("Ann");
    for (let i = 0; i < 230; i++) ann.say(channel, `It is DeepSeek, number ${i}`);
    bot.discord.faults.resetBefore({ route: posts, times: 1 });
    const name = await aListedModel(bot.app);
    await bot.deliver();
    expect(about(channel, name)).toHaveLength(0);
    bot.discord.faults.clear();
    bot.discord.faults.resetAfter({ route: posts, times: 1 });
    bot.clock.later(5 * minuteMs);
    await bot.deliver();
    bot.clock.later(5 * minuteMs);
    await bot.deliver();
    expect(about(channel, before)).toHaveLength(1);
    expect(about(channel, name)).toHaveLength(1);
    expect(await stateOf(bot.db, "announcement")).toEqual(["sent", "sent"]);
    const looks = bot.discord.requests.filter(
      ({ method, route }) => `${method} ${route}` === posts.replace("POST", "GET"),
    );
    expect(looks.length).toBeGreaterThanOrEqual(4);
  });

  it("a message that may be there is held while the bot cannot look, and then found", async () => {
    const bot = await aBot();
    const { server, channel } = await aServerWithChannel(bot);
    channel.denyBot("ReadMessageHistory");
    const name = await aListedModel(bot.app);
    bot.discord.faults.resetAfter({ route: posts, times: 1 });
    await bot.deliver();
    bot.clock.later(5 * minuteMs);
    await bot.deliver();
    expect((await readServer(bot.app, server.id)).troubles.map(({ problem }) => problem)).toEqual([
      "cannot-read-history",
    ]);
    channel.allowBot("ReadMessageHistory");
    await expect
      .poll(() => {
        const guild = bot.client.guilds.cache.get(server.id);
        return (
          guild?.members.me &&
          guild.channels.cache.get(channel.id)?.permissionsFor(guild.members.me).has("ReadMessageHistory")
        );
      })
      .toBe(true);
    await saveServer(bot.app, server.id, { announcementChannelId: channel.id });
    await bot.deliver();
    expect(about(channel, name)).toHaveLength(1);
    expect(await stateOf(bot.db, "announcement")).toEqual(["sent"]);
  });

  it("a message that may be in a channel that is gone is sent to the new one", async () => {
    const bot = await aBot();
    const { server, channel } = await aServerWithChannel(bot);
    const name = await aListedModel(bot.app);
    bot.discord.faults.resetAfter({ route: posts, times: 1 });
    await bot.deliver();
    channel.delete();
    const next = server.addChannel("models");
    await saveServer(bot.app, server.id, { announcementChannelId: next.id });
    bot.clock.later(5 * minuteMs);
    await bot.deliver();
    expect(about(next, name)).toHaveLength(1);
  });

  it("errors and lost connections delay a message, and never double it", async () => {
    const bot = await aBot();
    const { channel } = await aServerWithChannel(bot, { threadPerModel: true });
    const name = await aListedModel(bot.app);
    bot.discord.faults.serverError({ route: posts });
    await bot.deliver();
    bot.clock.later(5 * minuteMs);
    await bot.deliver();
    bot.discord.faults.clear();
    bot.discord.faults.resetBefore({ route: posts });
    bot.clock.later(10 * minuteMs);
    await bot.deliver();
    expect(about(channel, name)).toHaveLength(0);
    bot.discord.faults.clear();
    bot.discord.faults.serverError({ route: "/threads" });
    bot.clock.later(hourMs);
    await bot.deliver();
    expect(about(channel, name)).toHaveLength(1);
    expect(channel.threads).toEqual([]);
    bot.discord.faults.clear();
    bot.clock.later(hourMs);
    await bot.deliver();
    expect(about(channel, name)).toHaveLength(1);
    expect(channel.threads).toHaveLength(1);
    expect(await stateOf(bot.db, "announcement")).toEqual(["sent"]);
  });

  it("a message whose thread fails to the last attempt counts as posted, without a word of trouble", async () => {
    const bot = await aBot();
    const { channel } = await aServerWithChannel(bot, { threadPerModel: true });
    const name = await aListedModel(bot.app);
    for (let attempt = 1; attempt < 12; attempt++) {
      const [claimed] = await claimDeliveries(bot.app, { by: "no luck", most: 1 });
      if (!claimed) throw new Error("nothing is due");
      await recordRetry(bot.app, claimed.delivery, { unsure: false, afterMs: 0 });
    }
    bot.discord.faults.serverError({ route: "/threads" });
    await bot.deliver();
    expect(about(channel, name)).toHaveLength(1);
    expect(await stateOf(bot.db, "announcement")).toEqual(["sent: discord-failed"]);
    expect(await stateOf(bot.db, "trouble")).toEqual([]);
  });

  it("a lost connection costs no attempt: nothing is begun until it is back", async () => {
    const bot = await aBot();
    const { channel } = await aServerWithChannel(bot);
    const name = await aListedModel(bot.app);
    const whileLost = new Promise<void>((resolve, reject) => {
      bot.client.once("shardReconnecting", () => void bot.deliver().then(resolve, reject));
    });
    bot.discord.dropGateway({ resumable: true });
    await whileLost;
    expect(about(channel, name)).toEqual([]);
    expect((await owed(bot.db, "announcement")).map(({ state, attempts }) => [state, attempts])).toEqual([["due", 0]]);
    await expect.poll(() => isConnected(bot.client), { timeout: 15_000 }).toBe(true);
    await bot.deliver();
    expect(about(channel, name)).toHaveLength(1);
  });

  it.each(["user", "shared", "global"] as const)("waits as long as a %s rate limit asks", async (scope) => {
    const bot = await aBot();
    const { channel } = await aServerWithChannel(bot);
    const name = await aListedModel(bot.app);
    const limit = bot.discord.faults.rateLimit({ route: posts, scope, retryAfterMs: 60, times: 3 });
    await bot.deliver();
    expect(limit.hits).toBe(3);
    expect(about(channel, name)).toHaveLength(1);
    expect(await stateOf(bot.db, "announcement")).toEqual(["sent"]);
  });

  it("keeps within Discord's own limits", async () => {
    const bot = await aBot({ globalPerSecond: 50, routeSpeed: 10 });
    const { channel } = await aServerWithChannel(bot);
    const names = [];
    for (let i = 0; i < 6; i++) names.push(await aListedModel(bot.app));
    await bot.deliver();
    for (const name of names) expect(about(channel, name)).toHaveLength(1);
    expect(bot.discord.requests.filter(({ status }) => status === 429)).toEqual([]);
  });
});

describeOnPostgres("two bots on one database", (database) => {
  it("announce once in every server between them", async () => {
    const clock = storyClock("2026-03-12T01:00:00Z");
    const discord = await aDiscord(clock);
    const settings = await database.settings();
    const bots = [];
    for (let i = 0; i < 2; i++) {
      const { db, close } = await openDatabase(settings);
      onTestFinished(close);
      const app = watcherApp(db, clock);
      bots.push({ app, db, client: await aClient(discord, app), by: `bot ${i}` });
    }
    const [first] = bots;
    if (!first) throw new Error("no bot");
    await firstRead(first.app);
    const channels: Channel[] = [];
    for (let i = 0; i < 12; i++) {
      const server = discord.addServer(`Server ${i}`);
      const channel = server.addChannel("announcements");
      channels.push(channel);
      await joinServers(first.app, [{ serverId: server.id, name: server.name }]);
      await saveServer(first.app, server.id, { announcementChannelId: channel.id, threadPerModel: true });
    }
    for (const { client } of bots) await expect.poll(() => client.guilds.cache.size).toBe(12);
    const name = await aListedModel(first.app);
    await Promise.all(bots.map(({ app, client, by }) => deliverDue(app, client, by)));
    for (const channel of channels) {
      expect(about(channel, name).filter((message) => message.buttons.includes("Guess"))).toHaveLength(1);
      expect(channel.threads).toHaveLength(1);
    }
    expect(new Set((await owed(first.db)).map(({ state }) => state))).toEqual(new Set(["sent"]));
  });
});

/** Runs a bot in a process of its own, to its end. Returns how it ended: an exit code, or the signal that killed it. */
async function runBot(story: DeliveryStory): Promise<string | number> {
  const program = nodeArguments("tests/support/delivery-process.ts");
  const child = spawn(process.execPath, [...program, JSON.stringify(story)], { stdio: "inherit" });
  const [code, signal] = await once(child, "exit");
  return signal ?? code;
}

describeOnBoth("kill -9", (database) => {
  const point = {
    "after the claim, before the message is sent": { when: "before", request: "POST .*/messages$" },
    "after the message is sent, before that is written down": { when: "after", request: "POST .*/messages$" },
    "after it is written down, before the thread is opened": { when: "before", request: "POST .*/threads$" },
    "after the thread is opened, before that is written down": { when: "after", request: "POST .*/threads$" },
  } as const;
  const points = Object.entries(point).filter(([, { when, request }]) => {
    // The embedded database is shown at the hardest point; what differs is only how it survives being killed.
    return database.name === "postgres" || (when === "after" && request.includes("messages"));
  });

  /** A model that is to be announced in a server with threads, and nobody there to do it. */
  async function aStory() {
    const clock = storyClock("2026-03-12T01:00:00Z");
    const discord = await aDiscord(clock);
    const server = discord.addServer("Alpha watchers");
    const channel = server.addChannel("announcements");
    const settings = await database.settings();
    const prepared = await openDatabase(settings);
    const app = watcherApp(prepared.db, clock);
    await firstRead(app);
    await joinServers(app, [{ serverId: server.id, name: server.name }]);
    await saveServer(app, server.id, { announcementChannelId: channel.id, threadPerModel: true });
    const client = await aClient(discord, app);
    await deliverDue(app, client, "the first process");
    await disconnect(client);
    const name = await aListedModel(app);
    await prepared.close();
    const story = (killed: DeliveryStory["killed"]): DeliveryStory => {
      return { database: settings, apiUrl: discord.apiUrl, token: discord.token, now: clock.now.toISOString(), killed };
    };
    /** A new process takes over, in this one. */
    const takeOver = async () => {
      const opened = await openDatabase(settings);
      const next = watcherApp(opened.db, clock);
      const nextClient = await aClient(discord, next);
      await deliverDue(next, nextClient, "the last process");
      const states = await stateOf(opened.db, "announcement");
      await disconnect(nextClient);
      await opened.close();
      return states;
    };
    return { clock, discord, channel, name, story, takeOver };
  }

  it.each(points)(
    "%s loses nothing and repeats nothing",
    async (_, killed) => {
      const { clock, channel, name, story, takeOver } = await aStory();
      expect(await runBot(story(killed))).toBe("SIGKILL");
      const wasSent = !(killed.when === "before" && killed.request.includes("messages"));
      expect(about(channel, name)).toHaveLength(wasSent ? 1 : 0);
      // Nobody touches the claim of a process that may still live; and by then Discord has forgotten the nonce.
      if (database.name === "postgres") expect(await takeOver()).toEqual(["claimed"]);
      clock.later(claimMs);
      expect(await takeOver()).toEqual(["sent"]);
      expect(about(channel, name)).toHaveLength(1);
      expect(channel.threads).toHaveLength(1);
    },
    60_000,
  );

  if (database.name !== "postgres") return;

  it("again and again, also while looking for the message, neither", async () => {
    const { clock, channel, name, story, takeOver } = await aStory();
    for (const killed of [
      { when: "before", request: "POST .*/messages$" },
      { when: "before", request: "GET .*/messages$" },
      { when: "after", request: "POST .*/messages$" },
      { when: "after", request: "GET .*/messages$" },
    ] as const) {
      expect(await runBot(story(killed))).toBe("SIGKILL");
      clock.later(claimMs);
    }
    expect(await takeOver()).toEqual(["sent"]);
    expect(about(channel, name)).toHaveLength(1);
    expect(channel.threads).toHaveLength(1);
  }, 90_000);
});
