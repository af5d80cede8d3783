import { describe, expect, it } from "vitest";
import { readServer } from "../../src/actions/set-up-server.ts";
import { troubleMessage } from "../../src/discord/views/announcement.ts";
import { aPlayedServer, privately, replyOf } from "./playing.ts";

describe("/setup", () => {
  it("saves what is given, keeps the rest, and shows it when nothing is given", async () => {
    const { app, discord, server, channel, boss } = await aPlayedServer();
    const news = server.addChannel("news");
    const mods = server.addRole({ name: "Mods" });
    const words = await privately(
      boss.command(channel, "/setup", { channel: news, "moderator-role": mods, "minimum-account-days": 30 }),
    );
    expect(words).toContain(`**Saved.** The settings are now:\nAnnouncement channel: <#${news.id}>`);
    expect(words).toContain("All is well.");
    await replyOf(boss.command(channel, "/setup", { "guess-only": true }));
    expect((await readServer(app, server.id)).settings).toMatchObject({
      announcementChannelId: news.id,
      moderatorRoleId: mods.id,
      minimumAccountDays: 30,
      guessOnly: true,
    });
    expect(await privately(boss.command(channel, "/setup"))).toContain("**Settings**");
    discord.expectNoViolations();
  });

  it("sets things back to none", async () => {
    const { app, server, channel, boss } = await aPlayedServer();
    await replyOf(boss.command(channel, "/setup", { channel }));
    await replyOf(boss.command(channel, "/setup", { reset: "announcementChannelId" }));
    expect((await readServer(app, server.id)).settings.announcementChannelId).toBeNull();
    expect(await privately(boss.command(channel, "/setup", { channel, reset: "announcementChannelId" }))).toContain(
      "Nothing was changed.",
    );
  });

  it("refuses forums, media channels, threads, voice channels and categories, each with the reason", async () => {
    const { app, server, channel, boss } = await aPlayedServer();
    for (const [kind, reason] of [
      ["forum", "hold only posts"],
      ["media", "hold only posts"],
      ["thread", "A thread goes to sleep"],
      ["voice", "voice or stage"],
      ["category", "a category"],
    ] as const) {
      const other = server.addChannel({ name: kind, kind, ...(kind === "thread" ? { parent: channel } : {}) });
      expect(await privately(boss.command(channel, "/setup", { channel: other })), kind).toContain(reason);
    }
    expect((await readServer(app, server.id)).settings.announcementChannelId).toBeNull();
  });

  it("says which permissions lack there, those for threads only if threads are wanted", async () => {
    const { server, channel, boss, client } = await aPlayedServer();
    const news = server.addChannel("news");
    server.setRolePermissions(["ViewChannel", "SendMessages", "UseApplicationCommands"]);
    await expect
      .poll(() => client.guilds.cache.get(server.id)?.roles.everyone.permissions.has("EmbedLinks"))
      .toBe(false);
    const plain = await privately(boss.command(channel, "/setup", { channel: news }));
    expect(plain).toContain("I lack: **Embed Links, Read Message History**");
    const threads = await privately(boss.command(channel, "/setup", { "thread-per-model": true }));
    expect(threads).toContain("**Embed Links, Read Message History, Create Public Threads, Send Messages in Threads**");
  });

  it("asks for the permission to post polls if a poll per model is wanted, and says what is set", async () => {
    const { server, channel, boss, client } = await aPlayedServer();
    channel.overwrite(server.bot, { deny: ["SendPolls"] });
    const { me } = client.guilds.cache.get(server.id)?.members ?? {};
    await expect.poll(() => me?.permissionsIn(channel.id).has("SendPolls")).toBe(false);
    expect(await privately(boss.command(channel, "/setup", { channel }))).toContain("Poll per model: no");
    const words = await privately(boss.command(channel, "/setup", { "poll-per-model": true }));
    expect(words).toContain("Poll per model: yes");
    expect(words).toContain("I lack: **Create Polls**");
  });

  it("says that the channel is gone, and that a role cannot be pinged", async () => {
    const { server, channel, boss, client } = await aPlayedServer();
    const role = server.addRole({ name: "Fans" });
    const news = server.addChannel("news");
    await expect.poll(() => client.guilds.cache.get(server.id)?.roles.cache.has(role.id)).toBe(true);
    const words = await privately(boss.command(channel, "/setup", { channel: news, "ping-role": role }));
    expect(words).toContain(`I may not ping <@&${role.id}>`);
    news.delete();
    await expect.poll(() => client.channels.cache.has(news.id)).toBe(false);
    expect(await privately(boss.command(channel, "/setup"))).toContain("The channel is gone.");
  });

  it("takes neither @everyone as the role to ping nor as moderators", async () => {
    const { server, channel, boss } = await aPlayedServer();
    expect(await privately(boss.command(channel, "/setup", { "ping-role": server.everyone }))).toContain(
      "I do not ping everyone",
    );
    expect(await privately(boss.command(channel, "/setup", { "moderator-role": server.everyone }))).toContain(
      "everybody could settle",
    );
  });

  it("is shown by the button of a notice of trouble, to members with Manage Server only", async () => {
    const { channel, client, ann, boss } = await aPlayedServer();
    const target = await client.channels.fetch(channel.id);
    if (!target?.isSendable()) throw new Error("no channel to write in");
    await target.send(troubleMessage({ channelId: null, modelName: "Hunter Alpha" }));
    const notice = await channel.waitFor(() => true);
    expect(await privately(ann.press(notice, "What is missing?"))).toContain("Only members with Manage Server");
    expect(await privately(boss.press(notice, "What is missing?"))).toContain("No announcement channel yet");
  });

  it("is not offered to members without Manage Server", async () => {
    const { channel, ann } = await aPlayedServer();
    expect(() => ann.command(channel, "/setup")).toThrow("cannot type /setup");
  });
});
