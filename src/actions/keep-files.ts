import type { App } from "../app.ts";
import { oneLine } from "../domain/clean-text.ts";
import { evidenceLimits } from "../domain/evidence.ts";
import {
  type Attachment,
  type FileProblem,
  fileLimits,
  type Keeping,
  type KeptFile,
  notKept,
} from "../domain/kept-file.ts";
import type { Transaction } from "../storage/database.ts";
import { readUsedCopies } from "../storage/evidence.ts";
import { bytesSince } from "../storage/evidence-limits.ts";
import { currentTime } from "./current-time.ts";

const dayMs = 86_400_000;

/**
 * Keeps copies of files, one after the other: four at once would be 32 MB in memory for one member. Those there is no
 * room for, and those that cannot be had, come back with the reason.
 */
export async function keepFiles(app: App, serverId: string, given: readonly Attachment[]): Promise<Keeping[]> {
  if (given.length === 0) return [];
  const since = new Date((await currentTime(app)).getTime() - dayMs);
  let serverRoom = evidenceLimits.bytesPerServerAndDay - (await bytesSince(app.db, serverId, since));
  let pieceRoom: number = fileLimits.bytesTogether;
  const kept: Keeping[] = [];
  for (const [place, attachment] of given.slice(0, fileLimits.files + 1).entries()) {
    const problem = whyNotAsked(attachment, place, pieceRoom, serverRoom);
    const room = Math.min(fileLimits.bytesEach, pieceRoom, serverRoom);
    const { file, takeBack } = problem ? notKept(attachment, problem) : await app.files.keep(attachment, room);
    if (file.sha256 !== null) {
      serverRoom -= file.sizeBytes;
      pieceRoom -= file.sizeBytes;
    }
    if (file.problem === "disk-full") app.log.warn("evidence's files take all of EVIDENCE_MEGABYTES: no more are kept");
    kept.push({ file: { ...file, name: oneLine(file.name).slice(0, 100).toWellFormed() }, takeBack });
  }
  return kept;
}

/**
 * The files as they may be filed, asked again under the server's lock: others may have filed meanwhile, and what is
 * beyond the day's bytes is not kept after all.
 */
export async function fitIntoDay(
  tx: Transaction,
  serverId: string,
  files: readonly KeptFile[],
  at: Date,
): Promise<KeptFile[]> {
  if (files.every(({ sha256 }) => sha256 === null)) return [...files];
  let room = evidenceLimits.bytesPerServerAndDay - (await bytesSince(tx, serverId, new Date(at.getTime() - dayMs)));
  return files.map((file) => {
    if (file.sha256 === null) return file;
    if (file.sizeBytes > room) return { ...file, contentType: "", sha256: null, problem: "server-full" };
    room -= file.sizeBytes;
    return file;
  });
}

/** Removes the copies that were kept and then not filed. Never throws: what is left is swept up later. */
export async function takeBackUnfiled(app: App, kept: readonly Keeping[], filed: readonly KeptFile[]): Promise<void> {
  const hashes = new Set(filed.map(({ sha256 }) => sha256));
  const unfiled = kept.filter(({ file }) => file.sha256 !== null && !hashes.has(file.sha256));
  if (unfiled.length === 0) return;
  try {
    const used = await readUsedCopies(
      app.db,
      unfiled.flatMap(({ file }) => (file.sha256 === null ? [] : [file.sha256])),
    );
    for (const { file, takeBack } of unfiled) {
      if (file.sha256 !== null && !used.has(file.sha256)) await takeBack();
    }
  } catch (err) {
    app.log.warn({ err }, "files that were not filed could not be removed; they are swept up later");
  }
}

/** Removes copies no piece of any server uses any more: of what was withdrawn, or left behind by a crash. */
export async function sweepFiles(app: App): Promise<void> {
  await app.files.sweep((hashes) => readUsedCopies(app.db, hashes));
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
