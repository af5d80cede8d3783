import type { Client } from "discord.js";
import { type Logger, pino } from "pino";
import { onTestFinished } from "vitest";
import { type DiscordSandbox, startDiscord } from "../../sandbox/discord/server.ts";
import { connect } from "../../src/discord/client.ts";

export type LogLine = { level: number; msg: string; interactionId?: string; err?: { message: string } };

/** A logger whose lines are kept. */
export function keptLog(): { lines: LogLine[]; log: Logger } {
  const lines: LogLine[] = [];
  return { lines, log: pino({ level: "debug" }, { write: (line: string) => void lines.push(JSON.parse(line)) }) };
}

/** A small Discord with one server, and a client connected to it; both end with the test. */
export async function onDiscord<Attached>(
  attach: (client: Client) => Attached,
  log: Logger = keptLog().log,
): Promise<{ discord: DiscordSandbox; client: Client<true>; attached: Attached }> {
  const discord = await startDiscord();
  onTestFinished(() => discord.stop());
  discord.addServer("Test");
  const settings = { token: discord.token, apiUrl: discord.apiUrl };
  const onRefused = () => {};
  const { client, attached } = await connect(settings, {
    log,
    attach,
    onRefused,
    signal: new AbortController().signal,
  });
  onTestFinished(() => client.destroy());
  return { discord, client, attached };
}
