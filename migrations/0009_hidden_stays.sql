ALTER TABLE "evidence_files" ADD COLUMN "former_sha256" text;--> statement-breakpoint
ALTER TABLE "evidence_votes" ADD COLUMN "answered" text DEFAULT 'counted' NOT NULL;