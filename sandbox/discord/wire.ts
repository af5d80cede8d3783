/** A JSON object whose content has not been looked at yet. */
export type Raw = Record<string, unknown>;

export function isRaw(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The objects in a value that should be a list of objects. */
export function rawList(value: unknown): Raw[] {
  return Array.isArray(value) ? value.filter(isRaw) : [];
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Without the properties that are null or undefined, as Discord leaves them out of its answers. */
export function withoutEmpty(raw: Raw): Raw {
  return Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== undefined && value !== null));
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** Message flags the sandbox gives a meaning to. */
export const MessageFlag = {
  SuppressEmbeds: 1 << 2,
  HasThread: 1 << 5,
  Ephemeral: 1 << 6,
  Loading: 1 << 7,
  ComponentsV2: 1 << 15,
} as const;

/** Component types by name. */
export const ComponentKind = {
  ActionRow: 1,
  Button: 2,
  StringSelect: 3,
  TextInput: 4,
  UserSelect: 5,
  RoleSelect: 6,
  MentionableSelect: 7,
  ChannelSelect: 8,
  Section: 9,
  TextDisplay: 10,
  Thumbnail: 11,
  MediaGallery: 12,
  File: 13,
  Separator: 14,
  Container: 17,
  Label: 18,
  FileUpload: 19,
} as const;

/** String, user, role, mentionable and channel select menus. */
export const SELECT_KINDS: readonly number[] = [3, 5, 6, 7, 8];

/** Every component in a tree, outermost first. */
export function allComponents(components: unknown): Raw[] {
  return rawList(components).flatMap((component) => [
    component,
    ...allComponents(component.components),
    ...(isRaw(component.accessory) ? allComponents([component.accessory]) : []),
    ...(isRaw(component.component) ? allComponents([component.component]) : []),
  ]);
}
