ALTER TABLE "deliveries" ADD COLUMN "shows_files" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "evidence" ADD COLUMN "restored_reason" text;--> statement-breakpoint
CREATE INDEX "evidence_files_copy" ON "evidence_files" USING btree ("sha256");