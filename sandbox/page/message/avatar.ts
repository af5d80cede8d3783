import { element } from "../element.ts";
import { ownAddress } from "./web-address.ts";

const discs = 7;

/** A user's picture, if it lies on the page's own server; else a coloured disc with initials. Only for the eye. */
export function avatar(id: string, name: string, picture?: string): HTMLElement {
  const src = picture ? ownAddress(picture, location.href) : null;
  if (src) {
    return element("img", { class: "message-avatar", src, alt: "", "aria-hidden": "true" });
  }
  const disc = [...id].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 9973, 7) % discs;
  return element("span", { class: `message-avatar message-disc-${disc}`, "aria-hidden": "true" }, initials(name));
}

function initials(name: string): string {
  const letters = name
    .split(/[\s_.-]+/u)
    .map((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? "")
    .filter((letter) => letter !== "");
  return letters.slice(0, 2).join("").toUpperCase() || "?";
}
