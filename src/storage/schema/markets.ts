import { sql } from "drizzle-orm";
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
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { marketStates } from "../../domain/market-state.ts";
import type { Holding, Micro } from "../../domain/shares.ts";
import { moment, shares } from "../columns.ts";
import { models } from "./catalogue.ts";

/** An outcome as the market row keeps it: its state now, and how many members stand on it. */
export type StoredOutcome = { lab: string; weight: number; shares: Micro; callers: number };

/** One market per server and model. Everything a trade needs to be priced is on this one row, under its lock. */
export const markets = pgTable(
  "markets",
  {
    marketId: bigserial("market_id", { mode: "number" }).primaryKey(),
    serverId: text("server_id").notNull(),
    modelId: integer("model_id")
      .notNull()
      .references(() => models.modelId),
    season: text("season").notNull(),
    openedAt: moment("opened_at").notNull(),
    liquidity: doublePrecision("liquidity").notNull(),
    outcomes: jsonb("outcomes").$type<StoredOutcome[]>().notNull(),
    potPoints: integer("pot_points").notNull().default(0),
    /** The number and time the last call, listing or trade got. */
    lastNumber: integer("last_number").notNull().default(0),
    lastAt: moment("last_at").notNull(),
    state: text("state", { enum: marketStates }).notNull().default("open"),
    /** Counts settlements and voids of this market; reopening takes the latest back and leaves its number. */
    revision: integer("revision").notNull().default(0),
    builders: jsonb("builders").$type<string[]>(),
    publishedAt: moment("published_at"),
    settledAt: moment("settled_at"),
    /** When the announcement is to be edited to what the market is now; null while it shows that. */
    cardDueAt: moment("card_due_at"),
    /** Until when a process may be editing it; after that another one does it again. */
    cardHeldUntil: moment("card_held_until"),
  },
  (table) => [
    uniqueIndex("markets_server_model").on(table.serverId, table.modelId),
    index("markets_server_season").on(table.serverId, table.season),
    index("markets_model").on(table.modelId),
    index("markets_card_due").on(table.cardDueAt).where(sql`${table.cardDueAt} is not null`),
    index("markets_card_held").on(table.cardHeldUntil).where(sql`${table.cardHeldUntil} is not null`),
  ],
);

/** Append-only: the outcomes a market opened with (number 0) and the labs listed since. */
export const listedLabs = pgTable(
  "listed_labs",
  {
    marketId: bigint("market_id", { mode: "number" }).notNull(),
    lab: text("lab").notNull(),
    number: integer("number").notNull(),
    place: integer("place").notNull(),
    /** The lab's weight at that moment. */
    weight: doublePrecision("weight").notNull(),
    at: moment("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.marketId, table.lab] })],
);

/** A member's standing guess in one market: kept beside the append-only rows for speed, and audited against them. */
export const guesses = pgTable(
  "guesses",
  {
    marketId: bigint("market_id", { mode: "number" }).notNull(),
    memberId: text("member_id").notNull(),
    serverId: text("server_id").notNull(),
    /** The lab meant; null after a withdrawal. */
    lab: text("lab"),
    /** The name typed, if nobody knows it. */
    name: text("name"),
    /** Where its shares are: the lab, or OTHER. */
    outcome: text("outcome"),
    callPrice: doublePrecision("call_price"),
    calledAt: moment("called_at"),
    free: jsonb("free").$type<Holding>().notNull(),
    own: jsonb("own").$type<Holding>().notNull(),
    ownCostPoints: integer("own_cost_points").notNull(),
    ownStakePoints: integer("own_stake_points").notNull(),
    freeBudgetPoints: integer("free_budget_points").notNull(),
    outcomesSeen: integer("outcomes_seen").notNull(),
    touchedAt: moment("touched_at").notNull(),
    /** The poll whose vote is all there is to this guess; null once the member has done anything else to it. */
    votedIn: bigint("voted_in", { mode: "number" }),
  },
  (table) => [
    primaryKey({ columns: [table.marketId, table.memberId] }),
    index("guesses_server_member").on(table.serverId, table.memberId),
  ],
);

/** Append-only: every buy and sale, one row per lab whose shares it moved; the points stand on its first row. */
export const trades = pgTable(
  "trades",
  {
    marketId: bigint("market_id", { mode: "number" }).notNull(),
    number: integer("number").notNull(),
    lab: text("lab").notNull(),
    memberId: text("member_id").notNull(),
    part: text("part", { enum: ["free", "own"] }).notNull(),
    kind: text("kind", { enum: ["buy", "sale"] }).notNull(),
    shares: shares("shares").notNull(),
    potPoints: integer("pot_points").notNull(),
    walletPoints: integer("wallet_points").notNull(),
    transactionId: bigint("transaction_id", { mode: "number" }).notNull(),
    at: moment("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.marketId, table.number, table.lab] })],
);

/** Append-only: whom a member stood on, from when. A row with a null lab is a withdrawal. */
export const calls = pgTable(
  "calls",
  {
    marketId: bigint("market_id", { mode: "number" }).notNull(),
    number: integer("number").notNull(),
    memberId: text("member_id").notNull(),
    lab: text("lab"),
    name: text("name"),
    outcome: text("outcome"),
    callPrice: doublePrecision("call_price"),
    calledAt: moment("called_at"),
    transactionId: bigint("transaction_id", { mode: "number" }).notNull(),
    at: moment("at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.marketId, table.number] }),
    index("calls_member").on(table.memberId, table.marketId),
  ],
);
