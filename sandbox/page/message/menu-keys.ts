import { menuOf, movedBy, toggle, typeAhead, typingMs } from "./choosing.ts";
import type { Frame, OpenMenu } from "./frame.ts";
import { limitsOf, type Menu, menuOptions } from "./menu-options.ts";
import { done } from "./sending.ts";

/** A key on a menu's box: opens the list, moves in it, looks for what is typed, chooses, closes. */
export function menuKey(event: KeyboardEvent, box: HTMLElement, frame: Frame, draw: () => void): void {
  const menu = menuOf(frame, box.dataset.customId);
  if (!menu || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!frame.menu) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    box.click();
    return;
  }
  const what = openMenuKey(event, menu, frame.menu, frame);
  if (what === "nothing") return;
  event.preventDefault();
  event.stopPropagation();
  if (what === "done") done(frame, draw);
  else draw();
  document.getElementById(box.getAttribute("aria-activedescendant") ?? "")?.scrollIntoView({ block: "nearest" });
}

function openMenuKey(event: KeyboardEvent, menu: Menu, open: OpenMenu, frame: Frame): "done" | "changed" | "nothing" {
  const { key, timeStamp } = event;
  const moved = movedBy(key, open, menuOptions(menu, frame).length);
  const isTyping = open.typed !== "" && timeStamp - open.typedAtMs < typingMs;
  if (moved !== null) open.active = moved;
  else if (key === "Enter" || (key === " " && !isTyping)) {
    if (toggle(frame, menu, open, open.active)) return "done";
  } else if (key === "Escape") {
    if (limitsOf(menu).most > 1) return "done";
    frame.menu = null;
  } else if ([...key].length === 1) typeAhead(frame, menu, open, key, timeStamp);
  else return "nothing";
  return "changed";
}

/** The list opens upward where there is more room above than below. */
export function placeList(box: HTMLElement, frame: Frame, draw: () => void): void {
  const list = box.parentElement?.querySelector(".message-menu-list");
  if (!list || !frame.menu) return;
  const { top, bottom } = box.getBoundingClientRect();
  const scroller = box.closest('[role="log"]')?.getBoundingClientRect();
  const below = (scroller?.bottom ?? innerHeight) - bottom;
  const above = top - (scroller?.top ?? 0);
  frame.menu.upward = below < list.getBoundingClientRect().height + 8 && above > below;
  draw();
  box.parentElement?.querySelector(".message-menu-active")?.scrollIntoView({ block: "nearest" });
}
