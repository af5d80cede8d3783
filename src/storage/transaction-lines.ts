import { setTimeout as wait } from "node:timers/promises";
import type { PgTransactionConfig } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/postgres-js";
import type postgres from "postgres";
import type { Db, Transaction } from "./database.ts";
import { isClosed, isCutOff, isOutOfReach } from "./outage.ts";

const betweenTriesMs = 500;

/** A client of one connection, which counts how often that has been lost. */
export type CountedClient = { readonly client: postgres.Sql; readonly losses: () => number };

export type Transactions = {
  readonly transaction: Db["transaction"];
  /** Resolves when none is under way. */
  idle(): Promise<void>;
};

/** A connection for one transaction at a time. */
type Line = {
  readonly tx: Transaction;
  begin(modes: string): Promise<void>;
  commit(): Promise<void>;
  /** Resolves when nothing of a transaction that failed is open any more. */
  clear(error: unknown): Promise<void>;
};

/**
 * `transaction` as drizzle has it, each along a client of its own. The driver's own `begin` sends a rollback also where the
 * connection is gone, and then ends the whole process (porsager/postgres, issue 1066). A client of one connection connects
 * anew instead, where a transaction must not go on: so whatever is sent after a loss is refused here.
 */
export function transactionsAlong(clients: readonly CountedClient[]): Transactions {
  const free = clients.map(lineOf);
  const waiting: ((line: Line) => void)[] = [];
  const running = new Set<Promise<unknown>>();
  const giveBack = (line: Line) => {
    const next = waiting.shift();
    if (next) next(line);
    else free.push(line);
  };
  async function run<Result>(
    work: (tx: Transaction) => Promise<Result>,
    config?: PgTransactionConfig,
  ): Promise<Result> {
    const line = free.pop() ?? (await new Promise<Line>((resolve) => waiting.push(resolve)));
    try {
      await line.begin(modesOf(config));
      const result = await work(line.tx);
      await line.commit();
      giveBack(line);
      return result;
    } catch (error) {
      const cleared = line.clear(error).then(() => giveBack(line));
      // Nobody waits for a connection that is gone.
      if (!isCutOff(error)) await cleared;
      throw error;
    }
  }
  return {
    transaction(work, config) {
      const done = run(work, config);
      running.add(done);
      const forget = () => void running.delete(done);
      done.then(forget, forget);
      return done;
    },
    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

function lineOf({ client, losses }: CountedClient): Line {
  let lossesBefore = 0;
  const guarded = {
    options: client.options,
    unsafe(...statement: Parameters<postgres.Sql["unsafe"]>) {
      // What PostgreSQL had open on a connection that closed, it has ended.
      if (losses() !== lossesBefore)
        throw Object.assign(new Error("the connection was lost"), { code: "CONNECTION_CLOSED" });
      return client.unsafe(...statement);
    },
  };
  return {
    tx: drizzle(guarded as unknown as postgres.Sql) as unknown as Transaction,
    async begin(modes) {
      lossesBefore = losses();
      await client.unsafe(`begin ${modes}`);
      lossesBefore = losses();
    },
    async commit() {
      const { command } = await guarded.unsafe("commit");
      // PostgreSQL answers so where a statement had failed and nobody took notice.
      if (command === "ROLLBACK") throw new Error("a statement of this transaction had failed");
    },
    async clear(error) {
      if (isOutOfReach(error)) return;
      // What is sent along a lost connection before its socket has closed is never answered.
      if (isCutOff(error)) await pause();
      while (losses() === lossesBefore) {
        try {
          return void (await client.unsafe("rollback"));
        } catch (failure) {
          if (isClosed(failure)) return;
          await pause();
        }
      }
    },
  };
}

function modesOf({ isolationLevel, accessMode, deferrable }: PgTransactionConfig = {}): string {
  const modes = [isolationLevel && `isolation level ${isolationLevel}`, accessMode, deferrable && "deferrable"];
  return modes.filter(Boolean).join(" ");
}

/** The bot may stop meanwhile: the line is closed then, and this is not waited for. */
function pause(): Promise<void> {
  return wait(betweenTriesMs, undefined, { ref: false });
}
