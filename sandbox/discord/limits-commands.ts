import { isSubcommand, OptionType } from "./option-type.ts";
import type { FieldProblem } from "./refusal.ts";
import { isRaw, type Raw, rawList, text } from "./wire.ts";

const MAX_CHAT_COMMANDS = 100;
const MAX_MENU_COMMANDS = 15;
const MAX_COMMAND_TOTAL = 8000;
const MAX_OPTIONS = 25;

/** Command and option names: letters, digits, hyphens and underscores of any script, in lower case. */
const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

/** What Discord has against a whole set of commands. */
export function commandSetProblems(commands: Raw[]): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const ofType = (type: number) => commands.filter((command) => (command.type ?? 1) === type);
  if (ofType(1).length > MAX_CHAT_COMMANDS) {
    const message = `The maximum number of slash commands is ${MAX_CHAT_COMMANDS}.`;
    problems.push({ path: [], code: "APPLICATION_COMMANDS_MAX", message });
  }
  for (const type of [2, 3]) {
    if (ofType(type).length > MAX_MENU_COMMANDS) {
      const message = `The maximum number of menu commands of type ${type} is ${MAX_MENU_COMMANDS}.`;
      problems.push({ path: [], code: "APPLICATION_COMMANDS_MAX", message });
    }
  }
  commands.forEach((command, at) => {
    const twin = commands.findIndex(
      (other) => other.name === command.name && (other.type ?? 1) === (command.type ?? 1),
    );
    if (twin !== at) {
      const message = `The name ${text(command.name)} is used twice.`;
      problems.push({ path: [at, "name"], code: "APPLICATION_COMMANDS_DUPLICATE_NAME", message });
    }
  });
  return problems;
}

/** What Discord has against one command. */
export function commandProblems(command: Raw, path: (string | number)[]): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const type = command.type ?? 1;
  if (type === 1) {
    problems.push(...nameProblems(text(command.name), [...path, "name"]));
    if (text(command.description).length === 0) {
      problems.push({ path: [...path, "description"], code: "BASE_TYPE_REQUIRED", message: "This field is required" });
    }
  } else if (text(command.description) !== "" || rawList(command.options).length > 0) {
    const message = "Menu commands have neither description nor options.";
    problems.push({ path: [...path, "description"], code: "BASE_TYPE_CHOICES", message });
  }
  problems.push(...optionListProblems(rawList(command.options), [...path, "options"], 0));
  const total = totalLength(command);
  if (total > MAX_COMMAND_TOTAL) {
    const message = `Command exceeds maximum size (${MAX_COMMAND_TOTAL}): ${total}.`;
    problems.push({ path, code: "APPLICATION_COMMAND_TOO_LARGE", message });
  }
  return problems;
}

function optionListProblems(options: Raw[], path: (string | number)[], depth: number): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (options.length > MAX_OPTIONS) {
    problems.push({ path, code: "BASE_TYPE_MAX_LENGTH", message: `Must be ${MAX_OPTIONS} or fewer in length.` });
  }
  const subcommands = options.filter((option) => isSubcommand(option.type));
  if (subcommands.length > 0 && subcommands.length < options.length) {
    const message = "Sub-commands and sub-command groups cannot stand beside other options.";
    problems.push({ path, code: "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message });
  }
  let optionalSeen = false;
  options.forEach((option, at) => {
    const here = [...path, at];
    problems.push(...nameProblems(text(option.name), [...here, "name"]));
    if (options.findIndex((other) => other.name === option.name) !== at) {
      const message = `The option ${text(option.name)} is there twice.`;
      problems.push({ path: [...here, "name"], code: "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", message });
    }
    if (option.required === true && optionalSeen) {
      const message = "Required options must be placed before non-required options.";
      problems.push({ path: here, code: "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message });
    }
    if (option.required !== true) optionalSeen = true;
    if (option.autocomplete === true && rawList(option.choices).length > 0) {
      const message = "An option has either choices or autocomplete.";
      problems.push({ path: here, code: "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message });
    }
    if (option.type === OptionType.Group && depth > 0) {
      const message = "Sub-command groups cannot be nested.";
      problems.push({ path: here, code: "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message });
    }
    if (isSubcommand(option.type)) {
      problems.push(...optionListProblems(rawList(option.options), [...here, "options"], depth + 1));
    }
  });
  return problems;
}

function nameProblems(name: string, path: (string | number)[]): FieldProblem[] {
  if (NAME.test(name) && name === name.toLowerCase()) return [];
  const message = "Command names are 1–32 lower-case letters, digits, hyphens or underscores.";
  return [{ path, code: "APPLICATION_COMMAND_INVALID_NAME", message }];
}

function totalLength(part: Raw): number {
  const own = localisedLength(part, "name") + localisedLength(part, "description");
  const choices = rawList(part.choices).reduce(
    (sum, choice) =>
      sum + localisedLength(choice, "name") + (typeof choice.value === "string" ? choice.value.length : 0),
    0,
  );
  return rawList(part.options).reduce((sum, option) => sum + totalLength(option), own + choices);
}

/** Of a text and its translations only the longest counts. */
function localisedLength(part: Raw, key: string): number {
  const translations = part[`${key}_localizations`];
  const lengths = isRaw(translations) ? Object.values(translations).map((words) => text(words).length) : [];
  return Math.max(text(part[key]).length, ...lengths);
}
