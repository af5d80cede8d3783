import type { App } from "../app.ts";
import { buildBoard, isBoardBehind, lockBoardBehind, readSettledMarkets } from "../storage/boards.ts";
import { transact } from "../storage/database.ts";
import { rightCallsOf } from "./right-calls.ts";

/**
 * Builds a season's board anew if a settlement changed it since. A settlement's own transaction only moves points and
 * leaves a mark; whoever looks next, after a crash too, finds the mark and builds.
 */
export async function refreshBoard(app: Pick<App, "db">, serverId: string, season: string): Promise<void> {
  if (!(await isBoardBehind(app.db, serverId, season))) return;
  await transact(app.db, async (tx) => {
    const revision = await lockBoardBehind(tx, serverId, season);
    if (revision === null) return;
    const settled = [];
    for (const market of await readSettledMarkets(tx, serverId, season)) {
      if (!market.builders || !market.publishedAt)
        throw new Error(`market ${market.marketId} is settled without terms`);
      const terms = { marketId: market.marketId, builders: market.builders, publishedAt: market.publishedAt };
      settled.push({ marketId: market.marketId, right: await rightCallsOf(tx, market, terms) });
    }
    await buildBoard(tx, { serverId, season, revision }, settled);
  });
}
