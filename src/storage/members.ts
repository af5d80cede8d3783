import { sql } from "drizzle-orm";
import { oneLine } from "../domain/clean-text.ts";
import type { Transaction } from "./database.ts";
import { members } from "./schema.ts";

/** Keeps the name a member is seen under now. */
export async function nameMember(
  tx: Transaction,
  row: { serverId: string; memberId: string; name: string },
): Promise<void> {
  await tx
    .insert(members)
    .values({ ...row, name: oneLine(row.name) })
    .onConflictDoUpdate({
      target: [members.serverId, members.memberId],
      set: { name: sql`excluded.name` },
      setWhere: sql`${members.name} <> excluded.name`,
    });
}
