import { fileURLToPath } from "node:url";
import type { SQL } from "drizzle-orm";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import { migrate } from "./migrate.ts";

export { transact, transactInTwo } from "./transact.ts";

/** What all of storage runs its queries on, whichever driver is behind it. */
export type Db = PgDatabase<PgQueryResultHKT> & {
  /** Connections of one transaction at a time, for `transactInTwo`; those at work are taken out. */
  readonly lines?: Db[];
};

/** A `Db` inside a transaction. It can stand wherever a `Db` is asked for. */
export type Transaction = Parameters<Parameters<Db["transaction"]>[0]>[0];

export type Database = {
  kind: "embedded" | "postgres";
  db: Db;
  /** Waits for what is running, then gives back the connections or the folder. */
  close(): Promise<void>;
};

export type DatabaseSettings = {
  /** A postgres:// address. Without it the embedded database in `dataDir` is used. */
  databaseUrl?: string | undefined;
  dataDir: string;
  /** Most connections to PostgreSQL at once; 10 unless told. The embedded database has one. */
  poolSize?: number;
  /** Where the migrations are; tests bring their own. */
  migrationsFolder?: string;
};

/**
 * Opens the database and brings it up to date.
 * @throws StorageUnavailable with a line for the operator when it cannot be used
 */
export async function openDatabase(settings: DatabaseSettings): Promise<Database> {
  const database = await open(settings);
  try {
    await migrate(database.db, settings.migrationsFolder ?? projectMigrations());
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

// Imported when needed: nobody pays memory for the driver that is not in use.
async function open({ databaseUrl, dataDir, poolSize }: DatabaseSettings): Promise<Database> {
  if (databaseUrl) {
    const { openPostgres } = await import("./postgres.ts");
    return openPostgres(databaseUrl, poolSize ?? 10);
  }
  const { openEmbedded } = await import("./embedded.ts");
  return openEmbedded(dataDir);
}

/** The project's migrations; the build keeps a copy at the same place beside the built files. */
export function projectMigrations(): string {
  return fileURLToPath(new URL("../../migrations", import.meta.url));
}

/**
 * Runs hand-written SQL and gives its rows: `db.execute` answers with a different shape on each
 * driver. Values come as the drivers read them: timestamps and numeric as text, bigint as number.
 */
export async function rows<Row extends Record<string, unknown>>(db: Db, query: SQL): Promise<Row[]> {
  const result: unknown = await db.execute(query);
  return Array.isArray(result) ? result : (result as { rows: Row[] }).rows;
}
