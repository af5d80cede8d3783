import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/pglite";
import { describe, onTestFinished } from "vitest";
import { type Database, type DatabaseSettings, openDatabase } from "../../src/storage/database.ts";
import { dropDatabase, newDatabase } from "./database-server.ts";
import { giveBackEmbedded, takeEmbedded } from "./embedded-pool.ts";
import { embeddedTemplate } from "./embedded-template.ts";
import { whyNoCluster } from "./postgres-cluster.ts";

/** One of the two databases the bot runs on, as tests use it. */
export type TestDatabase = {
  name: "embedded" | "postgres";
  /**
   * A migrated, empty database of this test's own, with the quickest start there is: the embedded
   * one lives in memory. Closed and removed when the test ends; opened outside of a test (in
   * beforeAll) it must be closed by hand.
   */
  open(settings?: { poolSize?: number }): Promise<Database>;
  /**
   * Where a migrated, empty database waits to be opened with `openDatabase`, as often as wanted or
   * from other processes: the embedded one in a folder. Removed when the test ends.
   */
  settings(): Promise<DatabaseSettings>;
};

export const embedded: TestDatabase = {
  name: "embedded",
  async open() {
    const kept = await takeEmbedded();
    const close = once(() => giveBackEmbedded(kept));
    const database: Database = { kind: "embedded", db: drizzle(kept.client), close };
    atTheEnd(database.close);
    return database;
  },
  async settings() {
    const dataDir = temporaryFolder();
    const databaseFolder = join(dataDir, "database");
    mkdirSync(databaseFolder);
    const tar = Buffer.from(await (await embeddedTemplate()).arrayBuffer());
    const { status, stderr } = spawnSync("tar", ["-xf", "-", "-C", databaseFolder], { input: tar });
    if (status !== 0) throw new Error(`the embedded database was not unpacked: ${stderr}`);
    return { dataDir };
  },
};

export const postgres: TestDatabase = {
  name: "postgres",
  async open(settings) {
    const databaseUrl = await newDatabase();
    const opened = await openDatabase({ databaseUrl, dataDir: "", ...settings });
    const close = once(async () => {
      await opened.close();
      await dropDatabase(databaseUrl);
    });
    atTheEnd(close);
    return { ...opened, close };
  },
  async settings() {
    const databaseUrl = await newDatabase();
    atTheEnd(() => dropDatabase(databaseUrl));
    return { databaseUrl, dataDir: temporaryFolder() };
  },
};

/** Tells the same story on the embedded database and on PostgreSQL. */
export function describeOnBoth(title: string, tests: (database: TestDatabase) => void): void {
  describe(`${title} (embedded)`, () => tests(embedded));
  describeOnPostgres(`${title} (postgres)`, tests);
}

/** For stories about locks and races, which the embedded database with its one session cannot show. */
export function describeOnPostgres(title: string, tests: (database: TestDatabase) => void): void {
  const missing = whyNoPostgres();
  if (missing) describe.skip(`${title}: SKIPPED, no PostgreSQL: ${missing}`, () => tests(postgres));
  else describe(title, () => tests(postgres));
}

/** A new folder, removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "unmask-test-"));
  atTheEnd(async () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function whyNoPostgres(): string | undefined {
  return process.env.TEST_DATABASE_URL ? undefined : (process.env.UNMASK_NO_POSTGRES ?? whyNoCluster());
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}

function atTheEnd(work: () => Promise<void>): void {
  try {
    onTestFinished(work);
  } catch {
    // Not inside a test: whoever opened it closes it.
  }
}
