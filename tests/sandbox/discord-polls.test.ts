import { Client, Events, GatewayIntentBits } from "discord.js";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Message } from "../../sandbox/discord/message.ts";
import { aBot, aDiscord, call } from "./discord-support.ts";

const poll = (more: object = {}) => ({
  question: { text: "Who built it?" },
  answers: ["DeepSeek", "Xiaomi", "Someone else"].map((text) => ({ poll_media: { text } })),
  duration: 24,
  ...more,
});

/** A channel with a poll of the bot's in it, on a clock of its own. */
async function aPoll(more: object = {}) {
  let nowMs = Date.parse("2026-03-11T20:00:00Z");
  const discord = await aDiscord({ now: () => nowMs });
  const server = discord.addServer("Lab");
  const channel = server.channel("general");
  const messages = `/channels/${channel.id}/messages`;
  const { status } = await call(discord, "POST", messages, { poll: poll(more) });
  expect(status).toBe(200);
  const [message] = channel.messages() as [Message];
  const voters = (answer: number | string, query = "") =>
    call(discord, "GET", `/channels/${channel.id}/polls/${message.id}/answers/${answer}${query}`);
  const expire = () => call(discord, "POST", `/channels/${channel.id}/polls/${message.id}/expire`);
  const later = (ms: number) => {
    nowMs += ms;
  };
  return { discord, server, channel, message, messages, voters, expire, later };
}

/** A busy machine takes its time over what comes through the gateway. */
const soon = { timeout: 10_000 };
const hourMs = 3_600_000;

describe("a poll is refused", () => {
  test.each<[string, object]>([
    ["when it lasts less than an hour", poll({ duration: 0 })],
    ["when it lasts longer than 32 days", poll({ duration: 769 })],
    ["when it lasts for part of an hour", poll({ duration: 1.5 })],
    ["without a question", poll({ question: {} })],
    ["with a picture in its question", poll({ question: { text: "Who?", emoji: { name: "🔥" } } })],
    ["with an answer of no words", poll({ answers: [{ poll_media: { text: "" } }] })],
    ["with eleven answers", poll({ answers: Array(11).fill({ poll_media: { text: "a" } }) })],
    ["in another layout than there is", poll({ layout_type: 2 })],
  ])("%s", async (_, wrong) => {
    const { discord, messages, channel } = await aPoll();
    expect(await call(discord, "POST", messages, { poll: wrong })).toMatchObject({ status: 400, code: 50035 });
    expect(channel.messages()).toHaveLength(1);
    expect(discord.violations).toHaveLength(1);
  });

  test("beside components v2, and without the permission", async () => {
    const { discord, server, messages } = await aPoll();
    const words = { type: 10, content: "x" };
    const v2 = { poll: poll(), flags: 32_768, components: [words] };
    expect(await call(discord, "POST", messages, v2)).toMatchObject({ status: 400, code: 50035 });
    server.setRolePermissions(["ViewChannel", "SendMessages"]);
    expect(await call(discord, "POST", messages, { poll: poll() })).toMatchObject({ status: 403, code: 50013 });
  });

  test("in an edit, and so is any edit of a message with a poll", async () => {
    const { discord, channel, messages, message } = await aPoll();
    const plain = await call(discord, "POST", messages, { content: "x" });
    const edit = (id: unknown, body: object) => call(discord, "PATCH", `${messages}/${id}`, body);
    expect(await edit(plain.body.id, { poll: poll() })).toMatchObject({ status: 400, code: 50035 });
    expect(await edit(message.id, { content: "Vote!" })).toMatchObject({ status: 400, code: 520003 });
    expect(channel.messages().map(({ content }) => content)).toEqual(["", "x"]);
    expect(discord.violations).toHaveLength(2);
  });
});

