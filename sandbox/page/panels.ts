import { element } from "./element.ts";
import { type IconName, iconButton } from "./icon.ts";

/** Something that can be opened beside the channel. */
export type Panel = {
  readonly name: string;
  readonly icon: IconName;
  readonly element: HTMLElement;
  /** Called when it opens: a closed one need not be drawn. */
  readonly opened?: () => void;
};

/** The buttons that open the panels, and the place where one of them stands. */
export function panelsView(panels: readonly Panel[]) {
  const place = element("section", { class: "panel", hidden: true });
  const buttons = panels.map((panel) => {
    const button = iconButton(panel.icon, panel.name, () => toggle(panel));
    button.setAttribute("aria-expanded", "false");
    button.append(element("span", { class: "button-words" }, panel.name));
    return button;
  });
  let open: Panel | null = null;

  function toggle(panel: Panel): void {
    open = open === panel ? null : panel;
    place.hidden = open === null;
    buttons.forEach((button, at) => {
      button.setAttribute("aria-expanded", String(panels[at] === open));
    });
    if (!open) return;
    place.setAttribute("aria-label", open.name);
    const close = iconButton("close", `Close ${open.name}`, () => toggle(panel));
    place.replaceChildren(element("header", {}, element("h2", {}, open.name), close), open.element);
    open.opened?.();
  }

  place.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !open) return;
    const at = panels.indexOf(open);
    toggle(open);
    buttons[at]?.focus();
  });
  return { buttons, place, isOpen: (panel: Panel) => open === panel };
}
