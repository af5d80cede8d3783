CREATE TABLE "paces" (
	"pace" text PRIMARY KEY NOT NULL,
	"next_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "catalogue" ADD COLUMN "reader" text;--> statement-breakpoint
ALTER TABLE "catalogue" ADD COLUMN "reader_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "transaction_id" bigint;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "edited_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "markets" ADD COLUMN "card_due_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "markets" ADD COLUMN "card_held_until" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "markets_card_due" ON "markets" USING btree ("card_due_at") WHERE "markets"."card_due_at" is not null;--> statement-breakpoint
CREATE INDEX "markets_card_held" ON "markets" USING btree ("card_held_until") WHERE "markets"."card_held_until" is not null;