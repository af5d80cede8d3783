import { resolveLab } from "../domain/lab.ts";
import type { Db, Transaction } from "../storage/database.ts";
import { labsOfRows, readServerLabs } from "../storage/server-labs.ts";
import { anyNumber, type RightCalls, unknownNames } from "../storage/settlement-summary.ts";
import { listedBefore, type SettlementTerms } from "../storage/settlements.ts";

/**
 * Which calls are right under these terms (market.md, "Listing a lab" and "Scores"): those on a builder; "someone else"
 * if it was called before a builder was listed; and unknown names that have turned out to be a builder's.
 */
export async function rightCallsOf(
  db: Db | Transaction,
  market: { serverId: string },
  terms: SettlementTerms,
): Promise<RightCalls> {
  const [listed, names, labRows] = await Promise.all([
    listedBefore(db, terms.marketId, terms.publishedAt),
    unknownNames(db, terms.marketId, terms.publishedAt),
    readServerLabs(db, market.serverId),
  ]);
  const extra = labsOfRows(labRows);
  return {
    builders: terms.builders,
    otherBefore: Math.max(...terms.builders.map((builder) => listed.get(builder) ?? anyNumber)),
    names: names.filter((name) => terms.builders.includes(resolveLab(name, extra)?.slug ?? "")),
  };
}
