import { and, eq, isNull, ne, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { Db, Transaction } from "./database.ts";
import { recordset } from "./recordset.ts";
import { markets, models } from "./schema.ts";

/** The catalogue says to the second when a model was created; companions are not further apart. */
const apartSeconds = 60;

/**
 * Of each of these models, the others that were listed in the same minute under the same prefix, as far as the server
 * plays with them too. Models that moderators added have no companions: nobody knows their minute.
 */
export async function readCompanions(
  db: Db | Transaction,
  of: readonly { serverId: string; modelId: number | null }[],
): Promise<{ serverId: string; of: number; modelId: number; name: string }[]> {
  const asked = of.flatMap(({ serverId, modelId }) => (modelId === null ? [] : [{ serverId, modelId }]));
  if (asked.length === 0) return [];
  const model = alias(models, "model");
  const prefix = (table: typeof model | typeof models) => sql`lower(split_part(${table.listingId}, '/', 1))`;
  return db
    .select({ serverId: markets.serverId, of: model.modelId, modelId: models.modelId, name: models.name })
    .from(recordset(markets, asked, ["serverId", "modelId"]))
    .innerJoin(model, sql`${model.modelId} = given.model_id`)
    .innerJoin(
      models,
      and(
        ne(models.modelId, model.modelId),
        sql`${models.createdAt} between ${model.createdAt} - ${apartSeconds} * interval '1 second'
          and ${model.createdAt} + ${apartSeconds} * interval '1 second'`,
        sql`${prefix(models)} = ${prefix(model)}`,
        isNull(models.serverId),
        isNull(model.serverId),
      ),
    )
    .innerJoin(markets, and(eq(markets.modelId, models.modelId), sql`${markets.serverId} = given.server_id`))
    .orderBy(models.modelId);
}
