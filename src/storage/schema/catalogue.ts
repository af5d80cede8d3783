import { sql } from "drizzle-orm";
import { bigserial, boolean, index, integer, jsonb, pgTable, primaryKey, serial, text } from "drizzle-orm/pg-core";
import type { Listing } from "../../domain/listing.ts";
import type { FactName, FactValue } from "../../domain/listing-facts.ts";
import { moment } from "../columns.ts";

/** Why a listing is left to people. */
export const heldReasons = ["burst", "doubtful"] as const;

/** Every id the catalogue ever held: only an id that was never here is a new listing. */
export const listings = pgTable(
  "listings",
  {
    listingId: text("listing_id").primaryKey(),
    firstSeenAt: moment("first_seen_at").notNull(),
    /** The last read that held it; of one that is listed now, the last that had news of it. */
    lastSeenAt: moment("last_seen_at").notNull(),
    /** Whether the catalogue holds it, as the last read found it. */
    listed: boolean("listed").notNull().default(true),
    /** All that is known of it now. Null until a read has told. */
    facts: jsonb("facts").$type<Listing>(),
    /** Of the facts as they were read: by it a read finds what has changed without reading facts. */
    hash: text("hash"),
    /** Since when it is left to people: it came in a burst, or the rule is in doubt. No model was opened for it everywhere. */
    heldAt: moment("held_at"),
    heldBecause: text("held_because", { enum: heldReasons }),
    /** Times OpenRouter was asked who serves it, and when it is next. Null: it is not asked any more. */
    checks: integer("checks").notNull().default(0),
    checkAt: moment("check_at"),
  },
  (table) => [
    index("listings_held").on(table.listingId).where(sql`${table.heldAt} is not null`),
    index("listings_check").on(table.checkAt).where(sql`${table.checkAt} is not null`),
  ],
);

/** One row: what the last read of the catalogue left behind. */
export const catalogue = pgTable("catalogue", {
  id: integer("id").primaryKey(),
  etag: text("etag"),
  /** Of all the listings of the last read: one with the same hash changed nothing. */
  hash: text("hash"),
  /** 0 before the first read of all. */
  listingsCount: integer("listings_count").notNull(),
  readAt: moment("read_at").notNull(),
  /** Since when every read has less than half of the listings: the first of those reads. */
  smallSince: moment("small_since"),
  /** A process is reading it: until then the others do not. */
  readingUntil: moment("reading_until"),
  /** The process that reads the catalogue for all, and until when the others leave that to it. */
  reader: text("reader"),
  readerUntil: moment("reader_until"),
});

/** The anonymous listings the game is about. */
export const models = pgTable(
  "models",
  {
    modelId: serial("model_id").primaryKey(),
    /** The catalogue's id; of a model that moderators added for their server, `server:<server>/<name>`. */
    listingId: text("listing_id").notNull().unique(),
    name: text("name").notNull(),
    facts: jsonb("facts").$type<Listing>().notNull(),
    reasons: jsonb("reasons").$type<string[]>().notNull(),
    /** The one server whose moderators added it; null for a model of the catalogue. */
    serverId: text("server_id"),
    /** Where its moderators saw it: shown and never fetched. */
    link: text("link"),
    /** The interaction that added it, which counts once. */
    addedKey: text("added_key"),
    /** Whether every server has a market; false for one that was held and opened by the moderators of some servers for theirs. */
    everywhere: boolean("everywhere").notNull().default(true),
    /** When the catalogue says it was created, if it does. */
    createdAt: moment("created_at"),
    /**
     * Since when it is there: what the catalogue says, if that lies between the last read without it and the first with
     * it (they are far apart after an outage), else the first read with it.
     */
    listedAt: moment("listed_at").notNull(),
    /** Good reads in a row without it, counted up to the number that makes it withdrawn. */
    missedReads: integer("missed_reads").notNull().default(0),
    /** The first of them. */
    missedSince: moment("missed_since"),
  },
  (table) => [index("models_created").on(table.createdAt)],
);

export const historyKinds = ["fact", "withdrawn", "back"] as const;

/** Append-only: what became of a model on the list. Rows of one model and one moment came with one read. */
export const modelHistory = pgTable(
  "model_history",
  {
    historyId: bigserial("history_id", { mode: "number" }).primaryKey(),
    modelId: integer("model_id")
      .notNull()
      .references(() => models.modelId),
    at: moment("at").notNull(),
    kind: text("kind", { enum: historyKinds }).notNull(),
    /** Which fact changed, from what to what; null for the other kinds. An unknown value is null too. */
    fact: text("fact").$type<FactName>(),
    before: jsonb("before").$type<FactValue>(),
    after: jsonb("after").$type<FactValue>(),
  },
  (table) => [index("model_history_model").on(table.modelId, table.historyId)],
);

/** Held listings that a server's moderators do not want to see any more. */
export const dismissedListings = pgTable(
  "dismissed_listings",
  {
    serverId: text("server_id").notNull(),
    listingId: text("listing_id").notNull(),
    memberId: text("member_id").notNull(),
    at: moment("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.serverId, table.listingId] })],
);
