import { describe, expect, it, onTestFinished } from "vitest";
import { marchCatalogues } from "../../sandbox/openrouter/catalogues.ts";
import { startOpenRouter } from "../../sandbox/openrouter/server.ts";
import { joinServers, leaveServer } from "../../src/actions/join-server.ts";
import { recordCatalogue } from "../../src/actions/record-catalogue.ts";
import { readServer, saveServer } from "../../src/actions/set-up-server.ts";
import { startSchedule } from "../../src/schedule.ts";
import { aBot, about, aListedModel, aServerWithChannel, posts, stateOf } from "../support/delivering.ts";
import { aCatalogue, aStealthListing, hourMs, minuteMs, owed } from "../support/watcher-app.ts";

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

  it("goes to many servers at the pace Discord allows, many at once", async () => {
    const bot = await aBot();
    const servers = Array.from({ length: 30 }, (_, i) => bot.discord.addServer(`Server ${i}`));
    await bot.discord.waitUntil(() => bot.client.guilds.cache.size === servers.length);
    await joinServers(
      bot.app,
      servers.map(({ id: serverId, name }) => ({ serverId, name })),
    );
    // However long Discord takes for each.
    bot.discord.faults.delay({ route: posts, ms: 200 });
    const send = bot.client.rest.request.bind(bot.client.rest);
    let underWay = 0;
    let most = 0;
    bot.client.rest.request = async (options) => {
      most = Math.max(most, ++underWay);
      return send(options).finally(() => underWay--);
    };
    const startMs = performance.now();
    await bot.deliver();
    const tookMs = performance.now() - startMs;
    for (const server of servers) expect(server.channel("general").messages()).toHaveLength(1);
    expect(tookMs).toBeGreaterThan((29 / 48) * 1000 - 50);
    expect(most).toBeGreaterThan(4);
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

describe("a server that removes the bot", () => {
  it("hears nothing more from that moment on, also of what was about to be sent", async () => {
    const bot = await aBot();
    const { server, channel } = await aServerWithChannel(bot);
    await aListedModel(bot.app);
    bot.discord.removeServer(server);
    await expect.poll(() => bot.client.guilds.cache.has(server.id)).toBe(false);
    const requests = bot.discord.requests.length;
    await bot.deliver();
    expect(await stateOf(bot.db, "announcement")).toEqual(["due"]);
    await leaveServer(bot.app, server.id);
    bot.clock.later(hourMs);
    await bot.deliver();
    expect(bot.discord.requests).toHaveLength(requests);
    expect(channel.messages()).toHaveLength(1);
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
