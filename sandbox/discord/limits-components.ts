import type { FieldProblem } from "./refusal.ts";
import { allComponents, ComponentKind, isRaw, type Raw, rawList, SELECT_KINDS, text } from "./wire.ts";

/** Discord's limits on what stands in a message or a modal, which its published schemas do not hold. */
const MAX_ACTION_ROWS = 5;
const MAX_BUTTONS_PER_ROW = 5;
const MAX_V2_COMPONENTS = 40;
const MAX_V2_TEXT = 4000;
const MAX_MODAL_ROWS = 5;

type Path = (string | number)[];

/** What Discord has against the components of a message. `v2` says whether the message has the components-v2 flag. */
export function componentProblems(components: Raw[], v2: boolean): FieldProblem[] {
  return [
    ...(v2 ? v2Problems(components) : classicProblems(components)),
    ...components.flatMap((component, at) => treeProblems(component, ["components", at])),
    ...idProblems(components),
  ];
}

function classicProblems(components: Raw[]): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (components.length > MAX_ACTION_ROWS) {
    problems.push(
      problem(["components"], "BASE_TYPE_BAD_LENGTH", `Must be between 1 and ${MAX_ACTION_ROWS} in length.`),
    );
  }
  components.forEach((component, at) => {
    if (component.type !== ComponentKind.ActionRow) {
      const message = `Component type ${component.type} needs the components-v2 flag (32768).`;
      problems.push(problem(["components", at, "type"], "UNION_TYPE_CHOICES", message));
    }
  });
  return problems;
}

