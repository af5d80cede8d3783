CREATE TABLE "polls" (
	"poll_id" bigserial PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"server_id" text NOT NULL,
	"model_id" integer NOT NULL,
	"labs" jsonb NOT NULL,
	"counts" jsonb NOT NULL,
	"hours" integer NOT NULL,
	"made_at" timestamp (3) with time zone NOT NULL,
	"channel_id" text NOT NULL,
	"message_id" text,
	"ends_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"read_due_at" timestamp (3) with time zone,
	"held_until" timestamp (3) with time zone,
	CONSTRAINT "polls_key_unique" UNIQUE("key"),
	CONSTRAINT "polls_message_id_unique" UNIQUE("message_id")
);
--> statement-breakpoint
CREATE TABLE "votes" (
	"poll_id" bigint NOT NULL,
	"member_id" text NOT NULL,
	"server_id" text NOT NULL,
	"answer" integer,
	"changes" integer NOT NULL,
	"refused" text,
	"told_at" timestamp (3) with time zone,
	CONSTRAINT "votes_poll_id_member_id_pk" PRIMARY KEY("poll_id","member_id")
);
--> statement-breakpoint
ALTER TABLE "guesses" ADD COLUMN "voted_in" bigint;--> statement-breakpoint
ALTER TABLE "servers" ADD COLUMN "poll_per_model" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "polls" ADD CONSTRAINT "polls_model_id_models_model_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."models"("model_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "polls_running" ON "polls" USING btree ("message_id") WHERE "polls"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "polls_model" ON "polls" USING btree ("server_id","model_id");--> statement-breakpoint
CREATE INDEX "votes_untold" ON "votes" USING btree ("server_id","member_id") WHERE "votes"."refused" is not null and "votes"."told_at" is null;