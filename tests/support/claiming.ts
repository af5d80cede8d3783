import { claimDeliveries } from "../../src/actions/claim-deliveries.ts";
import { recordCatalogue } from "../../src/actions/record-catalogue.ts";
import { recordSent } from "../../src/actions/record-deliveries.ts";
import type { saveServer } from "../../src/actions/set-up-server.ts";
import type { App } from "../../src/app.ts";
import type { ClaimedDelivery } from "../../src/domain/claimed-delivery.ts";
import { embedded } from "./database.ts";
import { aCatalogue, aServer, aStealthListing, firstRead, minuteMs, storyClock, watcherApp } from "./watcher-app.ts";

/** A server whose greeting is over, and a model announced there but not yet sent. */
export async function anAnnouncement(settings: Parameters<typeof saveServer>[2] = {}) {
  const { db } = await embedded.open();
  const clock = storyClock("2026-03-12T01:00:00Z");
  const app = watcherApp(db, clock);
  await firstRead(app);
  await aServer(app, "100", { announcementChannelId: "110", ...settings });
  await sendAll(app);
  clock.later(minuteMs);
  const { opened } = await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha")));
  return { db, clock, app, modelId: opened[0]?.modelId ?? 0 };
}

export async function claimOne(app: App, by = "this process"): Promise<ClaimedDelivery> {
  const [claimed] = await claimDeliveries(app, { by, most: 1 });
  if (!claimed) throw new Error("nothing is due");
  return claimed;
}

export const claimAll = (app: App, by = "this process") => claimDeliveries(app, { by, most: 100 });

export async function sendAll(app: App): Promise<string[]> {
  const claimed = await claimAll(app);
  for (const { delivery } of claimed) {
    const sent = { channelId: delivery.channelId ?? "1", messageId: `9${delivery.deliveryId}`, threadId: null };
    await recordSent(app, delivery, sent);
  }
  return claimed.map(({ delivery }) => delivery.key);
}
