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
import { candidateKinds, publicationTimes } from "../../domain/reveal.ts";
import { moment } from "../columns.ts";
import { models } from "./catalogue.ts";

/** Signs of who built a model, for moderators to judge. One a fact, ever. */
export const revealCandidates = pgTable(
  "reveal_candidates",
  {
    candidateId: bigserial("candidate_id", { mode: "number" }).primaryKey(),
    modelId: integer("model_id")
      .notNull()
      .references(() => models.modelId),
    kind: text("kind", { enum: candidateKinds }).notNull(),
    /** What makes it a new one: the listing pointed to, or the labs it was settled to. */
    fact: text("fact").notNull(),
    labs: jsonb("labs").$type<string[]>().notNull(),
    found: text("found"),
    score: doublePrecision("score").notNull(),
    source: text("source"),
    publishedAt: moment("published_at").notNull(),
    publishedHow: text("published_how", { enum: publicationTimes }).notNull(),
    /** Servers whose moderators have settled it so, as of the last count; 0 for the other kinds. */
    servers: integer("servers").notNull().default(0),
    foundAt: moment("found_at").notNull(),
  },
  (table) => [uniqueIndex("reveal_candidates_fact").on(table.modelId, table.fact)],
);

/** Candidates that a server's moderators say are not it. */
export const dismissedCandidates = pgTable(
  "dismissed_candidates",
  {
    serverId: text("server_id").notNull(),
    candidateId: bigint("candidate_id", { mode: "number" }).notNull(),
    memberId: text("member_id").notNull(),
    at: moment("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.serverId, table.candidateId] })],
);

/** Append-only: when a withdrawn model was asked whether it is revealed. */
export const revealChecks = pgTable(
  "reveal_checks",
  {
    checkId: bigserial("check_id", { mode: "number" }).primaryKey(),
    modelId: integer("model_id")
      .notNull()
      .references(() => models.modelId),
    askedAt: moment("asked_at").notNull(),
  },
  (table) => [index("reveal_checks_asked").on(table.askedAt), index("reveal_checks_model").on(table.modelId)],
);

/** Markets that were settled, called off or reopened since the settlements were last counted: rows go when they are. */
export const decidedMarkets = pgTable("decided_markets", {
  decidedId: bigserial("decided_id", { mode: "number" }).primaryKey(),
  serverId: text("server_id").notNull(),
  modelId: integer("model_id").notNull(),
});
