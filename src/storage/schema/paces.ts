import { pgTable, text } from "drizzle-orm/pg-core";
import { moment } from "../columns.ts";

/** What all processes together may do only so often: one row for each such thing, with the moment of its next turn. */
export const paces = pgTable("paces", {
  pace: text("pace").primaryKey(),
  nextAt: moment("next_at").notNull(),
});
