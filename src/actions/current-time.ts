import type { App } from "../app.ts";
import { readDatabaseTime } from "../storage/database-time.ts";

/** The time that counts, now. */
export async function currentTime(app: Pick<App, "db" | "clock">): Promise<Date> {
  return app.clock(await readDatabaseTime(app.db));
}
