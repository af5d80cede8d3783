import type { App } from "../app.ts";
import { askableIn } from "../domain/askable.ts";
import { readListedFacts } from "../storage/listings.ts";

/** Fills the memory of listings that can be asked beside a model: at the start and from time to time. By name, then by id. */
export async function loadAskable(app: Pick<App, "db" | "askable">): Promise<void> {
  const listings = askableIn(await readListedFacts(app.db));
  app.askable.replace(
    listings.sort((a, b) => a.name.localeCompare(b.name, "en") || a.listingId.localeCompare(b.listingId, "en")),
  );
}
