import { describe, expect, test } from "vitest";
import { snowflakeMs } from "../../sandbox/discord/snowflakes.ts";
import { aChannel, button, menu, option, row, times, V2, words } from "./discord-parts.ts";
import { call } from "./discord-support.ts";

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
