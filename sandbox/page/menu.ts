import { element } from "./element.ts";

export type MenuItem = { readonly words: string; readonly choose: () => void };

/** Opens a menu beside an element; the focus returns there when it closes. */
export function openMenu(beside: HTMLElement, title: string, items: readonly MenuItem[]): void {
  document.querySelector(".menu")?.dispatchEvent(new Event("dismiss"));
  const buttons = items.map(({ words, choose }) => {
    const button = element("button", { type: "button", role: "menuitem", tabindex: "-1" }, words);
    button.addEventListener("click", () => {
      close();
      choose();
    });
    return button;
  });
  const menu = element(
    "div",
    { class: "menu", role: "menu", "aria-label": title },
    element("div", { class: "menu-title", "aria-hidden": "true" }, title),
    ...buttons,
  );

  function close(): void {
    document.removeEventListener("pointerdown", outside, true);
    window.removeEventListener("resize", close);
    menu.remove();
    beside.removeAttribute("aria-expanded");
    beside.focus();
  }

  function outside({ target }: Event): void {
    if (!(target instanceof Node) || !menu.contains(target)) close();
  }

  menu.addEventListener("dismiss", close);
  menu.addEventListener("keydown", (event) => {
    const at = buttons.findIndex((button) => button.matches(":focus"));
    const goTo = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (goTo !== undefined) {
      event.preventDefault();
      buttons.at(goTo % buttons.length)?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      close();
    }
  });
  document.body.append(menu);
  place(menu, beside);
  beside.setAttribute("aria-expanded", "true");
  document.addEventListener("pointerdown", outside, true);
  window.addEventListener("resize", close);
  buttons[0]?.focus();
}

/** Below and at the right edge of what it belongs to, as far as there is room. */
function place(menu: HTMLElement, beside: HTMLElement): void {
  const anchor = beside.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const left = Math.max(8, Math.min(anchor.right - width, window.innerWidth - width - 8));
  const below = anchor.bottom + 4;
  const top = below + height > window.innerHeight - 8 ? Math.max(8, anchor.top - height - 4) : below;
  menu.style.left = `${left}px`;
  menu.style.top = `${top}px`;
}
