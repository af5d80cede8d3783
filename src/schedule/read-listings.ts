import { doubtfulToCheck, recordCheck } from "../actions/check-doubtful.ts";
import {
  confirmCatalogue,
  type RecordedCatalogue,
  recordCatalogue,
  startReading,
} from "../actions/record-catalogue.ts";
import type { App } from "../app.ts";
import { readCatalogue } from "../integrations/openrouter-catalogue.ts";
import { readProvider } from "../integrations/openrouter-endpoints.ts";

/**
 * Reads the catalogue and records what it holds. Null if another process reads it, or if it could not be read.
 *
 * @param settings.nextReadMs in how long the next read is due: this process is to be the one that does it
 */
export async function readListings(
  app: App,
  settings: { readonly openRouterBaseUrl: string; readonly nextReadMs?: number },
  signal?: AbortSignal,
): Promise<RecordedCatalogue | null> {
  // Half as long again: the other processes' clocks are not quite the same.
  const reading = await startReading(app, 1.5 * (settings.nextReadMs ?? 0));
  if (!reading) return null;
  try {
    const read = await readCatalogue({
      baseUrl: settings.openRouterBaseUrl,
      etag: reading.etag,
      ...(signal ? { signal } : {}),
    });
    if (read.kind === "unchanged") {
      const confirmed = await confirmCatalogue(app);
      await checkDoubtful(app, settings, signal);
      return confirmed;
    }
    if (read.kind === "unreadable") {
      if (read.why === "stopped") return null;
      app.log.warn({ why: read.why, detail: read.detail }, "the catalogue could not be read: nothing is changed");
      return null;
    }
    const { listings, rejected, garbled } = read;
    if (rejected.length > 0 || garbled.length > 0) {
      const examples = { rejected: rejected.slice(0, 5), garbled: garbled.slice(0, 5) };
      const counts = { listings: listings.length, rejected: rejected.length, garbled: garbled.length };
      app.log.warn({ ...counts, examples }, "some entries of the catalogue are not what they should be");
    }
    const recorded = await recordCatalogue(app, read);
    app.log.info({ kind: recorded.kind, listings: listings.length, opened: recorded.opened }, "the catalogue was read");
    await checkDoubtful(app, settings, signal);
    return recorded;
  } finally {
    await reading.end();
  }
}

/** Asks who serves the few listings the rule is in doubt about whose turn it is. */
async function checkDoubtful(
  app: App,
  { openRouterBaseUrl: baseUrl }: { readonly openRouterBaseUrl: string },
  signal?: AbortSignal,
): Promise<void> {
  for (const listingId of await doubtfulToCheck(app)) {
    const answer = await readProvider({ baseUrl, listingId, signal });
    if (signal?.aborted) return;
    await recordCheck(app, listingId, answer);
  }
}
