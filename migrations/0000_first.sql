CREATE TABLE "boards" (
	"server_id" text NOT NULL,
	"season" text NOT NULL,
	"settled_revision" integer NOT NULL,
	"built_revision" integer NOT NULL,
	CONSTRAINT "boards_server_id_season_pk" PRIMARY KEY("server_id","season")
);
--> statement-breakpoint
CREATE TABLE "calls" (
	"market_id" bigint NOT NULL,
	"number" integer NOT NULL,
	"member_id" text NOT NULL,
	"lab" text,
	"name" text,
	"outcome" text,
	"call_price" double precision,
	"called_at" timestamp (3) with time zone,
	"transaction_id" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "calls_market_id_number_pk" PRIMARY KEY("market_id","number")
);
--> statement-breakpoint
CREATE TABLE "catalogue" (
	"id" integer PRIMARY KEY NOT NULL,
	"etag" text,
	"listings_count" integer NOT NULL,
	"read_at" timestamp (3) with time zone NOT NULL,
	"small_since" timestamp (3) with time zone,
	"reading_until" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "decisions" (
	"transaction_id" bigint PRIMARY KEY NOT NULL,
	"market_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"revision" integer NOT NULL,
	"builders" jsonb,
	"source" text,
	"published_at" timestamp (3) with time zone,
	"reason" text,
	"by_member_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"delivery_id" bigserial PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"kind" text NOT NULL,
	"server_id" text NOT NULL,
	"model_id" integer,
	"channel_id" text,
	"state" text DEFAULT 'due' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"claimed_at" timestamp (3) with time zone,
	"claimed_by" text,
	"message_id" text,
	"thread_id" text,
	"sent_at" timestamp (3) with time zone,
	"problem" text,
	CONSTRAINT "deliveries_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "entries" (
	"transaction_id" bigint NOT NULL,
	"account" text NOT NULL,
	"member_id" text DEFAULT '' NOT NULL,
	"points" bigint NOT NULL,
	CONSTRAINT "entries_transaction_id_account_member_id_pk" PRIMARY KEY("transaction_id","account","member_id"),
	CONSTRAINT "entries_member" CHECK ((account = 'wallet') = (member_id <> ''))
);
--> statement-breakpoint
CREATE TABLE "guesses" (
	"market_id" bigint NOT NULL,
	"member_id" text NOT NULL,
	"server_id" text NOT NULL,
	"lab" text,
	"name" text,
	"outcome" text,
	"call_price" double precision,
	"called_at" timestamp (3) with time zone,
	"free" jsonb NOT NULL,
	"own" jsonb NOT NULL,
	"own_cost_points" integer NOT NULL,
	"own_stake_points" integer NOT NULL,
	"free_budget_points" integer NOT NULL,
	"outcomes_seen" integer NOT NULL,
	"touched_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "guesses_market_id_member_id_pk" PRIMARY KEY("market_id","member_id")
);
--> statement-breakpoint
CREATE TABLE "listed_labs" (
	"market_id" bigint NOT NULL,
	"lab" text NOT NULL,
	"number" integer NOT NULL,
	"place" integer NOT NULL,
	"weight" double precision NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "listed_labs_market_id_lab_pk" PRIMARY KEY("market_id","lab")
);
--> statement-breakpoint
CREATE TABLE "listings" (
	"listing_id" text PRIMARY KEY NOT NULL,
	"first_seen_at" timestamp (3) with time zone NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	"held_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "markets" (
	"market_id" bigserial PRIMARY KEY NOT NULL,
	"server_id" text NOT NULL,
	"model_id" integer NOT NULL,
	"season" text NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"liquidity" double precision NOT NULL,
	"outcomes" jsonb NOT NULL,
	"pot_points" integer DEFAULT 0 NOT NULL,
	"last_number" integer DEFAULT 0 NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"revision" integer DEFAULT 0 NOT NULL,
	"builders" jsonb,
	"published_at" timestamp (3) with time zone,
	"settled_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "members" (
	"server_id" text NOT NULL,
	"member_id" text NOT NULL,
	"name" text NOT NULL,
	CONSTRAINT "members_server_id_member_id_pk" PRIMARY KEY("server_id","member_id")
);
--> statement-breakpoint
CREATE TABLE "models" (
	"model_id" serial PRIMARY KEY NOT NULL,
	"listing_id" text NOT NULL,
	"name" text NOT NULL,
	"facts" jsonb NOT NULL,
	"reasons" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone,
	"listed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "models_listing_id_unique" UNIQUE("listing_id")
);
--> statement-breakpoint
CREATE TABLE "server_labs" (
	"server_id" text NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"aliases" jsonb NOT NULL,
	CONSTRAINT "server_labs_server_id_slug_pk" PRIMARY KEY("server_id","slug")
);
--> statement-breakpoint
CREATE TABLE "servers" (
	"server_id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"joined_at" timestamp (3) with time zone NOT NULL,
	"left_at" timestamp (3) with time zone,
	"announcement_channel_id" text,
	"ping_role_id" text,
	"moderator_role_id" text,
	"thread_per_model" boolean DEFAULT false NOT NULL,
	"guess_only" boolean DEFAULT false NOT NULL,
	"minimum_account_days" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "settlement_previews" (
	"preview_id" bigserial PRIMARY KEY NOT NULL,
	"server_id" text NOT NULL,
	"market_id" bigint NOT NULL,
	"revision" integer NOT NULL,
	"builders" jsonb NOT NULL,
	"source" text NOT NULL,
	"published_at" timestamp (3) with time zone NOT NULL,
	"by_member_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "standings" (
	"server_id" text NOT NULL,
	"season" text NOT NULL,
	"member_id" text NOT NULL,
	"score" double precision NOT NULL,
	"hits" integer NOT NULL,
	"calls" integer NOT NULL,
	"firsts" integer NOT NULL,
	"streak" integer NOT NULL,
	"points" integer NOT NULL,
	"calls_rank" integer NOT NULL,
	"calls_place" integer NOT NULL,
	"points_rank" integer NOT NULL,
	"points_place" integer NOT NULL,
	CONSTRAINT "standings_server_id_season_member_id_pk" PRIMARY KEY("server_id","season","member_id")
);
--> statement-breakpoint
CREATE TABLE "trades" (
	"market_id" bigint NOT NULL,
	"number" integer NOT NULL,
	"lab" text NOT NULL,
	"member_id" text NOT NULL,
	"part" text NOT NULL,
	"kind" text NOT NULL,
	"shares" numeric(20, 6) NOT NULL,
	"pot_points" integer NOT NULL,
	"wallet_points" integer NOT NULL,
	"transaction_id" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "trades_market_id_number_lab_pk" PRIMARY KEY("market_id","number","lab")
);
--> statement-breakpoint
CREATE TABLE "transactions" (
	"transaction_id" bigserial PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"kind" text NOT NULL,
	"server_id" text NOT NULL,
	"season" text,
	"market_id" bigint,
	"member_id" text,
	"at" timestamp (3) with time zone NOT NULL,
	"answer" json,
	CONSTRAINT "transactions_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "wallets" (
	"server_id" text NOT NULL,
	"season" text NOT NULL,
	"member_id" text NOT NULL,
	"balance_points" integer NOT NULL,
	CONSTRAINT "wallets_server_id_season_member_id_pk" PRIMARY KEY("server_id","season","member_id")
);
--> statement-breakpoint
ALTER TABLE "markets" ADD CONSTRAINT "markets_model_id_models_model_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."models"("model_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "calls_member" ON "calls" USING btree ("member_id","market_id");--> statement-breakpoint
CREATE INDEX "decisions_market" ON "decisions" USING btree ("market_id");--> statement-breakpoint
CREATE INDEX "deliveries_due" ON "deliveries" USING btree ("state","due_at");--> statement-breakpoint
CREATE INDEX "deliveries_server" ON "deliveries" USING btree ("server_id");--> statement-breakpoint
CREATE INDEX "deliveries_model" ON "deliveries" USING btree ("model_id");--> statement-breakpoint
CREATE INDEX "guesses_server_member" ON "guesses" USING btree ("server_id","member_id");--> statement-breakpoint
CREATE UNIQUE INDEX "markets_server_model" ON "markets" USING btree ("server_id","model_id");--> statement-breakpoint
CREATE INDEX "markets_server_season" ON "markets" USING btree ("server_id","season");--> statement-breakpoint
CREATE INDEX "markets_model" ON "markets" USING btree ("model_id");--> statement-breakpoint
CREATE INDEX "standings_calls" ON "standings" USING btree ("server_id","season","calls_place");--> statement-breakpoint
CREATE INDEX "standings_points" ON "standings" USING btree ("server_id","season","points_place");--> statement-breakpoint
CREATE INDEX "transactions_market" ON "transactions" USING btree ("market_id") WHERE kind not in ('guess', 'grant');