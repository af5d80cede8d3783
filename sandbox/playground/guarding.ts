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

/** A request that cannot be what the page sends, and the status that says why. */
export class BadRequest extends Error {
  readonly status: 400 | 413;

  constructor(status: 400 | 413, words: string) {
    super(words);
    this.status = status;
  }
}

/** The body of a request; throws BadRequest if there are more bytes than that, and lets the rest pass by unread. */
export async function readBytes(request: IncomingMessage, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Whoever is cut off in the middle would not read the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > most) {
      request.resume();
      throw new BadRequest(413, "A file may have at most 10 MiB.");
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Where a request goes; throws BadRequest if that is nowhere, or on another host. */
export function addressOf({ url = "/" }: IncomingMessage): URL {
  const here = "http://127.0.0.1";
  const address = URL.canParse(url, here) ? new URL(url, here) : null;
  if (address?.origin !== here) throw new BadRequest(400, "This is no address of the page.");
  return address;
}

/** A path without its percent signs; throws BadRequest where they stand for nothing. */
export function plainPath({ pathname }: URL): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    throw new BadRequest(400, "This is no address of the page.");
  }
}

/** What a body says as JSON; throws BadRequest. */
export function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new BadRequest(400, "The body is not JSON.");
  }
}
