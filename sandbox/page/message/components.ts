import type {
  APIComponentInContainer,
  APIContainerComponent,
  APIMessageTopLevelComponent,
  APISectionComponent,
  APIThumbnailComponent,
} from "discord.js";
import { element } from "../element.ts";
import { tilesClass } from "./attachments.ts";
import { buttonShown } from "./button.ts";
import { colorText } from "./embed.ts";
import { formatted } from "./formatted.ts";
import type { Frame } from "./frame.ts";
import { fileCard, fileName, picture } from "./media.ts";
import { menuShown } from "./menu.ts";
import { spoiler } from "./spoiler.ts";

/** Buttons, menus, and the parts a message of the second kind is laid out with. */
export function componentsShown(frame: Frame): HTMLElement | null {
  const { components = [] } = frame.message;
  if (components.length === 0) return null;
  return element("div", { class: "message-components" }, ...components.map((each) => componentShown(each, frame)));
}

function componentShown(component: APIMessageTopLevelComponent | APIComponentInContainer, frame: Frame): Node | null {
  switch (component.type) {
    case 1:
      return element(
        "div",
        { class: "message-row" },
        ...component.components.map((each) => (each.type === 2 ? buttonShown(each, frame) : menuShown(each, frame))),
      );
    case 9:
      return sectionShown(component, frame);
    case 10:
      return element("div", { class: "message-text" }, ...formatted(component.content, frame));
    case 12: {
      const tiles = component.items.map(({ media, description, spoiler: isSpoiler = false }) =>
        picture({ ...media, description, isSpoiler }, frame, ""),
      );
      return element("div", { class: tilesClass(tiles.length) }, ...tiles);
    }
    case 13: {
      const { file, name, size } = component;
      const show = () => fileCard({ url: file.url, name: name || fileName(file.url), size });
      return component.spoiler ? spoiler("div", frame, () => [show()]) : show();
    }
    case 14: {
      const classes = ["message-separator", component.spacing === 2 && "message-separator-large"];
      const isLine = component.divider !== false;
      const className = [...classes, isLine && "message-separator-line"].filter(Boolean).join(" ");
      return element("div", { class: className, role: isLine ? "separator" : null });
    }
    case 17:
      return containerShown(component, frame);
    default:
      return null;
  }
}

function containerShown(container: APIContainerComponent, frame: Frame): HTMLElement {
  const inside = () => container.components.map((each) => componentShown(each, frame)).filter((each) => each !== null);
  const { accent_color: accent } = container;
  const shown = element(
    "div",
    { class: accent == null ? "message-container" : "message-container message-container-edged" },
    ...(container.spoiler ? [spoiler("div", frame, inside)] : inside()),
  );
  if (accent != null) shown.style.setProperty("--edge", colorText(accent));
  return shown;
}

function sectionShown({ components, accessory }: APISectionComponent, frame: Frame): HTMLElement {
  const texts = components.map((each) => componentShown(each, frame));
  return element(
    "div",
    { class: "message-section" },
    element("div", { class: "message-section-words" }, ...texts),
    accessory && (accessory.type === 2 ? buttonShown(accessory, frame) : thumbnailShown(accessory, frame)),
  );
}

function thumbnailShown({ media, description, spoiler: isSpoiler = false }: APIThumbnailComponent, frame: Frame) {
  return picture({ ...media, description, isSpoiler }, frame, "message-thumbnail");
}
