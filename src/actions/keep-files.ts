import type { App } from "../app.ts";
import { oneLine } from "../domain/clean-text.ts";
import { evidenceLimits } from "../domain/evidence.ts";
import { type Attachment, type FileProblem, fileLimits, type KeptFile } from "../domain/kept-file.ts";
import { bytesSince } from "../storage/evidence-limits.ts";
import { currentTime } from "./current-time.ts";

const dayMs = 86_400_000;

/**
 * Keeps copies of files, one after the other: four at once would be 32 MB in memory for one member. Those there is no
 * room for, and those that cannot be had, come back with the reason.
 */
export async function keepFiles(app: App, serverId: string, given: readonly Attachment[]): Promise<KeptFile[]> {
  if (given.length === 0) return [];
  const since = new Date((await currentTime(app)).getTime() - dayMs);
  let serverRoom = evidenceLimits.bytesPerServerAndDay - (await bytesSince(app.db, serverId, since));
  let pieceRoom: number = fileLimits.bytesTogether;
  const files: KeptFile[] = [];
  for (const [place, attachment] of given.entries()) {
    const problem = whyNotAsked(attachment, place, pieceRoom, serverRoom);
    const room = Math.min(fileLimits.bytesEach, pieceRoom, serverRoom);
    const file = problem ? notKept(attachment, problem) : await app.files.keep(attachment, room);
    if (file.sha256 !== null) {
      serverRoom -= file.sizeBytes;
      pieceRoom -= file.sizeBytes;
    }
    files.push({ ...file, name: oneLine(file.name).slice(0, 100).toWellFormed() });
  }
  return files.slice(0, fileLimits.files + 1);
}

/** By what Discord says of the file, so that nothing is begun that cannot be ended. */
function whyNotAsked(
  { sizeBytes }: Attachment,
  place: number,
  pieceRoom: number,
  serverRoom: number,
): FileProblem | null {
  if (place >= fileLimits.files) return "too-many";
  if (sizeBytes > fileLimits.bytesEach) return "too-large";
  if (sizeBytes > pieceRoom) return "all-too-large";
  return sizeBytes > serverRoom ? "server-full" : null;
}

function notKept({ attachmentId, name, sizeBytes }: Attachment, problem: FileProblem): KeptFile {
  return { attachmentId, name, contentType: "", sizeBytes, sha256: null, problem };
}
