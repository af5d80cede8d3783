import type { ServerResponse } from "node:http";
import { createGzip } from "node:zlib";

/** What can go wrong with an answer from the catalogue. */
export type Fault =
  /** The right answer, but late. */
  | { readonly kind: "late"; readonly delayMs: number }
  /** No answer, and the connection stays open. */
  | { readonly kind: "silent" }
  | { readonly kind: "status"; readonly status: number; readonly retryAfterSeconds?: number }
  /** Status 200, and a web page: what maintenance looks like. */
  | { readonly kind: "html" }
  /** Half of the JSON, in an answer that claims to be whole. */
  | { readonly kind: "truncated" }
  /** The right body under a wrong content type. */
  | { readonly kind: "wrong-content-type" }
  /** A well-formed catalogue that has lost more than half of its entries. */
  | { readonly kind: "half-gone" }
  /** A body that begins as a catalogue and never ends; compressed, it swells a thousandfold at the reader. */
  | { readonly kind: "endless"; readonly compressed?: boolean }
  /** The connection is reset in the middle of the body. */
  | { readonly kind: "reset" }
  | { readonly kind: "redirect"; readonly location: string }
  /** Exactly this body. */
  | { readonly kind: "body"; readonly body: string };

const json = { "content-type": "application/json" };

/** OpenRouter's shape of an error. */
export function errorBody(status: number, message: string): string {
  return JSON.stringify({ error: { message, code: status } });
}

/** Sends an answer that is wrong in the way asked for. `late` and `half-gone` are the server's own business. */
export function sendFault(response: ServerResponse, fault: Fault, rightBody: string): void {
  switch (fault.kind) {
    case "silent":
      return;
    case "status":
      response.writeHead(fault.status, {
        ...json,
        ...(fault.retryAfterSeconds === undefined ? {} : { "retry-after": String(fault.retryAfterSeconds) }),
      });
      response.end(errorBody(fault.status, fault.status === 429 ? "Rate limit exceeded" : "Internal Server Error"));
      return;
    case "html":
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      response.end("<!doctype html><title>Back soon</title><h1>Back soon</h1>");
      return;
    case "truncated":
      response.writeHead(200, json);
      response.end(rightBody.slice(0, rightBody.length / 2));
      return;
    case "wrong-content-type":
      response.writeHead(200, { "content-type": "text/plain" });
      response.end(rightBody);
      return;
    case "endless":
      sendEndlessly(response, fault.compressed ?? false);
      return;
    case "reset":
      response.writeHead(200, { ...json, "content-length": Buffer.byteLength(rightBody) });
      response.write(rightBody.slice(0, rightBody.length / 2), () => response.socket?.resetAndDestroy());
      return;
    case "redirect":
      response.writeHead(302, { location: fault.location });
      response.end();
      return;
    case "body":
      response.writeHead(200, json);
      response.end(fault.body);
      return;
    case "late":
    case "half-gone":
      throw new Error(`${fault.kind} is not sent from here`);
  }
}

/** Writes as fast as the reader reads, until it hangs up. */
function sendEndlessly(response: ServerResponse, compressed: boolean): void {
  response.writeHead(200, { ...json, ...(compressed ? { "content-encoding": "gzip" } : {}) });
  const out = compressed ? createGzip() : response;
  if (out !== response) out.pipe(response);
  const chunk = " ".repeat(65_536);
  const more = () => {
    while (!response.destroyed && out.write(chunk));
  };
  out.on("drain", more);
  response.on("close", () => out.destroy());
  out.write('{"data":[');
  more();
}
