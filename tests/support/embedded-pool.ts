import { PGlite } from "@electric-sql/pglite";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/pglite";
import { type Db, rows } from "../../src/storage/database.ts";
import { embeddedTemplate } from "./embedded-template.ts";

/** An embedded database in memory, and what its tables were when it was made. */
type Kept = { readonly client: PGlite; readonly shape: string };

/** Those nobody uses now. They outlive the file of tests that started them, whose modules do not. */
const idle = keptByProcess();
const emptyingTimeoutMs = 5_000;

function keptByProcess(): Kept[] {
  const home: { unmaskIdleDatabases?: Kept[] } = globalThis as object;
  home.unmaskIdleDatabases ??= [];
  return home.unmaskIdleDatabases;
}

/** A migrated, empty one. Starting it takes half a second, emptying one that was used 10 ms. */
export async function takeEmbedded(): Promise<Kept> {
  const waiting = idle.pop();
  if (waiting) return waiting;
  const client = await PGlite.create({ loadDataDir: await embeddedTemplate() });
  return { client, shape: await shapeOf(drizzle(client)) };
}

/** Empties it for the next test. */
export async function giveBackEmbedded(kept: Kept): Promise<void> {
  const emptied = empty(kept);
  // A test that failed in a transaction may never let go of it.
  await Promise.race([emptied, new Promise((resolve) => setTimeout(resolve, emptyingTimeoutMs).unref())]);
}

async function empty(kept: Kept): Promise<void> {
  const db = drizzle(kept.client);
  await rows(db, sql`discard all`);
  const used = await usedTables(db);
  const names = used.map(({ name }) => sql.identifier(name));
  if (used.length > 0) await rows(db, sql`truncate ${sql.join(names, sql`, `)} restart identity cascade`);
  if ((await shapeOf(db)) === kept.shape) idle.push(kept);
  // A test made or changed a table, which no other is to find.
  else await kept.client.close();
}

/**
 * Where something was written since the last time, be it taken back since: such a table has pages, or numbers given.
 * Truncating all of them would take twice as long.
 */
async function usedTables(db: Db): Promise<{ name: string }[]> {
  return rows(
    db,
    sql`select relname as name from pg_class
        where relkind = 'r' and relnamespace = 'public'::regnamespace and pg_relation_size(oid) > 0
        union
        select owner.relname from pg_sequence
          join pg_depend on objid = seqrelid and classid = 'pg_class'::regclass and deptype in ('a', 'i')
          join pg_class owner on owner.oid = refobjid
        where owner.relnamespace = 'public'::regnamespace and pg_sequence_last_value(seqrelid) is not null`,
  );
}

/** Something that changes whenever a table, a column, a constraint, an index or a function does. */
async function shapeOf(db: Db): Promise<string> {
  const firstOfOurs = 16_384;
  const [found] = await rows<{ shape: string }>(
    db,
    sql`select md5(concat(
      (select string_agg(concat_ws(' ', oid, relname, relnatts, relchecks), ',' order by oid)
         from pg_class where oid >= ${firstOfOurs}),
      (select string_agg(concat_ws(' ', attrelid, attname, atttypid, attnotnull, atthasdef), ',' order by attrelid, attnum)
         from pg_attribute where attrelid >= ${firstOfOurs}),
      (select string_agg(concat_ws(' ', oid, conname), ',' order by oid) from pg_constraint where oid >= ${firstOfOurs}),
      (select string_agg(oid::text, ',' order by oid) from pg_trigger where oid >= ${firstOfOurs} and not tgisinternal),
      (select string_agg(oid::text, ',' order by oid) from pg_proc where oid >= ${firstOfOurs})
    )) as shape`,
  );
  return found?.shape ?? "";
}
