import type { App } from "../app.ts";
import type { RevealCandidate } from "../domain/reveal.ts";
import type { Delivery } from "../domain/server.ts";
import { transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { changeDeliveries } from "../storage/delivery-claims.ts";
import { readCandidates } from "../storage/reveals.ts";

/**
 * Notes that a candidate's message shows what was claimed. If something became of it while it was sent, the message is due
 * again, to be edited.
 */
export async function recordCandidateSent(
  app: App,
  delivery: Delivery,
  shown: RevealCandidate,
  sent: { channelId: string; messageId: string },
): Promise<void> {
  await transact(app.db, async (tx) => {
    const now = app.clock(await readDatabaseTime(tx));
    const ids = [delivery.deliveryId];
    await changeDeliveries(tx, ids, { ...sent, state: "sent", sentAt: now, problem: null });
    const [found] = await readCandidates(tx, [delivery]);
    if (!found || JSON.stringify(found.candidate) === JSON.stringify(shown)) return;
    await changeDeliveries(tx, ids, { state: "due", dueAt: now, attempts: 0 });
  });
}
