import type { Channel } from "../discord/channel.ts";
import type { Member } from "../discord/member.ts";
import type { DiscordSandbox } from "../discord/sandbox.ts";
import type { TypedOptions } from "../discord/typed-options.ts";
import { type Raw, rawList, text } from "../discord/wire.ts";
import { NotUnderstood } from "./not-understood.ts";
import { readTypedFile } from "./typed-file.ts";

/** A line typed at the demo's prompt. */
export type TypedLine =
  | { readonly kind: "nothing" | "help" | "quit" }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "join"; readonly name: string }
  | { readonly kind: "command"; readonly who: string; readonly command: string }
  | { readonly kind: "press" | "pick" | "vote"; readonly who: string; readonly what: string }
  | { readonly kind: "say"; readonly who: string; readonly words: string; readonly file: string | null }
  /** From the menu of the latest message with these words. */
  | { readonly kind: "menu"; readonly who: string; readonly command: string; readonly words: string };

const unitMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Reads a line; throws NotUnderstood. */
export function readLine(line: string): TypedLine {
  const [first = "", second = "", ...more] = line.trim().split(/\s+/);
  const word = first.toLowerCase();
  const rest = [second, ...more].join(" ");
  if (word === "") return { kind: "nothing" };
  if (["help", "?", "h"].includes(word)) return { kind: "help" };
  if (["quit", "exit", "q"].includes(word)) return { kind: "quit" };
  if (word === "wait") return { kind: "wait", ms: durationOf(rest) };
  if (word === "join" && rest !== "") return { kind: "join", name: rest.slice(0, 32) };
  if (second.startsWith("/")) return { kind: "command", who: word, command: rest };
  const act = second.toLowerCase();
  if ((act === "press" || act === "pick" || act === "vote") && more.length > 0) {
    return { kind: act, who: word, what: more.join(" ").replace(/^\[(.*)\]$/, "$1") };
  }
  if (act === "says" && more.length > 0) {
    const [, words = "", file] = /^(.*?)(?:(?:^|\s)file:(.+))?$/.exec(more.join(" ")) ?? [];
    return { kind: "say", who: word, words, file: file ?? null };
  }
  if (act === "menu" && more.length > 0) {
    const [, command = "", words = ""] = /^(.*?)(?:\s+on(?:\s+(.*))?)?$/.exec(more.join(" ")) ?? [];
    return { kind: "menu", who: word, command, words };
  }
  throw new NotUnderstood(`I do not understand “${line.trim()}”. Type help to see what can be typed.`);
}

function durationOf(words: string): number {
  const [, count = "", unit = ""] = /^(\d{1,3}) ?(minute|hour|day)s?$/.exec(words.toLowerCase()) ?? [];
  const ms = Number(count) * (unitMs[unit] ?? 0);
  if (ms <= 0) throw new NotUnderstood("Say how long: wait 30 minutes, wait 5 hours or wait 2 days.");
  return ms;
}

const optionTypes = { subcommand: 1, integer: 4, boolean: 5, user: 6, channel: 7, role: 8, attachment: 11 } as const;

/**
 * Turns "/guess model:Hunter Alpha lab:Xiaomi stake:50" into what a member of the sandbox types. Where Discord offers
 * choices while one types, the first that fits is taken, as the Tab key does. `said` is how it then reads.
 */
export async function readCommand(
  discord: DiscordSandbox,
  member: Member,
  channel: Channel,
  typed: string,
): Promise<{ line: string; options: TypedOptions; said: string }> {
  const [name = "", ...words] = typed.split(" ");
  const command = discord.commands().find((one) => `/${one.name}` === name.toLowerCase());
  if (!command) {
    const known = discord.commands().map((one) => `/${one.name}`);
    throw new NotUnderstood(`There is no ${name}. There are ${known.join(" ")}.`);
  }
  const subcommands = rawList(command.shape.options).filter(({ type }) => type === optionTypes.subcommand);
  const sub = subcommands.find((one) => one.name === words[0]);
  if (subcommands.length > 0 && !sub) {
    throw new NotUnderstood(`Say which: ${subcommands.map((one) => `${name} ${text(one.name)}`).join(", ")}.`);
  }
  const line = sub ? `${name} ${text(sub.name)}` : name;
  const known = rawList((sub ?? command.shape).options);
  const given = splitOptions(words.slice(sub ? 1 : 0).join(" "), known);
  const options: TypedOptions = {};
  for (const [option, value] of given) options[text(option.name)] = wireValue(option, value, channel);
  const said = [line];
  for (const [option, value] of given) {
    const key = text(option.name);
    const offered = option.autocomplete === true ? await member.autocomplete(channel, line, options, key) : [];
    const [choice] = offered;
    if (choice) options[key] = choice.value;
    said.push(`${key}:${choice?.name ?? value}`);
  }
  return { line, options, said: said.join(" ") };
}

/** "model:Hunter Alpha lab:Xiaomi" → each option with its text, which reaches to the next option's name. */
function splitOptions(words: string, known: readonly Raw[]): [Raw, string][] {
  const names = known.map((option) => text(option.name));
  if (words === "") return [];
  const pattern = new RegExp(`(?:^|\\s)(${names.join("|") || "(?!)"}):`, "g");
  const found = [...words.matchAll(pattern)];
  if (found[0]?.index !== 0) {
    const options = names.length === 0 ? "It takes none." : `There are ${names.map((one) => `${one}:`).join(" ")}`;
    throw new NotUnderstood(`Begin with the name of an option and a colon. ${options}`);
  }
  return found.map((match, at) => {
    const option = known.find((one) => one.name === match[1]) ?? {};
    return [option, words.slice(match.index + match[0].length, found[at + 1]?.index).trim()];
  });
}

function wireValue(option: Raw, value: string, { server }: Channel): TypedOptions[string] {
  const bare = value.replace(/^[@#]/, "").toLowerCase();
  const among = <T extends { name: string }>(what: string, all: Iterable<T>): T => {
    const found = [...all].find((one) => one.name.toLowerCase() === bare);
    if (!found) throw new NotUnderstood(`There is no ${what} called “${value}” here.`);
    return found;
  };
  switch (option.type) {
    case optionTypes.integer:
      if (!/^-?\d{1,15}$/.test(value)) throw new NotUnderstood(`${text(option.name)} takes a whole number.`);
      return Number(value);
    case optionTypes.boolean:
      return ["true", "yes", "on"].includes(bare);
    case optionTypes.user:
      return among("member", server.members.values());
    case optionTypes.channel:
      return among("channel", server.channels.values());
    case optionTypes.role:
      return among("role", server.roles.values());
    case optionTypes.attachment:
      return readTypedFile(value);
    default:
      return value;
  }
}
