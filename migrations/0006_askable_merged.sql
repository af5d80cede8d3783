ALTER TABLE "askable_listings" DISABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP TABLE "askable_listings" CASCADE;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "candidate_id" bigint;--> statement-breakpoint
CREATE INDEX "deliveries_candidate" ON "deliveries" USING btree ("candidate_id") WHERE "deliveries"."candidate_id" is not null;