import type { App } from "../app.ts";
import { type Evidence, type EvidenceBarred, mayRead, type ShownEvidence, standsHidden } from "../domain/evidence.ts";
import { uploadName } from "../domain/kept-file.ts";
import { readPiece } from "../storage/evidence.ts";

export type ShowEvidenceAnswer =
  | { readonly done: true; readonly shown: ShownEvidence }
  | { readonly done: false; readonly refusal: EvidenceBarred };

/**
 * One piece with its files. What is withdrawn or hidden is there for its author and for moderators only; why it is hidden
 * is for everybody. A reader who had very many files uploaded just now is shown the piece without them for a while.
 */
export async function showEvidence(
  app: App,
  request: { serverId: string; evidenceId: number; reader: { memberId: string; moderates: boolean } },
): Promise<ShowEvidenceAnswer> {
  const piece = await readPiece(app.db, request.serverId, request.evidenceId);
  if (!piece) return { done: false, refusal: { reason: "no-such-evidence" } };
  if (!mayRead(piece, request.reader)) return { done: false, refusal: whyNotRead(piece) };
  const { serverId, reader } = request;
  const sizeBytes = piece.files.reduce((sum, file) => sum + (file.sha256 === null ? 0 : file.sizeBytes), 0);
  const mayUpload = app.uploads.take(app.elapsedMs(), { serverId, memberId: reader.memberId, sizeBytes });
  const shown = mayUpload ? await withCopies(app, piece) : { piece, copies: [], missing: [], waits: true };
  return { done: true, shown };
}

function whyNotRead(piece: Evidence): EvidenceBarred {
  const { evidenceId, hiddenReason } = piece;
  return standsHidden(piece) ? { reason: "hidden-from-you", evidenceId, hiddenReason } : { reason: "no-such-evidence" };
}

/** A piece with where its files' copies lie. One that is not on this machine is named, and nothing worse comes of it. */
export async function withCopies(app: Pick<App, "files">, piece: Evidence): Promise<ShownEvidence> {
  const copies: { name: string; path: string }[] = [];
  const missing: string[] = [];
  for (const file of piece.files) {
    if (file.sha256 === null) continue;
    const path = await app.files.find(file.sha256);
    const taken = copies.map(({ name }) => name);
    if (path === null) missing.push(file.name);
    else copies.push({ name: uploadName(file, taken), path });
  }
  return { piece, copies, missing };
}
