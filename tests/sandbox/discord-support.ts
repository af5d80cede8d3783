import { Client, type ClientOptions, Events, GatewayIntentBits, type Interaction } from "discord.js";
import { afterEach } from "vitest";
import { type DiscordOptions, type DiscordSandbox, startDiscord } from "../../sandbox/discord/server.ts";

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A sandbox that stops with its test. */
export async function aDiscord(options: DiscordOptions = {}): Promise<DiscordSandbox> {
  const discord = await startDiscord(options);
  closers.push(() => discord.stop());
  return discord;
}

/** A real discord.js client, logged in to the sandbox, that handles interactions as told. */
export async function aBot(
  discord: DiscordSandbox,
  handle: (interaction: Interaction) => Promise<unknown> = async () => {},
  options: Partial<ClientOptions> = {},
): Promise<Client<true>> {
  const client = new Client({
    intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.GuildMessagePolls],
    rest: { api: discord.apiUrl, version: "10" },
    ...options,
  });
  // What Discord refuses is asserted on the sandbox's side; here it must only not kill the process.
  client.on(Events.Error, () => {});
  client.on(Events.InteractionCreate, (interaction) => void handle(interaction).catch(() => {}));
  closers.push(() => client.destroy());
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(discord.token);
  return ready;
}

export interface RawAnswer {
  status: number;
  code: number | undefined;
  body: Record<string, unknown>;
  headers: Headers;
}

/** Calls the sandbox without discord.js, to send what discord.js would not let through. */
export async function call(
  discord: DiscordSandbox,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = { authorization: `Bot ${discord.token}` },
): Promise<RawAnswer> {
  const init: RequestInit = {
    method,
    headers: { ...headers, ...(body ? { "content-type": "application/json" } : {}) },
  };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await fetch(`${discord.apiUrl}/v10${path}`, init);
  const words = await response.text();
  const answer = words ? (JSON.parse(words) as Record<string, unknown>) : {};
  return { status: response.status, code: answer.code as number | undefined, body: answer, headers: response.headers };
}

/** Calls one of the routes of interactions, which carry no authorization. */
export function callInteraction(
  discord: DiscordSandbox,
  method: string,
  path: string,
  body?: unknown,
): Promise<RawAnswer> {
  return call(discord, method, path, body, {});
}
