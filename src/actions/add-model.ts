import type { App } from "../app.ts";
import type { AddingRefusal } from "../domain/own-model.ts";
import { readNewModel } from "../domain/own-model.ts";
import { transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { queueDeliveries } from "../storage/deliveries.ts";
import { addModels } from "../storage/listings.ts";
import { countOwnModels, readNamesakes } from "../storage/own-models.ts";
import { lockServer } from "../storage/servers.ts";
import { openMarketsFor, remember } from "./open-markets.ts";
import { announcementOf } from "./open-models.ts";

/** A model seen elsewhere, as a moderator typed it. */
export type ModelToAdd = {
  /** The interaction, which counts once. */
  readonly key: string;
  readonly serverId: string;
  readonly name: string;
  readonly link: string;
};

export type AddedModel =
  | { readonly added: true; readonly name: string; readonly isAnnounced: boolean }
  | { readonly added: false; readonly refusal: AddingRefusal };

/** Models a server's moderators may have open at the same time besides those of the catalogue. */
const mostOwnModels = 25;

/**
 * Opens a model that moderators saw elsewhere (an arena, an editor, another gateway) for their server alone: a market,
 * and an announcement if the server has a channel for it. The link is kept and shown, never fetched.
 */
export async function addModel(app: App, wish: ModelToAdd): Promise<AddedModel> {
  const { key, serverId } = wish;
  const reading = readNewModel(wish);
  if (!reading.read) return { added: false, refusal: reading.refusal };
  const { name, link, listing } = reading;
  const result = await transact(app.db, async (tx) => {
    const at = app.clock(await readDatabaseTime(tx));
    const server = await lockServer(tx, serverId, at);
    const isAnnounced = server.announcementChannelId !== null;
    const namesakes = await readNamesakes(tx, serverId, listing.id, name);
    if (namesakes.some(({ addedKey }) => addedKey === key)) return { done: "before", isAnnounced } as const;
    if (namesakes.length > 0) return { done: "no", refusal: { reason: "already-here", name } } as const;
    if ((await countOwnModels(tx, serverId)) >= mostOwnModels) {
      return { done: "no", refusal: { reason: "too-many", mostModels: mostOwnModels } } as const;
    }
    const models = await addModels(tx, [
      {
        listingId: listing.id,
        name,
        facts: listing,
        reasons: ["opened-by-moderators"],
        serverId,
        link,
        addedKey: key,
        everywhere: false,
        listedAt: at,
      },
    ]);
    const pairs = models.map(({ modelId }) => ({ serverId, modelId }));
    const markets = await openMarketsFor(tx, pairs, at);
    if (isAnnounced) {
      await queueDeliveries(
        tx,
        pairs.map((pair) => announcementOf({ ...pair, dueAt: at })),
      );
    }
    return { done: "now", isAnnounced, models, markets } as const;
  });
  if (result.done === "no") return { added: false, refusal: result.refusal };
  if (result.done === "now") await remember(app, result.markets, result.models);
  return { added: true, name, isAnnounced: result.isAnnounced };
}
