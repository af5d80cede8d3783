import { chmodSync, mkdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { removeLeftOver } from "./left-over.ts";

/** Where Linux keeps files in memory. */
const memory = "/dev/shm";
const prefix = "unmask-tests-";
/** Ten times what a run of the tests ever has there at once. */
const enoughBytes = 2 * 1024 ** 3;

/**
 * A folder in memory for what this run of the tests writes and throws away, if there is room for it. A database is
 * hundreds of files, and on a disk making one can take a millisecond.
 */
export function makeFolderInMemory(): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(memory);
    if (bavail * bsize < enoughBytes) return undefined;
    removeLeftOver(memory, prefix);
    const folder = join(memory, `${prefix}${process.pid}`);
    mkdirSync(folder);
    // As any temporary folder: PostgreSQL may have to run as somebody else.
    chmodSync(folder, 0o1777);
    return folder;
  } catch {
    return undefined; // There is none, or it is not for us: then they are made where they usually are.
  }
}

export function removeFolderInMemory(folder: string | undefined): void {
  if (folder) rmSync(folder, { recursive: true, force: true });
}
