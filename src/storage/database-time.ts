import { type SQL, sql } from "drizzle-orm";
import type { Db } from "./database.ts";

/** The database's own time, to the millisecond, as a column of a select. */
export function databaseTime(): SQL<Date> {
  return sql`date_trunc('milliseconds', clock_timestamp())`.mapWith(
    (value: string | Date) => new Date(value),
  ) as SQL<Date>;
}

/** Asks the database what time it is. */
export async function readDatabaseTime(db: Db): Promise<Date> {
  const [row] = await db.select({ now: databaseTime() }).from(sql`(values (1)) as one`);
  if (!row) throw new Error("the database told no time");
  return row.now;
}
