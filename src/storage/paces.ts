import { sql } from "drizzle-orm";
import type { Db } from "./database.ts";
import { paces } from "./schema.ts";

/** A clock that was set back must not stop everything until it is there again. */
const longestAheadMs = 10_000;

/**
 * Takes the next turns of a pace that all processes share, one every `stepMs`. Returns how long it is until the first of
 * them. What counts is real time, the database's: a story's clock does not speed Discord up.
 */
export async function takeTurns(
  db: Db,
  pace: string,
  { turns, stepMs }: { turns: number; stepMs: number },
): Promise<number> {
  const takenMs = turns * stepMs;
  const later = (ms: number) => sql`${String(ms)}::float8 * interval '1 millisecond'`;
  const from = sql`least(greatest(${paces.nextAt}, clock_timestamp()), clock_timestamp() + ${later(longestAheadMs)})`;
  const [row] = await db
    .insert(paces)
    .values({ pace, nextAt: sql`clock_timestamp() + ${later(takenMs)}` })
    .onConflictDoUpdate({ target: paces.pace, set: { nextAt: sql`${from} + ${later(takenMs)}` } })
    .returning({
      endsInMs: sql<number>`extract(epoch from ${paces.nextAt} - clock_timestamp()) * 1000`.mapWith(Number),
    });
  if (!row) throw new Error(`the pace ${pace} gave no turn`);
  return Math.max(0, row.endsInMs - takenMs);
}
