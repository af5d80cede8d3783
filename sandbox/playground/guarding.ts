import type { IncomingMessage } from "node:http";
import type { StoredFile } from "../discord/world.ts";

/** Nothing of the page is loaded from, or sent to, anywhere but its own server. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export const pageHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": policy,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-store",
};

/** Kinds of files a browser may show; all others are saved. */
const shownInPlace = /^(image\/(png|jpeg|gif|webp)|text\/plain)\b/;

/** What a member uploaded is nothing the page trusts: it runs no script, whatever it says it is. */
export function uploadHeaders({ name, contentType }: StoredFile): Record<string, string> {
  const place = shownInPlace.test(contentType) ? "inline" : "attachment";
  return {
    "content-type": contentType,
    "content-disposition": `${place}; filename="${name.replaceAll(/[^\w.-]/g, "_")}"`,
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
  };
}

/**
 * Whether a request comes from the page itself. A name that was made to lead to this machine shows in the host, another
 * page in the browser in the origin.
 */
export function isFromHere(request: IncomingMessage, port: number): boolean {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host = "", origin } = request.headers;
  return hosts.includes(host) && (origin === undefined || origin === `http://${host}`);
}

/** The body of a request; throws if there are more bytes than that. */
export async function readBytes(request: IncomingMessage, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > most) throw new Error("That is too large.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
