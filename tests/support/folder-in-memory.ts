import { accessSync, constants, statfsSync } from "node:fs";

/** All that a run of the tests ever has there at once is a quarter of it. */
const enoughBytes = 2 * 1024 ** 3;

/**
 * Where Linux keeps files in memory, if there is room for what tests write and throw away. A database is hundreds of
 * files, and on a disk making one can take a millisecond.
 */
export function folderInMemory(): string | undefined {
  const folder = "/dev/shm";
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= enoughBytes ? folder : undefined;
  } catch {
    return undefined;
  }
}