function v2Problems(components: Raw[]): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const all = allComponents(components);
  if (all.length > MAX_V2_COMPONENTS) {
    const message = `The total number of components cannot exceed ${MAX_V2_COMPONENTS}, and there are ${all.length}.`;
    problems.push(problem(["components"], "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message));
  }
  const length = all.reduce(
    (sum, part) => sum + (part.type === ComponentKind.TextDisplay ? text(part.content).length : 0),
    0,
  );
  if (length > MAX_V2_TEXT) {
    const message = `The text of all components together cannot exceed ${MAX_V2_TEXT} characters, and it has ${length}.`;
    problems.push(problem(["components"], "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message));
  }
  return problems;
}

function treeProblems(component: Raw, path: Path): FieldProblem[] {
  const inner = rawList(component.components).flatMap((part, at) => treeProblems(part, [...path, "components", at]));
  const accessory = isRaw(component.accessory) ? treeProblems(component.accessory, [...path, "accessory"]) : [];
  return [...ownProblems(component, path), ...inner, ...accessory];
}

function ownProblems(component: Raw, path: Path): FieldProblem[] {
  if (component.type === ComponentKind.ActionRow) return rowProblems(component, path);
  if (component.type === ComponentKind.Button) return buttonProblems(component, path);
  if (SELECT_KINDS.includes(Number(component.type))) return selectProblems(component, path);
  return [];
}

function rowProblems(row: Raw, path: Path): FieldProblem[] {
  const parts = rawList(row.components);
  const selects = parts.filter((part) => SELECT_KINDS.includes(Number(part.type)));
  if (selects.length > 0 && parts.length > 1) {
    const message = "A select menu fills its action row: it stands alone.";
    return [problem([...path, "components"], "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)];
  }
  if (parts.length > MAX_BUTTONS_PER_ROW) {
    const message = `An action row holds at most ${MAX_BUTTONS_PER_ROW} buttons.`;
    return [problem([...path, "components"], "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)];
  }
  return [];
}

function buttonProblems(button: Raw, path: Path): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const links = button.style === 5;
  const sells = button.style === 6;
  if (links !== Boolean(button.url)) {
    problems.push(
      problem([...path, "url"], "BUTTON_COMPONENT_INVALID", "A url belongs to a link button and only there."),
    );
  }
  if ((links || sells) === Boolean(button.custom_id)) {
    const message = "A button needs a custom id unless it links or sells.";
    problems.push(problem([...path, "custom_id"], "BUTTON_COMPONENT_INVALID", message));
  }
  if (!sells && !button.label && !button.emoji) {
    problems.push(problem([...path, "label"], "BUTTON_COMPONENT_INVALID", "A button needs a label or an emoji."));
  }
  return problems;
}

function selectProblems(menu: Raw, path: Path): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const min = typeof menu.min_values === "number" ? menu.min_values : 1;
  const max = typeof menu.max_values === "number" ? menu.max_values : 1;
  if (min > max) {
    problems.push(problem([...path, "min_values"], "COMPONENT_INVALID", "min_values is above max_values."));
  }
  if (menu.type !== ComponentKind.StringSelect) return problems;
  const options = rawList(menu.options);
  const values = options.map((option) => option.value);
  if (new Set(values).size < values.length) {
    const message = "The specified option value is already used.";
    problems.push(problem([...path, "options"], "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message));
  }
  if (max > options.length || min > options.length) {
    const message = `max_values (${max}) and min_values (${min}) cannot exceed the ${options.length} options.`;
    problems.push(problem([...path, "max_values"], "SELECT_COMPONENT_MAX_VALUES", message));
  }
  if (options.filter((option) => option.default === true).length > max) {
    problems.push(
      problem([...path, "options"], "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", "Too many default options."),
    );
  }
  return problems;
}

function idProblems(components: Raw[]): FieldProblem[] {
  const all = allComponents(components);
  const repeated = (values: unknown[]) => values.filter((value, at) => values.indexOf(value) !== at);
  const customIds = repeated(all.map((part) => part.custom_id).filter((id) => typeof id === "string"));
  const numbers = repeated(all.map((part) => part.id).filter((id) => typeof id === "number" && id > 0));
  return [
    ...customIds.map((id) =>
      problem(["components"], "COMPONENT_CUSTOM_ID_DUPLICATED", `Component custom id cannot be duplicated: ${id}`),
    ),
    ...numbers.map((id) =>
      problem(["components"], "COMPONENT_ID_DUPLICATED", `Component id cannot be duplicated: ${id}`),
    ),
  ];
}

/** What Discord has against a modal. */
export function modalProblems(data: Raw): FieldProblem[] {
  const rows = rawList(data.components);
  const problems: FieldProblem[] = [];
  if (rows.length > MAX_MODAL_ROWS) {
    problems.push(
      problem(["data", "components"], "BASE_TYPE_BAD_LENGTH", `A modal has at most ${MAX_MODAL_ROWS} rows.`),
    );
  }
  rows.forEach((row, at) => {
    const path = ["data", "components", at];
    const parts = rawList(row.components);
    if (row.type === ComponentKind.ActionRow && parts.length !== 1) {
      problems.push(problem([...path, "components"], "BASE_TYPE_BAD_LENGTH", "A row of a modal holds one text input."));
    }
    if (row.type === ComponentKind.ActionRow && parts.some((part) => !part.label)) {
      problems.push(problem([...path, "components", 0, "label"], "BASE_TYPE_REQUIRED", "This field is required"));
    }
    const fields = isRaw(row.component) ? [row.component] : parts;
    fields.forEach((field) => {
      problems.push(...fieldProblems(field, path));
    });
  });
  return [...problems, ...idProblems(rows).map((found) => ({ ...found, path: ["data", ...found.path] }))];
}

function fieldProblems(field: Raw, path: Path): FieldProblem[] {
  if (SELECT_KINDS.includes(Number(field.type))) return selectProblems(field, path);
  if (field.type !== ComponentKind.TextInput) return [];
  const length = text(field.value).length;
  const min = typeof field.min_length === "number" ? field.min_length : 0;
  const max = typeof field.max_length === "number" ? field.max_length : 4000;
  if (min > max) return [problem([...path, "min_length"], "BASE_TYPE_BAD_LENGTH", "min_length is above max_length.")];
  if (length > max || (length > 0 && length < min)) {
    return [problem([...path, "value"], "BASE_TYPE_BAD_LENGTH", `Must be between ${min} and ${max} in length.`)];
  }
  return [];
}

function problem(path: Path, code: string, message: string): FieldProblem {
  return { path, code, message };
}
