import { element } from "../element.ts";
import { avatar } from "./avatar.ts";
import { dots, emojiShown } from "./button.ts";
import type { Frame, OpenMenu } from "./frame.ts";
import { icon } from "./icons.ts";
import { chosenIn, chosenOptions, limitsOf, type Menu, type MenuOption, menuOptions, menusOf } from "./menu-options.ts";

/** A menu: a box that says what is chosen, and while it is open the list to choose from. */
export function menuShown(menu: Menu, frame: Frame): HTMLElement {
  const open = frame.menu?.customId === menu.custom_id ? frame.menu : null;
  const key = `menu ${menu.custom_id}`;
  const isPending = frame.pending.has(key);
  const listId = `${idOf(menu, frame)}-list`;
  const chosen = chosenOptions(menu, open?.chosen ?? chosenIn(menu, frame), frame);
  const placeholder = menu.placeholder || "Make a selection";
  const box = element(
    "button",
    {
      type: "button",
      class: "message-menu-box",
      role: "combobox",
      disabled: menu.disabled === true,
      "aria-label": placeholder,
      "aria-haspopup": "listbox",
      "aria-expanded": open ? "true" : "false",
      "aria-controls": open ? listId : null,
      "aria-activedescendant": open && open.active >= 0 ? `${listId}-${open.active}` : null,
      "aria-busy": isPending ? "true" : null,
      "data-act": "menu",
      "data-key": key,
      "data-custom-id": menu.custom_id,
    },
    element("span", { class: "message-menu-words" }, ...chosenShown(chosen, placeholder)),
    isPending ? dots() : icon("chevron"),
  );
  const className = ["message-menu", open && "message-menu-open", open?.upward && "message-menu-upward"];
  return element(
    "div",
    { class: className.filter(Boolean).join(" "), "data-key": `around ${key}` },
    box,
    open && listShown(menu, open, listId, placeholder, frame),
  );
}

function idOf(menu: Menu, frame: Frame): string {
  const place = menusOf(frame).findIndex((each) => each.custom_id === menu.custom_id);
  return `message-${frame.message.id}-menu-${place}`;
}

function chosenShown(chosen: readonly MenuOption[], placeholder: string): HTMLElement[] {
  if (chosen.length === 0) return [element("span", { class: "message-menu-placeholder" }, placeholder)];
  const className = chosen.length > 1 ? "message-menu-chip" : "message-menu-single";
  return chosen.map((option) => element("span", { class: className }, mark(option), element("span", {}, option.label)));
}

function mark({ emoji, user, value, label }: MenuOption): HTMLElement | null {
  return user ? avatar(value, label) : emojiShown(emoji);
}

function listShown(menu: Menu, open: OpenMenu, id: string, label: string, frame: Frame): HTMLElement {
  const { most } = limitsOf(menu);
  const options = menuOptions(menu, frame);
  const attributes = { class: "message-menu-list", role: "listbox", id, "aria-label": label };
  const isFull = most > 1 && open.chosen.length >= most;
  return element(
    "div",
    { ...attributes, "aria-multiselectable": most > 1 ? "true" : null },
    ...options.map((option, at) => {
      const isChosen = open.chosen.includes(option.value);
      const classes = ["message-menu-option", at === open.active && "message-menu-active"];
      return element(
        "div",
        {
          class: classes.filter(Boolean).join(" "),
          role: "option",
          id: `${id}-${at}`,
          "aria-selected": isChosen ? "true" : "false",
          "aria-disabled": isFull && !isChosen ? "true" : null,
          "data-act": "option",
          "data-at": at,
          "data-custom-id": menu.custom_id,
        },
        mark(option),
        element(
          "span",
          { class: "message-menu-option-words" },
          element("span", { class: "message-menu-label" }, option.label),
          option.description && element("span", { class: "message-menu-description" }, option.description),
        ),
        most > 1
          ? element("span", { class: "message-checkbox", "aria-hidden": "true" }, isChosen && icon("check"))
          : isChosen && icon("check"),
      );
    }),
    options.length === 0 &&
      element("div", { class: "message-menu-none", role: "option", "aria-disabled": "true" }, "Nothing to choose"),
  );
}
