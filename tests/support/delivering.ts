import type { Client } from "discord.js";
import { expect, onTestFinished } from "vitest";
import type { Channel } from "../../sandbox/discord/channel.ts";
import type { Server, ServerOptions } from "../../sandbox/discord/guild.ts";
import { type DiscordSandbox, startDiscord } from "../../sandbox/discord/server.ts";
import { joinServers } from "../../src/actions/join-server.ts";
import { recordCatalogue } from "../../src/actions/record-catalogue.ts";
import { saveServer } from "../../src/actions/set-up-server.ts";
import type { App } from "../../src/app.ts";
import { connect, disconnect } from "../../src/discord/client.ts";
import type { DeliveryKind } from "../../src/domain/server.ts";
import { deliverDue } from "../../src/schedule/deliver-due.ts";
import type { Db } from "../../src/storage/database.ts";
import { embedded } from "./database.ts";
import {
  aCatalogue,
  aStealthListing,
  firstRead,
  type Logged,
  owed,
  type StoryClock,
  storyClock,
  watcherApp,
} from "./watcher-app.ts";

export const posts = "POST /channels/{channel_id}/messages";
const noLimits: { globalPerSecond: number; routeSpeed?: number } = { globalPerSecond: 0 };

export async function aDiscord(clock: StoryClock, rateLimits = noLimits): Promise<DiscordSandbox> {
  const discord = await startDiscord({ now: () => clock.now.getTime(), rateLimits });
  onTestFinished(async () => {
    await discord.stop();
    discord.expectNoViolations();
  });
  return discord;
}

export async function aClient(discord: DiscordSandbox, app: App): Promise<Client<true>> {
  const { client } = await connect(
    { token: discord.token, apiUrl: discord.apiUrl },
    { log: app.log, attach: () => null, onRefused: () => {}, signal: new AbortController().signal },
  );
  onTestFinished(() => disconnect(client));
  return client;
}

/** The bot and its Discord, in one process, with nothing due. */
export async function aBot(rateLimits = noLimits) {
  const clock = storyClock("2026-03-12T01:00:00Z");
  const discord = await aDiscord(clock, rateLimits);
  const { db } = await embedded.open();
  const logged: Logged[] = [];
  const app = watcherApp(db, clock, logged);
  await firstRead(app);
  const client = await aClient(discord, app);
  const deliver = () => deliverDue(app, client, "this process");
  return { clock, discord, db, app, client, deliver, logged };
}

export type Bot = Awaited<ReturnType<typeof aBot>>;

/** A server that has been greeted, with a channel for announcements. */
export async function aServerWithChannel(
  { discord, app, deliver, client }: Bot,
  settings: Parameters<typeof saveServer>[2] = {},
  options: Partial<ServerOptions> = {},
): Promise<{ server: Server; channel: Channel }> {
  const server = discord.addServer({ name: "Alpha watchers", ...options });
  const channel = server.addChannel("announcements");
  await discord.waitUntil(() => client.guilds.cache.get(server.id)?.channels.cache.has(channel.id));
  await joinServers(app, [{ serverId: server.id, name: server.name }]);
  await saveServer(app, server.id, { announcementChannelId: channel.id, ...settings });
  await deliver();
  return { server, channel };
}

let listed = 0;

/** Lists one more anonymous model on OpenRouter. Returns its name. */
export async function aListedModel(app: App): Promise<string> {
  const name = `Ox ${++listed} Alpha`;
  const { opened } = await recordCatalogue(app, aCatalogue(aStealthListing(name)));
  expect(opened).toHaveLength(1);
  return name;
}

export const about = (channel: Channel, name: string) =>
  channel.messages().filter((message) => message.text.includes(name));

export async function stateOf(db: Db, kind: DeliveryKind) {
  return (await owed(db, kind)).map(({ state, problem }) => (problem === null ? state : `${state}: ${problem}`));
}
