/** A key of `whoActs`: the interaction's id, in which Discord counts time. */
const timed = /^interaction:(\d{1,20})$/;

/**
 * Whether a press came after another, by their keys. Discord may deliver one again at any time, also when its member has
 * pressed again since; its id still says when it was made. Keys that say no time are as they come.
 */
export function isLaterPress(key: string, than: string): boolean {
  const [, id] = timed.exec(key) ?? [];
  const [, before] = timed.exec(than) ?? [];
  return id === undefined || before === undefined ? key !== than : BigInt(id) > BigInt(before);
}
