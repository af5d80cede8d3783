import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Channel } from "../../sandbox/discord/channel.ts";
import type { Message } from "../../sandbox/discord/message.ts";
import { marchCatalogues } from "../../sandbox/openrouter/catalogues.ts";
import { unescaped } from "../discord/hostile.ts";
import { startBotProcess } from "../support/bot.ts";
import { describeOnBoth, embedded } from "../support/database.ts";
import { aWorldWith } from "../support/world.ts";

const patienceMs = 20_000;

/** The smallest PNG there is, with room for a mark of its own behind its end. */
function aPicture(mark: string): Buffer {
  const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  return Buffer.concat([Buffer.from(png, "base64"), Buffer.from(mark)]);
}

const aFile = (filename: string, content: Uint8Array) => ({ filename, content, contentType: "image/png" });

const hostile = `@everyone <@1> \u202Eevil [click](https://evil.example)\n# Big\n> > -# x\ndiscord.gg/abc ${"`".repeat(300)}`;

async function aWorld() {
  const { before, after } = marchCatalogues();
  const { discord, openRouter, server } = await aWorldWith(before);
  const join = (name: string) => server.addMember(name);
  const news = server.addChannel("new-models");
  const boss = server.addMember({ name: "Boss", permissions: ["ManageGuild"] });
  return { discord, openRouter, after, server, news, boss, ann: join("Ann"), bob: join("Bob"), cid: join("Cid") };
}

async function bytesBehind(message: Message | undefined): Promise<Buffer[]> {
  return Promise.all(
    (message?.attachments ?? []).map(async ({ url }) => Buffer.from(await (await fetch(url)).arrayBuffer())),
  );
}

const about = (number: number) => (message: Message) => message.text.includes(`Evidence #${number}`);
const pieces = (thread: Channel) => thread.messages().filter(({ text }) => text.includes("Evidence #"));

