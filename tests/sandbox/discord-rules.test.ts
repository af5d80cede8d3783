import { describe, expect, test } from "vitest";
import type { Channel } from "../../sandbox/discord/channel.ts";
import type { DiscordSandbox } from "../../sandbox/discord/server.ts";
import { snowflakeMs } from "../../sandbox/discord/snowflakes.ts";
import { aDiscord, call, callInteraction } from "./discord-support.ts";

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const button = (customId: string, more = {}) => ({ type: 2, style: 1, label: "Press", custom_id: customId, ...more });
const row = (...components: object[]) => ({ type: 1, components });
const menu = (customId: string, options: object[]) => ({ type: 3, custom_id: customId, options });
const option = (at: number) => ({ label: `Lab ${at}`, value: `lab-${at}` });
const words = (content: string) => ({ type: 10, content });
const field = (customId: string) => row({ type: 4, custom_id: customId, label: "Lab", style: 1 });
const V2 = 32768;

async function aChannel(options = {}): Promise<{ discord: DiscordSandbox; channel: Channel; messages: string }> {
  const discord = await aDiscord({ rateLimits: { globalPerSecond: 0 }, ...options });
  const channel = discord.addServer("Lab").channel("general");
  return { discord, channel, messages: `/channels/${channel.id}/messages` };
}

/** A sandbox with the commands /guess (autocomplete on model) and a member who can use them. */
async function aCommand() {
  const { discord, channel } = await aChannel();
  const commands = `/applications/${discord.applicationId}/commands`;
  const model = { type: 3, name: "model", description: "Which", autocomplete: true };
  await call(discord, "PUT", commands, [{ name: "guess", description: "Guess", options: [model] }]);
  const ann = channel.server.addMember({ name: "Ann" });
  return { discord, channel, ann, commands };
}

