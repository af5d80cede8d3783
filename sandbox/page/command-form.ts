import { OptionType } from "../discord/option-type.ts";
import { type CommandOption, givenOptions, type Typable } from "./command-line.ts";
import { element } from "./element.ts";
import { type OptionField, optionField } from "./option-field.ts";
import type { Player } from "./player.ts";
import type { OptionValue } from "./protocol.ts";
import type { Suggestions } from "./suggestions.ts";

/** A command while it is filled in. */
export type CommandForm = {
  readonly line: string;
  readonly element: HTMLElement;
  focus(): void;
  /** Everything that would be sent, or the first thing that is wrong, which then has the focus. */
  read(): Promise<{ readonly options: Record<string, OptionValue> } | { readonly problem: string }>;
};

export type CommandFormParts = {
  readonly typable: Typable;
  readonly player: Player;
  readonly suggestions: Suggestions;
  /** What was typed after the command: options by name, or the beginning of one. */
  readonly rest: string;
  /** Whether it is being typed, key by key, and goes on where it stopped. */
  readonly isTypedOn: boolean;
  /** Gives the command up; the text is what stays. */
  readonly leave: (text: string) => void;
  readonly send: () => void;
};

/** Required options first; optional ones when they are asked for, by their button or by typing after the others. */
export function commandForm(parts: CommandFormParts): CommandForm {
  const { typable, player, suggestions, rest, isTypedOn, leave, send } = parts;
  const given = givenOptions(typable, rest);
  const fields: OptionField[] = [];
  const places = element("span", { class: "options" });
  const more = element("span", { class: "more-options", role: "group", "aria-label": "More options" });
  const name = element(
    "button",
    { type: "button", class: "command-name", title: "Give this command up" },
    typable.line,
  );
  const end = element("input", {
    class: "command-end",
    autocomplete: "off",
    spellcheck: "false",
    role: "combobox",
    "aria-expanded": "false",
    "aria-label": `${typable.line}: Enter sends it; or type the name of another option`,
  });
  const whole = element("div", { class: "command" }, name, places, end, more);

  function add(option: CommandOption): OptionField {
    const field = optionField({
      option,
      player,
      suggestions,
      line: typable.line,
      others: () => values(option.name),
      next: goOn,
    });
    fields.push(field);
    places.append(field.element, " ");
    field.input.addEventListener("keydown", (event) => onKey(event, field));
    if (!isFreeText(option)) field.input.addEventListener("input", () => jump(field.input));
    drawMore();
    return field;
  }

  function left(): CommandOption[] {
    return typable.options.filter((option) => !fields.some((field) => field.option.name === option.name));
  }

  function drawMore(): void {
    more.replaceChildren(
      ...left().map((option) => {
        const button = element(
          "button",
          { type: "button", class: "more-option", title: option.description },
          `+ ${option.name}`,
        );
        button.addEventListener("click", () => add(option).focus());
        return button;
      }),
    );
  }

  function values(except: string): Record<string, OptionValue> {
    return Object.fromEntries(
      fields.flatMap(({ option, current }) => {
        const value = option.name === except ? null : current();
        return value === null ? [] : [[option.name, value]];
      }),
    );
  }

  /** On to the next option that is empty, or to the end. */
  function goOn(): void {
    const empty = fields.find(({ input }) => input.value === "");
    (empty?.input ?? end).focus();
  }

  function remove(field: OptionField): void {
    fields.splice(fields.indexOf(field), 1);
    field.element.remove();
    drawMore();
    end.focus();
  }

  /** Whoever types an option's name and a colon goes on there, as in a line that was typed in one go. */
  function jump(from: HTMLInputElement): void {
    const [whole = "", name] = /(?:^|\s)([\w-]+):$/.exec(from.value) ?? [];
    const option = typable.options.find((one) => one.name === name);
    if (!option) return;
    const known = fields.find((field) => field.option === option);
    from.value = from.value.slice(0, -whole.length);
    if (known?.input === from) from.dispatchEvent(new Event("input"));
    else (known ?? add(option)).focus();
  }

  function suggestOptions(): void {
    const typed = end.value.trim().toLowerCase().replace(/:$/, "");
    const fits = left().filter((option) => option.name.startsWith(typed));
    suggestions.show(
      end,
      fits.length > 0 ? "Options" : "",
      fits.map((option) => ({
        words: option.name,
        detail: option.description,
        choose() {
          end.value = "";
          add(option).focus();
        },
      })),
    );
  }

  function onKeyAtEnd(event: KeyboardEvent): void {
    if (suggestions.takesKey(event)) return;
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape") {
      event.preventDefault();
      leave("");
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      suggestOptions();
    } else if (event.key === "Backspace" && end.value === "") {
      event.preventDefault();
      const last = fields.at(-1);
      if (last) last.focus();
      else leave(typable.line);
    }
  }

  function onKey(event: KeyboardEvent, field: OptionField): void {
    if (suggestions.takesKey(event)) return;
    const { input, option } = field;
    const isFile = input.type === "file";
    const atStart = !isFile && input.selectionStart === 0 && input.selectionEnd === 0;
    if (event.key === "Enter" && !event.isComposing && !isFile) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape") {
      event.preventDefault();
      leave("");
    } else if (event.key === "Backspace" && (atStart || isFile) && (isFile || input.value === "")) {
      event.preventDefault();
      const before = fields[fields.indexOf(field) - 1];
      if (!option.isRequired) remove(field);
      else if (before) before.focus();
      else leave(typable.line);
    }
  }

  name.addEventListener("click", () => leave(""));
  end.addEventListener("keydown", onKeyAtEnd);
  end.addEventListener("input", () => {
    suggestOptions();
    jump(end);
  });
  end.addEventListener("blur", () => suggestions.close());
  for (const option of typable.options) {
    const text = given.get(option.name);
    if (option.isRequired || text !== undefined) {
      const field = add(option);
      if (text) field.type(text);
    }
  }
  // What was typed before the commands came is the beginning of the first option, or of its name.
  const [first] = fields;
  if (given.size === 0 && rest !== "") first?.type(rest);
  drawMore();

  return {
    line: typable.line,
    element: whole,
    focus() {
      const typedLast = fields.findLast(({ input }) => input.type !== "file" && input.value !== "");
      if (isTypedOn && typedLast) typedLast.focus();
      else goOn();
    },
    async read() {
      const options: Record<string, OptionValue> = {};
      for (const field of fields) {
        const problem = field.problem();
        if (problem) return refuse(field, problem);
        const value = await field.final();
        if (value !== null && typeof value === "object") return refuse(field, value.refused);
        if (value !== null) options[field.option.name] = value;
      }
      return { options };
    },
  };

  function refuse(field: OptionField, problem: string): { readonly problem: string } {
    field.input.setAttribute("aria-invalid", "true");
    field.focus();
    return { problem };
  }
}

/** Where a colon is more likely a part of what is said. */
function isFreeText({ kind, hasAutocomplete, choices }: CommandOption): boolean {
  return kind === OptionType.String && !hasAutocomplete && choices.length === 0;
}
