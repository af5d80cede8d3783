import { expect, it, onTestFinished } from "vitest";
import { commands } from "../../commands/index.ts";
import type { Channel } from "../../sandbox/discord/channel.ts";
import type { Member } from "../../sandbox/discord/member.ts";
import type { Message } from "../../sandbox/discord/message.ts";
import { startDiscord } from "../../sandbox/discord/server.ts";
import { auditLedger } from "../../src/actions/audit-ledger.ts";
import { joinServers } from "../../src/actions/join-server.ts";
import { offerSettlements } from "../../src/actions/offer-settlements.ts";
import { recordCatalogue } from "../../src/actions/record-catalogue.ts";
import { saveServer } from "../../src/actions/set-up-server.ts";
import { connect, disconnect } from "../../src/discord/client.ts";
import { answerInteractions } from "../../src/discord/interactions.ts";
import { registerCommands } from "../../src/discord/registration.ts";
import { deliverDue } from "../../src/schedule/deliver-due.ts";
import { embedded } from "../support/database.ts";
import { hourMs, minuteMs, readMarch, storyClock, watcherApp } from "../support/watcher-app.ts";

/** The bot in three servers on 12 March 2026, with Hunter and Healer Alpha open in all of them. */
async function threeServers() {
  const clock = storyClock();
  const discord = await startDiscord({ now: () => clock.now.getTime(), rateLimits: { globalPerSecond: 0 } });
  const servers = ["North", "South", "West"].map((name) => {
    const server = discord.addServer(name);
    const [news, court] = [server.addChannel("news"), server.addChannel("court")];
    return { server, news, court, boss: server.addMember({ name: `Boss of ${name}`, permissions: ["ManageGuild"] }) };
  });
  const { db } = await embedded.open();
  const app = watcherApp(db, clock);
  const reads = await readMarch();
  await recordCatalogue(app, reads.before);
  const { client } = await connect(
    { token: discord.token, apiUrl: discord.apiUrl },
    {
      log: app.log,
      attach: (arriving) => answerInteractions(arriving, app, commands),
      onRefused: () => {},
      signal: new AbortController().signal,
    },
  );
  onTestFinished(async () => {
    await disconnect(client);
    await discord.stop();
    discord.expectNoViolations();
  });
  await registerCommands(client.rest, client.application.id, commands, null);
  await joinServers(
    app,
    servers.map(({ server }) => ({ serverId: server.id, name: server.name })),
  );
  for (const { server, news, court } of servers) {
    await saveServer(app, server.id, { announcementChannelId: news.id, moderatorChannelId: court.id });
  }
  clock.later(24 * hourMs);
  await recordCatalogue(app, reads.after);
  // What happens in the quarter of an hour after that: old messages of a channel are edited one after another.
  const follow = async () => {
    for (let i = 0; i < 4; i++) {
      await offerSettlements(app);
      await deliverDue(app, client, "this process");
      clock.later(4 * minuteMs);
    }
  };
  await follow();
  const [north, south, west] = servers;
  if (!north || !south || !west) throw new Error("there are three");
  return { clock, app, db, discord, reads, follow, north, south, west };
}

function messageIn(channel: Channel, ...words: string[]): Message {
  const found = channel.messages().filter(({ text }) => words.every((each) => text.includes(each)));
  expect(found, `${words.join(", ")} in ${channel.name}`).toHaveLength(1);
  return found[0] as Message;
}

/** Presses Settle on a candidate and confirms what the preview says. */
async function settleBy(boss: Member, candidate: Message): Promise<string> {
  const preview = await boss.press(candidate, "Settle…").reply();
  expect(preview.visibleTo).toBe(boss);
  expect(preview.text).toContain("Nothing is done yet.");
  return (await boss.press(preview, "Confirm").reply()).text;
}

it("a reveal is found, judged by the moderators of each server for their own, and told to the others as a number", async () => {
  const { clock, app, db, reads, follow, north, south, west } = await threeServers();
  const ann = north.server.addMember("Ann");
  await ann.command(north.news, "/guess", { model: "Hunter Alpha", lab: "Xiaomi", stake: 50 }).reply();
  clock.now = new Date("2026-03-18T21:00:00Z");
  for (let i = 0; i < 3; i++) {
    await recordCatalogue(app, reads.revealed);
    clock.later(60_000);
  }
  await follow();
  for (const { court, news } of [north, south, west]) {
    expect(court.messages()).toHaveLength(2);
    expect(court.messages().every(({ pings }) => pings.roles.length + pings.users.length === 0)).toBe(true);
    expect(news.messages().some(({ text }) => text.includes("A candidate"))).toBe(false);
  }

  // North's moderators do not believe in one, and settle by the other; everybody there is told, and the board follows.
  const healer = messageIn(north.court, "Who built Healer Alpha?", "MiMo-V2-Omni");
  await north.boss.press(healer, "Not it").reply();
  expect(healer.text).toContain("**Boss of North** says: not it.");
  expect(healer.buttons).toEqual([]);
  const hunter = messageIn(north.court, "Who built Hunter Alpha?", "MiMo-V2-Pro");
  expect(await settleBy(north.boss, hunter)).toContain("Done. The result goes to #news.");
  await follow();
  expect(messageIn(north.news, "Hunter Alpha** is settled").text).toContain("Built by: **Xiaomi**");
  expect(hunter.text).toContain("The model is settled here.");
  expect(hunter.buttons).toEqual([]);
  const board = await ann.command(north.news, "/leaderboard").reply();
  expect(board.text).toContain("Ann");
  expect(board.text).toContain("1 of 1 right");

  // The others hear how many agree, and of whom nothing; nothing is settled there.
  const inSouth = messageIn(south.court, "1 other server agrees: built by **Xiaomi**.");
  expect(inSouth.text).not.toMatch(/North|Boss|https/);
  const inWest = messageIn(west.court, "1 other server agrees");
  expect(await settleBy(south.boss, messageIn(south.court, "Who built Hunter Alpha?", "MiMo-V2-Pro"))).toContain(
    "Done.",
  );
  await follow();
  expect(inWest.text).toContain("2 other servers agree: built by **Xiaomi**.");
  expect(inSouth.text).toContain("The model is settled here.");

  // South takes it back: the number goes down. West settles with a source of its own.
  const again = south.boss.command(south.court, "/settle reopen", { model: "Hunter Alpha", reason: "Too early" });
  expect((await again.reply()).text).toContain("Done. It is told in #news");
  await follow();
  expect(messageIn(south.news, "was reopened").text).toContain("By **Boss of South**: Too early");
  expect(inWest.text).toContain("1 other server agrees");
  const form = await west.boss.press(inWest, "Settle…").modal();
  const preview = await west.boss.submit(form, { source: "https://example.com/seen" }).reply();
  expect(preview.text).toContain("Source: <https://example.com/seen>");
  await west.boss.press(preview, "Confirm").reply();
  await follow();
  expect(messageIn(west.news, "Hunter Alpha** is settled").text).toContain("Settled by **Boss of West**");
  expect((await auditLedger(db)).differences).toEqual([]);
});
