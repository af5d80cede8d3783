import { setTimeout as wait } from "node:timers/promises";
import { sql } from "drizzle-orm";
import type { Db, Transaction } from "./database.ts";
import { statement } from "./statement.ts";

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
  return untilDone(() => db.transaction(work, options));
}

/** The statements of a transaction: those it reads with, and then those it writes with. */
export type TwoSteps<Read, Result> = {
  /** Sends all its statements before it waits for the first. */
  readonly read: (tx: Transaction) => Promise<Read>;
  /**
   * Sends its statements before it waits for anything. The commit may be on its way behind them already: the first must
   * itself fail where nothing may be kept, and outside the transaction that read none may keep anything.
   */
  readonly write: (tx: Transaction, read: Read) => Promise<Result>;
};

/**
 * `transact` for two steps which PostgreSQL is waited for twice only: begin goes out together with what is read, commit
 * together with what is written. Four waits cost as much as a third of the work where waking up is slow.
 */
export async function transactInTwo<Read, Result>(db: Db, steps: TwoSteps<Read, Result>): Promise<Result> {
  return untilDone(async () => {
    const line = db.lines?.pop();
    if (!line) return db.transaction(async (tx) => steps.write(tx, await steps.read(tx)));
    try {
      return await alongLine(line, steps);
    } finally {
      db.lines?.push(line);
    }
  });
}

// All three go the way all statements go, so that they keep their place between them.
const begin = statement("begin", sql`begin`);
const commit = statement("commit", sql`commit`);
const rollback = statement("rollback", sql`rollback`);

async function alongLine<Read, Result>(line: Db, { read, write }: TwoSteps<Read, Result>): Promise<Result> {
  const tx = line as unknown as Transaction;
  try {
    const [, found] = await Promise.all([begin(tx, {}), read(tx)]);
    const [result] = await Promise.all([write(tx, found), commit(tx, {})]);
    return result;
  } catch (error) {
    // Behind all that is still under way; where the connection is gone, the transaction is as well.
    await rollback(tx, {}).catch(() => undefined);
    throw error;
  }
}

async function untilDone<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
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
