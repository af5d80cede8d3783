import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { claimDeliveries } from "../../src/actions/claim-deliveries.ts";
import { joinServers } from "../../src/actions/join-server.ts";
import { recordSent } from "../../src/actions/record-deliveries.ts";
import { listWaiting } from "../../src/actions/review-listings.ts";
import { saveServer } from "../../src/actions/set-up-server.ts";
import { type App, createApp } from "../../src/app.ts";
import type { ClaimedDelivery } from "../../src/domain/claimed-delivery.ts";
import { readListings } from "../../src/schedule/read-listings.ts";
import type { Db } from "../../src/storage/database.ts";
import type { Recorded } from "./recorded.ts";

/** What a server would have read. */
export type Told = {
  readonly at: Date;
  readonly what: "announced" | "in the summary" | "changed" | "held" | "ignored";
  readonly listingId: string;
  readonly detail: string;
};

export type Replayed = {
  readonly told: readonly Told[];
  readonly catalogues: number;
  readonly seconds: number;
  /** Memory of the process before the first catalogue, and the most it had after one: making the database is not in it. */
  readonly memoryMb: { readonly before: number; readonly most: number };
};

const serverId = "1";

/**
 * Plays recorded catalogues, oldest first and as fast as it goes, through the bot's own reader, detector, storage and
 * deliveries, for one server that was set up before the first. What the server is sent is noted instead of posted.
 */
export async function replay(db: Db, catalogues: readonly Recorded[]): Promise<Replayed> {
  let now = new Date((catalogues[0]?.at.getTime() ?? 0) - 60_000);
  const app = createApp({ db, log: pino({ level: "silent" }), clock: () => now });
  await joinServers(app, [{ serverId, name: "Replay" }]);
  await saveServer(app, serverId, { announcementChannelId: "2", threadPerModel: true });
  const openRouter = await serveBodies();
  const told: Told[] = [];
  const started = performance.now();
  const before = memoryMb();
  let most = before;
  try {
    const seen = new Set<string>();
    for (const { at, gzipped } of catalogues) {
      // Two of the same minute are two reads all the same.
      now = new Date(Math.max(at.getTime(), now.getTime() + 1_000));
      openRouter.serve(gzipped());
      const recorded = await readListings(app, { openRouterBaseUrl: openRouter.baseUrl });
      if (recorded === null) told.push({ at: now, what: "ignored", listingId: "", detail: "not a catalogue" });
      told.push(...(await deliverTo(app, now)));
      most = Math.max(most, memoryMb());
      const { waiting, smallSince } = await listWaiting(app, serverId);
      if (smallSince?.getTime() === now.getTime()) {
        told.push({ at: now, what: "ignored", listingId: "", detail: "it lost over half of its listings" });
      }
      for (const { listing, because } of waiting.filter(({ listing: { id } }) => !seen.has(id))) {
        seen.add(listing.id);
        told.push({ at: now, what: "held", listingId: listing.id, detail: because });
      }
    }
    const seconds = (performance.now() - started) / 1_000;
    return { told, catalogues: catalogues.length, seconds, memoryMb: { before, most } };
  } finally {
    await openRouter.close();
  }
}

function memoryMb(): number {
  return Math.round(process.memoryUsage().rss / 1_048_576);
}

async function deliverTo(app: App, at: Date): Promise<Told[]> {
  const claimed = await claimDeliveries(app, { by: "replay", most: 100 });
  for (const { delivery } of claimed) {
    const { deliveryId, kind } = delivery;
    const threadId = kind === "announcement" ? `${deliveryId}` : null;
    await recordSent(app, delivery, { channelId: delivery.channelId ?? "3", messageId: `${deliveryId}`, threadId });
  }
  return claimed.flatMap((one) => toldBy(one, at));
}

function toldBy({ delivery: { kind }, card, cards, history }: ClaimedDelivery, at: Date): Told[] {
  if (kind === "summary") return cards.map(({ listingId }) => ({ at, what: "in the summary", listingId, detail: "" }));
  if (!card) return [];
  const { listingId } = card;
  if (kind === "announcement") {
    const companions = card.companions.map(({ name }) => name).join(", ");
    return [{ at, what: "announced", listingId, detail: companions && `in the same minute as ${companions}` }];
  }
  const what = history.map((entry) =>
    entry.kind === "fact"
      ? `${entry.fact} ${JSON.stringify(entry.before)} → ${JSON.stringify(entry.after)}`
      : entry.kind,
  );
  return [{ at, what: "changed", listingId, detail: what.join("; ").slice(0, 300) }];
}

/** An OpenRouter that sends one body as it was recorded, and knows nothing else. */
async function serveBodies() {
  let body = Buffer.alloc(0);
  const server = createServer((request, response) => {
    if (!request.url?.endsWith("/models")) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`,
    serve(gzipped: Buffer) {
      body = Buffer.from(gzipped);
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
