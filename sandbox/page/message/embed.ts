import type { APIEmbed, APIEmbedField } from "discord.js";
import { element } from "../element.ts";
import { formatted, formattedLine, link } from "./formatted.ts";
import type { Frame } from "./frame.ts";
import { picture } from "./media.ts";
import { stampText } from "./moment.ts";
import { ownAddress, webAddress } from "./web-address.ts";

/** A card of a message: title, text, fields, pictures, a coloured edge. */
export function embedShown(embed: APIEmbed, frame: Frame): HTMLElement {
  const { title, description, url, fields = [], image, thumbnail } = embed;
  const shown = element(
    "div",
    { class: "message-embed" },
    element(
      "div",
      { class: "message-embed-words" },
      authorShown(embed),
      title && element("div", { class: "message-embed-title" }, ...titled(title, url, frame)),
      description && element("div", { class: "message-embed-text" }, ...formatted(description, frame)),
      fields.length > 0 && element("div", { class: "message-fields" }, ...fieldsShown(fields, frame)),
    ),
    thumbnail && picture(thumbnail, frame, "message-thumbnail"),
    image && picture(image, frame, "message-embed-image"),
    footerShown(embed, frame),
  );
  if (embed.color) shown.style.setProperty("--edge", colorText(embed.color));
  return shown;
}

export function colorText(color: number): string {
  return `#${(color & 0xffffff).toString(16).padStart(6, "0")}`;
}

function titled(text: string, url: string | undefined, frame: Frame): Node[] {
  const words = formattedLine(text, frame);
  const address = url ? webAddress(url) : null;
  return address ? [link(address, {}, ...words)] : words;
}

function authorShown({ author }: APIEmbed): HTMLElement | null {
  if (!author) return null;
  const address = author.url ? webAddress(author.url) : null;
  const name = document.createTextNode(author.name);
  return element(
    "div",
    { class: "message-embed-author" },
    smallPicture(author.icon_url),
    address ? link(address, {}, name) : element("span", {}, name),
  );
}

function footerShown({ footer, timestamp }: APIEmbed, frame: Frame): HTMLElement | null {
  if (!footer && !timestamp) return null;
  const at = timestamp ? new Date(timestamp) : null;
  const time = at && stampText(at, frame.context.now, frame.manner);
  return element(
    "div",
    { class: "message-embed-footer" },
    smallPicture(footer?.icon_url),
    footer && element("span", {}, footer.text),
    footer && time && element("span", { "aria-hidden": "true" }, "•"),
    at && element("time", { datetime: at.toISOString() }, time),
  );
}

/** The small round picture beside a name; none where it lies elsewhere. */
function smallPicture(url: string | undefined): HTMLElement | null {
  const address = url ? ownAddress(url, location.href) : null;
  return address ? element("img", { class: "message-embed-icon", src: address, alt: "" }) : null;
}

/** Fields that may stand beside each other do, three in a row; a row of fewer shares its width. */
function fieldsShown(fields: readonly APIEmbedField[], frame: Frame): HTMLElement[] {
  const rows: APIEmbedField[][] = [];
  for (const field of fields) {
    const last = rows.at(-1);
    const fits = field.inline && last?.every(({ inline }) => inline) && last.length < 3;
    if (last && fits) last.push(field);
    else rows.push([field]);
  }
  return rows.flatMap((row) => row.map((field) => fieldShown(field, row.length, frame)));
}

function fieldShown({ name, value }: APIEmbedField, inRow: number, frame: Frame): HTMLElement {
  return element(
    "div",
    { class: `message-field message-field-of-${inRow}` },
    element("div", { class: "message-field-name" }, ...formattedLine(name, frame)),
    element("div", { class: "message-field-value" }, ...formatted(value, frame)),
  );
}
