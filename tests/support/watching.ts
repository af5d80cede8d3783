import type { Db } from "../../src/storage/database.ts";
import { catalogue, listings, markets, models } from "../../src/storage/schema.ts";
import { embedded } from "./database.ts";
import { type Logged, owed, storyClock, watcherApp } from "./watcher-app.ts";

/** A bot that nobody has told of a catalogue yet, and what it logs. */
export async function aWatcher() {
  const { db } = await embedded.open();
  const clock = storyClock();
  const logged: Logged[] = [];
  return { db, clock, logged, app: watcherApp(db, clock, logged) };
}

/** Which models are announced where. */
export const announced = async (db: Db) =>
  (await owed(db, "announcement")).map(({ serverId, modelId }) => `${modelId} in ${serverId}`).sort();

export const lastRead = { etag: catalogue.etag, listingsCount: catalogue.listingsCount, readAt: catalogue.readAt };

/** All that reading a catalogue may change. */
export async function everything(db: Db) {
  return {
    catalogue: await db.select(lastRead).from(catalogue),
    listings: await db.select().from(listings),
    models: await db.select().from(models),
    markets: await db.select().from(markets),
    owed: await owed(db),
  };
}
