import type { TooYoung } from "./account-age.ts";
import type { KeptFile } from "./kept-file.ts";
import type { MarketStateName } from "./market-state.ts";

export const stances = ["for", "against"] as const;
/** Whether a piece points to a lab or away from it. */
export type Stance = (typeof stances)[number];

/** What a piece argues from. Stored and sent as written here: never rename one. */
export const evidenceKinds = [
  "reasoning",
  "self",
  "cutoff",
  "size",
  "tokenizer",
  "speed",
  "benchmark",
  "refusals",
  "language",
  "provider",
  "companion",
  "errors",
  "leak",
  "other",
] as const;
export type EvidenceKind = (typeof evidenceKinds)[number];

export const evidenceVotes = ["convincing", "weak"] as const;
export type EvidenceVote = (typeof evidenceVotes)[number];

/** What a vote did; `same`: the member had said so before, and it counts once. */
export const voteEffects = ["counted", "changed", "same"] as const;
export type VoteEffect = (typeof voteEffects)[number];

/** `withdrawn` by its author, `hidden` by a moderator. */
export type EvidenceState = "shown" | "withdrawn" | "hidden";

/** Where a piece comes from, if it was not typed in: another member's message, or an answer of the model itself. */
export type EvidenceSource =
  | {
      readonly kind: "message";
      readonly channelId: string;
      readonly messageId: string;
      readonly authorId: string;
      readonly authorName: string;
    }
  | { readonly kind: "question"; readonly questionId: number };

export type Evidence = {
  readonly evidenceId: number;
  readonly serverId: string;
  readonly modelId: number;
  readonly modelName: string;
  readonly memberId: string;
  readonly memberName: string;
  readonly lab: string;
  readonly stance: Stance;
  readonly kind: EvidenceKind;
  /** May be empty where there is a link, a file or a source. */
  readonly text: string;
  readonly link: string | null;
  readonly source: EvidenceSource | null;
  readonly files: readonly KeptFile[];
  readonly convincing: number;
  readonly weak: number;
  readonly state: EvidenceState;
  /** Why a moderator hid it, also after it was restored. */
  readonly hiddenReason: string | null;
  /** Why a moderator restored it; null while it is hidden. */
  readonly restoredReason: string | null;
  readonly at: Date;
  /** Earlier pieces shown in this server with the same link or the same file, oldest first. */
  readonly alike: readonly number[];
};

/** A piece with the own copies of its files that are on this machine, and the names of those that should be and are not. */
export type ShownEvidence = {
  readonly piece: Evidence;
  readonly copies: readonly { readonly name: string; readonly path: string }[];
  readonly missing: readonly string[];
  /** The reader was shown so many files just now that these have to wait. */
  readonly waits?: boolean;
};

/** A hidden piece as everybody may know of it: not what it says, but why it is hidden. */
export type HiddenEvidence = Pick<Evidence, "evidenceId" | "hiddenReason">;

/** A lab on a model's evidence board: counts, and the strongest pieces for and against. */
export type LabEvidence = {
  readonly lab: string;
  readonly for: number;
  readonly against: number;
  readonly strongest: readonly Evidence[];
};

/** A page of a model's board: of all labs with their strongest pieces, or of one lab with all of its pieces. */
export type EvidenceBoard = {
  readonly modelId: number;
  readonly modelName: string;
  readonly takesEvidence: boolean;
  readonly kind: EvidenceKind | null;
  readonly page: number;
  readonly pages: number;
  readonly labs: readonly LabEvidence[];
  /** The lab asked for; its pieces are `pieces`. */
  readonly lab: string | null;
  readonly pieces: readonly Evidence[];
  /** Pieces that fit and are hidden: how many, and the latest of them. */
  readonly hiddenCount: number;
  readonly hidden: readonly HiddenEvidence[];
};

/** What protects the host and its readers. Numbers may be changed at any time. */
export const evidenceLimits = {
  textCharacters: 1000,
  /** Blank or not: a text of a thousand lines would push everything else off the screen. */
  textLines: 40,
  linkCharacters: 500,
  perMemberAndModel: 20,
  perServerAndDay: 200,
  /** What the files of one server may take in a day. */
  bytesPerServerAndDay: 100 * 1024 * 1024,
  /** A piece's message in its thread is edited for new votes no more often than this. */
  recountEveryMs: 5_000,
} as const;

