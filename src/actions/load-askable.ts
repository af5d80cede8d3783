import type { App } from "../app.ts";
import { readAskable } from "../storage/askable-listings.ts";

/** Fills the memory of listings that can be asked beside a model: at the start and from time to time. */
export async function loadAskable(app: Pick<App, "db" | "askable">): Promise<void> {
  app.askable.replace(await readAskable(app.db));
}
