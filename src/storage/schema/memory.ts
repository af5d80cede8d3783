import { bigint, index, pgTable, text } from "drizzle-orm/pg-core";
import { moment } from "../columns.ts";

/** When a server's models or labs last changed, for processes that keep them in memory; `*` stands for all servers. */
export const memoryChanges = pgTable(
  "memory_changes",
  {
    serverId: text("server_id").primaryKey(),
    changes: bigint("changes", { mode: "number" }).notNull(),
    /** Real time, the database's, whatever a story's clock says. */
    at: moment("at").notNull(),
  },
  (table) => [index("memory_changes_at").on(table.at)],
);
