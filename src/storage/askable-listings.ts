import { eq, getTableColumns, sql } from "drizzle-orm";
import type { AskableListing } from "../domain/askable.ts";
import type { Db, Transaction } from "./database.ts";
import { selectAll } from "./recordset.ts";
import { askableListings, listings } from "./schema.ts";

/** Writes the known labs' listings as the catalogue has them now. */
export async function writeAskable(tx: Transaction, rows: readonly AskableListing[]): Promise<void> {
  if (rows.length === 0) return;
  const { name, promptUsdPerToken, completionUsdPerToken } = askableListings;
  await tx
    .insert(askableListings)
    .select(selectAll(askableListings, rows))
    .onConflictDoUpdate({
      target: askableListings.listingId,
      set: {
        name: sql`excluded.name`,
        promptUsdPerToken: sql`excluded.prompt_usd_per_token`,
        completionUsdPerToken: sql`excluded.completion_usd_per_token`,
      },
      setWhere: sql`(${name}, ${promptUsdPerToken}, ${completionUsdPerToken})
        is distinct from (excluded.name, excluded.prompt_usd_per_token, excluded.completion_usd_per_token)`,
    });
}

/** Those that are in the catalogue now, as the last read found them, by name. */
export async function readAskable(db: Db): Promise<AskableListing[]> {
  return db
    .select(getTableColumns(askableListings))
    .from(askableListings)
    .innerJoin(listings, eq(listings.listingId, askableListings.listingId))
    .where(eq(listings.listed, true))
    .orderBy(askableListings.name, askableListings.listingId);
}
