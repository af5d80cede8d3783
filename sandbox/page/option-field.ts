import { OptionType } from "../discord/option-type.ts";
import type { CommandOption } from "./command-line.ts";
import { element } from "./element.ts";
import { upload } from "./link.ts";
import type { Player } from "./player.ts";
import type { OptionValue } from "./protocol.ts";
import type { Suggestion, Suggestions } from "./suggestions.ts";

/** The place of one option in the composer. */
export type OptionField = {
  readonly option: CommandOption;
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  focus(): void;
  /** Puts text in as if it had been typed. */
  type(text: string): void;
  /** What would be sent now; null while there is nothing, or nothing that fits. */
  current(): OptionValue | null;
  /** What is wrong with it, in words, to be shown; null when it can be sent. */
  problem(): string | null;
  /** What is sent in the end: files are handed over only now. */
  final(): Promise<OptionValue | null | { readonly refused: string }>;
};

export type OptionFieldParts = {
  readonly option: CommandOption;
  readonly player: Player;
  readonly suggestions: Suggestions;
  /** What the other options hold, for the bot's suggestions. */
  readonly others: () => Record<string, OptionValue>;
  readonly line: string;
  /** Something was chosen: on to the next. */
  readonly next: () => void;
};

/** One does not ask the bot at every key. */
const pauseMs = 150;

export function optionField(parts: OptionFieldParts): OptionField {
  const { option, player, suggestions, others, line, next } = parts;
  const id = `option-${option.name}`;
  const isFile = option.kind === OptionType.Attachment;
  const input = element("input", {
    id,
    type: isFile ? "file" : "text",
    autocomplete: "off",
    spellcheck: "false",
    ...(isFile ? {} : { role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list" }),
    "aria-required": option.isRequired ? "true" : null,
    inputmode: option.kind === OptionType.Integer ? "numeric" : null,
    size: isFile ? null : 1,
  });
  input.title = option.description;
  const whole = element("span", { class: "option" }, element("label", { for: id }, option.name), input);
  /** What was chosen from the list; typing on forgets it. */
  let chosen: { readonly words: string; readonly value: OptionValue } | null = null;
  let asked = 0;
  let timer = 0;

  function choose(words: string, value: OptionValue): void {
    chosen = { words, value };
    input.value = words;
    grow();
    next();
  }

  function grow(): void {
    if (!isFile) input.size = Math.min(60, Math.max(1, input.value.length));
  }

  function offer(entries: readonly { name: string; value: OptionValue; detail?: string }[]): Suggestion[] {
    return entries.slice(0, 25).map(({ name, value, detail }) => ({
      words: name,
      ...(detail ? { detail } : {}),
      choose: () => choose(name, value),
    }));
  }

  function suggest(): void {
    const typed = chosen ? "" : input.value.toLowerCase().replace(/^[@#]/, "");
    const known = knownChoices(option, player);
    if (known) {
      const fits = known.filter(({ name }) => name.toLowerCase().includes(typed));
      suggestions.show(input, option.description, offer(fits));
    } else if (option.hasAutocomplete) askTheBot();
    else suggestions.show(input, option.description, []);
  }

  function askTheBot(): void {
    asked += 1;
    const mine = asked;
    window.clearTimeout(timer);
    suggestions.show(input, `${option.description} · …`, []);
    timer = window.setTimeout(async () => {
      const options = { ...others(), [option.name]: chosen ? "" : input.value };
      const channelId = player.channel?.id ?? "";
      const outcome = await player.do("autocomplete", { channelId, line, options, focused: option.name });
      // What comes late is for something that is no longer typed.
      if (mine !== asked || document.activeElement !== input) return;
      if (outcome.kind === "choices") {
        const none = outcome.choices.length === 0 ? " · nothing fits" : "";
        suggestions.show(input, option.description + none, offer(outcome.choices));
      } else suggestions.show(input, "The bot did not answer in time.", []);
    }, pauseMs);
  }

  input.addEventListener("focus", suggest);
  input.addEventListener("blur", () => {
    asked += 1;
    suggestions.close();
  });
  input.addEventListener("input", () => {
    chosen = null;
    input.removeAttribute("aria-invalid");
    grow();
    suggest();
  });
  if (isFile) input.addEventListener("change", () => input.removeAttribute("aria-invalid"));

  function current(): OptionValue | null {
    if (chosen) return chosen.value;
    const typed = input.value.trim();
    return typed === "" || isFile ? null : typedValue(option, typed, player);
  }

  return {
    option,
    element: whole,
    input,
    focus: () => input.focus(),
    type(text) {
      chosen = null;
      input.value = text;
      grow();
    },
    current,
    problem() {
      if (isFile ? input.files?.length === 0 : input.value.trim() === "") {
        return option.isRequired ? `${option.name} is missing.` : null;
      }
      if (isFile) return null;
      const value = current();
      return value === null ? `${option.name}: ${wanted(option)}` : outOfBounds(option, value);
    },
    async final() {
      const [file] = input.files ?? [];
      if (!isFile) return current();
      if (!file) return null;
      const kept = await upload(file);
      return "id" in kept ? kept.id : kept;
    },
  };
}

type Known = { readonly name: string; readonly value: OptionValue; readonly detail?: string };

/** What can be chosen without asking the bot; null if anything may be typed, or only the bot knows. */
function knownChoices(option: CommandOption, { mirror }: Player): Known[] | null {
  const { people = [], roles = [], channels = [] } = mirror.here ?? {};
  const named = (entries: readonly { id: string; name: string }[], sign: string) =>
    entries.map(({ id, name }) => ({ name: `${sign}${name.replace(/^@/, "")}`, value: id }));
  if (option.choices.length > 0) return [...option.choices];
  switch (option.kind) {
    case OptionType.Boolean:
      return [
        { name: "True", value: true },
        { name: "False", value: false },
      ];
    case OptionType.User:
      return named(people, "@");
    case OptionType.Role:
      return named(roles, "@");
    case OptionType.Mentionable:
      return [...named(people, "@"), ...named(roles, "@")];
    case OptionType.Channel:
      return named(
        channels.filter(({ type }) => option.channelTypes?.includes(type) ?? true),
        "#",
      );
    default:
      return null;
  }
}

/** What was typed out without choosing; null if that is nothing this option takes. */
function typedValue(option: CommandOption, typed: string, player: Player): OptionValue | null {
  const known = knownChoices(option, player);
  const bare = (text: string) => text.toLowerCase().replace(/^[@#]/, "");
  if (known) return known.find(({ name }) => bare(name) === bare(typed))?.value ?? null;
  if (option.kind === OptionType.Integer) return /^-?\d{1,15}$/.test(typed) ? Number(typed) : null;
  if (option.kind === OptionType.Number) return Number.isFinite(Number(typed)) ? Number(typed) : null;
  return typed;
}

function wanted({ kind, choices }: CommandOption): string {
  if (kind === OptionType.Integer) return "a whole number is wanted.";
  if (kind === OptionType.Number) return "a number is wanted.";
  return choices.length > 0 || kind === OptionType.Boolean
    ? "choose one from the list."
    : "there is nobody and nothing of this name here; choose from the list.";
}

function outOfBounds({ name, least, most }: CommandOption, value: OptionValue): string | null {
  if (typeof value === "boolean") return null;
  const size = typeof value === "string" ? value.length : value;
  const unit = typeof value === "string" ? " characters" : "";
  if (least !== null && size < least) return `${name}: at least ${least}${unit}.`;
  return most !== null && size > most ? `${name}: at most ${most}${unit}.` : null;
}
