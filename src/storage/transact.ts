import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { sql } from "drizzle-orm";
import type { Db, Transaction } from "./database.ts";
import { codesOf, isClosed, isCutOff } from "./outage.ts";
import { statement } from "./statement.ts";

const attempts = 5;
const longestWaitMs = 50;
const betweenRollbacksMs = 500;

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
    return alongLine(line, steps, () => db.lines?.push(line));
  });
}

// All three go the way all statements go, so that they keep their place between them.
const begin = statement("begin", sql`begin`);
const commit = statement("commit", sql`commit`);
const rollback = statement("rollback", sql`rollback`);

/** @param giveBack called once nothing of this transaction is under way and none is open on the line */
async function alongLine<Read, Result>(
  line: Db,
  { read, write }: TwoSteps<Read, Result>,
  giveBack: () => void,
): Promise<Result> {
  const tx = line as unknown as Transaction;
  const sent: Promise<unknown>[] = [];
  const send = <T>(work: Promise<T>): Promise<T> => {
    sent.push(work);
    return work;
  };
  try {
    const [, found] = await Promise.all([send(begin(tx, {})), send(read(tx))]);
    const writing = send(write(tx, found));
    // What fails before it is sent fails within this turn: then no commit may follow what else was sent.
    await Promise.race([writing, nextTurn()]);
    const [result] = await Promise.all([writing, send(commit(tx, {}))]);
    giveBack();
    return result;
  } catch (error) {
    // Behind all that is still under way. On a line that was cut off the driver never answers what comes before the socket
    // has closed, so there it is sent a while later.
    const isCut = isCutOff(error);
    const first = isCut ? pause().then(() => rollback(tx, {})) : rollback(tx, {});
    void cleared(tx, first, sent).then((isClear) => isClear && giveBack());
    // While the database is away the driver tries whatever waits on a line one by one, seconds or more each: the line is
    // set aside until its rollback has come through, others take what lines there are, and nobody waits for it.
    if (!isCut) await first.catch(() => undefined);
    throw error;
  }
}

/**
 * Resolves when all that was sent has been answered and a rollback has come through: then the line is as good as new. A
 * rollback that fails is sent again, as only one that succeeds proves that nothing is open; false if none ever will.
 */
async function cleared(tx: Transaction, first: Promise<unknown>, sent: readonly Promise<unknown>[]): Promise<boolean> {
  for (let latest = first; ; latest = rollback(tx, {})) {
    try {
      await latest;
      await Promise.allSettled(sent);
      return true;
    } catch (error) {
      if (isClosed(error)) return false;
      await pause();
    }
  }
}

/** The bot may stop meanwhile: the line is closed then, and this is not waited for. */
function pause(): Promise<void> {
  return wait(betweenRollbacksMs, undefined, { ref: false });
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

/** PostgreSQL's five-character code of an error. */
function sqlState(error: unknown): string | undefined {
  return codesOf(error).find((code) => /^[0-9A-Z]{5}$/.test(code));
}