describe("a message is refused", () => {
  const tooMuch: [string, object][] = [
    ["with more than 2,000 characters, although the published schema says 4,000", { content: "x".repeat(2001) }],
    ["with more than ten embeds", { embeds: times(11, () => ({ title: "t" })) }],
    [
      "with embeds of more than 6,000 characters in total",
      { embeds: times(2, () => ({ description: "x".repeat(3001) })) },
    ],
    ["with an embed field that is empty", { embeds: [{ fields: [{ name: "Odds", value: "" }] }] }],
    ["with an embed title of more than 256 characters", { embeds: [{ title: "x".repeat(257) }] }],
    ["with more than 25 fields in an embed", { embeds: [{ fields: times(26, () => ({ name: "n", value: "v" })) }] }],
    ["with six action rows", { content: "x", components: times(6, (at) => row(button(`b${at}`))) }],
    ["with six buttons in a row", { content: "x", components: [row(...times(6, (at) => button(`b${at}`)))] }],
    ["with a menu beside a button", { content: "x", components: [row(menu("m", [option(1)]), button("b"))] }],
    ["with a menu of 26 options", { content: "x", components: [row(menu("m", times(26, option)))] }],
    ["with the same option twice", { content: "x", components: [row(menu("m", [option(1), option(1)]))] }],
    ["with the same custom id twice", { content: "x", components: [row(button("b"), button("b"))] }],
    ["with a custom id of more than 100 characters", { content: "x", components: [row(button("b".repeat(101)))] }],
    [
      "with a link button that has a custom id",
      { content: "x", components: [row(button("b", { style: 5, url: "https://a.example" }))] },
    ],
    ["with a button without a label", { content: "x", components: [row(button("b", { label: "" }))] }],
    ["with a text component but not the components-v2 flag", { components: [words("x")] }],
    ["with the components-v2 flag and content", { flags: V2, content: "x", components: [words("x")] }],
    ["with the components-v2 flag and an embed", { flags: V2, embeds: [{ title: "t" }], components: [words("x")] }],
    ["with more than 40 components", { flags: V2, components: times(41, () => words("x")) }],
    [
      "with more than 40 components when those inside count",
      {
        flags: V2,
        components: times(2, () => ({ type: 17, components: times(20, () => words("x")) })),
      },
    ],
    [
      "with more than 4,000 characters in its components",
      { flags: V2, components: times(2, () => words("x".repeat(2001))) },
    ],
    [
      "with a poll of eleven answers",
      { poll: { question: { text: "Who?" }, answers: times(11, () => ({ poll_media: { text: "a" } })) } },
    ],
    ["with a poll without answers", { poll: { question: { text: "Who?" }, answers: [] } }],
    [
      "with a poll answer of more than 55 characters",
      { poll: { question: { text: "Who?" }, answers: [{ poll_media: { text: "a".repeat(56) } }] } },
    ],
    [
      "with a poll that lasts more than 768 hours",
      { poll: { question: { text: "Who?" }, answers: [{ poll_media: { text: "a" } }], duration: 769 } },
    ],
    [
      "with a poll question of more than 300 characters",
      { poll: { question: { text: "x".repeat(301) }, answers: [{ poll_media: { text: "a" } }] } },
    ],
    ["with a nonce of more than 25 characters", { content: "x", nonce: "n".repeat(26) }],
    [
      "with allowed mentions that contradict themselves",
      { content: "x", allowed_mentions: { parse: ["users"], users: ["1"] } },
    ],
    ["with a file it does not bring", { embeds: [{ image: { url: "attachment://chart.png" } }] }],
    ["when it should be ephemeral but answers no interaction", { content: "x", flags: 64 }],
    ["with text where a number belongs", { content: "x", embeds: [{ color: "red" }] }],
  ];
  test.each(tooMuch)("%s", async (_, body) => {
    const { discord, channel, messages } = await aChannel();
    const { status, code } = await call(discord, "POST", messages, body);
    expect({ status, code }).toEqual({ status: 400, code: 50035 });
    expect(channel.messages()).toEqual([]);
    expect(discord.violations).toHaveLength(1);
    expect(() => discord.expectNoViolations()).toThrow("50035");
  });

  test("when it is empty", async () => {
    const { discord, messages } = await aChannel();
    expect(await call(discord, "POST", messages, { content: " " })).toMatchObject({ status: 400, code: 50006 });
  });

  test("when it is not JSON", async () => {
    const { discord, messages } = await aChannel();
    const headers = { authorization: `Bot ${discord.token}`, "content-type": "application/json" };
    const response = await fetch(`${discord.apiUrl}/v10${messages}`, { method: "POST", headers, body: "{" });
    expect(await response.json()).toMatchObject({ code: 50109 });
  });
});

describe("a message is accepted", () => {
  const fine: [string, object][] = [
    ["with exactly 2,000 characters", { content: "x".repeat(2000) }],
    [
      "with five rows of five buttons",
      { content: "x", components: times(5, (at) => row(...times(5, (b) => button(`${at}.${b}`)))) },
    ],
    ["with a menu of 25 options", { content: "x", components: [row(menu("m", times(25, option)))] }],
    ["with 40 text components", { flags: V2, components: times(40, () => words("x".repeat(100))) }],
    [
      "with a poll of ten answers",
      {
        poll: {
          question: { text: "Who?" },
          answers: times(10, (at) => ({ poll_media: { text: `a${at}` } })),
          duration: 768,
        },
      },
    ],
    ["with integers written as text", { content: "x", flags: "4" }],
  ];
  test.each(fine)("%s", async (_, body) => {
    const { discord, messages } = await aChannel();
    expect((await call(discord, "POST", messages, body)).status).toBe(200);
    discord.expectNoViolations();
  });
});

