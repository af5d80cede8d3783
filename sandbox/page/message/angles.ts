import type { Inline, TimeStyle } from "./nodes.ts";
import { webAddress } from "./web-address.ts";

/** What Discord reads within angle brackets: mentions, times, emoji of a server, addresses without a preview. */
export const inAngles =
  /<(?:@!?(?<user>\d{1,20})|@&(?<role>\d{1,20})|#(?<channel>\d{1,20})|\/(?<command>[^:<>\n]{1,100}):\d{1,20}|a?:(?<emoji>\w{2,32}):\d{1,20}|t:(?<seconds>-?\d{1,13})(?::(?<style>[tTdDfFsSR]))?|(?<url>https?:\/\/[^\s<>]{1,2000}))>/y;

/** What JavaScript can hold as a time. */
const mostSeconds = 8.64e12;

/** The groups of `inAngles` as a piece of a line; null if it is none after all. */
export function fromAngles(groups: Record<string, string | undefined>): Inline | null {
  const { user, role, channel, command, emoji, seconds, style, url } = groups;
  if (user) return { kind: "user", id: user };
  if (role) return { kind: "role", id: role };
  if (channel) return { kind: "channel", id: channel };
  if (command) return { kind: "command", name: command };
  if (emoji) return { kind: "emoji", name: emoji };
  if (seconds) {
    const known = Math.abs(Number(seconds)) <= mostSeconds;
    return known ? { kind: "time", seconds: Number(seconds), style: (style ?? "f") as TimeStyle } : null;
  }
  const address = url === undefined ? null : webAddress(url);
  return address === null ? null : { kind: "link", url: address, children: [{ kind: "text", text: url ?? address }] };
}
