import { describe, expect, it } from "vitest";
import { claimDeliveries, claimMs } from "../../src/actions/claim-deliveries.ts";
import { decideMarket } from "../../src/actions/decide-market.ts";
import { joinServers } from "../../src/actions/join-server.ts";
import { recordRetry } from "../../src/actions/record-deliveries.ts";
import { readServer, saveServer } from "../../src/actions/set-up-server.ts";
import { isConnected } from "../../src/discord/client.ts";
import { deliverDue } from "../../src/schedule/deliver-due.ts";
import { aBot, about, aListedModel, aServerWithChannel, posts, stateOf } from "../support/delivering.ts";
import { aKey, named } from "../support/factories.ts";
import { hourMs, minuteMs, owed } from "../support/watcher-app.ts";

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

  it("a settlement whose message was sent by a process that died is found again, and told once", async () => {
    const bot = await aBot();
    const { server, channel } = await aServerWithChannel(bot);
    await aListedModel(bot.app);
    await bot.deliver();
    const [announced] = await owed(bot.db, "announcement");
    const decision = { key: aKey(), serverId: server.id, modelId: announced?.modelId ?? 0, channelId: channel.id };
    await decideMarket(bot.app, { ...decision, kind: "freeze", member: named("Rita"), reason: "A rumour" });
    bot.discord.faults.resetAfter({ route: posts, times: 1 });
    await bot.deliver();
    expect(await stateOf(bot.db, "decision")).toEqual(["due"]);
    bot.clock.later(5 * minuteMs);
    await bot.deliver();
    expect(await stateOf(bot.db, "decision")).toEqual(["sent"]);
    expect(about(channel, "is frozen: no guesses")).toHaveLength(1);
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

  it("a process that slept while another took over sends nothing of what it had claimed", async () => {
    const bot = await aBot();
    const { channel } = await aServerWithChannel(bot);
    const name = await aListedModel(bot.app);
    let elapsedMs = 0;
    const app = { ...bot.app, elapsedMs: () => elapsedMs };
    const takenOver: string[] = [];
    const sleep = async () => {
      elapsedMs += claimMs;
      bot.clock.later(claimMs);
      for (const { delivery } of await claimDeliveries(bot.app, { by: "another", most: 9 }))
        takenOver.push(delivery.kind);
    };
    await deliverDue(app, bot.client, "the sleeper", undefined, sleep);
    expect(takenOver).toEqual(["announcement"]);
    expect(about(channel, name)).toEqual([]);
    expect((await owed(bot.db, "announcement")).map(({ state, claimedBy }) => [state, claimedBy])).toEqual([
      ["claimed", "another"],
    ]);
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

  it("channels Discord slows down for minutes hold up nobody else, and get the message when it allows", async () => {
    const bot = await aBot();
    // One more than are sent at once.
    const slowed = Array.from({ length: 25 }, (_, i) => bot.discord.addServer(`Slow ${i}`));
    const servers = [...slowed, bot.discord.addServer("Quick")];
    await bot.discord.waitUntil(() => bot.client.guilds.cache.size === servers.length);
    await joinServers(
      bot.app,
      servers.map(({ id: serverId, name }) => ({ serverId, name })),
    );
    const greeted = () => servers.filter((server) => server.channel("general").messages().length === 1);
    const route = new RegExp(`POST /channels/(${slowed.map((server) => server.channel("general").id).join("|")})/`);
    const limit = bot.discord.faults.rateLimit({ route, scope: "shared", retryAfterMs: 150_000 });
    await bot.deliver();
    expect(limit.hits).toBe(slowed.length);
    expect(greeted().map(({ name }) => name)).toEqual(["Quick"]);
    const waiting = (await owed(bot.db, "hello")).filter(({ state }) => state === "due");
    expect(waiting.map(({ attempts }) => attempts)).toEqual(slowed.map(() => 0));
    bot.discord.faults.clear();
    await bot.deliver();
    expect(greeted()).toHaveLength(1);
    bot.clock.later(3 * minuteMs);
    await bot.deliver();
    expect(greeted()).toHaveLength(servers.length);
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
