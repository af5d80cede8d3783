import { boolean, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import type { QuestionAccess } from "../../domain/question-access.ts";
import { moment } from "../columns.ts";

/** Servers (Discord guilds) the bot is or was in, with what /setup holds. */
export const servers = pgTable("servers", {
  serverId: text("server_id").primaryKey(),
  name: text("name").notNull(),
  joinedAt: moment("joined_at").notNull(),
  leftAt: moment("left_at"),
  announcementChannelId: text("announcement_channel_id"),
  pingRoleId: text("ping_role_id"),
  moderatorRoleId: text("moderator_role_id"),
  moderatorChannelId: text("moderator_channel_id"),
  threadPerModel: boolean("thread_per_model").notNull().default(false),
  pollPerModel: boolean("poll_per_model").notNull().default(false),
  guessOnly: boolean("guess_only").notNull().default(false),
  minimumAccountDays: integer("minimum_account_days").notNull().default(0),
  /** Null: as many as usual; 0: none. */
  questionsPerDay: integer("questions_per_day"),
  /** Null: everybody may ask everywhere. */
  questionAccess: jsonb("question_access").$type<QuestionAccess>(),
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
