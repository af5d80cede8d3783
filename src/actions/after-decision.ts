import type { App } from "../app.ts";
import { type MarketWithModel, readMarketById } from "../storage/markets.ts";
import { openModelOf } from "./load-models.ts";
import { countChange } from "./refresh-models.ts";

/** After a market changed its state: has everybody told, and brings the memory for autocomplete up to date, other processes' too. Boards follow when they are looked at. */
export async function afterDecision(app: App, serverId: string, marketId: number): Promise<MarketWithModel> {
  const market = await readMarketById(app.db, serverId, marketId);
  if (!market) throw new Error(`market ${marketId} is gone`);
  app.owed.ring();
  app.models.update(serverId, openModelOf({ ...market, ...market.model }));
  await countChange(app, serverId);
  return market;
}