describeOnBoth("evidence", (database) => {
  it("comes from command, form, message menu and file, and outlives kill -9 and its originals", async () => {
    const { discord, openRouter, after, news, boss, ann, bob, cid } = await aWorld();
    const settings = await database.settings();
    const env = { ATTACHMENT_HOSTS: new URL(discord.apiUrl).host };
    const bot = await startBotProcess({ discord, openRouter, database: settings, env });
    await boss.command(news, "/setup", { channel: news, "thread-per-model": true }).reply();
    openRouter.setCatalogue(after);
    const hunter = await news.waitFor(({ text }) => text.includes("model: Hunter Alpha"), patienceMs);
    const thread = await discord.waitUntil(() => hunter.thread, patienceMs, "the thread of the model");

    // By command, with a picture.
    const typed = { model: "Hunter Alpha", lab: "Xiaomi", stance: "for", kind: "self", text: "It says MiMo" };
    const file = aFile("it says.png", aPicture("ann"));
    const anns = await ann.command(news, "/evidence add", { ...typed, file }).reply();
    expect(await bytesBehind(anns)).toEqual([aPicture("ann")]);
    const posted = await thread.waitFor(about(1), patienceMs);
    expect(await bytesBehind(posted)).toEqual([aPicture("ann")]);
    expect(posted.attachments.map(({ filename }) => filename)).toEqual(["it_says.png"]);

    // From somebody else's message, whose form stays open for a while.
    const picture = { name: "leak.png", contentType: "image/png", bytes: aPicture("leak") };
    const message = bob.say(news, `${hostile} https://example.com/leak`, [picture]);
    const menu = await cid.menu(news, "File as evidence", message).modal();
    const models = menu.fields[0]?.component.options as { value: string; label: string }[];
    const model = models.find(({ label }) => label === "Hunter Alpha");
    const all = { model: model?.value ?? "", lab: "Xiaomi", stance: "for", kind: "leak", text: message.content };
    // By the button's form, with the same picture under another name, and one that is none.
    const form = await bob.press(hunter, "Add evidence").modal();
    const files = [aFile("other.png", aPicture("ann")), aFile("page.png", new TextEncoder().encode("<html>"))];
    const filledIn = { lab: "deepseek", stance: "against", kind: "other", text: hostile, files };
    const bobs = await bob.submit(form, filledIn).reply();
    expect(bobs.text).toContain("Not kept: page.png: I keep pictures");
    expect(bobs.text).toContain("The same link or file is in **#1** already");

    // Killed while the form is open and the piece on its way to the thread.
    await bot.end("SIGKILL");
    await discord.waitForBotToLeave();
    const again = await startBotProcess({ discord, openRouter, database: settings, env });
    const cids = await cid.submit(menu, all).reply();
    expect(cids.text).toContain("From a message by **Bob**");
    expect(await bytesBehind(cids)).toEqual([aPicture("leak")]);

    // The originals are gone, our copies are not; each lies there once.
    discord.loseFiles();
    const shown = await ann.command(news, "/evidence show", { id: 1 }).reply();
    expect(await bytesBehind(shown)).toEqual([aPicture("ann")]);
    const copies = readdirSync(join(settings.dataDir, "evidence"), { recursive: true, encoding: "utf8" });
    expect(copies.filter((name) => /[0-9a-f]{64}$/.test(name))).toHaveLength(2);
    expect(copies.filter((name) => name.startsWith("incoming/"))).toEqual([]);

    // Each is in its thread once, hostile words do nothing there, and what is hidden is hidden there too.
    await discord.waitUntil(() => pieces(thread).length === 3, patienceMs, "also the piece that was on its way");
    for (const each of [...pieces(thread), bobs, cids]) {
      expect(each.pings).toEqual({ users: [], roles: [], everyone: false });
      const read = each.embeds.map(({ description }) => unescaped(String(description))).join("\n");
      expect(read).not.toMatch(/@everyone|<@|\u202E|\]\(http|`|^(> )?#/m);
    }
    const voted = await cid.press(posted, "Convincing").followUp();
    expect(voted.text).toContain("1 convincing");
    expect(posted.text).toContain("1 convincing, 0 weak");
    expect(posted.attachments).toHaveLength(1);
    await boss.command(news, "/evidence hide", { id: 1, reason: "Private" }).reply();
    await discord.waitUntil(() => posted.text.includes("was hidden by the moderators"), patienceMs, "the edit");
    expect([posted.attachments, posted.embeds]).toEqual([[], []]);
    await boss.command(news, "/evidence restore", { id: 1, reason: "Fine" }).reply();
    await discord.waitUntil(() => posted.attachments.length === 1, patienceMs, "the second edit");
    const numbers = pieces(thread).map(({ text }) => /#\d+/.exec(text)?.[0]);
    // After a crash PostgreSQL goes on counting a little further up.
    expect([numbers.length, new Set(numbers).size]).toEqual([3, 3]);
    await again.end("SIGTERM");
    expect([...bot.complaints(), ...again.complaints()]).toEqual([]);
    discord.expectNoViolations();
  }, 90_000);
});

describe("a piece of evidence", () => {
  it("wakes a thread that fell asleep, and leaves a locked one alone", async () => {
    const { discord, openRouter, after, news, boss, ann } = await aWorld();
    const bot = await startBotProcess({ discord, openRouter, database: await embedded.settings() });
    await boss.command(news, "/setup", { channel: news, "thread-per-model": true }).reply();
    openRouter.setCatalogue(after);
    const hunter = await news.waitFor(({ text }) => text.includes("model: Hunter Alpha"), patienceMs);
    const thread = await discord.waitUntil(() => hunter.thread, patienceMs, "the thread of the model");
    const add = (text: string) => {
      const typed = { model: "Hunter Alpha", lab: "Xiaomi", stance: "for", kind: "self", text };
      return ann.command(news, "/evidence add", typed).reply();
    };
    thread.archived = true;
    await add("Wake up");
    await thread.waitFor(about(1), patienceMs);
    expect(thread.archived).toBe(false);
    thread.locked = true;
    thread.archived = true;
    await add("Too late");
    const tried = (log: ReturnType<typeof bot.logged>) =>
      log.some(({ delivery, kind }) => delivery === "evidence:2" && kind === "held");
    await discord.waitUntil(() => tried(bot.logged()), patienceMs, "the attempt");
    expect(pieces(thread)).toHaveLength(1);
    expect((await boss.command(news, "/setup").reply()).text).toContain("All is well");
    await bot.end("SIGTERM");
    expect(bot.complaints()).toEqual([]);
    discord.expectNoViolations();
  }, 60_000);
});
