import { isSubcommand } from "../discord/option-type.ts";
import type { CommandEntry } from "./protocol.ts";

type Wire = Readonly<Record<string, unknown>>;

/** An option of a command, as it is filled in. */
export type CommandOption = {
  readonly name: string;
  readonly description: string;
  readonly kind: number;
  readonly isRequired: boolean;
  readonly hasAutocomplete: boolean;
  readonly choices: readonly { readonly name: string; readonly value: string | number }[];
  readonly channelTypes: readonly number[] | null;
  readonly least: number | null;
  readonly most: number | null;
};

/** What can be typed after a slash: a command, or one of its subcommands. */
export type Typable = {
  /** With the slash and the subcommand: "/evidence add". */
  readonly line: string;
  readonly description: string;
  readonly options: readonly CommandOption[];
};

const isWire = (value: unknown): value is Wire => typeof value === "object" && value !== null && !Array.isArray(value);
const wires = (value: unknown): Wire[] => (Array.isArray(value) ? value.filter(isWire) : []);
const words = (value: unknown): string => (typeof value === "string" ? value : "");

/** Everything that can be typed with these commands, subcommands each for itself. */
export function typables(commands: readonly CommandEntry[]): Typable[] {
  return commands
    .filter(({ type }) => type === 1)
    .flatMap(({ name, description, options }) => within(`/${name}`, description, options));
}

function within(line: string, description: string, options: readonly Wire[]): Typable[] {
  const nested = options.filter(({ type }) => isSubcommand(type));
  if (nested.length > 0) {
    return nested.flatMap((one) => within(`${line} ${words(one.name)}`, words(one.description), wires(one.options)));
  }
  const known = options.map(optionOf);
  const required = known.filter(({ isRequired }) => isRequired);
  return [{ line, description, options: [...required, ...known.filter(({ isRequired }) => !isRequired)] }];
}

function optionOf(option: Wire): CommandOption {
  const number = (...values: unknown[]) => values.find((value) => typeof value === "number") ?? null;
  return {
    name: words(option.name),
    description: words(option.description),
    kind: Number(option.type),
    isRequired: option.required === true,
    hasAutocomplete: option.autocomplete === true,
    choices: wires(option.choices).map(({ name, value }) => {
      return { name: words(name), value: typeof value === "number" ? value : words(value) };
    }),
    channelTypes: Array.isArray(option.channel_types) ? option.channel_types.map(Number) : null,
    least: number(option.min_value, option.min_length),
    most: number(option.max_value, option.max_length),
  };
}

/** Those that fit what was typed so far, the best first: its beginning, then a word's beginning, then anywhere. */
export function fitting(all: readonly Typable[], typed: string): Typable[] {
  const wanted = typed.toLowerCase().replace(/^\//, "").trim();
  const grade = ({ line }: Typable) => {
    const name = line.slice(1);
    if (name.startsWith(wanted)) return 0;
    if (name.split(/[ -]/).some((word) => word.startsWith(wanted))) return 1;
    return name.includes(wanted) ? 2 : 3;
  };
  return all
    .map((one) => ({ one, grade: grade(one) }))
    .filter((each) => each.grade < 3)
    .sort((a, b) => a.grade - b.grade)
    .map(({ one }) => one);
}

/** The command that was typed out, with the rest of the line; null while it may still become another. */
export function typedOut(all: readonly Typable[], typed: string): { typable: Typable; rest: string } | null {
  const typable = all
    .filter(({ line }) => typed.startsWith(`${line} `) || typed === line)
    .sort((a, b) => b.line.length - a.line.length)[0];
  return typable ? { typable, rest: typed.slice(typable.line.length).trim() } : null;
}

/** "model:Hunter Alpha lab:Xiaomi" → each option with its text, which reaches to the next option's name. */
export function givenOptions({ options }: Typable, rest: string): Map<string, string> {
  const names = options.map(({ name }) => name).join("|");
  if (names === "" || rest === "") return new Map();
  const found = [...rest.matchAll(new RegExp(`(?:^|\\s)(${names}):`, "g"))];
  return new Map(
    found.map((match, at) => {
      const value = rest.slice(match.index + match[0].length, found[at + 1]?.index).trim();
      return [match[1] ?? "", value];
    }),
  );
}
