import type { APIAttachment } from "discord.js";
import { element } from "../element.ts";
import type { Frame } from "./frame.ts";
import { fileCard, picture } from "./media.ts";
import { spoiler } from "./spoiler.ts";
import { ownAddress } from "./web-address.ts";

const spoilerFlag = 1 << 5;
const pictureTypes = /^image\/(png|jpeg|gif|webp|avif)$/;
const pictureNames = /\.(png|jpe?g|gif|webp|avif)$/i;

/** The files of a message: pictures and sound as such, others as cards. */
export function attachmentsShown(frame: Frame): HTMLElement | null {
  const { attachments } = frame.message;
  if (attachments.length === 0) return null;
  const pictures = attachments.filter(isPicture);
  const others = attachments.filter((each) => !isPicture(each));
  const tiles = pictures.map((each) => {
    const { url, filename, description, width, height } = each;
    return picture({ url, description: description ?? filename, width, height, isSpoiler: isSpoiler(each) }, frame, "");
  });
  return element(
    "div",
    { class: "message-attachments" },
    tiles.length > 0 && element("div", { class: tilesClass(tiles.length) }, ...tiles),
    ...others.map((each) => otherShown(each, frame)),
  );
}

/** Pictures beside each other: one as large as it likes, two to four in halves (the first of three is tall), more in thirds. */
export function tilesClass(count: number): string {
  if (count === 1) return "message-tiles message-tiles-one";
  if (count === 3) return "message-tiles message-tiles-halves message-tiles-three";
  return `message-tiles message-tiles-${count <= 4 ? "halves" : "thirds"}`;
}

function isPicture({ content_type: type, filename }: APIAttachment): boolean {
  return type ? pictureTypes.test(type) : pictureNames.test(filename);
}

function isSpoiler({ filename, flags }: APIAttachment): boolean {
  return filename.startsWith("SPOILER_") || ((flags ?? 0) & spoilerFlag) !== 0;
}

function otherShown(file: APIAttachment, frame: Frame): HTMLElement {
  const show = () => soundOrFilm(file) ?? fileCard({ url: file.url, name: file.filename, size: file.size });
  return isSpoiler(file) ? spoiler("div", frame, () => [show()]) : show();
}

function soundOrFilm({ content_type: type = "", url, filename, description }: APIAttachment) {
  const address = ownAddress(url, location.href);
  const name = type.startsWith("audio/") ? "audio" : type.startsWith("video/") ? "video" : null;
  if (!name || !address) return null;
  const label = description ?? filename;
  return element(name, { class: "message-player", src: address, controls: true, preload: "none", "aria-label": label });
}
