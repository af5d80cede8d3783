import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isRunning } from "./postgres-cluster.ts";

/** Removes the folders here that are called by this prefix and a process that is gone: runs that were killed. */
export function removeLeftOver(folder: string, prefix: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix) || isRunning(Number(name.slice(prefix.length)))) continue;
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}
