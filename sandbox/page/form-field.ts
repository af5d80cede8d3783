import { element } from "./element.ts";
import { upload } from "./link.ts";
import type { Player } from "./player.ts";
import type { FieldEntry } from "./protocol.ts";

/** A row of a form. */
export type Field = {
  readonly element: HTMLElement;
  readonly takesFocus: boolean;
  focus(): void;
  /** What is missing, in words; null when it can be sent. */
  missing(): string | null;
  /** What was put in; null for a row that takes nothing. Files are handed over only now. */
  entry(): Promise<{ readonly customId: string; readonly value: FieldEntry } | { readonly refused: string } | null>;
};

type Wire = Readonly<Record<string, unknown>>;

/** Component types a form may hold, by Discord's numbers. */
const Kind = { TextInput: 4, UserSelect: 5, RoleSelect: 6, MentionableSelect: 7, ChannelSelect: 8, File: 19 } as const;
const StringSelect = 3;

const isWire = (value: unknown): value is Wire => typeof value === "object" && value !== null && !Array.isArray(value);
const wires = (value: unknown): Wire[] => (Array.isArray(value) ? value.filter(isWire) : []);
const words = (value: unknown): string => (typeof value === "string" ? value : "");

/** Makes the field for a row as the bot sent it. */
export function fieldOf(row: Wire, id: string, player: Player): Field {
  const [inner] = isWire(row.component) ? [row.component] : wires(row.components);
  if (!inner) return plainText(words(row.content));
  const label = words(row.label) || words(inner.label);
  const description = words(row.description);
  const isRequired = inner.required !== false;
  const control = controlOf(inner, id, player, label);
  const hintId = description ? `${id}-hint` : null;
  if (hintId) control.input.setAttribute("aria-describedby", hintId);
  if (isRequired) control.input.setAttribute("aria-required", "true");
  return {
    element: element(
      "div",
      { class: "field" },
      element("label", { for: id }, label, isRequired && element("span", { class: "required" }, " *")),
      hintId && element("p", { class: "hint", id: hintId }, description),
      control.input,
    ),
    takesFocus: true,
    focus: () => control.input.focus(),
    missing: () => control.missing(isRequired),
    async entry() {
      const value = await control.value();
      return typeof value === "object" && "refused" in value ? value : { customId: words(inner.custom_id), value };
    },
  };
}

function plainText(content: string): Field {
  const shown = element("p", { class: "form-text" }, content);
  return { element: shown, takesFocus: false, focus: () => {}, missing: () => null, entry: async () => null };
}

type Control = {
  readonly input: HTMLElement;
  missing(isRequired: boolean): string | null;
  value(): Promise<FieldEntry | { readonly refused: string }>;
};

function controlOf(part: Wire, id: string, player: Player, label: string): Control {
  if (part.type === Kind.TextInput) return textControl(part, id, label);
  if (part.type === Kind.File) return fileControl(part, id, label);
  return selectControl(part, id, player, label);
}

function textControl(part: Wire, id: string, label: string): Control {
  const attributes = {
    id,
    placeholder: words(part.placeholder),
    maxlength: typeof part.max_length === "number" ? part.max_length : 4000,
  };
  const isLong = part.style === 2;
  const input = isLong
    ? element("textarea", { ...attributes, rows: 5 })
    : element("input", { ...attributes, type: "text", autocomplete: "off" });
  input.value = words(part.value);
  return {
    input,
    missing(isRequired) {
      const least = typeof part.min_length === "number" ? part.min_length : 0;
      if (input.value.trim() === "") return isRequired ? `“${label}” is missing.` : null;
      return input.value.length < least ? `“${label}” takes at least ${least} characters.` : null;
    },
    value: async () => input.value,
  };
}

function fileControl(part: Wire, id: string, label: string): Control {
  const most = typeof part.max_values === "number" ? part.max_values : 1;
  const input = element("input", { id, type: "file", multiple: most > 1 });
  return {
    input,
    missing(isRequired) {
      const count = input.files?.length ?? 0;
      if (count > most) return `“${label}” takes ${most} files at most.`;
      return isRequired && count === 0 ? `“${label}” is missing.` : null;
    },
    async value() {
      const kept = await Promise.all([...(input.files ?? [])].map(upload));
      const refused = kept.find((one) => "refused" in one);
      return refused ?? { uploads: kept.flatMap((one) => ("id" in one ? [one.id] : [])) };
    },
  };
}

function selectControl(part: Wire, id: string, player: Player, label: string): Control {
  const most = typeof part.max_values === "number" ? part.max_values : 1;
  const input = element("select", { id, multiple: most > 1, size: most > 1 ? 5 : null });
  if (most === 1) input.append(element("option", { value: "" }, words(part.placeholder) || "Choose…"));
  for (const { value, name, isChosen } of choicesOf(part, player)) {
    input.append(element("option", { value, selected: isChosen }, name));
  }
  const chosen = () => [...input.selectedOptions].map(({ value }) => value).filter(Boolean);
  return {
    input,
    missing(isRequired) {
      if (chosen().length > most) return `“${label}” takes ${most} at most.`;
      return isRequired && chosen().length === 0 ? `“${label}” is missing.` : null;
    },
    value: async () => ({ chosen: chosen() }),
  };
}

type SelectChoice = { readonly value: string; readonly name: string; readonly isChosen?: boolean };

function choicesOf(part: Wire, { mirror }: Player): SelectChoice[] {
  const named = (entries: readonly { readonly id: string; readonly name: string }[]) =>
    entries.map(({ id, name }) => ({ value: id, name }));
  const { people = [], roles = [], channels = [] } = mirror.here ?? {};
  switch (part.type) {
    case StringSelect:
      return wires(part.options).map((option) => ({
        value: words(option.value),
        name: [words(option.label), words(option.description)].filter(Boolean).join(" · "),
        isChosen: option.default === true,
      }));
    case Kind.UserSelect:
      return named(people);
    case Kind.RoleSelect:
      return named(roles);
    case Kind.MentionableSelect:
      return named([...people, ...roles]);
    case Kind.ChannelSelect:
      return named(channels);
    default:
      return [];
  }
}
