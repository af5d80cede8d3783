import type { APIButtonComponent } from "discord.js";
import { element } from "../element.ts";
import type { Frame } from "./frame.ts";
import { icon } from "./icons.ts";
import { webAddress } from "./web-address.ts";

const styles = { 1: "main", 2: "plain", 3: "good", 4: "danger", 5: "plain", 6: "main" } as const;

/** A button. One that leads to an address says so by its arrow; one that was pressed shows dots until it is answered. */
export function buttonShown(button: APIButtonComponent, frame: Frame): HTMLElement {
  const className = `message-button message-button-${styles[button.style]}`;
  if (button.style === 6) {
    return element("button", { type: "button", class: className, disabled: true }, "Only in a shop");
  }
  const inside = [emojiShown(button.emoji), button.label ? element("span", {}, button.label) : null];
  if (button.style === 5) {
    const href = webAddress(button.url);
    if (!href || button.disabled) {
      return element("button", { type: "button", class: className, disabled: true }, ...inside, icon("outward"));
    }
    const way = { href, target: "_blank", rel: "noopener noreferrer", "data-act": "open" };
    return element("a", { class: className, ...way }, ...inside, icon("outward"));
  }
  const key = `button ${button.custom_id}`;
  const isPending = frame.pending.has(key);
  const attributes = {
    type: "button",
    class: isPending ? `${className} message-is-pending` : className,
    disabled: button.disabled === true,
    "aria-busy": isPending ? "true" : null,
    "aria-label": button.label ? null : (button.emoji?.name ?? "Button"),
    "data-act": "press",
    "data-key": key,
    "data-custom-id": button.custom_id,
  };
  return element("button", attributes, ...inside, isPending && dots());
}

/** An emoji of a server by its name, since its picture is not here; any other as it is. */
export function emojiShown(emoji: { id?: string | null; name?: string | null } | undefined): HTMLElement | null {
  if (!emoji?.name) return null;
  const words = emoji.id ? `:${emoji.name}:` : emoji.name;
  return element("span", { class: emoji.id ? "message-emoji" : "message-emoji message-emoji-real" }, words);
}

/** Three dots that move, for what is not answered yet. */
export function dots(): HTMLElement {
  const dot = () => element("span", {});
  return element("span", { class: "message-dots", "aria-hidden": "true" }, dot(), dot(), dot());
}
