CREATE TABLE "memory_changes" (
	"server_id" text PRIMARY KEY NOT NULL,
	"changes" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "memory_changes_at" ON "memory_changes" USING btree ("at");