import type { Seen } from "../discord/seen.ts";
import type { WireEntry } from "../page/protocol.ts";
import { readable, readablePath } from "./redaction.ts";

/** The last lines that went over the wire, for the panel that shows them. */
export type WireTape = {
  /** Oldest first. */
  readonly entries: readonly WireEntry[];
  /** Notes what the small Discord saw. */
  discord(seen: Seen): void;
  openRouter(request: { readonly method: string; readonly path: string }, status: number): void;
  /** The entries after this number, oldest first. */
  after(number: number): readonly WireEntry[];
};

const mostEntries = 500;

/** @param now the story's time */
export function createWireTape(now: () => Date, changed: () => void): WireTape {
  const entries: WireEntry[] = [];
  let last = 0;

  function note(entry: Omit<WireEntry, "number" | "at">): void {
    last += 1;
    entries.push({ ...entry, number: last, at: now().toISOString() });
    if (entries.length > mostEntries) entries.shift();
    changed();
  }

  return {
    entries,
    discord(seen) {
      if (seen.kind === "request") {
        const { method, path, body, files, status, fault } = seen.request;
        const carries = files > 0 ? `${files} file${files === 1 ? "" : "s"}\n` : "";
        const detail = carries + readable(body);
        const title = `${method} ${readablePath(path)}`;
        note({ kind: "request", to: "Discord", title, status, fault: fault ?? null, detail });
      } else if (seen.kind === "event") {
        const detail = readable(seen.data);
        note({ kind: "event", to: "bot", title: seen.event, status: null, fault: null, detail });
      } else {
        const { method, route, code, explanation, body } = seen.violation;
        const detail = body === undefined ? explanation : `${explanation}\n${readableText(body)}`;
        note({
          kind: "violation",
          to: "Discord",
          title: `${method} ${route}: ${code}`,
          status: null,
          fault: null,
          detail,
        });
      }
    },
    openRouter({ method, path }, status) {
      note({ kind: "request", to: "OpenRouter", title: `${method} ${path}`, status, fault: null, detail: "" });
    },
    after: (number) => (number >= last ? [] : entries.filter((entry) => entry.number > number)),
  };
}

/** An excerpt of JSON, cut anywhere, so that its tokens are found by how they look. */
function readableText(excerpt: string): string {
  return excerpt.replaceAll(/"(token|session_id)":"[^"]*"?/g, '"$1":"(secret)"');
}
