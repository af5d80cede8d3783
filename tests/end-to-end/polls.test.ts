import type { Client } from "discord.js";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Message } from "../../sandbox/discord/message.ts";
import { claimMs } from "../../src/actions/claim-deliveries.ts";
import { decideMarket } from "../../src/actions/decide-market.ts";
import { joinServers } from "../../src/actions/join-server.ts";
import { loadPolls } from "../../src/actions/look-after-polls.ts";
import { openPoll } from "../../src/actions/open-poll.ts";
import { recordCatalogue } from "../../src/actions/record-catalogue.ts";
import { readServer, saveServer } from "../../src/actions/set-up-server.ts";
import { showModel } from "../../src/actions/show-models.ts";
import type { App } from "../../src/app.ts";
import { connect, disconnect } from "../../src/discord/client.ts";
import { deliverDue } from "../../src/schedule/deliver-due.ts";
import { hearPolls, lookAfterPolls } from "../../src/schedule/polls.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { describeOnPostgres, embedded } from "../support/database.ts";
import { aClient, aDiscord, posts } from "../support/delivering.ts";
import { aKey, named } from "../support/factories.ts";
import { runBot } from "../support/run-bot.ts";
import {
  aCatalogue,
  aStealthListing,
  firstRead,
  minuteMs,
  owed,
  storyClock,
  watcherApp,
} from "../support/watcher-app.ts";

/** A busy machine takes its time over what comes through the gateway. */
const soon = { timeout: 10_000 };

/** Looks after polls as the schedule does. */
const look = (app: App, client: Client<true>) =>
  lookAfterPolls(app, client, async () => {}, new AbortController().signal);

/** The bot in a server that wants a poll below each announcement, with Ox Alpha announced in it. */
async function aPolledServer(settings: Parameters<typeof saveServer>[2] = {}) {
  const clock = storyClock("2026-03-12T01:00:00Z");
  const discord = await aDiscord(clock);
  const { db } = await embedded.open();
  const app = watcherApp(db, clock);
  await firstRead(app);
  const server = discord.addServer("Alpha watchers");
  const channel = server.addChannel("announcements");
  const start = async (by: App = app): Promise<Client<true>> => {
    const { client } = await connect(
      { token: discord.token, apiUrl: discord.apiUrl },
      { log: by.log, attach: (made) => hearPolls(made, by), onRefused: () => {}, signal: new AbortController().signal },
    );
    onTestFinished(() => disconnect(client));
    return client;
  };
  const client = await start();
  await joinServers(app, [{ serverId: server.id, name: server.name }]);
  await saveServer(app, server.id, { announcementChannelId: channel.id, pollPerModel: true, ...settings });
  const deliver = (by = client) => deliverDue(app, by, "this process");
  await deliver();
  const { opened } = await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha")));
  const modelId = opened[0]?.modelId ?? 0;
  const where = { serverId: server.id, modelId };
  const polls = () => channel.messages().filter(({ body }) => body.poll !== undefined);
  const votes = async (by: App = app) => {
    const counted = ((await showModel(by, where))?.card.poll?.votes ?? []).filter(({ count }) => count > 0);
    return Object.fromEntries(counted.map(({ lab, count }) => [lab, count]));
  };
  const thePoll = (): Message => {
    const [message, ...others] = polls();
    expect(others).toEqual([]);
    if (!message) throw new Error("there is no poll");
    return message;
  };
  return { clock, discord, db, app, client, start, server, channel, where, deliver, polls, thePoll, votes };
}