describe("commands are refused", () => {
  const command = (more: object) => ({ name: "guess", description: "Guess who built it", ...more });
  const text = (name: string, more = {}) => ({ type: 3, name, description: "A text", ...more });
  const wrong: [string, object[]][] = [
    ["when there are more than a hundred", times(101, (at) => command({ name: `c${at}` }))],
    ["when a name is not in lower case", [command({ name: "Guess" })]],
    ["when a name has a space", [command({ name: "my guess" })]],
    ["when a name has more than 32 characters", [command({ name: "g".repeat(33) })]],
    ["without a description", [command({ description: "" })]],
    ["with a description of more than 100 characters", [command({ description: "x".repeat(101) })]],
    ["with more than 25 options", [command({ options: times(26, (at) => text(`o${at}`)) })]],
    [
      "when a required option follows an optional one",
      [command({ options: [text("a"), text("b", { required: true })] })],
    ],
    [
      "with choices and autocomplete on one option",
      [command({ options: [text("a", { autocomplete: true, choices: [{ name: "x", value: "x" }] })] })],
    ],
    [
      "with more than 25 choices",
      [command({ options: [text("a", { choices: times(26, (at) => ({ name: `n${at}`, value: `v${at}` })) })] })],
    ],
    [
      "with more than 8,000 characters in all",
      [
        command({
          options: times(25, (at) =>
            text(`o${at}`, { choices: times(4, (c) => ({ name: `n${c}`.padEnd(90, "x"), value: "v" })) }),
          ),
        }),
      ],
    ],
    ["with two of the same name", [command({}), command({})]],
    [
      "with an option beside a subcommand",
      [command({ options: [{ type: 1, name: "sub", description: "d" }, text("a")] })],
    ],
  ];
  test.each(wrong)("%s", async (_, body) => {
    const { discord } = await aChannel();
    const answer = await call(discord, "PUT", `/applications/${discord.applicationId}/commands`, body);
    expect({ status: answer.status, code: answer.code }).toEqual({ status: 400, code: 50035 });
    expect(discord.commands()).toEqual([]);
    expect(discord.violations).toHaveLength(1);
  });
});

