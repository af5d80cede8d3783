CREATE TABLE "decided_markets" (
	"decided_id" bigserial PRIMARY KEY NOT NULL,
	"server_id" text NOT NULL,
	"model_id" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dismissed_candidates" (
	"server_id" text NOT NULL,
	"candidate_id" bigint NOT NULL,
	"member_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "dismissed_candidates_server_id_candidate_id_pk" PRIMARY KEY("server_id","candidate_id")
);
--> statement-breakpoint
CREATE TABLE "reveal_candidates" (
	"candidate_id" bigserial PRIMARY KEY NOT NULL,
	"model_id" integer NOT NULL,
	"kind" text NOT NULL,
	"fact" text NOT NULL,
	"labs" jsonb NOT NULL,
	"found" text,
	"score" double precision NOT NULL,
	"source" text,
	"published_at" timestamp (3) with time zone NOT NULL,
	"published_how" text NOT NULL,
	"servers" integer DEFAULT 0 NOT NULL,
	"found_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reveal_checks" (
	"check_id" bigserial PRIMARY KEY NOT NULL,
	"model_id" integer NOT NULL,
	"asked_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "reveal_candidates" ADD CONSTRAINT "reveal_candidates_model_id_models_model_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."models"("model_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reveal_checks" ADD CONSTRAINT "reveal_checks_model_id_models_model_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."models"("model_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "reveal_candidates_fact" ON "reveal_candidates" USING btree ("model_id","fact");--> statement-breakpoint
CREATE INDEX "reveal_checks_asked" ON "reveal_checks" USING btree ("asked_at");--> statement-breakpoint
CREATE INDEX "reveal_checks_model" ON "reveal_checks" USING btree ("model_id");