import pino from "pino";
import { marchCatalogues } from "../../sandbox/openrouter/catalogues.ts";
import { startOpenRouter } from "../../sandbox/openrouter/server.ts";
import { joinServers } from "../../src/actions/join-server.ts";
import { type CatalogueListings, recordCatalogue } from "../../src/actions/record-catalogue.ts";
import { type ServerChanges, saveServer } from "../../src/actions/set-up-server.ts";
import { type App, createApp } from "../../src/app.ts";
import type { Listing } from "../../src/domain/listing.ts";
import { readCatalogue } from "../../src/integrations/openrouter-catalogue.ts";
import type { Db } from "../../src/storage/database.ts";
import { deliveries } from "../../src/storage/schema.ts";

/** A clock that stands still until it is told. */
export type StoryClock = { now: Date; later: (ms: number) => void };

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

/** A clock that begins at this moment. */
export function storyClock(start = "2026-03-11T01:00:00Z"): StoryClock {
  const clock: StoryClock = {
    now: new Date(start),
    later(ms) {
      clock.now = new Date(clock.now.getTime() + ms);
    },
  };
  return clock;
}

/** What was logged, level by level. */
export type Logged = { level: number; msg: string; [detail: string]: unknown };

/** The bot's actions on a test's database and clock. */
export function watcherApp(db: Db, clock: StoryClock, logged: Logged[] = []): App {
  const log = pino({ level: "debug" }, { write: (line) => void logged.push(JSON.parse(line)) });
  return createApp({ db, log, clock: () => clock.now });
}

/** Lets the bot join a server, and sets it up if a channel is given. */
export async function aServer(app: App, serverId: string, settings: ServerChanges = {}): Promise<string> {
  await joinServers(app, [{ serverId, name: `Server ${serverId}` }]);
  if (Object.keys(settings).length > 0) await saveServer(app, serverId, settings);
  return serverId;
}

/** A listing as a read of the catalogue gives it: an ordinary one unless told. */
export function aListing(fields: Partial<Listing> = {}): Listing {
  return {
    id: "vendor/model",
    name: "Vendor: Model",
    createdAt: "2026-01-01T00:00:00.000Z",
    contextTokens: 128_000,
    maxOutputTokens: 8_192,
    promptUsdPerToken: "0.000001",
    completionUsdPerToken: "0.000002",
    inputModalities: ["text"],
    outputModalities: ["text"],
    tokenizer: "Other",
    description: null,
    ...fields,
  };
}

/** A listing of an anonymous model. */
export function aStealthListing(name: string, fields: Partial<Listing> = {}): Listing {
  const id = `stealth/${name.toLowerCase().replaceAll(" ", "-")}`;
  return aListing({ id, name, createdAt: null, promptUsdPerToken: "0", completionUsdPerToken: "0", ...fields });
}

/** A catalogue of ordinary listings, and those given. */
export function aCatalogue(...listings: Listing[]): CatalogueListings {
  const ordinary = Array.from({ length: 20 }, (_, i) => aListing({ id: `vendor/model-${i}` }));
  return { listings: [...ordinary, ...listings], etag: null };
}

/** The recorded catalogues around 11 March 2026, read over the wire. */
export async function readMarch(): Promise<Record<"before" | "after" | "revealed", CatalogueListings>> {
  const { before, after, revealed } = marchCatalogues();
  const openRouter = await startOpenRouter();
  try {
    const read = async (catalogue: typeof before) => {
      openRouter.setCatalogue(catalogue);
      const result = await readCatalogue({ baseUrl: openRouter.baseUrl });
      if (result.kind !== "listings") throw new Error(`read ${result.kind}`);
      return result;
    };
    return { before: await read(before), after: await read(after), revealed: await read(revealed) };
  } finally {
    await openRouter.close();
  }
}

/** Records a catalogue without stealth models first, so that what comes next is news. */
export async function firstRead(app: App): Promise<void> {
  await recordCatalogue(app, aCatalogue());
}

/** All that is owed, or was, oldest first. */
export async function owed(db: Db, kind?: (typeof deliveries.$inferSelect)["kind"]) {
  const rows = await db.select().from(deliveries).orderBy(deliveries.deliveryId);
  return rows.filter((row) => kind === undefined || row.kind === kind);
}
