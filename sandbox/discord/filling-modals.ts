import type { Exchange, ModalField, ShownModal } from "./exchange.ts";
import type { Member } from "./member.ts";
import { CannotType, type TypedFile, uploadFile } from "./typed-options.ts";
import { ComponentKind, isRaw, type Raw, rawList, SELECT_KINDS, text } from "./wire.ts";

/** What a member puts into a field: text, what is picked by value or label, or files. Nothing is an empty one of each. */
export type FieldValue = string | string[] | TypedFile[];

function isFiles(value: FieldValue): value is TypedFile[] {
  return Array.isArray(value) && value.some((one) => typeof one !== "string");
}

const isNothing = (value: FieldValue) => value.length === 0;

/** See Member.submit. */
export function submitModal(member: Member, modal: ShownModal, given: Record<string, FieldValue>): Exchange {
  const { exchange } = modal;
  if (exchange.member.id !== member.id) throw new CannotType(`Only ${exchange.member.name} sees this modal.`);
  const { channel } = exchange;
  const values = new Map<string, string | string[]>();
  const resolved: Raw = {};
  for (const [key, value] of Object.entries(given)) {
    const field = modal.fields.find((one) => one.customId === key) ?? modal.fields.find((one) => one.label === key);
    if (!field) {
      const known = modal.fields.map((one) => one.customId).join(", ");
      throw new CannotType(`The modal has no field "${key}", only: ${known}.`);
    }
    const isUpload = field.component.type === ComponentKind.FileUpload;
    if (isUpload !== isFiles(value) && !isNothing(value))
      throw new CannotType(`The field "${key}" takes ${isUpload ? "files" : "no files"}.`);
    const world = channel.server.world;
    values.set(
      field.customId,
      isFiles(value) ? value.map((file) => uploadFile(world, channel, file, resolved)) : chosen(field, value),
    );
  }
  for (const field of modal.fields) {
    if (!values.has(field.customId)) values.set(field.customId, isText(field) ? field.value : []);
    checkField(field, values.get(field.customId) ?? "");
  }
  const components = modal.rows.map((row, at) => submittedRow(row, at + 1, values));
  return exchange.channel.server.world.interactions.open({
    kind: "modal",
    member,
    channel: exchange.channel,
    source: exchange.source,
    opener: exchange,
    name: modal.title,
    data: { custom_id: modal.customId, components, ...(Object.keys(resolved).length > 0 ? { resolved } : {}) },
  });
}

const isText = ({ component }: ModalField) => component.type === ComponentKind.TextInput;

/** A text as it is; of a menu, the values of what is picked. */
function chosen(field: ModalField, value: string | string[]): string | string[] {
  if (isText(field)) return value;
  if (isNothing(value)) return [];
  const picked = [value].flat();
  if (field.component.type !== ComponentKind.StringSelect) return picked;
  const options = rawList(field.component.options);
  return picked.map((one) => {
    const found = options.find((option) => option.value === one) ?? options.find((option) => option.label === one);
    if (found) return text(found.value);
    const labels = options.map((option) => text(option.label)).join(", ");
    throw new CannotType(`The field "${field.label}" has no choice "${one}", only: ${labels}.`);
  });
}

/** Throws for what Discord's client would not let a member send. */
export function checkField(field: ModalField, value: FieldValue): void {
  const { component } = field;
  const name = field.label || field.customId;
  if (value.length === 0) {
    if (field.required) throw new CannotType(`The field "${name}" must be filled in.`);
    return;
  }
  if (component.type === ComponentKind.FileUpload) {
    const most = typeof component.max_values === "number" ? component.max_values : 1;
    const least = typeof component.min_values === "number" ? component.min_values : 1;
    if (value.length > most || value.length < least) {
      throw new CannotType(`The field "${name}" takes ${least} to ${most} files, not ${value.length}.`);
    }
  }
  if (SELECT_KINDS.includes(Number(component.type))) {
    const most = typeof component.max_values === "number" ? component.max_values : 1;
    const least = typeof component.min_values === "number" ? component.min_values : 1;
    const count = [value].flat().length;
    if (count > most || count < least)
      throw new CannotType(`The field "${name}" takes ${least} to ${most} choices, not ${count}.`);
  }
  if (component.type !== ComponentKind.TextInput) return;
  const min = typeof component.min_length === "number" ? component.min_length : 0;
  const max = typeof component.max_length === "number" ? component.max_length : 4000;
  if (value.length < min || value.length > max) {
    throw new CannotType(`The field "${name}" takes ${min} to ${max} characters, not ${value.length}.`);
  }
}

function submittedRow(row: Raw, id: number, values: Map<string, string | string[]>): Raw {
  const field = (part: Raw, at: number): Raw => {
    const value = values.get(text(part.custom_id)) ?? "";
    const filled =
      part.type === ComponentKind.TextInput ? { value } : { values: Array.isArray(value) ? value : [value] };
    return { type: part.type, id: id * 10 + at, custom_id: part.custom_id, ...filled };
  };
  if (isRaw(row.component)) return { type: row.type, id, component: field(row.component, 1) };
  if (row.type === ComponentKind.TextDisplay) return { type: row.type, id };
  return { type: row.type, id, components: rawList(row.components).map((part, at) => field(part, at + 1)) };
}
