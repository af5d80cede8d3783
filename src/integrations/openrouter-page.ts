import { z } from "zod";

/** A reply that is not a catalogue, as a value: OpenRouter's bad days are ordinary. */
export type Unreadable = {
  readonly kind: "unreadable";
  readonly why:
    | "unreachable"
    | "timed-out"
    | "stopped"
    | "status"
    | "too-large"
    | "not-json"
    | "not-a-catalogue"
    | "pages-lead-elsewhere"
    | "too-many-pages";
  /** For logs: a status or an error code, never a body, an address or a header. */
  readonly detail: string;
};

type Page = {
  readonly kind: "page";
  readonly entries: readonly unknown[];
  /** Already resolved against the page's own address. */
  readonly next: URL | null;
  readonly etag: string | null;
  readonly bytes: number;
};

/** `links` and `total_count` came in July 2026; before that the reply had `data` alone. */
const wirePage = z.object({
  data: z.array(z.unknown()),
  links: z.object({ next: z.string().nullish() }).nullish(),
});

/** Reads one page of the catalogue, within the bytes left and until the signal. Failures are values. */
export async function fetchPage(
  url: URL,
  { etag, bytesLeft, signal }: { etag: string | null; bytesLeft: number; signal: AbortSignal },
): Promise<Page | { readonly kind: "unchanged" } | Unreadable> {
  let response: Response;
  let body: { text: string; bytes: number } | null;
  try {
    response = await fetch(url, {
      headers: {
        accept: "application/json",
        "user-agent": "Unmask (Discord bot)",
        ...(etag === null ? {} : { "if-none-match": etag }),
      },
      redirect: "manual",
      signal,
    });
    if (response.status === 304 && etag !== null) return { kind: "unchanged" };
    if (response.status !== 200) {
      await response.body?.cancel();
      return { kind: "unreadable", why: "status", detail: String(response.status) };
    }
    body = await textWithin(response, bytesLeft);
  } catch (error) {
    return failure(error, signal);
  }
  if (body === null) return { kind: "unreadable", why: "too-large", detail: `over ${bytesLeft} bytes left` };
  return readPage(url, body.text, body.bytes, response.headers.get("etag"));
}

/** The body as text, or null as soon as more than `mostBytes` came out of decompression. */
export async function textWithin(
  response: Response,
  mostBytes: number,
): Promise<{ text: string; bytes: number } | null> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  if (response.body) {
    for await (const chunk of response.body) {
      bytes += chunk.byteLength;
      if (bytes > mostBytes) return null;
      text += decoder.decode(chunk, { stream: true });
    }
  }
  return { text: text + decoder.decode(), bytes };
}

function readPage(url: URL, text: string, bytes: number, etag: string | null): Page | Unreadable {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: "unreadable", why: "not-json", detail: `${bytes} bytes` };
  }
  const page = wirePage.safeParse(json);
  if (!page.success) {
    return { kind: "unreadable", why: "not-a-catalogue", detail: page.error.issues[0]?.path.join(".") || "no object" };
  }
  const link = page.data.links?.next;
  const next = link ? addressOf(link, url) : null;
  if (link && !next) return { kind: "unreadable", why: "pages-lead-elsewhere", detail: "not a URL" };
  return { kind: "page", entries: page.data.data, next, etag, bytes };
}

function failure(error: unknown, signal: AbortSignal): Unreadable {
  if (signal.aborted) {
    const timedOut = signal.reason instanceof Error && signal.reason.name === "TimeoutError";
    return { kind: "unreadable", why: timedOut ? "timed-out" : "stopped", detail: "" };
  }
  // What went wrong on the network comes as a TypeError with the system's error as its cause. Codes and names only:
  // messages may repeat the address, and that may hold a password.
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "no connection";
  return { kind: "unreadable", why: "unreachable", detail: code };
}

/** The URL, or null if it is none. (URL.parse is not in every Node 20.) */
export function addressOf(text: string, base?: URL): URL | null {
  return URL.canParse(text, base?.href) ? new URL(text, base) : null;
}
