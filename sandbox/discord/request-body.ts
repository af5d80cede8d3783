import type { IncomingMessage } from "node:http";
import { botErred } from "./refusal.ts";
import type { StoredFile } from "./world.ts";

export interface RequestBody {
  json: unknown;
  files: StoredFile[];
}

/** Reads a request: JSON, or multipart with `payload_json` and `files[n]`. */
export async function readBody(request: IncomingMessage): Promise<RequestBody> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const contentType = request.headers["content-type"] ?? "";
  if (bytes.length === 0) return { json: undefined, files: [] };
  if (contentType.startsWith("multipart/form-data")) return readForm(bytes, contentType);
  if (!contentType.startsWith("application/json")) {
    throw botErred(400, 50035, `A body needs the content type application/json, not "${contentType}".`);
  }
  return { json: parseJson(bytes.toString("utf8")), files: [] };
}

async function readForm(bytes: Buffer, contentType: string): Promise<RequestBody> {
  const form = await new Response(new Uint8Array(bytes), { headers: { "content-type": contentType } }).formData();
  const payload = form.get("payload_json");
  const numbered: [number, StoredFile][] = [];
  for (const [key, value] of form.entries()) {
    const index = /^files\[(\d+)\]$/.exec(key)?.[1];
    if (index === undefined || typeof value === "string") continue;
    const content = new Uint8Array(await value.arrayBuffer());
    numbered.push([
      Number(index),
      { name: value.name, contentType: value.type || "application/octet-stream", bytes: content },
    ]);
  }
  const files = numbered.sort(([a], [b]) => a - b).map(([, file]) => file);
  return { json: typeof payload === "string" ? parseJson(payload) : {}, files };
}

function parseJson(words: string): unknown {
  try {
    return JSON.parse(words);
  } catch {
    throw botErred(400, 50109, "The request body contains invalid JSON.");
  }
}
