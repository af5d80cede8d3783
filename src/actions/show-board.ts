import type { App } from "../app.ts";
import type { BoardKind, BoardPage, BoardRow } from "../domain/board.ts";
import { seasonOf } from "../domain/season.ts";
import { countStandings, readSeasons, readStanding, readStandings } from "../storage/boards.ts";
import { currentTime } from "./current-time.ts";
import { refreshBoard } from "./refresh-board.ts";

/** Lines on a page: what a phone shows without scrolling far. */
const linesPerPage = 10;

/**
 * A page of one of this server's boards, and the asker's own line wherever it stands.
 *
 * @param request.season a season as `seasonOf` writes it; null for the current one
 * @param request.page from 1; a page beyond the end shows the last
 */
export async function showBoard(
  app: App,
  request: { serverId: string; memberId: string; kind: BoardKind; season: string | null; page: number },
): Promise<BoardPage> {
  const { serverId, kind } = request;
  const current = seasonOf(await currentTime(app));
  const seasons = await readSeasons(app.db, serverId);
  const season = request.season ?? current;
  const board = { serverId, season };
  await refreshBoard(app, serverId, season);
  const lines = await countStandings(app.db, serverId, season);
  const pages = Math.max(1, Math.ceil(lines / linesPerPage));
  const page = Math.min(pages, Math.max(1, request.page));
  const [rows, own] = await Promise.all([
    readStandings(app.db, kind, board, (page - 1) * linesPerPage + 1, page * linesPerPage),
    readStanding(app.db, kind, board, request.memberId),
  ]);
  const counts = seasons.find((row) => row.season === season);
  return {
    kind,
    season,
    seasons: [...new Set([current, ...seasons.map((row) => row.season)])].sort().reverse(),
    openMarkets: counts?.openMarkets ?? 0,
    settledMarkets: counts?.settledMarkets ?? 0,
    page,
    pages,
    rows: rows.map(named),
    own: own && named(own),
  };
}

/** Everybody on a board has guessed, and so has a name; should one be missing, the line still shows. */
function named(row: Omit<BoardRow, "name"> & { name: string | null }): BoardRow {
  return { ...row, name: row.name ?? `member ${row.memberId.slice(-4)}` };
}
