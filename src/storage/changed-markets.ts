import { sql } from "drizzle-orm";
import type { Mark } from "../domain/open-models.ts";
import { type Db, rows } from "./database.ts";
import { markets, modelHistory, transactions } from "./schema.ts";

/** How far the books go now, and which database transactions may still write into what lies before that. */
export async function readMark(db: Db): Promise<Mark> {
  const [row] = await rows<{ mark: Mark }>(
    db,
    sql`select json_build_object(
      'transactionId', (select coalesce(max(transaction_id), 0) from ${transactions}),
      'marketId', (select coalesce(max(market_id), 0) from ${markets}),
      'historyId', (select coalesce(max(history_id), 0) from ${modelHistory}),
      'endedBelow', pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
      'begunBelow', pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
      'at', clock_timestamp()
    ) as mark`,
  );
  if (!row) throw new Error("the books told no end");
  return row.mark;
}

/** The markets that may differ from what they were at a mark: those with an action since, those opened, those renamed. */
export async function readChangedMarkets(db: Db, since: Mark): Promise<number[]> {
  const changed = await rows<{ id: number }>(
    db,
    sql`select market_id as id from ${transactions}
      where transaction_id > ${since.transactionId} and market_id is not null
      union select market_id from ${markets} where market_id > ${since.marketId}
      union select market_id from ${markets} where model_id in (
        select model_id from ${modelHistory} where history_id > ${since.historyId} and fact = 'name'
      )
      order by id`,
  );
  return changed.map(({ id }) => id);
}