describe("a member", () => {
  test("has one vote, takes it back before giving another, and has none in a poll that is over", async () => {
    const { discord, server, channel, message, voters, later } = await aPoll();
    const ann = server.addMember("Ann");
    ann.vote(message, ["Xiaomi"]);
    ann.vote(message, ["Xiaomi"]);
    expect(message.votes.get(2)?.size).toBe(1);
    ann.vote(message, ["DeepSeek"]);
    expect((await voters(1)).body.users).toMatchObject([{ id: ann.id, username: "ann" }]);
    expect((await voters(2)).body.users).toEqual([]);
    expect(() => ann.vote(message, ["DeepSeek", "Xiaomi"])).toThrow("one answer");
    expect(() => ann.vote(message, ["OpenAI"])).toThrow("only the answers");
    expect(() => server.bot.vote(message, ["DeepSeek"])).toThrow("Bots have no vote");
    channel.overwrite(server.everyone, { deny: ["ViewChannel"] });
    expect(() => ann.vote(message, [])).toThrow("cannot see");
    channel.overwrite(server.everyone, { allow: ["ViewChannel"] });
    later(24 * hourMs);
    expect(() => ann.vote(message, [])).toThrow("no open poll");
    discord.expectNoViolations();
  });

  test("may have several where the poll says so", async () => {
    const { server, message, voters } = await aPoll({ allow_multiselect: true });
    const ann = server.addMember("Ann");
    ann.vote(message, ["DeepSeek", "Xiaomi"]);
    for (const answer of [1, 2]) expect((await voters(answer)).body.users).toHaveLength(1);
  });
});

describe("votes", () => {
  /** A client with these intents, and the kinds of the packets it gets. */
  async function heard(discord: Awaited<ReturnType<typeof aDiscord>>, intents: GatewayIntentBits[]) {
    const packets: { t: string; d: Record<string, unknown> }[] = [];
    const client = new Client({ intents, rest: { api: discord.apiUrl } });
    client.on(Events.Raw, (packet: { t: string; d: Record<string, unknown> }) => packets.push(packet));
    onTestFinished(() => client.destroy());
    const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve));
    await client.login(discord.token);
    await ready;
    return { client, votes: () => packets.filter(({ t }) => t.startsWith("MESSAGE_POLL_VOTE")) };
  }
  const { Guilds, GuildMessages, GuildMessagePolls } = GatewayIntentBits;

  test("are told by number alone, and only to those with the intent for polls", async () => {
    const { discord, server, channel, message } = await aPoll();
    const [with_, without] = await Promise.all([
      heard(discord, [Guilds, GuildMessagePolls]),
      heard(discord, [Guilds, GuildMessages]),
    ]);
    const ann = server.addMember("Ann");
    ann.vote(message, ["Xiaomi"]);
    ann.vote(message, ["DeepSeek"]);
    await expect.poll(() => with_.votes().length, soon).toBe(3);
    const place = { user_id: ann.id, message_id: message.id, channel_id: channel.id, guild_id: server.id };
    expect(with_.votes().map(({ t, d }) => [t, d])).toEqual([
      ["MESSAGE_POLL_VOTE_ADD", { ...place, answer_id: 2 }],
      ["MESSAGE_POLL_VOTE_REMOVE", { ...place, answer_id: 2 }],
      ["MESSAGE_POLL_VOTE_ADD", { ...place, answer_id: 1 }],
    ]);
    expect(without.votes()).toEqual([]);
  });

  test("can be told twice, and are lost to a bot that is away for too long", async () => {
    const { discord, server, message } = await aPoll();
    const bot = await heard(discord, [Guilds, GuildMessagePolls]);
    const ann = server.addMember("Ann");
    discord.faults.duplicateEvents = "MESSAGE_POLL_VOTE_ADD";
    ann.vote(message, ["Xiaomi"]);
    await expect.poll(() => bot.votes().length, soon).toBe(2);
    discord.faults.clear();
    await bot.client.destroy();
    discord.dropGateway({ resumable: false });
    ann.vote(message, ["DeepSeek"]);
    const back = await heard(discord, [Guilds, GuildMessagePolls]);
    ann.vote(message, []);
    await expect.poll(() => back.votes().length, soon).toBe(1);
    expect(back.votes()).toMatchObject([{ t: "MESSAGE_POLL_VOTE_REMOVE", d: { answer_id: 1 } }]);
  });
});

