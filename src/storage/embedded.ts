import { existsSync, fsyncSync, mkdirSync, readFileSync } from "node:fs";
import { open, readdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { NodeFS } from "@electric-sql/pglite/nodefs";
import { drizzle } from "drizzle-orm/pglite";
import type { Database } from "./database.ts";
import { startUpkeep } from "./embedded-upkeep.ts";
import { type FolderLock, lockFolder } from "./folder-lock.ts";
import { StorageUnavailable } from "./unavailable.ts";

/**
 * Opens the embedded database in `dataDir`, creating both when missing. Every commit it
 * acknowledges has been fsynced.
 * @throws StorageUnavailable when the folder is taken, not writable, or its content not readable
 */
export async function openEmbedded(dataDir: string): Promise<Database> {
  const folder = resolve(dataDir);
  makeFolder(folder);
  const lock = lockFolder(folder);
  try {
    const databaseFolder = join(folder, "database");
    if (!existsSync(databaseFolder)) await create(databaseFolder);
    return withLock(await start(databaseFolder), lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function withLock(client: PGlite, lock: FolderLock): Database {
  const upkeep = startUpkeep(client);
  return {
    kind: "embedded",
    db: drizzle(client),
    async close() {
      try {
        await upkeep.stop();
        if (!client.closed) await client.close();
      } finally {
        lock.release();
      }
    },
  };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new StorageUnavailable(
      code === "EEXIST" || code === "ENOTDIR"
        ? `DATA_DIR ${folder} is not a folder. Set DATA_DIR to a folder.`
        : `DATA_DIR ${folder} cannot be created (${code}). Give this user the right to, or set DATA_DIR to another folder.`,
      { cause: error },
    );
  }
}

/**
 * A new database comes into being under another name, so that being killed halfway leaves nothing
 * that looks like a database.
 */
async function create(databaseFolder: string): Promise<void> {
  const unfinished = `${databaseFolder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const client = await start(unfinished);
  await client.close();
  // PGlite unpacks these files without syncing them, and most are never written again.
  await syncTree(unfinished);
  await rename(unfinished, databaseFolder);
  await syncEntry(join(databaseFolder, ".."));
}

async function start(databaseFolder: string): Promise<PGlite> {
  try {
    return await PGlite.create({
      fs: new SyncingFolder(databaseFolder),
      startParams: [
        // PGlite turns fsync off with -F, and answers fdatasync without doing it.
        ...PGlite.defaultStartParams.filter((param) => param !== "-F"),
        "-c",
        "wal_sync_method=fsync",
      ],
    });
  } catch (error) {
    throw new StorageUnavailable(
      `The database in ${databaseFolder} cannot be opened (${reasonOf(error)}${writtenBy(databaseFolder)}).`,
      { cause: error },
    );
  }
}

function reasonOf(error: unknown): string {
  const [line] = String(error instanceof Error ? error.message : error).split("\n");
  return line || "unknown error";
}

function writtenBy(databaseFolder: string): string {
  const path = join(databaseFolder, "PG_VERSION");
  return existsSync(path) ? `; it was written by PostgreSQL ${readFileSync(path, "utf8").trim()}` : "";
}

type EmscriptenFile = { nfd: number | undefined };
type EmscriptenModule = {
  NODEFS: { stream_ops: { fsync?: (file: EmscriptenFile) => number } };
  FS: { ErrnoError: new (errno: number) => Error };
};
const emscriptenInputOutputError = 29;

/** A folder on disk as PGlite sees it, with the fsync that emscripten's NODEFS lacks. */
class SyncingFolder extends NodeFS {
  override async init(...[client, options]: Parameters<NodeFS["init"]>) {
    const amended = await super.init(client, options);
    const giveFsync = (module: EmscriptenModule) => {
      module.NODEFS.stream_ops.fsync = ({ nfd }) => {
        if (nfd === undefined) return 0; // a folder: NODEFS opens no descriptor for it
        try {
          fsyncSync(nfd);
          return 0;
        } catch {
          // PostgreSQL must see the failure itself: it then refuses to go on.
          throw new module.FS.ErrnoError(emscriptenInputOutputError);
        }
      };
    };
    amended.emscriptenOpts.preRun = [giveFsync as (module: unknown) => void, ...(amended.emscriptenOpts.preRun ?? [])];
    return amended;
  }
}

/** All at once rather than one by one: file systems then write many in one go. */
async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  await Promise.all(entries.map((entry) => (entry.isDirectory() ? syncTree : syncEntry)(join(folder, entry.name))));
  await syncEntry(folder);
}

async function syncEntry(path: string): Promise<void> {
  // Windows neither opens folders nor fsyncs what is opened for reading.
  if (process.platform === "win32") return;
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
