import type { App } from "../app.ts";
import { transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { oweOverdue } from "../storage/overdue.ts";

/** A model is open for half a year before anybody is asked whether to call it off. */
const deadlineMs = 180 * 24 * 3_600_000;

/** Asks the moderators of each server, once, about models open for half a year for which there is no candidate. */
export async function askAboutOverdue(app: App): Promise<void> {
  const asked = await transact(app.db, async (tx) => {
    const at = app.clock(await readDatabaseTime(tx));
    return oweOverdue(tx, new Date(at.getTime() - deadlineMs), at);
  });
  if (asked > 0) app.log.info({ markets: asked }, "moderators are asked about models nobody was named for");
}
