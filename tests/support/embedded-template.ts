import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/pglite";
import { type Db, projectMigrations, rows } from "../../src/storage/database.ts";
import { migrate } from "../../src/storage/migrate.ts";

const cache = fileURLToPath(new URL("../../node_modules/.cache/unmask-tests", import.meta.url));

let template: Promise<Blob> | undefined;

/**
 * The files of a migrated, empty embedded database, as a tar. Making it takes seconds, so it is
 * kept until the migrations or PGlite change.
 */
export function embeddedTemplate(): Promise<Blob> {
  template ??= readOrMake();
  return template;
}

async function readOrMake(): Promise<Blob> {
  const path = join(cache, `database-${versionOfMigrations()}.tar`);
  if (existsSync(path)) return new Blob([readFileSync(path)]);
  const made = await make();
  try {
    mkdirSync(cache, { recursive: true });
    for (const name of readdirSync(cache)) rmSync(join(cache, name), { force: true });
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, Buffer.from(await made.arrayBuffer()));
    renameSync(unfinished, path);
  } catch {
    // The project may belong to somebody else: then every file of tests makes its own.
  }
  return made;
}

async function make(): Promise<Blob> {
  const client = await PGlite.create();
  const db = drizzle(client);
  await migrate(db, projectMigrations());
  await refuseRows(db);
  await dropOtherDatabases(client);
  const tar = await client.dumpDataDir("none");
  await client.close();
  return tar;
}

/** A short name that changes whenever a migration or PGlite does. */
export function versionOfMigrations(): string {
  const hash = createHash("sha256");
  hash.update(
    readFileSync(
      createRequire(import.meta.url)
        .resolve("@electric-sql/pglite")
        .replace(/dist.*$/, "package.json"),
    ),
  );
  const folder = projectMigrations();
  for (const name of readdirSync(folder)
    .filter((one) => one.endsWith(".sql"))
    .sort())
    hash.update(name).update(readFileSync(join(folder, name)));
  hash.update(readFileSync(join(folder, "meta", "_journal.json")));
  return hash.digest("hex").slice(0, 16);
}

/** Those PostgreSQL makes new ones from, which nobody here does: they are half of what every test would copy. */
async function dropOtherDatabases(client: PGlite): Promise<void> {
  await client.exec("update pg_database set datistemplate = false, datallowconn = true");
  for (const name of ["template0", "template1"]) await client.exec(`drop database ${name}`);
}

/** Tests are given emptied tables, so a migration that fills one would not be tested as it is. */
async function refuseRows(db: Db): Promise<void> {
  const found = await rows<{ name: string }>(
    db,
    sql`select tablename as name from pg_tables where schemaname = 'public'`,
  );
  for (const { name } of found)
    if ((await rows(db, sql`select 1 as one from ${sql.identifier(name)} limit 1`)).length > 0)
      throw new Error(`a migration puts rows into ${name}: tests/support/embedded-pool.ts would empty it`);
}
