import { and, eq, lt } from "drizzle-orm";
import type { Db } from "./database.ts";
import { keptPrompts } from "./schema.ts";

type KeptPrompt = typeof keptPrompts.$inferSelect;

/** Keeps a question that was not asked; the same key keeps it once. Those older than that time are forgotten. Returns its id. */
export async function keepPrompt(db: Db, row: Omit<KeptPrompt, "promptId">, forgetBefore: Date): Promise<number> {
  await db.delete(keptPrompts).where(lt(keptPrompts.at, forgetBefore));
  const [kept] = await db
    .insert(keptPrompts)
    .values(row)
    .onConflictDoUpdate({ target: keptPrompts.key, set: { at: row.at } })
    .returning({ promptId: keptPrompts.promptId });
  if (!kept) throw new Error("a question was not kept");
  return kept.promptId;
}

/** A question that was kept; null if it is not this member's, not of this server, or forgotten. */
export async function readKeptPrompt(
  db: Db,
  of: { readonly promptId: number; readonly serverId: string; readonly memberId: string },
): Promise<KeptPrompt | null> {
  const [row] = await db
    .select()
    .from(keptPrompts)
    .where(
      and(
        eq(keptPrompts.promptId, of.promptId),
        eq(keptPrompts.serverId, of.serverId),
        eq(keptPrompts.memberId, of.memberId),
      ),
    );
  return row ?? null;
}
