/**
 * Custom ids say what a button, select or modal does and to what: `action:version:key`. Never state, which would be old
 * when somebody presses a message of last month. Raise the version when an action or its key comes to mean something else.
 */
const version = 1;

const pattern = /^([a-z][a-z-]{0,30}):(\d{1,3}):([\w.-]{1,60})$/;

export type CustomId =
  | { readonly kind: "current"; readonly action: string; readonly key: string }
  | { readonly kind: "outdated"; readonly action: string }
  | { readonly kind: "foreign" };

/** Writes a custom id, at most 97 of Discord's 100 characters. Throws if a part does not fit: parts are ours. */
export function customId(action: string, key: string | number): string {
  const id = `${action}:${version}:${key}`;
  if (!pattern.test(id)) throw new Error(`not a custom id: ${id}`);
  return id;
}

/** Reads a custom id strictly: one of this version, one of another version, or one we never wrote. */
export function readCustomId(id: string): CustomId {
  const [, action, written, key] = pattern.exec(id) ?? [];
  if (action === undefined || key === undefined) return { kind: "foreign" };
  return written === String(version) ? { kind: "current", action, key } : { kind: "outdated", action };
}

/** The number a key is, where it is one (a model, a preview). Throws on anything else: Discord sends back what we wrote. */
export function numberIn(key: string): number {
  if (!/^\d{1,15}$/.test(key)) throw new Error(`not a number in a custom id: ${key}`);
  return Number(key);
}
