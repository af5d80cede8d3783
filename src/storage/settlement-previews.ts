import { and, eq } from "drizzle-orm";
import type { Db, Transaction } from "./database.ts";
import { settlementPreviews } from "./schema.ts";

/** Keeps what a moderator saw; the confirm button carries only its id. */
export async function keepPreview(
  db: Db | Transaction,
  preview: typeof settlementPreviews.$inferInsert,
): Promise<number> {
  const [row] = await db.insert(settlementPreviews).values(preview).returning({ id: settlementPreviews.previewId });
  if (!row) throw new Error("a preview was not kept");
  return row.id;
}

/** A kept preview of this server. */
export async function readPreview(db: Db | Transaction, serverId: string, previewId: number) {
  const [row] = await db
    .select()
    .from(settlementPreviews)
    .where(and(eq(settlementPreviews.previewId, previewId), eq(settlementPreviews.serverId, serverId)));
  return row ?? null;
}