export type EvidenceRefusal =
  | { readonly reason: "no-such-model" }
  | { readonly reason: "model-settled"; readonly modelName: string; readonly builders: readonly string[] }
  | { readonly reason: "model-void"; readonly modelName: string }
  | { readonly reason: "no-such-lab"; readonly typed: string }
  | { readonly reason: "other-is-no-lab" }
  | { readonly reason: "text-too-long"; readonly characters: number; readonly mostCharacters: number }
  | { readonly reason: "bad-link"; readonly typed: string }
  | { readonly reason: "nothing-given" }
  /** Nothing but files were given, and none of them could be kept. */
  | { readonly reason: "no-file-kept"; readonly files: readonly KeptFile[] }
  | { readonly reason: "same-again"; readonly evidenceId: number }
  /** Withdrawing a hidden piece and filing it again would undo what the moderators decided. */
  | { readonly reason: "hidden-before"; readonly evidenceId: number; readonly hiddenReason: string | null }
  | { readonly reason: "member-limit"; readonly most: number; readonly modelName: string }
  | { readonly reason: "server-limit"; readonly most: number }
  | TooYoung;

export type AddEvidenceAnswer =
  | { readonly added: true; readonly evidence: Evidence }
  | { readonly added: false; readonly refusal: EvidenceRefusal };

/** Why nothing can be done to a piece by this member; a piece of another server is one that is not there. */
export type EvidenceBarred =
  | { readonly reason: "no-such-evidence" }
  /** Its text is not for this reader; why it is hidden is. */
  | { readonly reason: "hidden-from-you"; readonly evidenceId: number; readonly hiddenReason: string | null }
  | { readonly reason: "own-only"; readonly evidenceId: number }
  | { readonly reason: "own-evidence" }
  | { readonly reason: "already-withdrawn"; readonly evidenceId: number }
  | { readonly reason: "already-hidden"; readonly evidenceId: number }
  | { readonly reason: "not-hidden"; readonly evidenceId: number }
  | { readonly reason: "no-reason" }
  | { readonly reason: "model-closed"; readonly modelName: string }
  | TooYoung;

type Piece = Pick<Evidence, "evidenceId" | "memberId" | "state">;
type Judged = Pick<Evidence, "state" | "hiddenReason" | "restoredReason">;

/**
 * Whether the moderators' word against a piece stands. Its author can withdraw what it says, not that it was hidden and
 * why: that ends only with the moderators' own restoring it.
 */
export function standsHidden({ state, hiddenReason, restoredReason }: Judged): boolean {
  return state === "hidden" || (state === "withdrawn" && hiddenReason !== null && restoredReason === null);
}

/** Why a member may not withdraw a piece; null if they may. Only one's own, hidden ones too, and at any time. */
export function whyNotWithdraw(piece: Piece, memberId: string): EvidenceBarred | null {
  if (piece.memberId !== memberId) return { reason: "own-only", evidenceId: piece.evidenceId };
  return piece.state === "withdrawn" ? { reason: "already-withdrawn", evidenceId: piece.evidenceId } : null;
}

/** Why a member may not vote on a piece; null if they may. */
export function whyNotVote(
  piece: Piece,
  model: { readonly name: string; readonly state: MarketStateName },
  memberId: string,
): EvidenceBarred | null {
  const { evidenceId } = piece;
  if (piece.memberId === memberId) return { reason: "own-evidence" };
  if (piece.state === "withdrawn") return { reason: "already-withdrawn", evidenceId };
  if (piece.state === "hidden") return { reason: "already-hidden", evidenceId };
  return takesEvidence(model.state) ? null : { reason: "model-closed", modelName: model.name };
}

/** Why a moderator cannot hide a piece (`hide`), or restore it; null if it can be done. */
export function whyNotModerate(piece: Piece & Judged, wish: "hide" | "restore"): EvidenceBarred | null {
  const { evidenceId, state } = piece;
  if (wish === "restore" && standsHidden(piece)) return null;
  if (state === "withdrawn") return { reason: "already-withdrawn", evidenceId };
  if (wish === "hide") return state === "hidden" ? { reason: "already-hidden", evidenceId } : null;
  return { reason: "not-hidden", evidenceId };
}

/** Whether a member may read a piece: what is withdrawn or hidden is for its author and for moderators. */
export function mayRead(piece: Piece, reader: { readonly memberId: string; readonly moderates: boolean }): boolean {
  return piece.state === "shown" || piece.memberId === reader.memberId || reader.moderates;
}

/**
 * Whether evidence on a model can be added and voted on. Once it is known who built it (or nobody cares any more) the
 * board is a record of what was argued before, and stays as it was; it can still be read.
 */
export function takesEvidence(state: MarketStateName): boolean {
  return state === "open" || state === "frozen";
}

/** More votes first, then more of them convincing, then the earlier piece. The same order as the storage's index has. */
export function byVotes(a: Rated, b: Rated): number {
  return b.convincing - b.weak - (a.convincing - a.weak) || b.convincing - a.convincing || a.evidenceId - b.evidenceId;
}

type Rated = Pick<Evidence, "evidenceId" | "convincing" | "weak">;
