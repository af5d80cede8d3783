import type { App } from "../app.ts";
import { type Evidence, evidenceLimits } from "../domain/evidence.ts";
import type { Delivery } from "../domain/server.ts";
import { transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { changeDeliveries } from "../storage/delivery-claims.ts";
import { lockPiece } from "../storage/evidence.ts";

/**
 * Notes that a piece's message shows what was claimed. If the piece was withdrawn, hidden, restored or voted on while it
 * was sent, it is due again, to be edited: its lock makes sure that one of the two sees the other.
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
    const isDecided =
      row?.state === piece.state &&
      row.hiddenReason === piece.hiddenReason &&
      row.restoredReason === piece.restoredReason;
    const isCounted = row?.convincing === piece.convincing && row.weak === piece.weak;
    const dueAt = isDecided ? new Date(now.getTime() + evidenceLimits.recountEveryMs) : now;
    const state =
      isDecided && isCounted ? ({ state: "sent", sentAt: now } as const) : ({ state: "due", dueAt } as const);
    const showsFiles = isDecided && piece.state === "shown";
    await changeDeliveries(tx, [delivery.deliveryId], { ...sent, ...state, showsFiles, problem: null });
  });
}
