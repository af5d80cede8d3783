import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { joinServers } from "../../src/actions/join-server.ts";
import { saveServer } from "../../src/actions/set-up-server.ts";
import { discordTurns } from "../../src/actions/take-turns.ts";
import { cardWaitMs } from "../../src/domain/card.ts";
import { deliverDue } from "../../src/schedule/deliver-due.ts";
import { editDueCards } from "../../src/schedule/edit-cards.ts";
import { markets } from "../../src/storage/schema.ts";
import { aBot, about, aListedModel, aServerWithChannel } from "../support/delivering.ts";
import { aGuess, aSettlement, named } from "../support/factories.ts";
import { minuteMs } from "../support/watcher-app.ts";

const edits = "PATCH /channels/{channel_id}/messages/{message_id}";

/** A model announced in a server that pings a role for it. */
async function anAnnounced() {
  const bot = await aBot();
  const { server, channel } = await aServerWithChannel(bot);
  const role = server.addRole({ name: "watchers", mentionable: true });
  await saveServer(bot.app, server.id, { pingRoleId: role.id });
  const name = await aListedModel(bot.app);
  await bot.deliver();
  const [message] = about(channel, name);
  if (!message) throw new Error("nothing was announced");
  const [market] = (await bot.db.select().from(markets)).toReversed();
  const where = { serverId: server.id, modelId: market?.modelId ?? 0 };
  const turn = discordTurns(bot.app, wait);
  const edit = () => editDueCards(bot.app, bot.client, turn);
  const countEdits = () => bot.discord.requests.filter(({ method, route }) => `${method} ${route}` === edits).length;
  return { ...bot, server, channel, role, message, where, edit, countEdits };
}

it("an announcement shows the odds of guesses soon after, and the settlement; who it pinged is not pinged again", async () => {
  const { app, clock, channel, role, message, where, edit, countEdits } = await anAnnounced();
  expect(message.text).toContain("First odds");
  await aGuess(app, where, { member: named("Ann"), suspect: "xiaomi", ownPoints: 50 });
  await aGuess(app, where, { member: named("Bob") });
  clock.later(cardWaitMs);
  await edit();
  await edit();
  expect(countEdits()).toBe(1);
  expect(message.text).toContain("**Odds**, 2 guesses");
  await aSettlement(app, where, { publishedAt: clock.now });
  await edit();
  expect(message.text).toContain("Settled: **Xiaomi** built it.");
  expect(message.content).toBe(`<@&${role.id}>`);
  expect(channel.history).toHaveLength(2);
});

it("an edit Discord wants much later keeps nobody waiting, and comes then", async () => {
  const { app, clock, discord, message, where, edit } = await anAnnounced();
  await aGuess(app, where);
  clock.later(cardWaitMs);
  discord.faults.rateLimit({ route: edits, retryAfterMs: 45_000, times: 1 });
  const startMs = performance.now();
  await edit();
  expect(performance.now() - startMs).toBeLessThan(10_000);
  expect(message.text).toContain("First odds");
  clock.later(minuteMs);
  await edit();
  expect(message.text).toContain("**Odds**, 1 guess");
});

it("an announcement somebody deleted is left alone", async () => {
  const { app, clock, message, where, edit, countEdits } = await anAnnounced();
  message.deleted = true;
  await aGuess(app, where);
  clock.later(cardWaitMs);
  await edit();
  clock.later(60 * minuteMs);
  await edit();
  expect(countEdits()).toBe(1);
});

it("guesses in many servers and a new model at once go together within what Discord takes in a second", async () => {
  const bot = await aBot({ globalPerSecond: 50, routeSpeed: 10 });
  const { app, client, clock, discord } = bot;
  const places = Array.from({ length: 25 }, (_, i) => {
    const server = discord.addServer(`Server ${i}`);
    return { server, channel: server.addChannel("announcements") };
  });
  await discord.waitUntil(() => client.guilds.cache.size === places.length);
  await joinServers(
    app,
    places.map(({ server }) => ({ serverId: server.id, name: server.name })),
  );
  for (const { server, channel } of places) await saveServer(app, server.id, { announcementChannelId: channel.id });
  // One for all the process says, as it has in life.
  const paced = discordTurns(app, wait);
  const given: number[] = [];
  const turn = async () => {
    await paced();
    given.push(app.elapsedMs());
  };
  const before = await aListedModel(app);
  await deliverDue(app, client, "this process", undefined, turn);
  const [market] = await bot.db.select().from(markets);
  for (const { server } of places) await aGuess(app, { serverId: server.id, modelId: market?.modelId ?? 0 });
  clock.later(cardWaitMs);
  const name = await aListedModel(app);
  await Promise.all([deliverDue(app, client, "this process", undefined, turn), editDueCards(app, client, turn)]);
  for (const { channel } of places) {
    expect(about(channel, name)).toHaveLength(1);
    expect(about(channel, before).map(({ text }) => text.includes("**Odds**, 1 guess"))).toContain(true);
  }
  // Whatever is asked has had a turn. How far apart it arrives is up to the machine too: one request may be refused, and
  // comes again.
  const answered = discord.requests.filter(({ path, status }) => path.includes("/messages") && status !== 429);
  expect(given).toHaveLength(answered.length);
  for (const [i, atMs] of given.entries()) {
    if (i >= 50) expect(atMs - (given[i - 50] ?? 0)).toBeGreaterThanOrEqual(1_000);
  }
});
