import { bigint, bigserial, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { evidenceKinds, evidenceVotes, stances, voteEffects } from "../../domain/evidence.ts";
import type { EvidenceDraft } from "../../domain/evidence-draft.ts";
import { fileProblems } from "../../domain/kept-file.ts";
import { moment } from "../columns.ts";
import { models } from "./catalogue.ts";

export const evidenceStates = ["shown", "withdrawn", "hidden"] as const;

/** What members bring for and against labs. Its votes are counted here too, guarded by the row's lock. */
export const evidence = pgTable(
  "evidence",
  {
    evidenceId: bigserial("evidence_id", { mode: "number" }).primaryKey(),
    /** What makes it count once: the interaction's id. */
    key: text("key").notNull().unique(),
    serverId: text("server_id").notNull(),
    modelId: integer("model_id")
      .notNull()
      .references(() => models.modelId),
    memberId: text("member_id").notNull(),
    lab: text("lab").notNull(),
    stance: text("stance", { enum: stances }).notNull(),
    kind: text("kind", { enum: evidenceKinds }).notNull(),
    text: text("text").notNull(),
    link: text("link"),
    /** The link without what does not matter, to find others of the same page. */
    linkKey: text("link_key"),
    /** The message it was made of. */
    sourceChannelId: text("source_channel_id"),
    sourceMessageId: text("source_message_id"),
    sourceAuthorId: text("source_author_id"),
    sourceAuthorName: text("source_author_name"),
    /** The question it was made of. */
    questionId: bigint("question_id", { mode: "number" }),
    convincing: integer("convincing").notNull().default(0),
    weak: integer("weak").notNull().default(0),
    state: text("state", { enum: evidenceStates }).notNull().default("shown"),
    /** Why it was hidden last; it stays when the piece is restored or withdrawn. */
    hiddenReason: text("hidden_reason"),
    /** Why it was restored; null while it is hidden, and for one that never was. */
    restoredReason: text("restored_reason"),
    at: moment("at").notNull(),
  },
  (table) => [
    index("evidence_model").on(table.serverId, table.modelId, table.lab, table.stance),
    index("evidence_member").on(table.serverId, table.modelId, table.memberId),
    index("evidence_day").on(table.serverId, table.at),
    index("evidence_link").on(table.serverId, table.linkKey),
  ],
);

/** The files of a piece: own copies by their hash, or why there is none. */
export const evidenceFiles = pgTable(
  "evidence_files",
  {
    evidenceId: bigint("evidence_id", { mode: "number" }).notNull(),
    place: integer("place").notNull(),
    serverId: text("server_id").notNull(),
    attachmentId: text("attachment_id").notNull(),
    name: text("name").notNull(),
    contentType: text("content_type").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    sha256: text("sha256"),
    /** Of a hidden piece that was withdrawn: the hash its copy had, so that the same file is known again. */
    formerSha256: text("former_sha256"),
    problem: text("problem", { enum: fileProblems }),
  },
  (table) => [
    primaryKey({ columns: [table.evidenceId, table.place] }),
    index("evidence_files_hash").on(table.serverId, table.sha256),
    index("evidence_files_copy").on(table.sha256),
  ],
);

/** One vote a member and piece; the key is that of the last press, and `answered` what it was told. */
export const evidenceVoices = pgTable(
  "evidence_votes",
  {
    evidenceId: bigint("evidence_id", { mode: "number" }).notNull(),
    memberId: text("member_id").notNull(),
    vote: text("vote", { enum: evidenceVotes }).notNull(),
    key: text("key").notNull(),
    answered: text("answered", { enum: voteEffects }).notNull().default("counted"),
    at: moment("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.evidenceId, table.memberId] })],
);

/** Append-only: who withdrew, hid or restored a piece, and why. */
export const evidenceDecisions = pgTable(
  "evidence_decisions",
  {
    key: text("key").primaryKey(),
    evidenceId: bigint("evidence_id", { mode: "number" }).notNull(),
    kind: text("kind", { enum: ["withdraw", "hide", "restore"] }).notNull(),
    reason: text("reason"),
    byMemberId: text("by_member_id").notNull(),
    at: moment("at").notNull(),
  },
  (table) => [index("evidence_decisions_evidence").on(table.evidenceId)],
);

/** What was given before a form was open or after it was filled in, until it is complete. Thrown away after a day. */
export const evidenceDrafts = pgTable(
  "evidence_drafts",
  {
    draftId: text("draft_id").primaryKey(),
    serverId: text("server_id").notNull(),
    memberId: text("member_id").notNull(),
    draft: jsonb("draft").$type<EvidenceDraft>().notNull(),
    at: moment("at").notNull(),
  },
  (table) => [uniqueIndex("evidence_drafts_at").on(table.at, table.draftId)],
);
