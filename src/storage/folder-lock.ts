import { spawnSync } from "node:child_process";
import { closeSync, constants, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { StorageUnavailable } from "./unavailable.ts";

/*
 * Why the kernel's own file lock and nothing cleverer: it is given back the moment its process is
 * gone, however it went, so there is never a stale lock to judge. It belongs to the file, so it
 * holds between containers that share a volume: there, pids mean nothing (both are 1), abstract
 * sockets are invisible to each other, and a socket file of another host looks dead.
 *
 * Node offers no flock. On Linux the flock(1) of util-linux or busybox locks a descriptor it
 * inherits from us; the lock stays with that open file, which we keep, after flock(1) has ended.
 * macOS and the BSDs lock while opening (O_EXLOCK); Windows, through libuv's UV_FS_O_EXLOCK,
 * opens without sharing.
 */
const bsdOpenLocked = 0x20 | constants.O_NONBLOCK;
const windowsOpenLocked = 0x10000000;

export type FolderLock = { release(): void };

/**
 * Takes the exclusive lock of a data folder, which must exist. It lasts until `release` or the
 * end of the process.
 * @throws StorageUnavailable when another process has it, or the folder cannot be written to
 */
export function lockFolder(folder: string): FolderLock {
  const path = join(folder, "unmask.lock");
  const descriptor = openLockFile(folder, path);
  try {
    if (process.platform === "linux") lockDescriptor(descriptor, folder, path);
    ftruncateSync(descriptor, 0);
    writeSync(descriptor, `process ${process.pid} on ${hostname()}\n`, 0);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  // The file itself stays: removing it would let two processes lock two different files.
  return { release: () => closeSync(descriptor) };
}

function openLockFile(folder: string, path: string): number {
  const atOpening = process.platform === "linux" ? 0 : process.platform === "win32" ? windowsOpenLocked : bsdOpenLocked;
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT | atOpening, 0o600);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    if (atOpening !== 0 && ["EAGAIN", "EWOULDBLOCK", "EBUSY"].includes(code)) throw taken(folder, path);
    throw new StorageUnavailable(
      `DATA_DIR ${folder} cannot be written to (${code}). Give this user the right to, or set DATA_DIR to another folder.`,
      { cause: error },
    );
  }
}

function lockDescriptor(descriptor: number, folder: string, path: string): void {
  const { status, stderr, error } = spawnSync("flock", ["-x", "-n", "3"], {
    stdio: ["ignore", "ignore", "pipe", descriptor],
    encoding: "utf8",
    timeout: 10_000,
  });
  if (status === 0) return;
  if (status === 1) throw taken(folder, path);
  if (error && (error as NodeJS.ErrnoException).code === "ENOENT")
    throw new StorageUnavailable(
      `DATA_DIR ${folder} cannot be locked: the command flock is missing. Install util-linux, or set DATABASE_URL.`,
    );
  const detail = (error?.message ?? stderr).trim().split("\n")[0] || `flock ended with ${status}`;
  throw new StorageUnavailable(
    `DATA_DIR ${folder} cannot be locked (${detail}). Set DATA_DIR to a local folder, or set DATABASE_URL.`,
    { cause: error },
  );
}

function taken(folder: string, path: string): StorageUnavailable {
  return new StorageUnavailable(
    `DATA_DIR ${folder} is in use by another Unmask${holder(path)}. Stop it, or give this one a DATA_DIR of its own.`,
  );
}

function holder(path: string): string {
  try {
    const [line] = readFileSync(path, "utf8").split("\n");
    return line ? ` (${line})` : "";
  } catch {
    // Windows lets nobody read a file that is open without sharing.
    return "";
  }
}
