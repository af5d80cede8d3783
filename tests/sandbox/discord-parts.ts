import type { Channel } from "../../sandbox/discord/channel.ts";
import type { DiscordSandbox } from "../../sandbox/discord/server.ts";
import { aDiscord, call } from "./discord-support.ts";

/* What bodies sent to the sandbox are put together from. */

export const times = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));

export const button = (customId: string, more = {}) => ({
  type: 2,
  style: 1,
  label: "Press",
  custom_id: customId,
  ...more,
});

export const row = (...components: object[]) => ({ type: 1, components });

export const menu = (customId: string, options: object[]) => ({ type: 3, custom_id: customId, options });

export const option = (at: number) => ({ label: `Lab ${at}`, value: `lab-${at}` });

export const words = (content: string) => ({ type: 10, content });

export const field = (customId: string) => row({ type: 4, custom_id: customId, label: "Lab", style: 1 });

export const V2 = 32768;

export async function aChannel(options = {}): Promise<{ discord: DiscordSandbox; channel: Channel; messages: string }> {
  const discord = await aDiscord({ rateLimits: { globalPerSecond: 0 }, ...options });
  const channel = discord.addServer("Lab").channel("general");
  return { discord, channel, messages: `/channels/${channel.id}/messages` };
}

/** A sandbox with the commands /guess (autocomplete on model) and a member who can use them. */
export async function aCommand() {
  const { discord, channel } = await aChannel();
  const commands = `/applications/${discord.applicationId}/commands`;
  const model = { type: 3, name: "model", description: "Which", autocomplete: true };
  await call(discord, "PUT", commands, [{ name: "guess", description: "Guess", options: [model] }]);
  const ann = channel.server.addMember({ name: "Ann" });
  return { discord, channel, ann, commands };
}
