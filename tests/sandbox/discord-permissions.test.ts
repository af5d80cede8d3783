import { describe, expect, test } from "vitest";
import { aChannel } from "./discord-parts.ts";
import { call, callInteraction } from "./discord-support.ts";

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
