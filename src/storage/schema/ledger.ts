import { sql } from "drizzle-orm";
import { bigint, bigserial, check, index, integer, json, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { moment } from "../columns.ts";

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
