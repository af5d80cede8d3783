import type { Frame, OpenMenu } from "./frame.ts";
import { chosenIn, limitsOf, type Menu, menuOptions, menusOf } from "./menu-options.ts";

/** Letters typed within this time look for one option together. */
export const typingMs = 800;

export function menuOf(frame: Frame, customId: string | undefined): Menu | undefined {
  return menusOf(frame).find((menu) => menu.custom_id === customId && !menu.disabled);
}

export function openMenu(frame: Frame, menu: Menu): void {
  const chosen = chosenIn(menu, frame);
  const options = menuOptions(menu, frame);
  const active = options.findIndex(({ value }) => chosen.includes(value));
  frame.menu = {
    customId: menu.custom_id,
    active: options.length === 0 ? -1 : Math.max(0, active),
    chosen,
    upward: false,
    typed: "",
    typedAtMs: 0,
  };
}

/** Keeps an open menu right when its message has changed: closed if it is gone, on an option that is there. */
export function adjustMenu(frame: Frame): void {
  const menu = menuOf(frame, frame.menu?.customId);
  if (!menu) frame.menu = null;
  else if (frame.menu) frame.menu.active = Math.min(frame.menu.active, menuOptions(menu, frame).length - 1);
}

/** Chooses the option at this place, or takes it back. Tells whether the menu is done with. */
export function toggle(frame: Frame, menu: Menu, open: OpenMenu, at: number): boolean {
  const option = menuOptions(menu, frame)[at];
  const { least, most } = limitsOf(menu);
  if (!option) return false;
  open.active = at;
  const had = open.chosen.includes(option.value);
  if (most === 1) {
    open.chosen = had && least === 0 ? [] : [option.value];
    return true;
  }
  if (had) open.chosen = open.chosen.filter((value) => value !== option.value);
  else if (open.chosen.length < most) open.chosen = [...open.chosen, option.value];
  return false;
}

/**
 * Closes the menu and gives back what is to be sent; null where nothing has changed, or fewer are chosen than must be:
 * then it stays as it was before.
 */
export function closeMenu(frame: Frame, menu: Menu, open: OpenMenu): string[] | null {
  frame.menu = null;
  const before = chosenIn(menu, frame);
  const { least } = limitsOf(menu);
  // In the order of the list, whatever order they were clicked in.
  const values = menuOptions(menu, frame).flatMap(({ value }) => (open.chosen.includes(value) ? [value] : []));
  const isSame = values.length === before.length && values.every((value) => before.includes(value));
  if (isSame || values.length < least) return null;
  frame.picked.set(menu.custom_id, { values, of: JSON.stringify(menu) });
  return values;
}

/** Where a key leads in an open list; null for keys that do not move. */
export function movedBy(key: string, open: OpenMenu, count: number): number | null {
  const last = count - 1;
  switch (key) {
    case "ArrowDown":
      return Math.min(last, open.active + 1);
    case "ArrowUp":
      return Math.max(0, open.active - 1);
    case "Home":
      return 0;
    case "End":
      return last;
    case "PageDown":
      return Math.min(last, open.active + 8);
    case "PageUp":
      return Math.max(0, open.active - 8);
    default:
      return null;
  }
}

/** Looks for an option that begins with what was typed just now; the same letter again goes to the next one. */
export function typeAhead(frame: Frame, menu: Menu, open: OpenMenu, letter: string, atMs: number): void {
  open.typed = atMs - open.typedAtMs > typingMs ? letter : open.typed + letter;
  open.typedAtMs = atMs;
  const isRepeated = [...open.typed].every((each) => each === letter);
  const wanted = (isRepeated ? letter : open.typed).toLowerCase();
  const labels = menuOptions(menu, frame).map(({ label }) => label.replace(/^[@#]/, "").toLowerCase());
  const from = isRepeated ? open.active + 1 : open.active;
  const order = labels.map((_, step) => (from + step) % labels.length);
  open.active = order.find((at) => labels[at]?.startsWith(wanted)) ?? open.active;
}
