import {
  type Evidence,
  type EvidenceVote,
  type ShownEvidence,
  standsHidden,
  type VoteEffect,
} from "../../domain/evidence.ts";
import { kindWords, notKeptLine, pieceTitle, sourceLine, votesWords } from "./evidence-words.ts";
import { type LabNames, labText } from "./lab-words.ts";
import { button, buttonRow, type MessageView, type Row } from "./message.ts";
import type { Reader } from "./model-card.ts";
import { moment } from "./numbers.ts";
import { address, bold, escaped, escapedLines, fittingLines, shown } from "./text.ts";

/** What a piece says, and by whom. */
function description({ piece, missing, waits = false }: ShownEvidence): string {
  const lost = piece.files.filter(({ problem }) => problem !== null);
  const lines = [
    `${bold(piece.modelName, shown.modelName)} · ${kindWords[piece.kind]}`,
    ...(piece.text === "" ? [] : escapedLines(piece.text, shown.evidenceText).map((line) => `> ${line}`)),
    piece.link === null ? null : `Link: ${address(piece.link)}`,
    sourceLine(piece.source, piece.serverId),
    `Filed by ${bold(piece.memberName, shown.memberName)}, ${moment(piece.at, "f")}`,
    `Votes: **${votesWords(piece)}**`,
    piece.alike.length === 0
      ? null
      : `The same link or file is in ${piece.alike.map((id) => `**#${id}**`).join(", ")} already.`,
    waits ? "Its files have to wait: very many were shown here just now. Open it again in a minute." : null,
    ...lost.map((file) => `Not kept: ${notKeptLine(file)}`),
    ...missing.map(
      (name) => `${escaped(name, shown.fileName)} is kept on another machine of my host, not on this one.`,
    ),
  ];
  return fittingLines(
    lines.filter((line) => line !== null),
    4000,
  );
}

/** What became of a piece: withdrawn, hidden, or hidden and restored; undefined for one that was left alone. */
function stateLine(piece: Evidence): string | undefined {
  const { evidenceId, state, hiddenReason, restoredReason } = piece;
  const because = (reason: string | null) => (reason ? ` Reason: ${escaped(reason, shown.reason)}` : "");
  const isHidden = standsHidden(piece);
  const judged = isHidden || restoredReason !== null;
  const lines = [
    isHidden ? `Evidence #${evidenceId} was hidden by the moderators.${because(hiddenReason)}` : null,
    judged && !isHidden ? `Evidence #${evidenceId} was hidden by the moderators once.${because(hiddenReason)}` : null,
    judged && !isHidden ? `They have restored it.${because(restoredReason)}` : null,
    state === "withdrawn" ? `${judged ? "It" : `Evidence #${evidenceId}`} was withdrawn by its author.` : null,
  ].filter((line) => line !== null);
  return lines.length === 0 ? undefined : lines.join("\n");
}

function votes({ evidenceId }: Evidence) {
  return [button("Convincing", "convincing", evidenceId, "good"), button("Weak", "weak", evidenceId)];
}

function uploads({ copies }: ShownEvidence) {
  return copies.map(({ name, path }) => ({ attachment: path, name }));
}

/** What a reader can do with a piece besides voting. */
function doings(piece: Evidence, reader: Reader): Row {
  const isOwn = piece.memberId === reader.memberId;
  return buttonRow(
    ...(piece.state === "shown" && !isOwn ? votes(piece) : []),
    ...(isOwn && piece.state !== "withdrawn" ? [button("Withdraw", "withdraw-evidence", piece.evidenceId)] : []),
    ...(reader.moderates && piece.state === "shown"
      ? [button("Hide", "hide-evidence", piece.evidenceId, "danger")]
      : []),
    ...(reader.moderates && standsHidden(piece) ? [button("Restore", "restore-evidence", piece.evidenceId)] : []),
    button("All evidence", "evidence-board", `${piece.modelId}...1`),
  );
}

/** A piece for one reader, with its files and what they can do with it. */
export function evidenceView(given: ShownEvidence, names: LabNames, reader: Reader, note?: string): MessageView {
  const { piece } = given;
  const content = [note, stateLine(piece)].filter((line) => line !== undefined);
  return {
    ...(content.length > 0 ? { content: content.join("\n") } : {}),
    embeds: [{ title: pieceTitle(piece, names), description: description(given) }],
    components: [doings(piece, reader)],
    files: uploads(given),
  };
}

/** A piece for everybody, in its model's thread: with its files, or what became of it. */
export function evidenceMessage(given: ShownEvidence, names: LabNames): MessageView {
  const { piece } = given;
  const content = stateLine(piece);
  const said = content === undefined ? {} : { content };
  if (piece.state !== "shown") return { ...said, embeds: [], components: [], files: [] };
  return {
    ...said,
    embeds: [{ title: pieceTitle(piece, names), description: description(given) }],
    components: [buttonRow(...votes(piece), button("All evidence", "evidence-board", `${piece.modelId}...1`))],
    files: uploads(given),
  };
}

/** For a message whose files are there already. */
export function withFilesAsTheyAre({ files: _, ...rest }: MessageView): MessageView {
  return rest;
}

/** For a message whose files are there already, and what is said above the piece: where its files are, for instance. */
export function withWhatStays(view: MessageView, content: string): MessageView {
  const rest = withFilesAsTheyAre(view);
  return content === "" ? rest : { ...rest, content };
}

/** Said where files may not be attached. */
export function withoutFiles(view: MessageView, evidenceId: number): MessageView {
  const { files, content, ...rest } = view;
  if (!files?.length) return view;
  const instead = `I may not attach files here. \`/evidence show id:${evidenceId}\` shows them.`;
  return { ...rest, files: [], content: content === undefined ? instead : `${content}\n${instead}` };
}

/** What was just done to a piece, above the piece itself. */
export const notes = {
  added: "Filed. It is on the board now, for everybody to read and weigh.",
  hide: "Hidden. Nobody but its author and the moderators can read it now; everybody can read the reason.",
  restore: "Restored. Everybody can read it again.",
  allow: "Restored. Its author has withdrawn it, so it is not shown; the same may be filed again.",
} as const;

/** After a vote: what counts now. */
export function voteCounted(piece: Evidence, vote: EvidenceVote, what: VoteEffect | "late"): MessageView {
  const said = {
    counted: `Your vote counts: #${piece.evidenceId} is ${vote}.`,
    changed: `Your vote is changed: #${piece.evidenceId} is ${vote}.`,
    same: `You have said already that #${piece.evidenceId} is ${vote}. It counts once; the other button changes it.`,
    late: `You have pressed again since: what counts is that #${piece.evidenceId} is ${vote}.`,
  }[what];
  return { content: `${said} Votes now: ${votesWords(piece)}.` };
}

/** After a withdrawal, in place of the piece. */
export function evidenceWithdrawn(piece: Evidence, names: LabNames): MessageView {
  const { evidenceId, lab } = piece;
  const stays = standsHidden(piece) ? " That the moderators have hidden it, and why, stays for everybody to read." : "";
  return {
    content: `Your evidence #${evidenceId} about ${labText(lab, names)} is withdrawn. Nobody but you and the moderators can read it any more, and my copies of its files are removed, unless another piece has the same.${stays}`,
    embeds: [],
    components: [],
    files: [],
  };
}