describe("an interaction", () => {
  const reply = { type: 4, data: { content: "Noted." } };

  test("takes no first response after three seconds", async () => {
    const { discord, channel, ann } = await aCommand();
    const exchange = ann.command(channel, "/guess");
    exchange.letFirstResponseExpire();
    const answer = await callInteraction(
      discord,
      "POST",
      `/interactions/${exchange.id}/${exchange.token}/callback`,
      reply,
    );
    expect(answer).toMatchObject({ status: 404, code: 10062 });
    expect(discord.violations).toMatchObject([{ code: 10062 }]);
    await expect(exchange.reply()).rejects.toThrow("did not respond");
  });

  test("takes one first response and no second", async () => {
    const { discord, channel, ann } = await aCommand();
    const exchange = ann.command(channel, "/guess");
    const callback = `/interactions/${exchange.id}/${exchange.token}/callback`;
    expect(await callInteraction(discord, "POST", callback, reply)).toMatchObject({ status: 204 });
    expect(await callInteraction(discord, "POST", callback, reply)).toMatchObject({ status: 400, code: 40060 });
    expect(discord.violations).toMatchObject([{ code: 40060 }]);
  });

  test("opens no modal after a defer", async () => {
    const { discord, channel, ann } = await aCommand();
    const exchange = ann.command(channel, "/guess");
    const callback = `/interactions/${exchange.id}/${exchange.token}/callback`;
    const modal = { type: 9, data: { custom_id: "m", title: "Lab", components: [field("lab")] } };
    await callInteraction(discord, "POST", callback, { type: 5 });
    expect(await callInteraction(discord, "POST", callback, modal)).toMatchObject({ status: 400, code: 40060 });
  });

  test("has a token that lives for fifteen minutes", async () => {
    const { discord, channel, ann } = await aCommand();
    const exchange = ann.command(channel, "/guess");
    await callInteraction(discord, "POST", `/interactions/${exchange.id}/${exchange.token}/callback`, reply);
    const original = `/webhooks/${discord.applicationId}/${exchange.token}/messages/%40original`;
    expect((await callInteraction(discord, "PATCH", original, { content: "Still noted." })).status).toBe(200);
    exchange.letTokenExpire();
    expect(await callInteraction(discord, "PATCH", original, { content: "Late." })).toMatchObject({
      status: 404,
      code: 10015,
    });
  });

  test("takes no follow-up before its first response", async () => {
    const { discord, channel, ann } = await aCommand();
    const { token } = ann.command(channel, "/guess");
    const path = `/webhooks/${discord.applicationId}/${token}?wait=true`;
    expect(await callInteraction(discord, "POST", path, { content: "x" })).toMatchObject({ status: 404, code: 10015 });
  });

  test("is answered without an authorization", async () => {
    const { discord, channel, ann } = await aCommand();
    const exchange = ann.command(channel, "/guess");
    await call(discord, "POST", `/interactions/${exchange.id}/${exchange.token}/callback`, reply);
    expect(discord.violations[0]?.explanation).toContain("no authorization");
  });

  const wrongResponses: [string, object][] = [
    ["does not update a message when a command began it", { type: 7, data: { content: "x" } }],
    ["does not defer an update when a command began it", { type: 6 }],
    ["takes no reply of more than 2,000 characters", { type: 4, data: { content: "x".repeat(2001) } }],
    ["takes no choices when nothing is being completed", { type: 8, data: { choices: [] } }],
    [
      "takes no modal of six rows",
      { type: 9, data: { custom_id: "m", title: "Lab", components: times(6, (at) => field(`f${at}`)) } },
    ],
    [
      "takes no modal with one field twice",
      { type: 9, data: { custom_id: "m", title: "Lab", components: [field("a"), field("a")] } },
    ],
    [
      "takes no modal with a title of more than 45 characters",
      { type: 9, data: { custom_id: "m", title: "x".repeat(46), components: [field("a")] } },
    ],
  ];
  test.each(wrongResponses)("%s", async (_, body) => {
    const { discord, channel, ann } = await aCommand();
    const exchange = ann.command(channel, "/guess");
    const answer = await callInteraction(
      discord,
      "POST",
      `/interactions/${exchange.id}/${exchange.token}/callback`,
      body,
    );
    expect(answer).toMatchObject({ status: 400, code: 50035 });
    expect(exchange.acknowledged).toBe(false);
  });

  const wrongChoices: [string, object][] = [
    ["does not defer while choices are awaited", { type: 5 }],
    [
      "takes at most 25 choices",
      { type: 8, data: { choices: times(26, (at) => ({ name: `Lab ${at}`, value: `${at}` })) } },
    ],
    ["takes no choice without a name", { type: 8, data: { choices: [{ name: "", value: "x" }] } }],
    ["takes no choice of the wrong type", { type: 8, data: { choices: [{ name: "One", value: 1 }] } }],
  ];
  test.each(wrongChoices)("%s", async (_, body) => {
    const { discord, channel, ann } = await aCommand();
    const offered = ann.autocomplete(channel, "/guess", { model: "hun" }, "model");
    offered.catch(() => {});
    const exchange = await discord.waitUntil(() => discord.exchanges.at(-1));
    const answer = await callInteraction(
      discord,
      "POST",
      `/interactions/${exchange.id}/${exchange.token}/callback`,
      body,
    );
    expect(answer).toMatchObject({ status: 400, code: 50035 });
    const fine = { type: 8, data: { choices: [{ name: "Hunter Alpha", value: "hunter" }] } };
    await callInteraction(discord, "POST", `/interactions/${exchange.id}/${exchange.token}/callback`, fine);
    expect(await offered).toEqual([{ name: "Hunter Alpha", value: "hunter" }]);
  });
});