describe("the list of voters", () => {
  test("comes in pages of at most a hundred, by id", async () => {
    const { discord, server, message, voters } = await aPoll();
    const crowd = Array.from({ length: 130 }, (_, i) => server.addMember(`Member ${i}`));
    for (const member of crowd) member.vote(message, ["Xiaomi"]);
    const idsOf = (answer: Awaited<ReturnType<typeof voters>>) =>
      (answer.body.users as { id: string }[]).map(({ id }) => id);
    const sorted = crowd.map(({ id }) => id).sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    expect(idsOf(await voters(2))).toEqual(sorted.slice(0, 25));
    expect(idsOf(await voters(2, "?limit=100"))).toEqual(sorted.slice(0, 100));
    expect(idsOf(await voters(2, `?limit=100&after=${sorted[99]}`))).toEqual(sorted.slice(100));
    discord.expectNoViolations();
  });

  test("is refused beyond a hundred, of answers and polls there are none of, and where the bot may not read", async () => {
    const { discord, server, channel, message, voters, messages } = await aPoll();
    for (const query of ["?limit=101", "?limit=0", "?after=soon"]) {
      expect(await voters(1, query)).toMatchObject({ status: 400, code: 50035 });
    }
    for (const answer of [0, 4, "x"]) expect(await voters(answer)).toMatchObject({ status: 400, code: 50035 });
    const plain = await call(discord, "POST", messages, { content: "x" });
    const ofPlain = `/channels/${channel.id}/polls/${String(plain.body.id)}/answers/1`;
    expect(await call(discord, "GET", ofPlain)).toMatchObject({ status: 400, code: 520006 });
    server.setRolePermissions(["ViewChannel"]);
    expect(await voters(1)).toMatchObject({ status: 403, code: 50013 });
    server.setRolePermissions(["ViewChannel", "ReadMessageHistory", "ManageMessages"]);
    await call(discord, "DELETE", `${messages}/${message.id}`);
    expect(await voters(1)).toMatchObject({ status: 404, code: 10008 });
  });
});

describe("a poll's end", () => {
  test("closes it, is told in an update, and is followed by a message with the result", async () => {
    const { discord, server, channel, message, expire } = await aPoll();
    const bot = await aBot(discord);
    const updated = new Promise<boolean | undefined>((resolve) =>
      bot.on(Events.Raw, (packet: { t: string; d: { poll?: { results: { is_finalized: boolean } } } }) => {
        if (packet.t === "MESSAGE_UPDATE") resolve(packet.d.poll?.results.is_finalized);
      }),
    );
    server.addMember("Ann").vote(message, ["Xiaomi"]);
    expect((await expire()).body).toMatchObject({ poll: { results: { is_finalized: true } } });
    expect(await updated).toBe(true);
    expect(channel.messages().at(-1)).toMatchObject({ type: 46, repliesTo: message.id });
    expect(channel.lastMessage?.text).toContain("victor_answer_text: Xiaomi");
    expect(() => server.addMember("Bob").vote(message, ["Xiaomi"])).toThrow("no open poll");
    expect(await expire()).toMatchObject({ status: 400, code: 520001 });
    discord.expectNoViolations();
  });

  test("may be counted late, long after nobody can vote any more", async () => {
    const { discord, channel, message, expire, later } = await aPoll();
    discord.faults.pollsEndLate = true;
    expect((await expire()).body).toMatchObject({ poll: { results: { is_finalized: false } } });
    expect(channel.messages()).toHaveLength(1);
    later(50 * hourMs);
    discord.concludePoll(message);
    expect(channel.messages()).toHaveLength(2);
    expect(() => discord.concludePoll(message)).toThrow("no poll to conclude");
    discord.expectNoViolations();
  });

  test("is not brought about on others' messages, or on those without a poll", async () => {
    const { discord, server, channel } = await aPoll();
    const said = server.addMember("Ann").say(channel, "no poll");
    const expire = `/channels/${channel.id}/polls/${said.id}/expire`;
    expect(await call(discord, "POST", expire)).toMatchObject({ status: 400, code: 520006 });
  });
});
