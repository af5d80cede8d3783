import { rules } from "../domain/rules.ts";
import {
  countAudited,
  readMarketIds,
  readOrphanEntries,
  readStrayRows,
  readUnbalanced,
  readUndecidedPayments,
  readWholeMarket,
  readWrongBankrolls,
  readWrongGrants,
  readWrongPots,
  readWrongTrades,
  readWrongWallets,
} from "../storage/audit.ts";
import { type Db, transact } from "../storage/database.ts";
import { marketDifferences } from "./audit-market.ts";

/** What an audit found: one line for each difference, and how much it looked at. */
type Audit = {
  readonly differences: readonly string[];
  readonly audited: Awaited<ReturnType<typeof countAudited>>;
};

/**
 * Recomputes every balance, pot, share count, standing guess and payout from the append-only rows and tells each
 * difference in one line. Repairs nothing. All of it is seen at one moment, so members may go on guessing meanwhile.
 */
export async function auditLedger(db: Db): Promise<Audit> {
  return transact(db, audit, { isolationLevel: "repeatable read", accessMode: "read only" });
}

async function audit(db: Db): Promise<Audit> {
  const audited = await countAudited(db);
  const differences = [
    ...(await readUnbalanced(db)).map(
      (row) => `transaction ${row.transactionId}: its entries sum to ${row.points}, not 0`,
    ),
    ...(await readOrphanEntries(db)).map((row) => `transaction ${row.transactionId}: has entries but does not exist`),
    ...(await readWrongWallets(db)).map(
      (row) =>
        `wallet of member ${row.memberId} in server ${row.serverId}, ${row.season}: holds ${row.stored ?? "nothing"}, its entries say ${row.entered ?? "nothing"}`,
    ),
    ...(await readWrongGrants(db)).map(
      (row) =>
        `wallet of member ${row.memberId} in server ${row.serverId}, ${row.season}: was given ${row.grants} bankrolls, not 1`,
    ),
    ...(await readWrongBankrolls(db)).map(
      (row) =>
        `transaction ${row.transactionId}: gives a bankroll of ${row.points ?? "nothing"}, not ${rules.bankrollPoints}`,
    ),
    ...(await readWrongPots(db)).map(
      (row) => `pot of market ${row.marketId}: holds ${row.stored}, its entries say ${row.entered}`,
    ),
    ...(await readWrongTrades(db)).map(
      (row) => `transaction ${row.transactionId}: its entries are not what its trades say`,
    ),
    ...(await readUndecidedPayments(db)).map((row) => `transaction ${row.transactionId}: pays without a decision`),
    ...(await readStrayRows(db)).map(
      (row) =>
        `market ${row.marketId}, number ${row.number}: belongs to transaction ${row.transactionId}, which is not its own`,
    ),
  ];
  for (const marketId of await readMarketIds(db)) {
    differences.push(...marketDifferences(await readWholeMarket(db, marketId)));
  }
  return { differences, audited };
}
