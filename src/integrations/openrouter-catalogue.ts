import type { Listing } from "../domain/listing.ts";
import { type GarbledEntry, type RejectedEntry, readEntries } from "./openrouter-entry.ts";
import { addressOf, fetchPage, type Unreadable } from "./openrouter-page.ts";

export type CatalogueRead =
  | {
      readonly kind: "listings";
      /** Never empty; each id once. */
      readonly listings: readonly Listing[];
      /** Entries left out, and why. */
      readonly rejected: readonly RejectedEntry[];
      /** Entries kept without the fields that were not what they should be. */
      readonly garbled: readonly GarbledEntry[];
      /** To be given to the next read; null if the server gave none or one that does not cover the whole list. */
      readonly etag: string | null;
    }
  | { readonly kind: "unchanged" }
  | Unreadable;

export type CatalogueRequest = {
  /** As configured, with or without a slash at its end: https://openrouter.ai/api/v1 */
  readonly baseUrl: string;
  /** From the last read. */
  readonly etag?: string | null;
  /** For the whole read, all pages and bodies included. */
  readonly timeoutMs?: number;
  /** Of all pages together, after decompression. A real catalogue has 1 to 2 MB. */
  readonly mostBytes?: number;
  readonly mostPages?: number;
  /** Stops the read early, for a bot that is shutting down. */
  readonly signal?: AbortSignal;
};

const mostEntries = 20_000;

/**
 * Reads the whole catalogue, GET {baseUrl}/models and the pages it links to on the same origin. Either all of it is read
 * or none: half a catalogue would look like hundreds of withdrawn models. Asks for no key and sends none.
 */
export async function readCatalogue(request: CatalogueRequest): Promise<CatalogueRead> {
  const { baseUrl, etag = null, timeoutMs = 30_000, mostBytes = 16 * 1024 * 1024, mostPages = 40 } = request;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = request.signal ? AbortSignal.any([timeout, request.signal]) : timeout;
  const firstUrl = addressOf(`${baseUrl.replace(/\/+$/, "")}/models`);
  if (!firstUrl) return { kind: "unreadable", why: "unreachable", detail: "not a URL" };

  const visited = new Set<string>();
  const entries: unknown[] = [];
  let bytesLeft = mostBytes;
  let firstEtag: string | null = null;
  for (let url: URL | null = firstUrl; url; ) {
    if (url.origin !== firstUrl.origin) return { kind: "unreadable", why: "pages-lead-elsewhere", detail: "origin" };
    if (visited.has(url.href)) return { kind: "unreadable", why: "pages-lead-elsewhere", detail: "in a circle" };
    if (visited.size >= mostPages) return { kind: "unreadable", why: "too-many-pages", detail: `over ${mostPages}` };
    const isFirst = visited.size === 0;
    visited.add(url.href);
    const page = await fetchPage(url, { etag: isFirst ? etag : null, bytesLeft, signal });
    if (page.kind !== "page") return page;
    if (isFirst) firstEtag = page.etag;
    bytesLeft -= page.bytes;
    for (const entry of page.entries) entries.push(entry);
    if (entries.length > mostEntries)
      return { kind: "unreadable", why: "too-large", detail: `${entries.length} entries` };
    url = page.next;
  }

  const { listings, rejected, garbled } = readEntries(entries);
  if (listings.length === 0) {
    return { kind: "unreadable", why: "not-a-catalogue", detail: `${rejected.length} entries, none of them a model` };
  }
  // An ETag speaks for the page it came with: over several pages it would call a changed list unchanged.
  return { kind: "listings", listings, rejected, garbled, etag: visited.size === 1 ? firstEtag : null };
}
