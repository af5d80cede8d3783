import type { Evidence, EvidenceKind, EvidenceSource, HiddenEvidence, Stance } from "../../domain/evidence.ts";
import type { FileProblem, KeptFile } from "../../domain/kept-file.ts";
import { fileLimits } from "../../domain/kept-file.ts";
import { type LabNames, labText } from "./lab-words.ts";
import { count, counted } from "./numbers.ts";
import { bold, escaped, plain, shown } from "./text.ts";

export const kindWords = {
  reasoning: "Reasoning style",
  self: "What it says of itself",
  cutoff: "Knowledge cutoff",
  size: "Parameters and context window",
  tokenizer: "Tokenizer behaviour",
  speed: "Speed and latency",
  benchmark: "Benchmark result",
  refusals: "Refusals and censorship",
  language: "Language strength",
  provider: "Provider account or namespace",
  companion: "Companion model",
  errors: "Error shapes and ids",
  leak: "Leak, press or post",
  other: "Other",
} satisfies Record<EvidenceKind, string>;

/** Who reads a moderator's reason. */
export const reasonReaders = {
  hide: "Everybody can read it, in place of the piece",
  restore: "Everybody can read it, with the piece",
} as const;

export const stanceWords = { for: "points to", against: "points away from" } satisfies Record<Stance, string>;

const mebibytes = (bytes: number) => `${count(bytes / 1024 / 1024)} MB`;

const fileWords = {
  "too-many": `at most ${fileLimits.files} files are kept`,
  "too-large": `files may have ${mebibytes(fileLimits.bytesEach)}`,
  "all-too-large": `all files together may have ${mebibytes(fileLimits.bytesTogether)}`,
  "server-full": "this server has filed as many files today as I keep",
  "kind-not-taken": "I keep pictures (PNG, JPEG, GIF, WebP), PDF and plain text, and only if the file is what it says",
  empty: "it is empty",
  "strange-host": "it does not lie on Discord's own servers",
  gone: "Discord no longer has it",
  unreachable: "it could not be downloaded",
  "too-slow": "the download took too long",
  disk: "I have no place to keep files",
  "disk-full": "the disk space my host gives me for files is used up",
  removed: "it was removed when its author withdrew the piece",
} satisfies Record<FileProblem, string>;

/** A file that was not kept, and why. */
export function notKeptLine({ name, problem }: KeptFile): string {
  return `${escaped(name, shown.fileName)}: ${problem === null ? "kept" : fileWords[problem]}`;
}

/** "3 convincing, 1 weak". */
export function votesWords({ convincing, weak }: Pick<Evidence, "convincing" | "weak">): string {
  return convincing + weak === 0 ? "no votes yet" : `${count(convincing)} convincing, ${count(weak)} weak`;
}

/** "#12" and the first words of a piece, in one line. */
export function pieceLine(piece: Evidence): string {
  const restored = isRestored(piece) ? ` · restored: ${escaped(piece.restoredReason ?? "", shown.restoredLine)}` : "";
  return `**#${piece.evidenceId}** ${firstWords(piece, true)} · ${votesWords(piece)}${restored}`;
}

/** Whether it was hidden once and can be read again. */
export function isRestored({ state, restoredReason }: Evidence): boolean {
  return state === "shown" && restoredReason !== null;
}

/** "**#3**: an insult", of a piece that is hidden. */
export function hiddenLine({ evidenceId, hiddenReason }: HiddenEvidence): string {
  return `**#${evidenceId}**${hiddenReason === null ? "" : `: ${escaped(hiddenReason, shown.evidenceLine)}`}`;
}

/** What a piece begins with: its text, or what it has instead. */
export function firstWords(piece: Evidence, inMarkdown: boolean): string {
  const instead =
    piece.link !== null
      ? new URL(piece.link).host
      : piece.files.length > 0
        ? counted(piece.files.length, "file")
        : "a message";
  const words = piece.text === "" ? instead : piece.text;
  return inMarkdown ? escaped(words, shown.evidenceLine) : plain(words, shown.evidenceLine);
}

/** "Evidence #12 points to **DeepSeek**". */
export function pieceTitle(piece: Evidence, names: LabNames): string {
  return `Evidence #${piece.evidenceId} ${stanceWords[piece.stance]} ${labText(piece.lab, names)}`;
}

/** Where a piece comes from, with a link to it where there is one. */
export function sourceLine(source: EvidenceSource | null, serverId: string): string | null {
  if (source === null) return null;
  if (source.kind === "question") return `From question #${source.questionId} to the model itself`;
  const { channelId, messageId, authorName } = source;
  const author = authorName === "" ? "somebody" : bold(authorName, shown.memberName);
  return `From a message by ${author}: https://discord.com/channels/${[serverId, channelId, messageId].join("/")}`;
}
