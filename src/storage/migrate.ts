import { sql } from "drizzle-orm";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { bigint, pgSchema, text } from "drizzle-orm/pg-core";
import type { Db } from "./database.ts";
import { StorageUnavailable } from "./unavailable.ts";

// The table drizzle-kit's own tools look at.
const drizzleSchema = pgSchema("drizzle");
const appliedMigrations = drizzleSchema.table("__drizzle_migrations", {
  hash: text("hash").notNull(),
  createdAt: bigint("created_at", { mode: "number" }),
});

/** "unmask" in ASCII: the advisory lock that starting processes queue for. */
const startingLock = 0x756e6d61736b;

/**
 * Applies the migrations in `folder` that the database lacks, all or none. One transaction holds
 * both the lock and the work, so that it also holds behind a pooler that changes sessions between
 * transactions; drizzle's own migrator opens its transaction after having looked, and passes over
 * a migration that is older than the last one applied.
 * @throws StorageUnavailable when the database was written by a newer version, or one fails
 */
export async function migrate(db: Db, folder: string): Promise<void> {
  const known = readMigrationFiles({ migrationsFolder: folder });
  try {
    await db.transaction(async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(${startingLock}::bigint)`);
      await tx.execute(sql`create schema if not exists ${drizzleSchema}`);
      await tx.execute(sql`create table if not exists ${appliedMigrations} (
        id serial primary key, hash text not null, created_at bigint)`);
      const applied = new Set((await tx.select().from(appliedMigrations)).map((row) => row.createdAt));
      const unknown = new Set(applied);
      for (const migration of known) unknown.delete(migration.folderMillis);
      if (unknown.size > 0)
        throw new StorageUnavailable(
          `The database was written by a newer Unmask (${unknown.size} of its ${applied.size} migrations are unknown here). Update Unmask, or use another database.`,
        );
      for (const { sql: statements, hash, folderMillis } of known) {
        if (applied.has(folderMillis)) continue;
        for (const statement of statements) await tx.execute(sql.raw(statement));
        await tx.insert(appliedMigrations).values({ hash, createdAt: folderMillis });
      }
    });
  } catch (error) {
    if (error instanceof StorageUnavailable) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const [line] = String(cause instanceof Error ? cause.message : cause).split("\n");
    throw new StorageUnavailable(`The database could not be brought up to date: ${line}`, {
      cause: error,
    });
  }
}
