import type { App } from "../app.ts";
import { upToDate } from "../domain/guess.ts";
import { closedBecause, type GuessReceipt, standingReceipt } from "../domain/receipt.ts";
import { rules } from "../domain/rules.ts";
import { seasonOf } from "../domain/season.ts";
import { guessOf, marketOf } from "../storage/guess-rows.ts";
import { readGuess } from "../storage/guesses.ts";
import { readMarket } from "../storage/markets.ts";
import { readServerRow } from "../storage/servers.ts";
import { readWallet } from "../storage/wallets.ts";
import { currentTime } from "./current-time.ts";

/** A member's standing guess on a model as it is now; null if there is none. */
export async function showReceipt(
  app: App,
  request: { serverId: string; memberId: string; modelId: number },
): Promise<GuessReceipt | null> {
  const { serverId, memberId, modelId } = request;
  const row = await readMarket(app.db, serverId, modelId);
  if (!row) return null;
  const [stored, walletPoints, server, now] = await Promise.all([
    readGuess(app.db, row.marketId, memberId),
    readWallet(app.db, { serverId, season: row.season, memberId }),
    readServerRow(app.db, serverId),
    currentTime(app),
  ]);
  const market = marketOf(row);
  const guess = upToDate(guessOf(stored), market);
  if (!guess.call) return null;
  const place = {
    modelId,
    modelName: row.model.name,
    pastSeason: row.season === seasonOf(now) ? null : row.season,
    guessOnly: server?.guessOnly ?? false,
    closed: closedBecause({ ...row, name: row.model.name }),
  };
  return standingReceipt(place, market, guess, walletPoints ?? rules.bankrollPoints);
}
