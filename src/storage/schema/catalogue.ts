import { integer, jsonb, pgTable, serial, text } from "drizzle-orm/pg-core";
import type { Listing } from "../../domain/listing.ts";
import { moment } from "../columns.ts";

/** Every id the catalogue ever held: only an id that was never here is a new listing. */
export const listings = pgTable("listings", {
  listingId: text("listing_id").primaryKey(),
  firstSeenAt: moment("first_seen_at").notNull(),
  lastSeenAt: moment("last_seen_at").notNull(),
  /** Since when it is held back: it came in a burst, and has no model. */
  heldAt: moment("held_at"),
});

/** One row: what the last read of the catalogue left behind. */
export const catalogue = pgTable("catalogue", {
  id: integer("id").primaryKey(),
  etag: text("etag"),
  /** 0 before the first read of all. */
  listingsCount: integer("listings_count").notNull(),
  readAt: moment("read_at").notNull(),
  /** Since when every read has less than half of the listings: the first of those reads. */
  smallSince: moment("small_since"),
  /** A process is reading it: until then the others do not. */
  readingUntil: moment("reading_until"),
});

/** The anonymous listings the game is about. */
export const models = pgTable("models", {
  modelId: serial("model_id").primaryKey(),
  listingId: text("listing_id").notNull().unique(),
  name: text("name").notNull(),
  facts: jsonb("facts").$type<Listing>().notNull(),
  reasons: jsonb("reasons").$type<string[]>().notNull(),
  /** When the catalogue says it was created, if it does. */
  createdAt: moment("created_at"),
  /**
   * Since when it is there: what the catalogue says, if that lies between the last read without it and the first with
   * it (they are far apart after an outage), else the first read with it.
   */
  listedAt: moment("listed_at").notNull(),
});