describe("a poll below an announcement", () => {
  it("is posted once, also when its answer is lost, and takes each vote once, also when it is told twice", async () => {
    const { clock, discord, db, app, server, channel, deliver, thePoll, votes, where } = await aPolledServer();
    const lost = discord.faults.resetAfter({ route: posts });
    await deliver();
    lost.off();
    // The announcement's answer was lost first, then the poll's.
    for (let i = 0; i < 3; i++) {
      clock.later(5 * minuteMs);
      const again = discord.faults.resetAfter({ route: posts });
      await deliver();
      again.off();
    }
    expect(await owed(db, "poll")).toMatchObject([{ state: "sent", messageId: thePoll().id }]);
    expect(channel.messages().map(({ buttons }) => buttons.length)).toEqual([1, 4, 1]);

    discord.faults.duplicateEvents = "MESSAGE_POLL_VOTE_ADD";
    const ann = server.addMember("Ann");
    ann.vote(thePoll(), ["OpenAI"]);
    await expect.poll(() => votes(), soon).toEqual({ openai: 1 });
    discord.faults.duplicateEvents = "MESSAGE_POLL_VOTE_REMOVE";
    ann.vote(thePoll(), []);
    ann.vote(thePoll(), ["Someone else"]);
    await expect.poll(() => votes(), soon).toEqual({ other: 1 });
    const shown = await showModel(app, where);
    expect(shown?.card.callers).toBe(1);
    expect(shown?.latest).toMatchObject([{ memberId: ann.id, lab: "other" }]);
  });

  it("takes a first vote that comes before its message is written down", async () => {
    const { discord, server, channel, deliver, votes } = await aPolledServer();
    discord.faults.delay({ route: posts, ms: 1 });
    const ann = server.addMember("Ann");
    const voted = channel
      .waitFor(({ body }) => body.poll !== undefined)
      .then((message) => ann.vote(message, ["OpenAI"]));
    await Promise.all([deliver(), voted]);
    await expect.poll(() => votes(), soon).toEqual({ openai: 1 });
  });

  it("waits for the permission, which /setup names, and comes when it is given", async () => {
    const { app, server, channel, where, deliver, polls, discord, client } = await aPolledServer();
    channel.overwrite(server.bot, { deny: ["SendPolls"] });
    await discord.waitUntil(() => {
      const known = client.guilds.cache.get(server.id)?.channels.cache.get(channel.id);
      return known && client.guilds.cache.get(server.id)?.members.me?.permissionsIn(known).has("SendPolls") === false;
    });
    await deliver();
    expect(polls()).toEqual([]);
    expect((await readServer(app, where.serverId)).troubles).toMatchObject([
      { kind: "poll", problem: "cannot-poll", modelName: "Ox Alpha" },
    ]);
    channel.overwrite(server.bot, { allow: ["SendPolls"] });
    await saveServer(app, where.serverId, { guessOnly: true });
    await deliver();
    expect(polls()).toHaveLength(1);
    expect((await readServer(app, where.serverId)).troubles).toEqual([]);
  });
});

