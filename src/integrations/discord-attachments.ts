import { createHash } from "node:crypto";
import { type Attachment, type FileProblem, fileLimits } from "../domain/kept-file.ts";
import { contentChecker } from "./file-content.ts";

/** Hosts (with a port where it is not the usual one) that files are downloaded from, and no others. */
export type AttachmentHosts = readonly string[];

type Download =
  | { readonly done: true; readonly sha256: string; readonly sizeBytes: number; readonly contentType: string }
  | { readonly done: false; readonly problem: FileProblem };

/** Plain http is for a Discord on this machine, as tests and the demo have. */
const loopback = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** The address, if it is one of Discord's own as the host has set them; null for every other. */
export function attachmentAddress(address: string, hosts: AttachmentHosts): URL | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.username !== "" || url.password !== "" || !hosts.includes(url.host)) return null;
  return url.protocol === "https:" || (url.protocol === "http:" && loopback.has(url.hostname)) ? url : null;
}

/**
 * Downloads one file from Discord, once, and hands its bytes on as they come. Nothing is followed anywhere else: a
 * redirect is refused. Never throws for what the other side does; what `write` throws is passed on.
 */
export async function downloadAttachment(
  attachment: Attachment,
  options: {
    readonly hosts: AttachmentHosts;
    readonly mostBytes: number;
    readonly timeoutMs?: number;
    readonly write: (bytes: Uint8Array) => Promise<void>;
  },
): Promise<Download> {
  const { hosts, mostBytes, timeoutMs = fileLimits.timeoutMs, write } = options;
  const url = attachmentAddress(attachment.url, hosts);
  if (!url) return failed("strange-host");
  const within = AbortSignal.timeout(timeoutMs);
  let response: Response;
  try {
    response = await fetch(url, { redirect: "manual", signal: within, headers: { "accept-encoding": "identity" } });
  } catch {
    return failed(within.aborted ? "too-slow" : "unreachable");
  }
  const early = refusedEarly(response, mostBytes);
  if (early || !response.body) {
    await response.body?.cancel().catch(() => undefined);
    return failed(early ?? "empty");
  }
  return receive(response, { mostBytes, within, write });
}

function failed(problem: FileProblem): Download {
  return { done: false, problem };
}

/** What status and headers tell already. */
function refusedEarly(response: Response, mostBytes: number): FileProblem | null {
  if (response.status === 404 || response.status === 403 || response.status === 410) return "gone";
  if (response.status >= 300 && response.status < 400) return "strange-host";
  if (response.status !== 200) return "unreachable";
  return Number(response.headers.get("content-length") ?? 0) > mostBytes ? "too-large" : null;
}

async function receive(
  response: Response,
  { mostBytes, within, write }: { mostBytes: number; within: AbortSignal; write: (bytes: Uint8Array) => Promise<void> },
): Promise<Download> {
  const said = response.headers.get("content-length");
  const content = contentChecker(response.headers.get("content-type") ?? "");
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const reader = response.body?.getReader();
  if (!reader) return failed("empty");
  try {
    for (;;) {
      const next = await read(reader);
      if (next === "broken") return failed(within.aborted ? "too-slow" : "unreachable");
      if (next === null) break;
      sizeBytes += next.length;
      if (sizeBytes > mostBytes) return failed("too-large");
      if (!content.fits(next)) return failed("kind-not-taken");
      hash.update(next);
      await write(next);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  if (sizeBytes === 0) return failed("empty");
  if (said !== null && Number(said) !== sizeBytes) return failed("unreachable");
  const contentType = content.kind();
  return contentType === null
    ? failed("kind-not-taken")
    : { done: true, sha256: hash.digest("hex"), sizeBytes, contentType };
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | null | "broken"> {
  try {
    const { done, value } = await reader.read();
    return done ? null : value;
  } catch {
    return "broken";
  }
}
