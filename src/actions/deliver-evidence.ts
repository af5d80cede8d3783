import type { App } from "../app.ts";
import type { Evidence } from "../domain/evidence.ts";
import type { Delivery } from "../domain/server.ts";
import { transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { changeDeliveries } from "../storage/delivery-claims.ts";
import { lockPiece } from "../storage/evidence.ts";

/**
 * Notes that a piece's message shows what was claimed. If the piece was withdrawn, hidden or restored while it was sent,
 * it is due again, to be edited: its lock makes sure that one of the two sees the other.
 */
export async function recordPieceSent(
  app: App,
  delivery: Delivery,
  piece: Evidence,
  sent: { channelId: string; messageId: string },
): Promise<void> {
  await transact(app.db, async (tx) => {
    const now = app.clock(await readDatabaseTime(tx));
    const row = await lockPiece(tx, piece.serverId, piece.evidenceId);
    const isCurrent = row?.state === piece.state && row.hiddenReason === piece.hiddenReason;
    const state = isCurrent ? ({ state: "sent", sentAt: now } as const) : ({ state: "due", dueAt: now } as const);
    await changeDeliveries(tx, [delivery.deliveryId], { ...sent, ...state, problem: null });
  });
}