describe("a poll the bot comes back to", () => {
  it("is over when Discord ends it, also if its message is found only hours later, and another one can be asked for", async () => {
    const { clock, discord, app, deliver, polls, where, channel } = await aPolledServer({ pollPerModel: false });
    await deliver();
    const request = { ...where, channelId: channel.id, hours: 1 };
    await openPoll(app, { key: aKey(), ...request });
    const lost = discord.faults.resetAfter({ route: posts });
    await deliver();
    lost.off();
    expect(polls()).toHaveLength(1);
    clock.later(5 * 60 * minuteMs);
    await deliver();
    expect(await owed(app.db, "poll")).toMatchObject([{ state: "sent", messageId: polls()[0]?.id }]);
    expect(await openPoll(app, { key: aKey(), ...request })).toMatchObject({ opened: true });
    await deliver();
    expect(polls()).toHaveLength(2);
  });

  it("has its votes read page by page, those given and those taken back, with names", async () => {
    const { clock, discord, app, client, start, server, deliver, thePoll, votes, where } = await aPolledServer();
    await deliver();
    const bob = server.addMember("Bob");
    bob.vote(thePoll(), ["OpenAI"]);
    await expect.poll(() => votes(), soon).toEqual({ openai: 1 });
    await disconnect(client);
    discord.dropGateway({ resumable: false });
    bob.vote(thePoll(), []);
    for (let i = 0; i < 130; i++) server.addMember(`Member ${i}`).vote(thePoll(), ["Someone else"]);
    clock.later(minuteMs);
    const restarted = watcherApp(app.db, clock);
    await loadPolls(restarted);
    const returned = await start(restarted);
    // The new connection by itself makes all polls due to be read.
    const readBack = async () => {
      await look(restarted, returned);
      return votes(restarted);
    };
    await expect.poll(readBack, soon).toEqual({ other: 130 });
    const shown = await showModel(restarted, where);
    expect(shown?.card.callers).toBe(130);
    expect(shown?.latest[0]?.name).toMatch(/^Member \d+$/);
    expect(shown?.latest[0]?.calledAt).toEqual(clock.now);
    const pages = discord.requests.filter(({ route }) => route.includes("/answers/"));
    expect(pages).toHaveLength(11);
  });

  it("is ended by the bot when its model is decided, and a late result changes nothing", async () => {
    const { clock, discord, app, client, server, channel, deliver, thePoll, votes, where } = await aPolledServer();
    await deliver();
    const poll = thePoll();
    const ann = server.addMember("Ann");
    ann.vote(poll, ["OpenAI"]);
    await expect.poll(() => votes(), soon).toEqual({ openai: 1 });
    discord.faults.pollsEndLate = true;
    await decideMarket(app, { key: aKey(), kind: "void", ...where, member: named("Mod"), reason: "a test" });
    await look(app, client);
    expect(() => ann.vote(poll, [])).toThrow("no open poll");
    clock.later(50 * 60 * minuteMs);
    const before = await showModel(app, where);
    discord.concludePoll(poll);
    await channel.waitFor(({ type }) => type === 46);
    await look(app, client);
    expect(await showModel(app, where)).toEqual(before);
    expect(before?.card.poll?.isOver).toBe(true);
  });

  it("is counted a last time when its time is up, and ended if Discord has not done so", async () => {
    const { clock, app, client, server, deliver, thePoll, discord, votes } = await aPolledServer();
    await deliver();
    const ann = server.addMember("Ann");
    ann.vote(thePoll(), ["OpenAI"]);
    await expect.poll(() => votes(), soon).toEqual({ openai: 1 });
    clock.later(72 * 60 * minuteMs + 11 * minuteMs);
    await look(app, client);
    expect(discord.requests.filter(({ route }) => route.endsWith("/expire")).map(({ code }) => code)).toEqual([520001]);
    expect(await votes()).toEqual({ openai: 1 });
    expect(app.polls.all()).toEqual([]);
  });

  it("is forgotten when its message or channel is deleted, whether that is heard of or not; its guesses stand", async () => {
    const heard = await aPolledServer();
    await heard.deliver();
    heard.server.addMember("Ann").vote(heard.thePoll(), ["OpenAI"]);
    await expect.poll(() => heard.votes(), soon).toEqual({ openai: 1 });
    await heard.client.rest.delete(`/channels/${heard.channel.id}/messages/${heard.thePoll().id}`);
    await expect.poll(() => heard.app.polls.all(), soon).toEqual([]);
    const shown = await showModel(heard.app, heard.where);
    expect(shown?.card).toMatchObject({ callers: 1, poll: { isOver: true } });

    const missed = await aPolledServer();
    await missed.deliver();
    missed.thePoll();
    await disconnect(missed.client);
    missed.discord.dropGateway({ resumable: false });
    missed.channel.delete();
    const restarted = watcherApp(missed.app.db, missed.clock);
    await loadPolls(restarted);
    const returned = await missed.start(restarted);
    const known = async () => {
      await look(restarted, returned);
      return restarted.polls.all();
    };
    await expect.poll(known, soon).toEqual([]);
  });
});

describeOnPostgres("kill -9", (database) => {
  it("right after a poll was posted repeats nothing, and a vote given meanwhile is read", async () => {
    const clock = storyClock("2026-03-12T01:00:00Z");
    const discord = await aDiscord(clock);
    const server = discord.addServer("Alpha watchers");
    const channel = server.channel("general");
    const settings = await database.settings();
    const prepared = await openDatabase(settings);
    const app = watcherApp(prepared.db, clock);
    await firstRead(app);
    await joinServers(app, [{ serverId: server.id, name: server.name }]);
    const { opened } = await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha")));
    const where = { serverId: server.id, modelId: opened[0]?.modelId ?? 0 };
    // The hello is there already.
    const client = await aClient(discord, app);
    await deliverDue(app, client, "the first process");
    await disconnect(client);
    await openPoll(app, { key: aKey(), ...where, channelId: channel.id, hours: 24 });
    await prepared.close();

    const killed = { when: "after", request: "POST .*/messages$" } as const;
    const { apiUrl, token } = discord;
    expect(await runBot({ database: settings, apiUrl, token, now: clock.now.toISOString(), killed })).toBe("SIGKILL");
    const polls = () => channel.messages().filter(({ body }) => body.poll !== undefined);
    const [message] = polls();
    if (!message) throw new Error("the poll was not posted");
    server.addMember("Ann").vote(message, ["OpenAI"]);

    clock.later(claimMs);
    const { db, close } = await openDatabase(settings);
    const next = watcherApp(db, clock);
    const nextClient = await aClient(discord, next);
    await deliverDue(next, nextClient, "the last process");
    await look(next, nextClient);
    expect(polls()).toEqual([message]);
    expect((await showModel(next, where))?.card.poll?.votes.filter(({ count }) => count > 0)).toEqual([
      { lab: "openai", count: 1 },
    ]);
    await disconnect(nextClient);
    await close();
  }, 60_000);
});
