CREATE TABLE "dismissed_listings" (
	"server_id" text NOT NULL,
	"listing_id" text NOT NULL,
	"member_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "dismissed_listings_server_id_listing_id_pk" PRIMARY KEY("server_id","listing_id")
);
--> statement-breakpoint
CREATE TABLE "model_history" (
	"history_id" bigserial PRIMARY KEY NOT NULL,
	"model_id" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"kind" text NOT NULL,
	"fact" text,
	"before" jsonb,
	"after" jsonb
);
--> statement-breakpoint
ALTER TABLE "catalogue" ADD COLUMN "hash" text;--> statement-breakpoint
ALTER TABLE "listings" ADD COLUMN "listed" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "listings" ADD COLUMN "facts" jsonb;--> statement-breakpoint
ALTER TABLE "listings" ADD COLUMN "hash" text;--> statement-breakpoint
ALTER TABLE "listings" ADD COLUMN "held_because" text;--> statement-breakpoint
ALTER TABLE "listings" ADD COLUMN "checks" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "listings" ADD COLUMN "check_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "models" ADD COLUMN "server_id" text;--> statement-breakpoint
ALTER TABLE "models" ADD COLUMN "link" text;--> statement-breakpoint
ALTER TABLE "models" ADD COLUMN "added_key" text;--> statement-breakpoint
ALTER TABLE "models" ADD COLUMN "everywhere" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "models" ADD COLUMN "missed_reads" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "models" ADD COLUMN "missed_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "about_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "servers" ADD COLUMN "moderator_channel_id" text;--> statement-breakpoint
ALTER TABLE "model_history" ADD CONSTRAINT "model_history_model_id_models_model_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."models"("model_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "model_history_model" ON "model_history" USING btree ("model_id","history_id");--> statement-breakpoint
CREATE INDEX "listings_held" ON "listings" USING btree ("listing_id") WHERE "listings"."held_at" is not null;--> statement-breakpoint
CREATE INDEX "listings_check" ON "listings" USING btree ("check_at") WHERE "listings"."check_at" is not null;--> statement-breakpoint
CREATE INDEX "models_created" ON "models" USING btree ("created_at");