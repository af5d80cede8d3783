import { sql } from "drizzle-orm";
import { bigint, bigserial, boolean, index, integer, jsonb, numeric, pgTable, text } from "drizzle-orm/pg-core";
import { questionStates } from "../../domain/question.ts";
import { moment } from "../columns.ts";

/** US dollars, to a hundred-millionth: what one token of a cheap model costs. */
const usd = (name: string) => numeric(name, { precision: 16, scale: 8, mode: "number" });

/** Questions to models with their answers. The limits are counted from these rows, each by an index of its own. */
export const questions = pgTable(
  "questions",
  {
    questionId: bigserial("question_id", { mode: "number" }).primaryKey(),
    /** The interaction it came with; the second of a comparison has an ending of its own. */
    key: text("key").notNull().unique(),
    serverId: text("server_id").notNull(),
    channelId: text("channel_id").notNull(),
    memberId: text("member_id").notNull(),
    /** Null for a known lab's listing. */
    modelId: integer("model_id"),
    listingId: text("listing_id").notNull(),
    name: text("name").notNull(),
    /** Of the second of a comparison: the first. */
    besideId: bigint("beside_id", { mode: "number" }),
    /** Earlier questions of the conversation that were sent along, oldest first. */
    earlierIds: jsonb("earlier_ids").$type<number[]>().notNull(),
    prompt: text("prompt").notNull(),
    answer: text("answer").notNull().default(""),
    reasoningCharacters: integer("reasoning_characters").notNull().default(0),
    askedAt: moment("asked_at").notNull(),
    /** Whether it counts against its member's and server's limits; the host's key counts all. */
    isCounted: boolean("is_counted").notNull().default(true),
    tellsOfLogging: boolean("tells_of_logging").notNull(),
    state: text("state", { enum: questionStates }).notNull().default("running"),
    /** Why there is no answer, or not all of it, as JSON. */
    failure: jsonb("failure").$type<Record<string, unknown>>(),
    firstWordMs: integer("first_word_ms"),
    totalMs: integer("total_ms"),
    promptTokens: integer("prompt_tokens"),
    answerTokens: integer("answer_tokens"),
    costUsd: usd("cost_usd"),
    /** What it may cost at the most: counts as spent until it is known, or for good if that is never told. */
    reservedUsd: usd("reserved_usd").notNull(),
    /** The messages that show it, first one first; in the channel it was asked in. */
    messageIds: jsonb("message_ids").$type<string[]>().notNull().default([]),
    /** The process that answers, or finishes the messages of one that died. */
    holder: text("holder").notNull(),
    /** Until when it is that process's, by the database's own time; null when its messages are finished. */
    heldUntil: moment("held_until"),
    stopAsked: boolean("stop_asked").notNull().default(false),
  },
  (table) => [
    index("questions_asked").on(table.askedAt),
    index("questions_member").on(table.memberId, table.askedAt).where(sql`${table.isCounted}`),
    index("questions_failed").on(table.memberId, table.askedAt).where(sql`not ${table.isCounted}`),
    index("questions_server").on(table.serverId, table.askedAt).where(sql`${table.isCounted}`),
    index("questions_held").on(table.heldUntil).where(sql`${table.heldUntil} is not null`),
    index("questions_model").on(table.serverId, table.modelId, table.questionId),
    index("questions_beside").on(table.besideId).where(sql`${table.besideId} is not null`),
  ],
);

/** One row, locked by whoever asks: so the limits are exact, however many processes there are. */
export const questionBudget = pgTable("question_budget", {
  id: integer("id").primaryKey(),
  /** The month spent is of, in UTC: "2026-03". */
  month: text("month").notNull(),
  spentUsd: usd("spent_usd").notNull(),
  /** OpenRouter told the host's key to wait until then. */
  restingUntil: moment("resting_until"),
});

/** Questions that were not asked, as their model is settled: kept for a day, to be asked of what it turned out to be. */
export const keptPrompts = pgTable(
  "kept_prompts",
  {
    promptId: bigserial("prompt_id", { mode: "number" }).primaryKey(),
    /** The interaction it came with. */
    key: text("key").notNull().unique(),
    serverId: text("server_id").notNull(),
    memberId: text("member_id").notNull(),
    modelId: integer("model_id").notNull(),
    prompt: text("prompt").notNull(),
    /** The question whose conversation it goes on with. */
    continuesId: bigint("continues_id", { mode: "number" }),
    /** A listing to ask the same beside it. */
    compareWith: text("compare_with"),
    at: moment("at").notNull(),
  },
  (table) => [index("kept_prompts_at").on(table.at)],
);

/** Members who were told that providers of anonymous models keep what they are asked. */
export const toldOfLogging = pgTable("told_of_logging", { memberId: text("member_id").primaryKey() });
