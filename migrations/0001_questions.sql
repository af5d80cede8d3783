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
ALTER TABLE "servers" ADD COLUMN "questions_per_day" integer;--> statement-breakpoint
ALTER TABLE "servers" ADD COLUMN "question_access" jsonb;--> statement-breakpoint
CREATE INDEX "questions_asked" ON "questions" USING btree ("asked_at");--> statement-breakpoint
CREATE INDEX "questions_member" ON "questions" USING btree ("member_id","asked_at") WHERE "questions"."is_counted";--> statement-breakpoint
CREATE INDEX "questions_server" ON "questions" USING btree ("server_id","asked_at") WHERE "questions"."is_counted";--> statement-breakpoint
CREATE INDEX "questions_held" ON "questions" USING btree ("held_until") WHERE "questions"."held_until" is not null;--> statement-breakpoint
CREATE INDEX "questions_model" ON "questions" USING btree ("server_id","model_id","question_id");--> statement-breakpoint
CREATE INDEX "questions_beside" ON "questions" USING btree ("beside_id") WHERE "questions"."beside_id" is not null;