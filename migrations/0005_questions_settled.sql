CREATE TABLE "kept_prompts" (
	"prompt_id" bigserial PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"server_id" text NOT NULL,
	"member_id" text NOT NULL,
	"model_id" integer NOT NULL,
	"prompt" text NOT NULL,
	"continues_id" bigint,
	"compare_with" text,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "kept_prompts_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE INDEX "kept_prompts_at" ON "kept_prompts" USING btree ("at");--> statement-breakpoint
CREATE INDEX "questions_failed" ON "questions" USING btree ("member_id","asked_at") WHERE not "questions"."is_counted";