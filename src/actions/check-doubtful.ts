import type { App } from "../app.ts";
import { transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { changeHeld, lockCheck, oweDoubtful, readDueChecks } from "../storage/held-listings.ts";
import { lockCatalogue } from "../storage/listings.ts";
import { currentTime } from "./current-time.ts";
import { remember } from "./open-markets.ts";
import { announceModels } from "./open-models.ts";

/** Listings asked about at one read of the catalogue: a courtesy to OpenRouter, and a bound on how long it takes. */
const mostChecks = 3;
/** 5 minutes, three times as long each time: eight checks take about eleven days. */
const firstWaitMs = 5 * 60_000;
const mostChecksOfOne = 8;
/** Moderators are told at most once a day that something doubtful waits: the list behind the message holds all of it. */
const tellEveryMs = 24 * 3_600_000;

/** Who serves a listing: somebody who hides behind "Stealth", a provider by name, or nobody knows. */
export type ProviderAnswer = "stealth" | "named" | "unknown";

/** The doubtful listings whose turn it is to be asked about. */
export async function doubtfulToCheck(app: App): Promise<string[]> {
  const rows = await readDueChecks(app.db, await currentTime(app), mostChecks);
  return rows.map(({ listingId }) => listingId);
}

/**
 * Records who serves a doubtful listing. "Stealth" makes it a model like any other, announced everywhere; a provider's
 * name an ordinary listing. As long as nobody knows it stays on the moderators' list, who are told, and is asked about
 * again, less and less often. They are told once of what waits; of what comes within a day after that, at a later check.
 */
export async function recordCheck(app: App, listingId: string, answer: ProviderAnswer): Promise<void> {
  const opened = await transact(app.db, async (tx) => {
    // As in recording a read: nobody joins meanwhile.
    await lockCatalogue(tx);
    const row = await lockCheck(tx, listingId);
    if (!row) return null;
    const at = app.clock(await readDatabaseTime(tx));
    if (answer === "unknown") {
      const checks = row.checks + 1;
      const next = new Date(at.getTime() + firstWaitMs * 3 ** row.checks);
      await changeHeld(tx, listingId, { checks, checkAt: checks < mostChecksOfOne ? next : null });
      await oweDoubtful(tx, listingId, new Date(at.getTime() - tellEveryMs), at);
      return null;
    }
    await changeHeld(tx, listingId, { heldAt: null, heldBecause: null, checkAt: null });
    if (answer === "named" || row.facts === null) return null;
    return announceModels(tx, [{ listing: row.facts, reasons: ["served-as-stealth"], listedAt: row.firstSeenAt }], at);
  });
  app.log.info({ listingId, answer }, "asked who serves a doubtful listing");
  if (opened) await remember(app, opened.markets, opened.models);
}
