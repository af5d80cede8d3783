import { element } from "../element.ts";
import { link } from "./formatted.ts";
import type { Frame } from "./frame.ts";
import { icon } from "./icons.ts";
import { spoiler } from "./spoiler.ts";
import { ownAddress, webAddress } from "./web-address.ts";

export type Picture = {
  readonly url: string;
  readonly description?: string | null | undefined;
  readonly width?: number | null | undefined;
  readonly height?: number | null | undefined;
  readonly isSpoiler?: boolean;
};

/** A picture that opens when clicked. One that lies elsewhere is not fetched: it is told of, with a link. */
export function picture(of: Picture, frame: Frame, className: string): HTMLElement {
  const show = () => pictureShown(of, className);
  return of.isSpoiler ? spoiler("div", frame, () => [show()]) : show();
}

function pictureShown({ url, description, width, height }: Picture, className: string): HTMLElement {
  const address = ownAddress(url, location.href);
  const words = description || fileName(url);
  if (address === null) {
    const elsewhere = webAddress(url);
    const inside = [icon("outward"), element("span", {}, `Picture elsewhere: ${words}`)];
    const attributes = { class: `message-link message-elsewhere ${className}` };
    return elsewhere ? link(elsewhere, attributes, ...inside) : element("span", attributes, ...inside);
  }
  const image = element("img", { src: address, alt: words, width, height });
  return link(address, { class: `message-picture ${className}`, title: description ?? null }, image);
}

export function fileName(url: string): string {
  const path = URL.canParse(url, location.href) ? new URL(url, location.href).pathname : url;
  const name = path.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(name) || "file";
  } catch {
    return name;
  }
}

/** A file as a card, with its size and a way to keep it. */
export function fileCard(file: { url: string; name: string; size?: number | null | undefined }): HTMLElement {
  const url = ownAddress(file.url, location.href) ?? webAddress(file.url);
  const name = document.createTextNode(file.name);
  return element(
    "div",
    { class: "message-file" },
    icon("file"),
    element(
      "div",
      { class: "message-file-words" },
      url
        ? link(url, { class: "message-link message-file-name" }, name)
        : element("span", { class: "message-file-name" }, name),
      typeof file.size === "number" && element("div", { class: "message-file-size" }, sizeText(file.size)),
    ),
    url && download(url, file.name),
  );
}

function download(url: string, name: string): HTMLElement {
  const attributes = { class: "message-file-download", download: name, rel: "noopener noreferrer", target: "_blank" };
  return element(
    "a",
    { ...attributes, href: url, "aria-label": `Download ${name}`, title: "Download" },
    icon("download"),
  );
}

/** 1536 → "1.5 KB". */
function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  const [amount, unit] = bytes < 1024 ** 2 ? [bytes / 1024, "KB"] : [bytes / 1024 ** 2, "MB"];
  return `${amount.toFixed(2).replace(/\.?0+$/, "")} ${unit}`;
}
