import {
  bigint,
  bigserial,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
} from "drizzle-orm/pg-core";
import { moment } from "../columns.ts";

/** Append-only: what moderators decided about a market, and why. */
export const decisions = pgTable(
  "decisions",
  {
    transactionId: bigint("transaction_id", { mode: "number" }).primaryKey(),
    marketId: bigint("market_id", { mode: "number" }).notNull(),
    kind: text("kind", { enum: ["freeze", "unfreeze", "settle", "void", "reopen"] }).notNull(),
    revision: integer("revision").notNull(),
    builders: jsonb("builders").$type<string[]>(),
    source: text("source"),
    publishedAt: moment("published_at"),
    reason: text("reason"),
    byMemberId: text("by_member_id").notNull(),
    at: moment("at").notNull(),
  },
  (table) => [index("decisions_market").on(table.marketId)],
);

/** What a moderator saw before the confirm button: the button carries only its id. */
export const settlementPreviews = pgTable("settlement_previews", {
  previewId: bigserial("preview_id", { mode: "number" }).primaryKey(),
  serverId: text("server_id").notNull(),
  marketId: bigint("market_id", { mode: "number" }).notNull(),
  revision: integer("revision").notNull(),
  builders: jsonb("builders").$type<string[]>().notNull(),
  source: text("source").notNull(),
  publishedAt: moment("published_at").notNull(),
  byMemberId: text("by_member_id").notNull(),
  at: moment("at").notNull(),
});

/** Which boards are behind: a board is rebuilt when the settlements it knows of are fewer than there were. */
export const boards = pgTable(
  "boards",
  {
    serverId: text("server_id").notNull(),
    season: text("season").notNull(),
    settledRevision: integer("settled_revision").notNull(),
    builtRevision: integer("built_revision").notNull(),
  },
  (table) => [primaryKey({ columns: [table.serverId, table.season] })],
);

/** A member's line on a season's boards, with its rank in each: built from calls and trades, never edited. */
export const standings = pgTable(
  "standings",
  {
    serverId: text("server_id").notNull(),
    season: text("season").notNull(),
    memberId: text("member_id").notNull(),
    score: doublePrecision("score").notNull(),
    hits: integer("hits").notNull(),
    calls: integer("calls").notNull(),
    firsts: integer("firsts").notNull(),
    streak: integer("streak").notNull(),
    points: integer("points").notNull(),
    callsRank: integer("calls_rank").notNull(),
    callsPlace: integer("calls_place").notNull(),
    pointsRank: integer("points_rank").notNull(),
    pointsPlace: integer("points_place").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.serverId, table.season, table.memberId] }),
    index("standings_calls").on(table.serverId, table.season, table.callsPlace),
    index("standings_points").on(table.serverId, table.season, table.pointsPlace),
  ],
);
