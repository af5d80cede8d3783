import { bigint, bigserial, index, integer, pgTable, text } from "drizzle-orm/pg-core";
import { deliveryKinds } from "../../domain/server.ts";
import { moment } from "../columns.ts";

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
    kind: text("kind", { enum: deliveryKinds }).notNull(),
    serverId: text("server_id").notNull(),
    modelId: integer("model_id"),
    evidenceId: bigint("evidence_id", { mode: "number" }),
    transactionId: bigint("transaction_id", { mode: "number" }),
    /** The moment a message is about: of a change, the read that found it; of held listings, the read that held them. */
    aboutAt: moment("about_at"),
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
    /** Of an announcement: when it was last edited, or about to be. */
    editedAt: moment("edited_at"),
    /** Why it is held or failed, as a code /setup has words for. */
    problem: text("problem"),
  },
  (table) => [
    index("deliveries_due").on(table.state, table.dueAt),
    index("deliveries_server").on(table.serverId),
    index("deliveries_model").on(table.modelId),
  ],
);
