import {
  type Evidence,
  type EvidenceBoard,
  type EvidenceKind,
  evidenceKinds,
  type LabEvidence,
} from "../../domain/evidence.ts";
import { firstWords, hiddenLine, kindWords, pieceLine } from "./evidence-words.ts";
import { type LabNames, labText } from "./lab-words.ts";
import { button, buttonRow, type MessageView, menuRow, type Row } from "./message.ts";
import { count } from "./numbers.ts";
import { escaped, fittingLines, plain, shown } from "./text.ts";

/** Which page of which board: what the key of a page button holds. */
export type EvidencePlace = {
  readonly modelId: number;
  readonly lab: string | null;
  readonly kind: EvidenceKind | null;
  readonly page: number;
};

function keyOf({ modelId, lab, kind, page }: EvidencePlace): string {
  return [modelId, lab ?? "", kind ?? "", page].join(".");
}

/** Reads a page button's key; null if it is none of ours. */
export function readEvidenceKey(key: string): EvidencePlace | null {
  const [, modelId, lab, kind, page] = /^(\d{1,9})\.([\w-]*)\.([a-z]*)\.(\d{1,7})$/.exec(key) ?? [];
  if (modelId === undefined || page === undefined) return null;
  const known = evidenceKinds.find((each) => each === kind) ?? null;
  if (kind !== "" && known === null) return null;
  return { modelId: Number(modelId), lab: lab || null, kind: known, page: Number(page) };
}

function labLines({ lab, for: pro, against, strongest }: LabEvidence, names: LabNames): string[] {
  const line = (piece: Evidence) => `${piece.stance === "for" ? "For" : "Against"}: ${pieceLine(piece)}`;
  return [`**${labText(lab, names)}**: ${count(pro)} for, ${count(against)} against`, ...strongest.map(line)];
}

/** All pieces on one lab, under headings that say which way they point. */
function pieceLines(board: EvidenceBoard): string[] {
  return (["for", "against"] as const).flatMap((stance) => {
    const pieces = board.pieces.filter((piece) => piece.stance === stance);
    return pieces.length === 0 ? [] : [stance === "for" ? "**For it**" : "**Against it**", ...pieces.map(pieceLine)];
  });
}

function lines(board: EvidenceBoard, names: LabNames): string[] {
  if (board.labs.length === 0) {
    const about = [
      ...(board.lab === null ? [] : [`about ${labText(board.lab, names)}`]),
      ...(board.kind === null ? [] : [`of the kind “${kindWords[board.kind]}”`]),
    ];
    return [
      ["No evidence yet", ...about].join(" "),
      ...(board.takesEvidence ? ["`/evidence add` files the first."] : []),
    ];
  }
  if (board.lab !== null) {
    const counts = board.labs.flatMap((each) => labLines({ ...each, strongest: [] }, names));
    return [...counts, "", ...pieceLines(board)];
  }
  return board.labs.flatMap((each) => [...labLines(each, names), ""]);
}

function menus(board: EvidenceBoard, names: LabNames): Row[] {
  const { modelId, kind, lab } = board;
  const pieces = lab === null ? board.labs.flatMap(({ strongest }) => strongest) : board.pieces;
  const labs = lab === null ? board.labs : [];
  const keyed = keyOf({ modelId, lab: null, kind, page: 1 });
  return [
    ...(pieces.length === 0
      ? []
      : [
          menuRow(
            "show-evidence",
            modelId,
            "See one piece",
            pieces.slice(0, 25).map((piece) => ({
              label: plain(`#${piece.evidenceId} ${firstWords(piece, false)}`, 100),
              value: String(piece.evidenceId),
            })),
          ),
        ]),
    ...(labs.length === 0
      ? []
      : [
          menuRow(
            "evidence-of-lab",
            keyed,
            "See all about one lab",
            labs.map((each) => ({ label: plain(names(each.lab), shown.labName), value: each.lab })),
          ),
        ]),
  ];
}

/** What the moderators hid, and why: the latest of it. */
function hiddenField({ hiddenCount, hidden }: EvidenceBoard) {
  return {
    name: `Hidden by the moderators: ${count(hiddenCount)}`,
    value: fittingLines([...hidden.map(hiddenLine), ...(hiddenCount > hidden.length ? ["…"] : [])], 1000),
  };
}

/** A page of a model's evidence, with the ways to the rest of it. */
export function evidenceBoardView(board: EvidenceBoard, names: LabNames): MessageView {
  const { modelId, lab, kind, page, pages } = board;
  const turn = (label: string, to: number) =>
    button(label, "turn-evidence", keyOf({ modelId, lab, kind, page: to }), "plain", to < 1 || to > pages);
  const whole = lab === null ? [] : [button("All labs", "turn-evidence", keyOf({ modelId, lab: null, kind, page: 1 }))];
  const add = board.takesEvidence ? [button("Add evidence", "add-evidence", modelId, "main")] : [];
  const closed = board.takesEvidence ? "" : "The model is closed: its evidence can be read, and no more is taken. ";
  const only = kind === null ? "" : `Only: ${kindWords[kind]}. `;
  return {
    embeds: [
      {
        title: `Evidence: ${escaped(board.modelName, shown.modelName)}`,
        description: fittingLines(lines(board, names), 4000),
        ...(board.hiddenCount === 0 ? {} : { fields: [hiddenField(board)] }),
        footer: { text: `${closed}${only}Page ${count(page)} of ${count(pages)}` },
      },
    ],
    components: [
      ...menus(board, names),
      buttonRow(turn("Previous", Math.max(0, page - 1)), turn("Next", page + 1), ...whole, ...add),
    ],
  };
}
