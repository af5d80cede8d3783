import { sql } from "drizzle-orm";
import {
  bigint,
  bigserial,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  json,
  jsonb,
  pgTable,
  primaryKey,
  serial,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import type { Listing } from "../domain/listing.ts";
import type { Holding, Micro } from "../domain/shares.ts";
import { moment, shares } from "./columns.ts";

// Discord ids are text: they are names, never counted with, and do not fit a JavaScript number.

/** Servers (Discord guilds) the bot is or was in, with what /setup holds. */
export const servers = pgTable("servers", {
  serverId: text("server_id").primaryKey(),
  name: text("name").notNull(),
  joinedAt: moment("joined_at").notNull(),
  leftAt: moment("left_at"),
  announcementChannelId: text("announcement_channel_id"),
  pingRoleId: text("ping_role_id"),
  moderatorRoleId: text("moderator_role_id"),
  threadPerModel: boolean("thread_per_model").notNull().default(false),
  guessOnly: boolean("guess_only").notNull().default(false),
  minimumAccountDays: integer("minimum_account_days").notNull().default(0),
});

/** The name a member was last seen under; members who leave keep their guesses and this name. */
export const members = pgTable(
  "members",
  {
    serverId: text("server_id").notNull(),
    memberId: text("member_id").notNull(),
    name: text("name").notNull(),
  },
  (table) => [primaryKey({ columns: [table.serverId, table.memberId] })],
);

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

/** Labs a server's moderators added, and names they said belong to a lab. */
export const serverLabs = pgTable(
  "server_labs",
  {
    serverId: text("server_id").notNull(),
    slug: text("slug").notNull(),
    name: text("name").notNull(),
    aliases: jsonb("aliases").$type<string[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.serverId, table.slug] })],
);

/** An outcome as the market row keeps it: its state now, and how many members stand on it. */
export type StoredOutcome = { lab: string; weight: number; shares: Micro; callers: number };

export const marketStates = ["open", "frozen", "settled", "void"] as const;

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
    /** Counts settlements, voids and reopenings of this market. */
    revision: integer("revision").notNull().default(0),
    builders: jsonb("builders").$type<string[]>(),
    publishedAt: moment("published_at"),
    settledAt: moment("settled_at"),
  },
  (table) => [
    uniqueIndex("markets_server_model").on(table.serverId, table.modelId),
    index("markets_server_season").on(table.serverId, table.season),
    index("markets_model").on(table.modelId),
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

/**
 * Append-only: every action that may move points, once. The key says what it answers to (an interaction id, a
 * settlement's revision, a member's season); the answer is given again when the same key comes again.
 */
export const transactions = pgTable(
  "transactions",
  {
    transactionId: bigserial("transaction_id", { mode: "number" }).primaryKey(),
    key: text("key").notNull().unique(),
    kind: text("kind", {
      enum: ["grant", "top-up", "guess", "freeze", "unfreeze", "settle", "void", "reopen"],
    }).notNull(),
    serverId: text("server_id").notNull(),
    season: text("season"),
    marketId: bigint("market_id", { mode: "number" }),
    memberId: text("member_id"),
    at: moment("at").notNull(),
    answer: json("answer").$type<unknown>(),
  },
  (table) => [index("transactions_market").on(table.marketId).where(sql`kind not in ('guess', 'grant')`)],
);

/**
 * Append-only: the entries of a transaction sum to zero. Server, season and market of an account are those of its
 * transaction; only wallets have a member.
 */
export const entries = pgTable(
  "entries",
  {
    transactionId: bigint("transaction_id", { mode: "number" }).notNull(),
    account: text("account", { enum: ["house", "wallet", "pot"] }).notNull(),
    memberId: text("member_id").notNull().default(""),
    points: bigint("points", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.transactionId, table.account, table.memberId] }),
    check("entries_member", sql`(account = 'wallet') = (member_id <> '')`),
  ],
);

/** What each member has to stake in a season: the sum of the wallet's entries, guarded on every debit. */
export const wallets = pgTable(
  "wallets",
  {
    serverId: text("server_id").notNull(),
    season: text("season").notNull(),
    memberId: text("member_id").notNull(),
    balancePoints: integer("balance_points").notNull(),
  },
  (table) => [primaryKey({ columns: [table.serverId, table.season, table.memberId] })],
);

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

export const deliveryStates = ["due", "claimed", "sent", "held", "failed"] as const;

/**
 * Messages the bot owes a channel, each once: due → claimed → sent with its message id. A claim left open by a crash is
 * settled by looking for our own message before sending again.
 */
export const deliveries = pgTable(
  "deliveries",
  {
    deliveryId: bigserial("delivery_id", { mode: "number" }).primaryKey(),
    /** What is owed: kind, model and server. */
    key: text("key").notNull().unique(),
    kind: text("kind", { enum: ["hello", "summary", "announcement", "trouble"] }).notNull(),
    serverId: text("server_id").notNull(),
    modelId: integer("model_id"),
    channelId: text("channel_id"),
    state: text("state", { enum: deliveryStates }).notNull().default("due"),
    attempts: integer("attempts").notNull().default(0),
    /** When it may be claimed; of a claimed one, when its claim is over and another process may take it. */
    dueAt: moment("due_at").notNull(),
    /** Since when a message may be in the channel without our knowing; null when there is certainly none. */
    claimedAt: moment("claimed_at"),
    claimedBy: text("claimed_by"),
    messageId: text("message_id"),
    threadId: text("thread_id"),
    sentAt: moment("sent_at"),
    /** Why it is held or failed, as a code /setup has words for. */
    problem: text("problem"),
  },
  (table) => [
    index("deliveries_due").on(table.state, table.dueAt),
    index("deliveries_server").on(table.serverId),
    index("deliveries_model").on(table.modelId),
  ],
);
