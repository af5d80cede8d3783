import { sql } from "drizzle-orm";
import type { Db } from "./database.ts";
import { paces } from "./schema.ts";

/** A clock that was set back must not stop everything until it is there again. */
const longestAheadMs = 10_000;

/**
 * Takes the next turns of a pace that all processes share, one every `stepMs`. Returns how long it is until the first of
 * them: less than nothing where that lies up to `lateMs` back, because nobody took it. What counts is real time, the
 * database's: a story's clock does not speed Discord up.
 */
export async function takeTurns(
  db: Db,
  pace: string,
  { turns, stepMs, lateMs = 0 }: { turns: number; stepMs: number; lateMs?: number },
): Promise<number> {
  const takenMs = turns * stepMs;
  const later = (ms: number) => sql`${String(ms)}::float8 * interval '1 millisecond'`;
  const earliest = sql`clock_timestamp() - ${later(lateMs)}`;
  const from = sql`least(greatest(${paces.nextAt}, ${earliest}), clock_timestamp() + ${later(longestAheadMs)})`;
  const [row] = await db
    .insert(paces)
    .values({ pace, nextAt: sql`clock_timestamp() + ${later(takenMs)}` })
    .onConflictDoUpdate({ target: paces.pace, set: { nextAt: sql`${from} + ${later(takenMs)}` } })
    .returning({
      endsInMs: sql<number>`extract(epoch from ${paces.nextAt} - clock_timestamp()) * 1000`.mapWith(Number),
    });
  if (!row) throw new Error(`the pace ${pace} gave no turn`);
  return Math.max(-lateMs, row.endsInMs - takenMs);
}
