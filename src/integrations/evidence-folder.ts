import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, link, mkdir, open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";

/** A copy younger than this may be of a piece that is just being filed, and what lies in `incoming` may be arriving. */
const settledMs = 60 * 60_000;
/** Copies lie in 256 folders named by the first two digits of their hash; so many are looked through at a time. */
const foldersAtOnce = 8;
const copiesAtOnce = 500;
/** What a file takes of the disk at least, however small it is. */
const blockBytes = 4096;

const folders = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));
const isHash = (name: string) => /^[0-9a-f]{64}$/.test(name);
const onDisk = (sizeBytes: number) => Math.ceil(sizeBytes / blockBytes) * blockBytes;

/** The folder of own copies: `<two digits>/<SHA-256>`, and beside them `incoming`, where they arrive. */
export type EvidenceFolder = {
  /** Where a new file may be written until it is whole. */
  newPart(): Promise<string>;
  /** What all copies take on the disk, as far as this process knows. */
  takenBytes(): Promise<number>;
  /** Makes a whole part a copy. Returns how to undo that, for a copy that was not there before. */
  admit(part: string, sha256: string, sizeBytes: number): Promise<() => Promise<void>>;
  find(sha256: string): Promise<string | null>;
  /** Looks through the next folders, and removes the copies that nobody used this time or the time before. */
  sweep(whichAreUsed: (hashes: readonly string[]) => Promise<ReadonlySet<string>>): Promise<void>;
};

/** @param nowMs the machine's clock, which also dates its files */
export function openEvidenceFolder(folder: string, nowMs: () => number = Date.now): EvidenceFolder {
  const incoming = join(folder, "incoming");
  const place = (sha256: string) => join(folder, sha256.slice(0, 2), sha256);
  /** Bytes by folder: added up by every look, and by what is admitted in between. */
  const taken = new Map<string, number>();
  /** Copies nobody used at the last turn through all folders: they go at the next. Whoever reads one still has that long. */
  let unusedBefore = new Set<string>();
  let unused = new Set<string>();
  /** Whether any copy was used at the last turn. If not, this is hardly the database they belong to: nothing is removed. */
  let anyUsedBefore = false;
  let anyUsed = false;
  let next = 0;
  let measured: Promise<void> | null = null;
  const add = (sha256: string, bytes: number) => {
    const name = sha256.slice(0, 2);
    taken.set(name, (taken.get(name) ?? 0) + bytes);
  };

  /** The copies in one of the folders; what they take is noted. */
  async function look(name: string) {
    const found: { sha256: string; sizeBytes: number; changedMs: number }[] = [];
    for (const sha256 of (await namesIn(join(folder, name))).filter(isHash)) {
      const info = await stat(place(sha256)).catch(() => null);
      if (info) found.push({ sha256, sizeBytes: info.size, changedMs: info.mtimeMs });
    }
    taken.set(
      name,
      found.reduce((sum, { sizeBytes }) => sum + onDisk(sizeBytes), 0),
    );
    return found;
  }

  /**
   * Removes a copy if it is still what it was: it is moved aside first, so that nobody can come to use it between the
   * look and the removal. One that was admitted again meanwhile is put back.
   */
  async function remove(sha256: string, isOld: (changedMs: number) => boolean): Promise<void> {
    const aside = join(incoming, randomUUID());
    await mkdir(incoming, { recursive: true });
    try {
      await rename(place(sha256), aside);
    } catch {
      return;
    }
    const { mtimeMs, size } = await stat(aside);
    if (!isOld(mtimeMs)) {
      await rename(aside, place(sha256));
      return;
    }
    await rm(aside, { force: true });
    add(sha256, -onDisk(size));
  }

  async function clearIncoming(): Promise<void> {
    for (const name of await namesIn(incoming)) {
      const path = join(incoming, name);
      const found = await stat(path).catch(() => null);
      if (found && nowMs() - found.mtimeMs > settledMs) await rm(path, { force: true });
    }
  }

  return {
    async newPart() {
      await mkdir(incoming, { recursive: true });
      return join(incoming, randomUUID());
    },
    async takenBytes() {
      measured ??= (async () => {
        for (const name of folders) await look(name);
      })();
      await measured;
      return [...taken.values()].reduce((sum, bytes) => sum + bytes, 0);
    },
    async admit(part, sha256, sizeBytes) {
      const to = place(sha256);
      await mkdir(join(to, ".."), { recursive: true });
      const isNew = await linked(part, to);
      const now = new Date(nowMs());
      // One that was there counts as new again: whoever wants to remove it sees that it did not stay as it was.
      if (!isNew) await utimes(to, now, now).catch(() => rename(part, to));
      await syncEntries(join(to, ".."));
      if (!isNew) return async () => undefined;
      add(sha256, onDisk(sizeBytes));
      const { mtimeMs } = await stat(to);
      return () => remove(sha256, (changedMs) => changedMs === mtimeMs);
    },
    async find(sha256) {
      if (!isHash(sha256)) return null;
      try {
        await access(place(sha256), constants.R_OK);
        return place(sha256);
      } catch {
        return null;
      }
    },
    async sweep(whichAreUsed) {
      const isOld = (changedMs: number) => nowMs() - changedMs > settledMs;
      if (next === 0) await clearIncoming();
      for (const name of folders.slice(next, next + foldersAtOnce)) {
        const old = (await look(name)).filter(({ changedMs }) => isOld(changedMs)).map(({ sha256 }) => sha256);
        for (let from = 0; from < old.length; from += copiesAtOnce) {
          const some = old.slice(from, from + copiesAtOnce);
          const used = await whichAreUsed(some);
          anyUsed ||= used.size > 0;
          for (const sha256 of some.filter((each) => !used.has(each))) {
            if (anyUsedBefore && unusedBefore.has(sha256)) await remove(sha256, isOld);
            else unused.add(sha256);
          }
        }
      }
      next = (next + foldersAtOnce) % folders.length;
      if (next > 0) return;
      [unusedBefore, unused] = [unused, new Set()];
      [anyUsedBefore, anyUsed] = [anyUsed, false];
    },
  };
}

/** The entries of a folder are made to last. */
async function syncEntries(folder: string): Promise<void> {
  const entries = await open(folder, "r");
  try {
    await entries.sync();
  } finally {
    await entries.close();
  }
}

/** Gives a whole file its second name. False if there may have been a copy already. */
async function linked(part: string, to: string): Promise<boolean> {
  try {
    await link(part, to);
    return true;
  } catch (error) {
    const isThere = error instanceof Error && "code" in error && error.code === "EEXIST";
    // A disk without hard links: moving is all or nothing too, and over a copy of the same bytes it changes nothing.
    if (!isThere) await rename(part, to);
    return false;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