describe("who may do what", () => {
  test("every other route needs the bot's token", async () => {
    const { discord, messages } = await aChannel();
    expect(await callInteraction(discord, "GET", messages)).toMatchObject({ status: 401 });
    expect(await call(discord, "GET", messages, undefined, { authorization: "Bot nonsense" })).toMatchObject({
      status: 401,
    });
  });

  test("an unknown route is a violation", async () => {
    const { discord } = await aChannel();
    expect(await call(discord, "GET", "/guilds/1/nonsense")).toMatchObject({ status: 404, code: 0 });
    expect(discord.violations[0]?.explanation).toContain("no known route");
  });

  test("what the world forbids is refused without being the bot's mistake", async () => {
    const { discord, channel, messages } = await aChannel();
    const file = channel.server.addChannel("secret");
    file.denyBot("ViewChannel");
    const gone = channel.server.addChannel("gone");
    gone.delete();
    const left = discord.addServer("Left").channel("general");
    discord.removeServer(left.server);
    const post = (id: string, body: object = { content: "x" }) =>
      call(discord, "POST", `/channels/${id}/messages`, body);
    expect(await post(file.id)).toMatchObject({ status: 403, code: 50001 });
    expect(await post(gone.id)).toMatchObject({ status: 404, code: 10003 });
    expect(await post(left.id)).toMatchObject({ status: 403, code: 50001 });
    channel.denyBot("EmbedLinks");
    expect(await post(channel.id, { embeds: [{ title: "t" }] })).toMatchObject({ status: 403, code: 50013 });
    channel.denyBot("SendMessages");
    expect(await post(channel.id)).toMatchObject({ status: 403, code: 50013 });
    expect(await call(discord, "PATCH", `${messages}/1`, { content: "x" })).toMatchObject({ status: 404, code: 10008 });
    discord.expectNoViolations();
    expect(discord.requests.map((request) => request.code)).toEqual([50001, 10003, 50001, 50013, 50013, 10008]);
  });

  test("a role takes a permission away and an overwrite gives it back", async () => {
    const { discord, channel, messages } = await aChannel();
    channel.server.setRolePermissions(["ViewChannel"]);
    expect(await call(discord, "POST", messages, { content: "x" })).toMatchObject({ code: 50013 });
    channel.allowBot("SendMessages");
    expect((await call(discord, "POST", messages, { content: "x" })).status).toBe(200);
  });

  test("without Read Message History the channel looks empty, and no single message can be read", async () => {
    const { discord, channel, messages } = await aChannel();
    const sent = await call(discord, "POST", messages, { content: "x" });
    expect((await call(discord, "GET", messages)).body).toHaveLength(1);
    channel.denyBot("ReadMessageHistory");
    expect((await call(discord, "GET", messages)).body).toEqual([]);
    expect(await call(discord, "GET", `${messages}/${sent.body.id}`)).toMatchObject({ status: 403, code: 50013 });
  });

  test("somebody else's message cannot be edited", async () => {
    const { discord, channel, messages } = await aChannel();
    const theirs = channel.server.addMember("Ann").say(channel, "It is DeepSeek.");
    expect(await call(discord, "PATCH", `${messages}/${theirs.id}`, { content: "x" })).toMatchObject({
      status: 403,
      code: 50005,
    });
    expect(await call(discord, "DELETE", `${messages}/${theirs.id}`)).toMatchObject({ status: 403, code: 50013 });
  });

  test("without the message-content intent others' words are hidden", async () => {
    const { discord, channel, messages } = await aChannel();
    channel.server.addMember("Ann").say(channel, "It is DeepSeek.");
    expect((await call(discord, "GET", messages)).body).toMatchObject([
      { content: "", author: { global_name: "Ann" } },
    ]);
    expect(channel.lastMessage?.content).toBe("It is DeepSeek.");
  });
});

