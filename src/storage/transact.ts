import { setTimeout as wait } from "node:timers/promises";
import type { Db, Transaction } from "./database.ts";

const attempts = 5;
const longestWaitMs = 50;

/** What PostgreSQL says of a transaction that may well succeed when tried again. */
const deadlockDetected = "40P01";
const serializationFailure = "40001";

/**
 * Runs `work` in one transaction, again from the start (at most five times in all) when
 * PostgreSQL gave it up to a deadlock or a conflict of serialization. `work` must therefore touch
 * nothing but the database. What it throws rolls everything back.
 */
export async function transact<Result>(
  db: Db,
  work: (tx: Transaction) => Promise<Result>,
  options?: Parameters<Db["transaction"]>[1],
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction(work, options);
    } catch (error) {
      const code = sqlState(error);
      const worthAnother = code === deadlockDetected || code === serializationFailure;
      if (!worthAnother || attempt === attempts) throw error;
      // Two that collided must not come back in step.
      await wait(Math.random() * longestWaitMs * attempt);
    }
  }
}

/** PostgreSQL's five-character code of an error, looked for through the causes it is wrapped in. */
function sqlState(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause)
    if ("code" in at && typeof at.code === "string" && /^[0-9A-Z]{5}$/.test(at.code)) return at.code;
  return undefined;
}
