import type { EvidenceKind, EvidenceSource, Stance } from "./evidence.ts";
import type { Attachment } from "./kept-file.ts";

/** Evidence in the making: what a member gave so far, and what is still to be asked for. */
export type EvidenceDraft = {
  readonly modelId: number | null;
  /** As typed; null while it is not known, or was none. */
  readonly lab: string | null;
  readonly stance: Stance | null;
  readonly kind: EvidenceKind | null;
  readonly text: string;
  readonly link: string | null;
  readonly files: readonly Attachment[];
  readonly source: EvidenceSource | null;
};

/** A draft with nothing missing but perhaps the text. */
export type CompleteDraft = EvidenceDraft & {
  readonly modelId: number;
  readonly lab: string;
  readonly stance: Stance;
  readonly kind: EvidenceKind;
};

/** Whether all is there that evidence needs. */
export function isComplete(draft: EvidenceDraft): draft is CompleteDraft {
  return draft.modelId !== null && draft.lab !== null && draft.stance !== null && draft.kind !== null;
}