describe("threads", () => {
  async function aThread() {
    const setting = await aChannel();
    const message = await call(setting.discord, "POST", setting.messages, { content: "x" });
    const started = await call(setting.discord, "POST", `${setting.messages}/${message.body.id}/threads`, {
      name: "Hunter Alpha",
    });
    const thread = setting.channel.server.channel("Hunter Alpha");
    const first = await call(setting.discord, "POST", `/channels/${thread.id}/messages`, { content: "first" });
    return { ...setting, started, thread, first: `/channels/${thread.id}/messages/${first.body.id}` };
  }

  test("start on a message, take its id, and start there only once", async () => {
    const { discord, messages, started, thread } = await aThread();
    expect(started).toMatchObject({ status: 201, body: { id: thread.id, type: 11, name: "Hunter Alpha" } });
    expect(await call(discord, "POST", `${messages}/${thread.id}/threads`, { name: "Again" })).toMatchObject({
      status: 400,
      code: 160004,
    });
  });

  test("need the permission to create them and to write in them", async () => {
    const { discord, channel, thread, messages } = await aThread();
    channel.denyBot("SendMessagesInThreads", "CreatePublicThreads");
    expect(await call(discord, "POST", `/channels/${thread.id}/messages`, { content: "x" })).toMatchObject({
      code: 50013,
    });
    const other = await call(discord, "POST", messages, { content: "y" });
    expect(await call(discord, "POST", `${messages}/${other.body.id}/threads`, { name: "t" })).toMatchObject({
      code: 50013,
    });
  });

  test("take nothing while archived, and everything again once opened", async () => {
    const { discord, thread, first } = await aThread();
    thread.archive();
    const post = () => call(discord, "POST", `/channels/${thread.id}/messages`, { content: "x" });
    expect(await post()).toMatchObject({ status: 400, code: 50083 });
    expect(await call(discord, "PATCH", first, { content: "y" })).toMatchObject({ status: 400, code: 50083 });
    expect((await call(discord, "PATCH", `/channels/${thread.id}`, { archived: false })).status).toBe(200);
    expect((await post()).status).toBe(200);
    discord.expectNoViolations();
  });

  test("that are locked block even edits of the bot's own messages, and cannot be opened", async () => {
    const { discord, thread, first } = await aThread();
    thread.archive({ locked: true });
    expect(await call(discord, "PATCH", first, { content: "y" })).toMatchObject({ status: 403, code: 160005 });
    expect(await call(discord, "PATCH", `/channels/${thread.id}`, { archived: false })).toMatchObject({
      status: 403,
      code: 50013,
    });
  });

  test("cannot start in a voice channel, and forums take posts instead of messages", async () => {
    const { discord, channel } = await aChannel();
    const voice = channel.server.addChannel({ name: "talk", kind: "voice" });
    const forum = channel.server.addChannel({ name: "ideas", kind: "forum" });
    expect(await call(discord, "POST", `/channels/${voice.id}/threads`, { name: "t", type: 11 })).toMatchObject({
      code: 50024,
    });
    expect(await call(discord, "POST", `/channels/${forum.id}/messages`, { content: "x" })).toMatchObject({
      code: 50008,
    });
    const post = await call(discord, "POST", `/channels/${forum.id}/threads`, { name: "t", message: { content: "x" } });
    expect(post.status).toBe(201);
    expect(channel.server.channel("t").lastMessage?.content).toBe("x");
  });
});

