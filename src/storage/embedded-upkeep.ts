import type { PGlite } from "@electric-sql/pglite";

const everyMs = 10 * 60_000;

/**
 * PGlite has no background processes, so two things a server does by itself never happen in it:
 * without checkpoints its write-ahead log grows for as long as it runs (16 MB at a time, all of it
 * to be replayed after a crash), and without autovacuum so do its tables. This does both.
 */
export function startUpkeep(client: PGlite): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    // What fails here fails again ten minutes later, and is no reason to stop answering members.
    running = keepUp(client).catch(() => undefined);
  }, everyMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

/** One round: vacuums the tables for which autovacuum's defaults would have, then checkpoints. */
export async function keepUp(client: PGlite): Promise<void> {
  const { rows } = await client.query<{ name: string }>(`
    select format('%I.%I', schemaname, relname) as name from pg_stat_user_tables
    where n_dead_tup > 50 + 0.2 * n_live_tup
      or n_ins_since_vacuum > 1000 + 0.2 * n_live_tup
      or n_mod_since_analyze > 50 + 0.1 * n_live_tup`);
  for (const { name } of rows) await client.exec(`vacuum (analyze) ${name}`);
  await client.exec("checkpoint");
}
