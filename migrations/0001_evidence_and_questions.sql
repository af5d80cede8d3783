CREATE TABLE "evidence" (
	"evidence_id" bigserial PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"server_id" text NOT NULL,
	"model_id" integer NOT NULL,
	"member_id" text NOT NULL,
	"lab" text NOT NULL,
	"stance" text NOT NULL,
	"kind" text NOT NULL,
	"text" text NOT NULL,
	"link" text,
	"link_key" text,
	"source_channel_id" text,
	"source_message_id" text,
	"source_author_id" text,
	"source_author_name" text,
	"question_id" bigint,
	"convincing" integer DEFAULT 0 NOT NULL,
	"weak" integer DEFAULT 0 NOT NULL,
	"state" text DEFAULT 'shown' NOT NULL,
	"hidden_reason" text,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "evidence_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "evidence_decisions" (
	"key" text PRIMARY KEY NOT NULL,
	"evidence_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"reason" text,
	"by_member_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "evidence_drafts" (
	"draft_id" text PRIMARY KEY NOT NULL,
	"server_id" text NOT NULL,
	"member_id" text NOT NULL,
	"draft" jsonb NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "evidence_files" (
	"evidence_id" bigint NOT NULL,
	"place" integer NOT NULL,
	"server_id" text NOT NULL,
	"attachment_id" text NOT NULL,
	"name" text NOT NULL,
	"content_type" text NOT NULL,
	"size_bytes" integer NOT NULL,
	"sha256" text,
	"problem" text,
	CONSTRAINT "evidence_files_evidence_id_place_pk" PRIMARY KEY("evidence_id","place")
);
--> statement-breakpoint
CREATE TABLE "evidence_votes" (
	"evidence_id" bigint NOT NULL,
	"member_id" text NOT NULL,
	"vote" text NOT NULL,
	"key" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "evidence_votes_evidence_id_member_id_pk" PRIMARY KEY("evidence_id","member_id")
);
--> statement-breakpoint
CREATE TABLE "askable_listings" (
	"listing_id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"prompt_usd_per_token" double precision NOT NULL,
	"completion_usd_per_token" double precision NOT NULL
);
--> statement-breakpoint
CREATE TABLE "question_budget" (
	"id" integer PRIMARY KEY NOT NULL,
	"month" text NOT NULL,
	"spent_usd" numeric(16, 8) NOT NULL,
	"resting_until" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "questions" (
	"question_id" bigserial PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"server_id" text NOT NULL,
	"channel_id" text NOT NULL,
	"member_id" text NOT NULL,
	"model_id" integer,
	"listing_id" text NOT NULL,
	"name" text NOT NULL,
	"beside_id" bigint,
	"earlier_ids" jsonb NOT NULL,
	"prompt" text NOT NULL,
	"answer" text DEFAULT '' NOT NULL,
	"reasoning_characters" integer DEFAULT 0 NOT NULL,
	"asked_at" timestamp (3) with time zone NOT NULL,
	"is_counted" boolean DEFAULT true NOT NULL,
	"tells_of_logging" boolean NOT NULL,
	"state" text DEFAULT 'running' NOT NULL,
	"failure" jsonb,
	"first_word_ms" integer,
	"total_ms" integer,
	"prompt_tokens" integer,
	"answer_tokens" integer,
	"cost_usd" numeric(16, 8),
	"reserved_usd" numeric(16, 8) NOT NULL,
	"message_ids" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"holder" text NOT NULL,
	"held_until" timestamp (3) with time zone,
	"stop_asked" boolean DEFAULT false NOT NULL,
	CONSTRAINT "questions_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "told_of_logging" (
	"member_id" text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "evidence_id" bigint;--> statement-breakpoint
ALTER TABLE "servers" ADD COLUMN "questions_per_day" integer;--> statement-breakpoint
ALTER TABLE "servers" ADD COLUMN "question_access" jsonb;--> statement-breakpoint
ALTER TABLE "evidence" ADD CONSTRAINT "evidence_model_id_models_model_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."models"("model_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "evidence_model" ON "evidence" USING btree ("server_id","model_id","lab","stance");--> statement-breakpoint
CREATE INDEX "evidence_member" ON "evidence" USING btree ("server_id","model_id","member_id");--> statement-breakpoint
CREATE INDEX "evidence_day" ON "evidence" USING btree ("server_id","at");--> statement-breakpoint
CREATE INDEX "evidence_link" ON "evidence" USING btree ("server_id","link_key");--> statement-breakpoint
CREATE INDEX "evidence_decisions_evidence" ON "evidence_decisions" USING btree ("evidence_id");--> statement-breakpoint
CREATE UNIQUE INDEX "evidence_drafts_at" ON "evidence_drafts" USING btree ("at","draft_id");--> statement-breakpoint
CREATE INDEX "evidence_files_hash" ON "evidence_files" USING btree ("server_id","sha256");--> statement-breakpoint
CREATE INDEX "questions_asked" ON "questions" USING btree ("asked_at");--> statement-breakpoint
CREATE INDEX "questions_member" ON "questions" USING btree ("member_id","asked_at") WHERE "questions"."is_counted";--> statement-breakpoint
CREATE INDEX "questions_server" ON "questions" USING btree ("server_id","asked_at") WHERE "questions"."is_counted";--> statement-breakpoint
CREATE INDEX "questions_held" ON "questions" USING btree ("held_until") WHERE "questions"."held_until" is not null;--> statement-breakpoint
CREATE INDEX "questions_model" ON "questions" USING btree ("server_id","model_id","question_id");--> statement-breakpoint
CREATE INDEX "questions_beside" ON "questions" USING btree ("beside_id") WHERE "questions"."beside_id" is not null;