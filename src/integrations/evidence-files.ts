import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { FileKeeper } from "../domain/kept-file.ts";
import { type AttachmentHosts, downloadAttachment } from "./discord-attachments.ts";

/** Files half downloaded by a process that is gone. */
const abandonedMs = 60 * 60_000;

/**
 * Own copies of evidence's files under `<dataDir>/evidence`, each named by the SHA-256 of its bytes: the same file filed
 * twice lies there once. What is being downloaded lies beside them and is moved when it is whole and on the disk.
 */
export function createEvidenceFiles(settings: {
  readonly dataDir: string;
  readonly hosts: AttachmentHosts;
  readonly timeoutMs?: number;
}): FileKeeper {
  const folder = join(settings.dataDir, "evidence");
  const incoming = join(folder, "incoming");
  let cleared: Promise<void> | null = null;
  const place = (sha256: string) => join(folder, sha256.slice(0, 2), sha256);
  return {
    async keep(attachment, mostBytes) {
      const { attachmentId, name, sizeBytes } = attachment;
      const part = join(incoming, randomUUID());
      const lost = (problem: "disk") =>
        ({ attachmentId, name, contentType: "", sizeBytes, sha256: null, problem }) as const;
      try {
        await mkdir(incoming, { recursive: true });
        cleared ??= clear(incoming);
        await cleared;
        const file = await open(part, "wx");
        try {
          const got = await downloadAttachment(attachment, {
            ...settings,
            mostBytes,
            write: (bytes) => writeAll(file, bytes),
          });
          if (!got.done) return { attachmentId, name, contentType: "", sizeBytes, sha256: null, problem: got.problem };
          await file.sync();
          await moveTo(part, place(got.sha256));
          const { contentType, sha256 } = got;
          return { attachmentId, name, contentType, sizeBytes: got.sizeBytes, sha256, problem: null };
        } finally {
          await file.close();
          await rm(part, { force: true });
        }
      } catch {
        // A full or read-only disk: the piece is filed without its file, and says so.
        return lost("disk");
      }
    },
    async find(sha256) {
      if (!/^[0-9a-f]{64}$/.test(sha256)) return null;
      try {
        await access(place(sha256), constants.R_OK);
        return place(sha256);
      } catch {
        return null;
      }
    },
  };
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await file.write(bytes, written)).bytesWritten;
  }
}

/** Renaming is all or nothing, and over a copy of the same bytes it changes nothing. The folder's entry is made to last too. */
async function moveTo(from: string, to: string): Promise<void> {
  const folder = join(to, "..");
  await mkdir(folder, { recursive: true });
  await rename(from, to);
  const entries = await open(folder, "r");
  try {
    await entries.sync();
  } finally {
    await entries.close();
  }
}

async function clear(incoming: string): Promise<void> {
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name);
    const found = await stat(path).catch(() => null);
    if (found && Date.now() - found.mtimeMs > abandonedMs) await rm(path, { force: true });
  }
}
