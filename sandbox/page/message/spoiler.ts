import { element } from "../element.ts";
import type { Frame } from "./frame.ts";

/**
 * Something covered until it is clicked, or Enter is pressed on it. What is under the cover can be neither read nor
 * reached before.
 */
export function spoiler(name: "span" | "div", frame: Frame, inside: () => readonly Node[]): HTMLElement {
  const key = `spoiler ${frame.spoilers++}`;
  const isShown = frame.revealed.has(key);
  const cover = isShown
    ? { class: "message-spoiler message-spoiler-shown" }
    : { class: "message-spoiler", role: "button", tabindex: 0, "aria-label": "Spoiler", "data-act": "spoiler" };
  return element(
    name,
    { ...cover, "data-key": key },
    element(name, { class: "message-spoiler-inside", inert: !isShown }, ...inside()),
    name === "div" && !isShown && element("span", { class: "message-spoiler-label", "aria-hidden": "true" }, "Spoiler"),
  );
}
