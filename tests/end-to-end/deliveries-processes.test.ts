import { expect, it, onTestFinished } from "vitest";
import type { Channel } from "../../sandbox/discord/channel.ts";
import { claimMs } from "../../src/actions/claim-deliveries.ts";
import { joinServers } from "../../src/actions/join-server.ts";
import { saveServer } from "../../src/actions/set-up-server.ts";
import { disconnect } from "../../src/discord/client.ts";
import { deliverDue } from "../../src/schedule/deliver-due.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { describeOnBoth, describeOnPostgres } from "../support/database.ts";
import { about, aClient, aDiscord, aListedModel, stateOf } from "../support/delivering.ts";
import type { DeliveryStory } from "../support/delivery-process.ts";
import { runBot } from "../support/run-bot.ts";
import { firstRead, owed, storyClock, watcherApp } from "../support/watcher-app.ts";

describeOnPostgres("two bots on one database", (database) => {
  it("announce once in every server between them", async () => {
    const clock = storyClock("2026-03-12T01:00:00Z");
    const discord = await aDiscord(clock);
    const settings = await database.settings();
    const bots = [];
    for (let i = 0; i < 2; i++) {
      const { db, close } = await openDatabase(settings);
      onTestFinished(close);
      const app = watcherApp(db, clock);
      bots.push({ app, db, client: await aClient(discord, app), by: `bot ${i}` });
    }
    const [first] = bots;
    if (!first) throw new Error("no bot");
    await firstRead(first.app);
    const channels: Channel[] = [];
    for (let i = 0; i < 12; i++) {
      const server = discord.addServer(`Server ${i}`);
      const channel = server.addChannel("announcements");
      channels.push(channel);
      await joinServers(first.app, [{ serverId: server.id, name: server.name }]);
      await saveServer(first.app, server.id, { announcementChannelId: channel.id, threadPerModel: true });
    }
    for (const { client } of bots) await expect.poll(() => client.guilds.cache.size).toBe(12);
    const name = await aListedModel(first.app);
    await Promise.all(bots.map(({ app, client, by }) => deliverDue(app, client, by)));
    for (const channel of channels) {
      expect(about(channel, name).filter((message) => message.buttons.includes("Guess"))).toHaveLength(1);
      expect(channel.threads).toHaveLength(1);
    }
    expect(new Set((await owed(first.db)).map(({ state }) => state))).toEqual(new Set(["sent"]));
  });
});

describeOnBoth("kill -9", (database) => {
  const point = {
    "after the claim, before the message is sent": { when: "before", request: "POST .*/messages$" },
    "after the message is sent, before that is written down": { when: "after", request: "POST .*/messages$" },
    "after it is written down, before the thread is opened": { when: "before", request: "POST .*/threads$" },
    "after the thread is opened, before that is written down": { when: "after", request: "POST .*/threads$" },
  } as const;
  const points = Object.entries(point).filter(([, { when, request }]) => {
    // The embedded database is shown at the hardest point; what differs is only how it survives being killed.
    return database.name === "postgres" || (when === "after" && request.includes("messages"));
  });

  /** A model that is to be announced in a server with threads, and nobody there to do it. */
  async function aStory() {
    const clock = storyClock("2026-03-12T01:00:00Z");
    const discord = await aDiscord(clock);
    const server = discord.addServer("Alpha watchers");
    const channel = server.addChannel("announcements");
    const settings = await database.settings();
    const prepared = await openDatabase(settings);
    const app = watcherApp(prepared.db, clock);
    await firstRead(app);
    await joinServers(app, [{ serverId: server.id, name: server.name }]);
    await saveServer(app, server.id, { announcementChannelId: channel.id, threadPerModel: true });
    const client = await aClient(discord, app);
    await deliverDue(app, client, "the first process");
    await disconnect(client);
    const name = await aListedModel(app);
    await prepared.close();
    const story = (killed: DeliveryStory["killed"]): DeliveryStory => {
      return { database: settings, apiUrl: discord.apiUrl, token: discord.token, now: clock.now.toISOString(), killed };
    };
    /** A new process takes over, in this one. */
    const takeOver = async () => {
      const opened = await openDatabase(settings);
      const next = watcherApp(opened.db, clock);
      const nextClient = await aClient(discord, next);
      await deliverDue(next, nextClient, "the last process");
      const states = await stateOf(opened.db, "announcement");
      await disconnect(nextClient);
      await opened.close();
      return states;
    };
    return { clock, discord, channel, name, story, takeOver };
  }

  it.each(points)(
    "%s loses nothing and repeats nothing",
    async (_, killed) => {
      const { clock, channel, name, story, takeOver } = await aStory();
      expect(await runBot(story(killed))).toBe("SIGKILL");
      const wasSent = !(killed.when === "before" && killed.request.includes("messages"));
      expect(about(channel, name)).toHaveLength(wasSent ? 1 : 0);
      // Nobody touches the claim of a process that may still live; and by then Discord has forgotten the nonce.
      if (database.name === "postgres") expect(await takeOver()).toEqual(["claimed"]);
      clock.later(claimMs);
      expect(await takeOver()).toEqual(["sent"]);
      expect(about(channel, name)).toHaveLength(1);
      expect(channel.threads).toHaveLength(1);
    },
    60_000,
  );

  if (database.name !== "postgres") return;

  it("again and again, also while looking for the message, neither", async () => {
    const { clock, channel, name, story, takeOver } = await aStory();
    for (const killed of [
      { when: "before", request: "POST .*/messages$" },
      { when: "before", request: "GET .*/messages$" },
      { when: "after", request: "POST .*/messages$" },
      { when: "after", request: "GET .*/messages$" },
    ] as const) {
      expect(await runBot(story(killed))).toBe("SIGKILL");
      clock.later(claimMs);
    }
    expect(await takeOver()).toEqual(["sent"]);
    expect(about(channel, name)).toHaveLength(1);
    expect(channel.threads).toHaveLength(1);
  }, 90_000);
});
