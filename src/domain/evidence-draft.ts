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
type CompleteDraft = EvidenceDraft & {
  readonly modelId: number;
  readonly lab: string;
  readonly stance: Stance;
  readonly kind: EvidenceKind;
};

/** A part that evidence needs. */
export type MissingPart = "model" | "lab" | "stance" | "kind";

/** A draft that has all evidence needs, or the first part it lacks. */
export function completed(draft: EvidenceDraft): CompleteDraft | MissingPart {
  const { modelId, lab, stance, kind } = draft;
  if (modelId === null) return "model";
  if (lab === null) return "lab";
  if (stance === null) return "stance";
  return kind === null ? "kind" : { ...draft, modelId, lab, stance, kind };
}
