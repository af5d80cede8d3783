import type { ModalField, ShownModal } from "../discord/exchange.ts";
import { checkField, type FieldValue } from "../discord/filling-modals.ts";
import { ComponentKind, rawList, SELECT_KINDS, text } from "../discord/wire.ts";
import { NotUnderstood } from "./not-understood.ts";
import { readTypedFiles } from "./typed-file.ts";

/** A form that a person fills in line by line. */
export type TypedForm = {
  readonly modal: ShownModal;
  /** What was put into its fields so far, in their order. */
  readonly given: Record<string, FieldValue>;
};

/** The field the next line goes into; undefined when all are filled in. */
export function nextField({ modal, given }: TypedForm): ModalField | undefined {
  return modal.fields.find(({ customId }) => !(customId in given));
}

/** What a field is called and what it takes, for whoever types into it. */
export function askedFor({ component, label, required, value }: ModalField): string {
  const takes = SELECT_KINDS.includes(Number(component.type))
    ? `: ${choicesOf(component).join(" · ")}`
    : component.type === ComponentKind.FileUpload
      ? ": the way to a file, such as ./picture.png; several with commas between"
      : "";
  const empty = value !== "" ? ` An empty line leaves “${shortened(value)}”.` : required ? "" : " It may stay empty.";
  return `“${label}”${takes}${takes === "" || empty === "" ? "" : "."}${empty}`;
}

/** Puts a line into the next field; throws NotUnderstood or CannotType, and then the form is as it was. */
export function fillNext(form: TypedForm, line: string): void {
  const field = nextField(form);
  if (!field) return;
  const value = readValue(field, line.trim());
  checkField(field, value);
  form.given[field.customId] = value;
}

function readValue({ component, label, value }: ModalField, line: string): FieldValue {
  if (component.type === ComponentKind.FileUpload) return readTypedFiles(line);
  if (!SELECT_KINDS.includes(Number(component.type))) return line === "" ? value : line;
  if (line === "") return [];
  const wanted = line.toLowerCase();
  const options = rawList(component.options);
  const found =
    options.find((each) => text(each.label).toLowerCase() === wanted || text(each.value).toLowerCase() === wanted) ??
    options.find((each) => text(each.label).toLowerCase().startsWith(wanted));
  if (!found) throw new NotUnderstood(`“${label}” takes one of: ${choicesOf(component).join(" · ")}`);
  return [text(found.value)];
}

function choicesOf(component: ModalField["component"]): string[] {
  return rawList(component.options).map((option) => text(option.label));
}

function shortened(words: string): string {
  const line = words.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 60).toWellFormed()}…` : line;
}
