import { Events, SlashCommandBuilder, type TextChannel } from "discord.js";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { DiscordSandbox } from "../../sandbox/discord/server.ts";
import { aBot, aDiscord } from "./discord-support.ts";

const POST_MESSAGE = "POST /channels/{channel_id}/messages";
const CALLBACK = "/callback";

/** A bot that answers /guess, in a server with Ann. */
async function aSetting() {
  const discord = await aDiscord();
  const server = discord.addServer("Lab");
  const general = server.channel("general");
  const answered: string[] = [];
  const refused: unknown[] = [];
  const bot = await aBot(discord, async (interaction) => {
    if (!interaction.isChatInputCommand()) return;
    answered.push(interaction.id);
    await interaction.reply("Noted.").catch((error: { code?: unknown }) => refused.push(error.code));
  });
  await bot.application.commands.set([new SlashCommandBuilder().setName("guess").setDescription("Guess")]);
  const channel = (await bot.channels.fetch(general.id)) as TextChannel;
  return { discord, server, general, bot, channel, answered, refused, ann: server.addMember("Ann") };
}

const identity = (discord: DiscordSandbox) => ({
  token: discord.token,
  intents: 16777729,
  properties: { os: "linux" },
});

/** A bare gateway connection that sends one packet after HELLO. */
async function aSocket(discord: DiscordSandbox, first: unknown) {
  const socket = new WebSocket(`${discord.gatewayUrl}?v=10&encoding=json`);
  const packets: Packet[] = [];
  const waiting = new Set<() => void>();
  socket.on("message", (bytes) => {
    packets.push(JSON.parse(String(bytes)));
    for (const look of [...waiting]) look();
  });
  const closed = new Promise<number>((resolve) => socket.on("close", resolve));
  const send = (packet: unknown) => socket.send(JSON.stringify(packet));
  const next = (fits: (packet: Packet) => boolean) =>
    new Promise<Packet>((resolve) => {
      const look = () => {
        const found = packets.find(fits);
        if (!found) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  await next((packet) => packet.op === 10);
  send(first);
  return { next, send, closed };
}

interface Packet {
  op: number;
  t?: string;
  s?: number;
  d: Record<string, unknown>;
}

describe("the gateway", () => {
  test("lets a bot that was cut off resume, and replays what it missed", async () => {
    const { discord, general, answered, ann } = await aSetting();
    discord.dropGateway({ resumable: true });
    const exchange = ann.command(general, "/guess");
    expect((await exchange.reply()).content).toBe("Noted.");
    expect(discord.sessions).toMatchObject({ identifies: 1, resumes: 1 });
    expect(answered).toEqual([exchange.id]);
    discord.expectNoViolations();
  });

  test("asks a bot to reconnect, and it resumes", async () => {
    const { discord, bot, general, ann } = await aSetting();
    const resumed = new Promise((resolve) => bot.once(Events.ShardResume, resolve));
    discord.requestReconnect();
    await resumed;
    expect((await ann.command(general, "/guess").reply()).content).toBe("Noted.");
    discord.expectNoViolations();
  });

  test("gives a new session where the old one cannot be resumed", async () => {
    const { discord } = await aSetting();
    const session = await aSocket(discord, { op: 2, d: identity(discord) });
    const ready = await session.next((packet) => packet.t === "READY");
    expect(await session.next((packet) => packet.t === "GUILD_CREATE")).toMatchObject({ d: { name: "Lab" } });
    discord.dropGateway({ resumable: false });
    expect(await session.closed).toBe(1006);
    const resume = { op: 6, d: { token: discord.token, session_id: ready.d.session_id, seq: ready.s } };
    const again = await aSocket(discord, resume);
    expect(await again.next((packet) => packet.op === 9)).toMatchObject({ d: false });
    again.send({ op: 2, d: identity(discord) });
    expect((await again.next((packet) => packet.t === "READY")).d.session_id).not.toBe(ready.d.session_id);
    again.send({ op: 1, d: ready.s });
    expect(await again.next((packet) => packet.op === 11)).toEqual({ op: 11 });
  });

  const wrongPackets: [string, number, unknown][] = [
    ["an unknown token", 4004, { op: 2, d: { token: "x", intents: 1, properties: {} } }],
    ["no token at all", 4004, { op: 2, d: {} }],
    ["something before identifying", 4003, { op: 3, d: {} }],
    ["an op it does not know", 4001, { op: 99, d: {} }],
    ["a list instead of a packet", 4002, []],
  ];
  test.each(wrongPackets)("closes on %s", async (_, code, packet) => {
    const discord = await aDiscord();
    const socket = await aSocket(discord, packet);
    expect(await socket.closed).toBe(code);
    expect(discord.violations).toMatchObject([{ route: "gateway", code }]);
  });

  test.each([
    ["the members intent", 1 << 1],
    ["the message-content intent", 1 << 15],
    ["more intents than the bot needs", 1 << 10],
  ])("closes with 4014 on %s", async (_, intent) => {
    const discord = await aDiscord();
    const socket = await aSocket(discord, { op: 2, d: { ...identity(discord), intents: 1 | intent } });
    expect(await socket.closed).toBe(4014);
  });

  test("keeps messages, commands and servers while the bot is away", async () => {
    const { discord, general, bot, channel, ann } = await aSetting();
    await channel.send("Before");
    await bot.destroy();
    await discord.waitForBotToLeave();
    await aBot(discord, async (interaction) => {
      if (interaction.isChatInputCommand()) await interaction.reply("Back.");
    });
    expect(general.messages().map((message) => message.content)).toEqual(["Before"]);
    expect((await ann.command(general, "/guess").reply()).content).toBe("Back.");
    discord.expectNoViolations();
  });
});

describe("faults that are not the bot's mistake", () => {
  test("an interaction delivered twice has one id, and its second answer is refused", async () => {
    const { discord, general, ann, answered, refused } = await aSetting();
    discord.faults.duplicateInteractions = true;
    const exchange = ann.command(general, "/guess");
    await expect.poll(() => refused).toEqual([40060]);
    expect(answered).toEqual([exchange.id, exchange.id]);
    discord.faults.clear();
    exchange.deliverAgain();
    await expect.poll(() => answered.length).toBe(3);
    expect(general.messages()).toHaveLength(1);
    discord.expectNoViolations();
  });

  test("an interaction can be unknown although it is in time", async () => {
    const { discord, general, ann, refused } = await aSetting();
    discord.faults.unknownInteractions(1);
    ann.command(general, "/guess");
    await expect.poll(() => refused).toEqual([10062]);
    discord.expectNoViolations();
  });

  test("an answer that comes late is too late", async () => {
    const { discord, general, ann, refused } = await aSetting();
    const slow = discord.faults.delay({ route: CALLBACK, ms: 60, times: 1 });
    const exchange = ann.command(general, "/guess");
    exchange.letFirstResponseExpire();
    await expect(exchange.reply()).rejects.toThrow("did not respond");
    await expect.poll(() => refused).toEqual([10062]);
    expect(slow.hits).toBe(1);
    discord.expectNoViolations();
  });

  test.each(["global", "shared", "user"] as const)(
    "a %s 429 holds a message up, and discord.js sends it later",
    async (scope) => {
      const { discord, general, channel } = await aSetting();
      discord.faults.rateLimit({ scope, route: POST_MESSAGE, retryAfterMs: 30, times: 2 });
      await channel.send("Listed");
      expect(general.messages()).toHaveLength(1);
      const posts = discord.requests.filter(
        (request) => request.method === "POST" && request.route.endsWith("/messages"),
      );
      expect(posts.map((post) => post.status)).toEqual([429, 429, 200]);
      discord.expectNoViolations();
    },
  );

  test("a 500 now and then is tried again", async () => {
    const { discord, general, channel } = await aSetting();
    discord.faults.serverError({ route: POST_MESSAGE, times: 2 });
    await channel.send("Listed");
    expect(general.messages()).toHaveLength(1);
    discord.expectNoViolations();
  });

  test("a connection that breaks before the message is posted loses nothing", async () => {
    const { discord, general, channel } = await aSetting();
    const fault = discord.faults.resetBefore({ route: POST_MESSAGE, times: 1 });
    await channel.send("Listed").catch(() => channel.send("Listed"));
    expect(fault.hits).toBe(1);
    expect(general.messages()).toHaveLength(1);
  });

  test("a message whose answer was lost is there all the same, and only a nonce keeps it from doubling", async () => {
    const { discord, general, channel } = await aSetting();
    discord.faults.resetAfter({ route: POST_MESSAGE, times: 1 });
    const once = { content: "Once", nonce: "a:1", enforceNonce: true };
    await channel.send(once).catch(() => channel.send(once));
    expect(general.messages().map((message) => message.content)).toEqual(["Once"]);
    discord.faults.resetAfter({ route: POST_MESSAGE, times: 1 });
    await channel.send("Twice").catch(() => channel.send("Twice"));
    expect(general.messages().map((message) => message.content)).toEqual(["Once", "Twice", "Twice"]);
    discord.expectNoViolations();
  });

  test("a fault can hit only a share of requests", async () => {
    const rolls = [0.9, 0.1, 0.9];
    const discord = await aDiscord({ random: () => rolls.shift() ?? 0.9 });
    discord.faults.serverError({ status: 502, rate: 0.5 });
    const ask = async () =>
      (await fetch(`${discord.apiUrl}/v10/gateway`, { headers: { authorization: `Bot ${discord.token}` } })).status;
    expect([await ask(), await ask(), await ask()]).toEqual([200, 502, 200]);
  });

  test("gateway events can come late", async () => {
    const { discord, general, ann, answered } = await aSetting();
    discord.faults.delayDispatches(80, "INTERACTION_CREATE");
    const exchange = ann.command(general, "/guess");
    await exchange.reply();
    expect(exchange.acknowledgedAfterMs).toBeGreaterThanOrEqual(75);
    expect(answered).toEqual([exchange.id]);
  });
});
