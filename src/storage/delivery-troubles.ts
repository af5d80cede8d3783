import { and, desc, eq, inArray, isNotNull, isNull, sql } from "drizzle-orm";
import type { DeliveryProblem } from "../domain/server.ts";
import type { Db, Transaction } from "./database.ts";
import { shownInSetup } from "./deliveries.ts";
import { recordset } from "./recordset.ts";
import { deliveries, models, servers } from "./schema.ts";

/** Makes what could not be delivered to a server due again, and lets its next trouble be told anew. */
export async function tryAgain(tx: Transaction, serverId: string, now: Date): Promise<void> {
  const ofServer = eq(deliveries.serverId, serverId);
  await tx
    .update(deliveries)
    .set({ state: "due", dueAt: now, problem: null, attempts: 0 })
    .where(
      and(
        ofServer,
        inArray(deliveries.kind, [...shownInSetup]),
        inArray(deliveries.state, ["held", "failed"]),
        isNotNull(deliveries.problem),
      ),
    );
  await tx
    .update(deliveries)
    .set({ state: "due", dueAt: now, problem: null, attempts: 0 })
    .where(and(ofServer, eq(deliveries.kind, "evidence"), eq(deliveries.state, "held")));
  await tx
    .update(deliveries)
    .set({ problem: null })
    .where(and(ofServer, eq(deliveries.state, "sent"), isNotNull(deliveries.problem)));
  await tx
    .update(deliveries)
    .set({ key: sql`${deliveries.key} || ':' || ${deliveries.deliveryId}` })
    .where(and(ofServer, eq(deliveries.kind, "trouble"), inArray(deliveries.state, ["sent", "held", "failed"])));
}

/** Makes the hello to these servers due again where it could not be delivered. A server set up since needs none. */
export async function tryHelloAgain(tx: Transaction, serverIds: readonly string[], now: Date): Promise<void> {
  const asked = serverIds.map((serverId) => ({ serverId }));
  await tx
    .update(deliveries)
    .set({ state: "due", dueAt: now, problem: null, attempts: 0 })
    .from(servers)
    .where(
      and(
        eq(servers.serverId, deliveries.serverId),
        isNull(servers.announcementChannelId),
        sql`${deliveries.serverId} in (select * from ${recordset(deliveries, asked, ["serverId"])})`,
        eq(deliveries.kind, "hello"),
        inArray(deliveries.state, ["held", "failed"]),
      ),
    );
}

/** What could not be delivered to a server's channel, or not wholly, latest first. */
export async function readTroubles(db: Db, serverId: string, most: number) {
  return db
    .select({
      kind: deliveries.kind,
      modelName: models.name,
      channelId: deliveries.channelId,
      problem: sql<DeliveryProblem>`${deliveries.problem}`,
      at: sql`coalesce(${deliveries.sentAt}, ${deliveries.dueAt})`.mapWith(deliveries.dueAt),
    })
    .from(deliveries)
    .leftJoin(models, eq(models.modelId, deliveries.modelId))
    .where(
      and(
        eq(deliveries.serverId, serverId),
        inArray(deliveries.kind, [...shownInSetup]),
        inArray(deliveries.state, ["sent", "held", "failed"]),
        isNotNull(deliveries.problem),
      ),
    )
    .orderBy(desc(deliveries.dueAt), desc(deliveries.deliveryId))
    .limit(most);
}
