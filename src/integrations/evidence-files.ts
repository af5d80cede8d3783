import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Attachment, type FileKeeper, type Keeping, notKept } from "../domain/kept-file.ts";
import { type AttachmentHosts, downloadAttachment } from "./discord-attachments.ts";
import { openEvidenceFolder } from "./evidence-folder.ts";

/**
 * Own copies of evidence's files under `<dataDir>/evidence`, each named by the SHA-256 of its bytes: the same file filed
 * twice lies there once. What is being downloaded lies beside them, and becomes a copy when it is whole and on the disk.
 *
 * @param settings.mostBytes what all copies together may take of the disk
 * @param settings.nowMs the machine's clock, which also dates its files
 */
export function createEvidenceFiles(settings: {
  readonly dataDir: string;
  readonly hosts: AttachmentHosts;
  readonly mostBytes?: number;
  readonly timeoutMs?: number;
  readonly nowMs?: () => number;
}): FileKeeper {
  const folder = openEvidenceFolder(join(settings.dataDir, "evidence"), settings.nowMs);
  const { mostBytes: mostTogether = Number.POSITIVE_INFINITY } = settings;
  /** What downloads on their way will take. */
  let awaitedBytes = 0;

  async function download(attachment: Attachment, mostBytes: number): Promise<Keeping> {
    const part = await folder.newPart();
    const file = await open(part, "wx");
    try {
      const got = await downloadAttachment(attachment, {
        ...settings,
        mostBytes,
        write: (bytes) => writeAll(file, bytes),
      });
      if (!got.done) return notKept(attachment, got.problem);
      await file.sync();
      const { contentType, sha256, sizeBytes } = got;
      const takeBack = await folder.admit(part, sha256, sizeBytes);
      const { attachmentId, name } = attachment;
      return { file: { attachmentId, name, contentType, sizeBytes, sha256, problem: null }, takeBack };
    } finally {
      await file.close();
      await rm(part, { force: true });
    }
  }

  return {
    async keep(attachment, mostBytes) {
      try {
        const room = mostTogether - (await folder.takenBytes()) - awaitedBytes;
        if (attachment.sizeBytes > room) return notKept(attachment, "disk-full");
        awaitedBytes += attachment.sizeBytes;
        try {
          const kept = await download(attachment, Math.min(mostBytes, room));
          const isForRoom = kept.file.problem === "too-large" && room < mostBytes;
          return isForRoom ? notKept(attachment, "disk-full") : kept;
        } finally {
          awaitedBytes -= attachment.sizeBytes;
        }
      } catch {
        // A broken or read-only disk, or one that is full before its time: the piece is filed without its file, and says so.
        return notKept(attachment, "disk");
      }
    },
    find: (sha256) => folder.find(sha256),
    sweep: (whichAreUsed) => folder.sweep(whichAreUsed),
  };
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await file.write(bytes, written)).bytesWritten;
  }
}
