import type { App } from "../app.ts";
import { upToDate } from "../domain/guess.ts";
import { type GuessReceipt, standingReceipt } from "../domain/receipt.ts";
import { rules } from "../domain/rules.ts";
import { guessOf, marketOf } from "../storage/guess-rows.ts";
import { readGuess } from "../storage/guesses.ts";
import { readMarket } from "../storage/markets.ts";
import { readWallet } from "../storage/wallets.ts";

/** A member's standing guess on a model as it is now; null if there is none. */
export async function showReceipt(
  app: App,
  request: { serverId: string; memberId: string; modelId: number },
): Promise<GuessReceipt | null> {
  const { serverId, memberId, modelId } = request;
  const row = await readMarket(app.db, serverId, modelId);
  if (!row) return null;
  const [stored, walletPoints] = await Promise.all([
    readGuess(app.db, row.marketId, memberId),
    readWallet(app.db, { serverId, season: row.season, memberId }),
  ]);
  const market = marketOf(row);
  const guess = upToDate(guessOf(stored), market);
  if (!guess.call) return null;
  return standingReceipt({ modelId, name: row.model.name }, market, guess, walletPoints ?? rules.bankrollPoints);
}
