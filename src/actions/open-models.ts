import type { Listing } from "../domain/listing.ts";
import type { StealthReason } from "../domain/stealth.ts";
import type { Transaction } from "../storage/database.ts";
import { queueDeliveries } from "../storage/deliveries.ts";
import { insertModels } from "../storage/listings.ts";
import { readPresentServers } from "../storage/servers.ts";
import { openMarketsFor } from "./open-markets.ts";

/** An anonymous listing that becomes a model. */
export type NewModel = {
  readonly listing: Listing;
  readonly reasons: readonly StealthReason[];
  /** Since when it is listed. */
  readonly listedAt: Date;
};

export type OpenedModels = Awaited<ReturnType<typeof openModels>>;

/** Opens models with a market in every server, and owes none an announcement. One that was opened in some servers only is opened in the rest. */
export async function openModels(tx: Transaction, news: readonly NewModel[], at: Date) {
  const models = await insertModels(tx, news.map(rowOf));
  const servers = models.length === 0 ? [] : await readPresentServers(tx);
  const pairs = models.flatMap(({ modelId }) => servers.map(({ serverId }) => ({ serverId, modelId })));
  return { models, markets: await openMarketsFor(tx, pairs, at) };
}

/** The same, and owes one announcement of each to every server with a channel for it. */
export async function announceModels(tx: Transaction, news: readonly NewModel[], at: Date): Promise<OpenedModels> {
  const opened = await openModels(tx, news, at);
  const servers = opened.models.length === 0 ? [] : await readPresentServers(tx);
  const withChannel = servers.filter(({ announcementChannelId }) => announcementChannelId !== null);
  await queueDeliveries(
    tx,
    opened.models.flatMap(({ modelId }) =>
      withChannel.map(({ serverId }) => announcementOf({ modelId, serverId, dueAt: at })),
    ),
  );
  return opened;
}

/** The announcement of a model that is owed to a server, once. */
export function announcementOf(owed: { modelId: number; serverId: string; dueAt: Date }) {
  return { key: `announcement:${owed.modelId}:${owed.serverId}`, kind: "announcement" as const, ...owed };
}

/** A listing's row as a model. */
export function rowOf({ listing, reasons, listedAt }: NewModel) {
  return {
    listingId: listing.id,
    name: listing.name ?? listing.id,
    facts: listing,
    reasons: [...reasons],
    createdAt: listing.createdAt === null ? null : new Date(listing.createdAt),
    listedAt,
  };
}
