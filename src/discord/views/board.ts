import type { BoardKind, BoardPage, BoardRow } from "../../domain/board.ts";
import { seasonLabel } from "../../domain/season.ts";
import { button, buttonRow, type MessageView } from "./message.ts";
import { count, counted, signed } from "./numbers.ts";
import { escaped, fittingLines, shown } from "./text.ts";

const titles = { calls: "Calls", points: "Points" } satisfies Record<BoardKind, string>;

const explained = {
  calls: "Right, early and against the odds: up to 100 a model.",
  points: "Points won and lost on settled models.",
} satisfies Record<BoardKind, string>;

/** Which page of which board: what the key of a page button holds. */
export type BoardPlace = { readonly kind: BoardKind; readonly season: string; readonly page: number };

function keyOf({ kind, season, page }: BoardPlace): string {
  return `${kind}.${season}.${page}`;
}

/** Reads a page button's key; null if it is none of ours. */
export function readBoardKey(key: string): BoardPlace | null {
  const [, kind, season, page] = /^(calls|points)\.(\d{4}-Q[1-4])\.(\d{1,7})$/.exec(key) ?? [];
  if (kind === undefined || season === undefined || page === undefined) return null;
  return { kind: kind === "points" ? "points" : "calls", season, page: Number(page) };
}

const scores = {
  calls: (row) => {
    const streak = row.streak > 1 ? ` · ${row.streak} in a row` : "";
    const firsts = row.firsts > 0 ? ` · first ${counted(row.firsts, "time")}` : "";
    return `**${row.score.toFixed(1)}** · ${count(row.hits)} of ${count(row.calls)} right${firsts}${streak}`;
  },
  points: (row) => `**${signed(row.points)}** · ${count(row.hits)} of ${count(row.calls)} right`,
} satisfies Record<BoardKind, (row: BoardRow) => string>;

function line(row: BoardRow, kind: BoardKind): string {
  return `**${count(row.rank)}.** ${escaped(row.name, shown.memberName)}: ${scores[kind](row)}`;
}

function ownLines(board: BoardPage): string[] {
  if (board.own === null)
    return ["", "You have no settled call in this season yet. `/models show` shows what is open."];
  const seen = board.rows.some(({ memberId }) => memberId === board.own?.memberId);
  return seen ? [`You are at **${count(board.own.rank)}.**`] : ["…", `You: ${line(board.own, board.kind)}`];
}

function embed(board: BoardPage, own: string[]) {
  const rows = board.rows.map((row) => line(row, board.kind));
  const nobody = "Nobody is on it yet: it fills when the first model of the season is settled.";
  const provisional =
    board.openMarkets > 0 ? `Provisional: ${counted(board.openMarkets, "model")} of this season not settled. ` : "";
  return {
    title: `${titles[board.kind]}, ${seasonLabel(board.season)}`,
    description: [explained[board.kind], "", fittingLines(rows.length === 0 ? [nobody] : rows, 3600), ...own].join(
      "\n",
    ),
    footer: { text: `${provisional}Page ${count(board.page)} of ${count(Math.max(1, board.pages))}` },
  };
}

/** A page of a board for one member, whose own row is always on it. */
export function boardView(board: BoardPage): MessageView {
  const { season, page } = board;
  const other = board.kind === "calls" ? "points" : "calls";
  const turn = (label: string, to: number) =>
    button(label, "board", keyOf({ kind: board.kind, season, page: to }), "plain", to < 1 || to > board.pages);
  return {
    embeds: [embed(board, ownLines(board))],
    components: [
      buttonRow(
        turn("Previous", Math.max(0, page - 1)),
        turn("Next", page + 1),
        button(titles[other], "board", keyOf({ kind: other, season, page: 1 })),
        button("Share", "share-board", keyOf({ kind: board.kind, season, page })),
      ),
    ],
  };
}

/** A page of a board for the channel: nobody's own row, and a button by which each sees theirs. */
export function sharedBoard(board: BoardPage): MessageView {
  const { kind, season } = board;
  return {
    embeds: [embed(board, [])],
    components: [buttonRow(button("Where am I?", "open-board", keyOf({ kind, season, page: 1 })))],
  };
}

export const noSuchSeason: MessageView = {
  content:
    "I cannot read that season. Seasons are quarters: `2026-Q1` is January to March 2026. Leave it out for this one.",
};
