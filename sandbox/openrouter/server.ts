import { createHash } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import type { WireListing } from "./catalogues.ts";
import { createChatDesk, type SandboxChat } from "./chat.ts";
import { faultQueue } from "./fault-queue.ts";
import { errorBody, type Fault, sendFault } from "./faults.ts";
import { nameOf, providerOf } from "./provider.ts";

/** A request the sandbox was asked, for tests to look at. */
type SeenRequest = { readonly method: string; readonly path: string; readonly headers: IncomingHttpHeaders };

/** A small OpenRouter on 127.0.0.1: the catalogue with ETag and pages, the endpoints of a model, and its answers. */
export type SandboxOpenRouter = {
  /** What OPENROUTER_BASE_URL is set to, without a slash at its end. */
  readonly baseUrl: string;
  /** Every request so far, oldest first. */
  readonly requests: readonly SeenRequest[];
  setCatalogue(listings: readonly WireListing[]): void;
  /** Adds a listing, or replaces the one with its id. */
  addListing(listing: WireListing): void;
  removeListing(id: string): void;
  /** Serves the catalogue in pages of this many, linked by a path or by a whole address; null: all at once. */
  setPages(pages: { size: number; links: "relative" | "absolute" } | null): void;
  /** Answers of the catalogue go wrong in this way: `times` of them (all until `mend`), after `after` right ones (none). */
  break(fault: Fault, when?: { times?: number; after?: number }): void;
  mend(): void;
  /** The models themselves. */
  readonly chat: SandboxChat;
  /** Drops open connections and stops. */
  close(): Promise<void>;
};

type Pages = Parameters<SandboxOpenRouter["setPages"]>[0];

const prefix = "/api/v1";

/** Starts the sandbox on a free port of 127.0.0.1. */
export async function startOpenRouter(
  options: {
    catalogue?: readonly WireListing[];
    apiKey?: string;
    /** Told of every request once its answer has ended, with the answer's status; 0 if there was none. */
    watch?: (request: SeenRequest, status: number) => void;
  } = {},
): Promise<SandboxOpenRouter> {
  let catalogue: readonly WireListing[] = options.catalogue ?? [];
  let pages: Pages = null;
  const faults = faultQueue<Fault>();
  const requests: SeenRequest[] = [];
  const timers = new Set<NodeJS.Timeout>();

  const chat = createChatDesk(() => catalogue, options.apiKey ?? "sk-or-v1-sandbox-key");

  function answerModels(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const due = faults.next();
    const listings = due?.kind === "half-gone" ? catalogue.slice(0, Math.floor(catalogue.length / 3)) : catalogue;
    const body = JSON.stringify(pageOf(listings, pages, url));
    if (due?.kind === "late") {
      const timer = setTimeout(() => {
        timers.delete(timer);
        sendJson(request, response, body);
      }, due.delayMs);
      timers.add(timer);
    } else if (due && due.kind !== "half-gone") sendFault(response, due, body);
    else sendJson(request, response, body);
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const seen = { method: request.method ?? "", path: url.pathname + url.search, headers: request.headers };
    requests.push(seen);
    response.on("close", () => options.watch?.(seen, response.headersSent ? response.statusCode : 0));
    // The colon of a variant (`:free`) may come escaped; no other escape occurs in an id.
    const path = url.pathname.replaceAll(/%3a/gi, ":");
    if (path === `${prefix}/chat/completions` && request.method === "POST") {
      // Somebody who hangs up while still asking is answered by nobody.
      chat.respond(request, response).catch(() => response.destroy());
      return;
    }
    if (request.method !== "GET") return refuse(response, 405, "Method Not Allowed");
    if (path === `${prefix}/models`) {
      url.host = request.headers.host ?? url.host;
      return answerModels(request, response, url);
    }
    const id = /^\/api\/v1\/models\/([^/]+\/[^/]+)\/endpoints$/.exec(path)?.[1];
    const listing = catalogue.find((candidate) => candidate.id === id);
    if (listing) return sendJson(request, response, JSON.stringify({ data: endpointsOf(listing) }));
    refuse(response, 404, id ? `No endpoints found for ${id}.` : "Not Found");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    requests,
    setCatalogue: (listings) => {
      catalogue = listings;
    },
    addListing: (listing) => {
      catalogue = [listing, ...catalogue.filter(({ id }) => id !== listing.id)];
    },
    removeListing: (id) => {
      catalogue = catalogue.filter((listing) => listing.id !== id);
    },
    setPages: (wanted) => {
      pages = wanted;
    },
    break: faults.break,
    mend: faults.mend,
    chat,
    close: () =>
      new Promise((resolve) => {
        for (const timer of timers) clearTimeout(timer);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The reply for the page the address asks for, linked as OpenRouter has done since July 2026. */
function pageOf(listings: readonly WireListing[], pages: Pages, url: URL): object {
  if (!pages) return { data: listings };
  const offset = Number(url.searchParams.get("offset") ?? 0);
  const end = offset + pages.size;
  const path = `${url.pathname}?offset=${end}&limit=${pages.size}`;
  const link = pages.links === "absolute" ? `${url.origin}${path}` : path;
  return {
    data: listings.slice(offset, end),
    total_count: listings.length,
    links: { next: end < listings.length ? link : null },
  };
}

function endpointsOf(listing: WireListing): object {
  const name = nameOf(listing);
  const provider = providerOf(listing);
  const { id, created, architecture, context_length, pricing } = listing;
  return {
    id,
    name,
    created,
    architecture,
    endpoints: [
      {
        name: `${provider} | ${id}`,
        model_id: id,
        model_name: name,
        context_length,
        pricing,
        provider_name: provider,
        tag: provider.toLowerCase(),
        status: 0,
      },
    ],
  };
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(errorBody(status, message));
}

function sendJson(request: IncomingMessage, response: ServerResponse, body: string): void {
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304, { etag });
    response.end();
    return;
  }
  const isGzip = String(request.headers["accept-encoding"] ?? "").includes("gzip");
  response.writeHead(200, {
    "content-type": "application/json",
    etag,
    ...(isGzip ? { "content-encoding": "gzip" } : {}),
  });
  response.end(isGzip ? gzipSync(body) : body);
}