describe("time", () => {
  function aClock() {
    let now = Date.UTC(2026, 2, 11, 12);
    return { now: () => now, pass: (ms: number) => (now += ms) };
  }

  test("edits of messages older than an hour are few", async () => {
    const clock = aClock();
    const { discord, messages } = await aChannel({ now: clock.now, oldEditsPerMinute: 2 });
    const { body } = await call(discord, "POST", messages, { content: "x" });
    const edit = (content: string) => call(discord, "PATCH", `${messages}/${body.id}`, { content });
    for (let at = 0; at < 5; at++) expect((await edit(`${at}`)).status).toBe(200);
    clock.pass(3_600_001);
    expect([(await edit("a")).status, (await edit("b")).status]).toEqual([200, 200]);
    expect(await edit("c")).toMatchObject({ status: 429, code: 30046 });
    expect(discord.violations).toMatchObject([{ code: 30046 }]);
    clock.pass(60_001);
    expect((await edit("d")).status).toBe(200);
  });

  test("a nonce stops a second message, but is forgotten after two minutes", async () => {
    const clock = aClock();
    const { discord, channel, messages } = await aChannel({ now: clock.now });
    const send = async () =>
      (await call(discord, "POST", messages, { content: "x", nonce: "a-1", enforce_nonce: true })).body.id;
    const first = await send();
    clock.pass(119_000);
    expect(await send()).toBe(first);
    clock.pass(2_000);
    expect(await send()).not.toBe(first);
    expect(channel.messages()).toHaveLength(2);
  });

  test("ids carry the sandbox's time and grow while its clock stands still", async () => {
    const clock = aClock();
    const { discord, messages } = await aChannel({ now: clock.now });
    const ids = [];
    for (let at = 0; at < 3; at++)
      ids.push(BigInt(String((await call(discord, "POST", messages, { content: "x" })).body.id)));
    expect(ids.map((id) => snowflakeMs(String(id)))).toEqual(times(3, () => clock.now()));
    expect([...ids].sort((a, b) => (a < b ? -1 : 1))).toEqual(ids);
  });

  test("a link to a file works for a day", async () => {
    const clock = aClock();
    const { discord, channel } = await aChannel({ now: clock.now });
    const form = new FormData();
    form.set("payload_json", JSON.stringify({ attachments: [{ id: "0", filename: "odds.txt", description: "Odds" }] }));
    form.set("files[0]", new Blob(["DeepSeek 80 %"], { type: "text/plain" }), "odds.txt");
    const headers = { authorization: `Bot ${discord.token}` };
    await fetch(`${discord.apiUrl}/v10/channels/${channel.id}/messages`, { method: "POST", headers, body: form });
    const file = channel.lastMessage?.attachments[0];
    expect(file).toMatchObject({ filename: "odds.txt", description: "Odds", contentType: "text/plain" });
    expect(await (await fetch(String(file?.url))).text()).toBe("DeepSeek 80 %");
    clock.pass(86_400_001);
    expect((await fetch(String(file?.url))).status).toBe(404);
  });

  test("fifty requests a second are too many for the whole bot, and five messages for a channel", async () => {
    const { discord, messages } = await aChannel({ rateLimits: { globalPerSecond: 50 } });
    const posts = [];
    for (let at = 0; at < 6; at++) posts.push(await call(discord, "POST", messages, { content: "x" }));
    expect(posts.map((post) => post.status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(posts[0]?.headers.get("x-ratelimit-remaining")).toBe("4");
    expect(posts[5]?.body).toMatchObject({ global: false, retry_after: expect.any(Number) });
    const many = await Promise.all(times(60, () => call(discord, "GET", "/users/@me")));
    expect(many.find((answer) => answer.status === 429)?.body).toMatchObject({ global: true });
    discord.expectNoViolations();
  });
});

describe("mentions", () => {
  test("only those are pinged whom allowed_mentions and the permissions let through", async () => {
    const { discord, channel, messages } = await aChannel();
    const ann = channel.server.addMember("Ann");
    const open = channel.server.addRole({ name: "Guessers", mentionable: true });
    const closed = channel.server.addRole({ name: "Staff" });
    const content = `@everyone <@${ann.id}> <@&${open.id}> <@&${closed.id}>`;
    const pings = async (body: object) => {
      await call(discord, "POST", messages, { content, ...body });
      return channel.lastMessage?.pings;
    };
    expect(await pings({ allowed_mentions: { parse: [] } })).toEqual({ users: [], roles: [], everyone: false });
    expect(await pings({ allowed_mentions: { roles: [open.id] } })).toEqual({
      users: [],
      roles: [open.id],
      everyone: false,
    });
    expect(await pings({})).toEqual({ users: [ann.id], roles: [open.id], everyone: false });
    channel.allowBot("MentionEveryone");
    expect(await pings({})).toEqual({ users: [ann.id], roles: [open.id, closed.id], everyone: true });
    expect(channel.lastMessage?.text).toBe("@everyone @Ann @Guessers @Staff");
  });
});
