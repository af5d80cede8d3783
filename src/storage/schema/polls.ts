import { sql } from "drizzle-orm";
import { bigint, bigserial, index, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import type { VoteRefused } from "../../domain/poll.ts";
import { moment } from "../columns.ts";
import { models } from "./catalogue.ts";

/** Native polls of Discord on who built a model. A row is there before its message, which a delivery brings. */
export const polls = pgTable(
  "polls",
  {
    pollId: bigserial("poll_id", { mode: "number" }).primaryKey(),
    /** The delivery that brings it. */
    key: text("key").notNull().unique(),
    serverId: text("server_id").notNull(),
    modelId: integer("model_id")
      .notNull()
      .references(() => models.modelId),
    /** What its answers stand for, in their order: Discord counts them from 1. */
    labs: jsonb("labs").$type<string[]>().notNull(),
    /** Votes of each answer, kept under the market's lock. */
    counts: jsonb("counts").$type<number[]>().notNull(),
    hours: integer("hours").notNull(),
    madeAt: moment("made_at").notNull(),
    channelId: text("channel_id").notNull(),
    messageId: text("message_id").unique(),
    /** When Discord ends it; nothing depends on its doing so. */
    endsAt: moment("ends_at"),
    /** Since when no more votes are looked for: it was ended, or its message is gone. */
    endedAt: moment("ended_at"),
    /** From when on its votes are to be read back; null while every event has been heard. */
    readDueAt: moment("read_due_at"),
    /** Until when a process looks after it. */
    heldUntil: moment("held_until"),
  },
  (table) => [
    index("polls_running").on(table.messageId).where(sql`${table.endedAt} is null`),
    index("polls_model").on(table.serverId, table.modelId),
  ],
);

/** How a member's vote stands, one row a member and poll, kept under the market's lock. */
export const votes = pgTable(
  "votes",
  {
    pollId: bigint("poll_id", { mode: "number" }).notNull(),
    memberId: text("member_id").notNull(),
    serverId: text("server_id").notNull(),
    /** Null once the vote is taken back. */
    answer: integer("answer"),
    /** How often something was heard or read of it: part of the keys of the guesses made by it. */
    changes: integer("changes").notNull(),
    /** Why the vote counts for nothing, or why taking it back did; null if it does count. */
    refused: text("refused").$type<VoteRefused>(),
    /** When the member was told that it counts for nothing: once a poll. */
    toldAt: moment("told_at"),
  },
  (table) => [
    primaryKey({ columns: [table.pollId, table.memberId] }),
    index("votes_untold")
      .on(table.serverId, table.memberId)
      .where(sql`${table.refused} is not null and ${table.toldAt} is null`),
  ],
);
