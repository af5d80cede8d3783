import { eq } from "drizzle-orm";
import { placeGuess } from "../../src/actions/place-guess.ts";
import { confirmSettlement, previewSettlement } from "../../src/actions/settle-model.ts";
import { withdrawGuess } from "../../src/actions/withdraw-guess.ts";
import type { App } from "../../src/app.ts";
import { type Market, openMarket } from "../../src/domain/market.ts";
import type { Member } from "../../src/domain/member.ts";
import { likeliestLabs, pastReveals } from "../../src/domain/past-reveals.ts";
import type { GuessReceipt } from "../../src/domain/receipt.ts";
import { seasonOf } from "../../src/domain/season.ts";
import type { SettlementSummary } from "../../src/domain/settlement.ts";
import { type Db, transact } from "../../src/storage/database.ts";
import { openMarkets } from "../../src/storage/markets.ts";
import { markets, models, servers } from "../../src/storage/schema.ts";
import { storyBegins } from "./app.ts";
import { aListing } from "./listing.ts";

type ServerRow = typeof servers.$inferSelect;
type ModelRow = typeof models.$inferSelect;
export type MarketRow = typeof markets.$inferSelect;

let made = 0;

/** An id as Discord makes them, never given twice. */
export function anId(): string {
  made += 1;
  return String(1_480_000_000_000_000_000n + BigInt(made));
}

/** A key never used before, as an interaction has. */
export function aKey(): string {
  return `interaction:${anId()}`;
}

/** Somebody with an account old enough for everything. */
export function aMember(changes: Partial<Member> = {}): Member {
  const memberId = changes.memberId ?? anId();
  return { memberId, name: `Member ${memberId.slice(-4)}`, createdAt: new Date("2020-02-02T02:02:02Z"), ...changes };
}

/** A member whose id and name are the same: stories read better so. */
export function named(name: string): Member {
  return aMember({ memberId: name, name });
}

/** A server the bot is in, nothing set up. */
export async function aServer(db: Db, changes: Partial<typeof servers.$inferInsert> = {}): Promise<ServerRow> {
  const serverId = changes.serverId ?? anId();
  const [row] = await db
    .insert(servers)
    .values({ serverId, name: `Server ${serverId.slice(-4)}`, joinedAt: storyBegins, ...changes })
    .returning();
  if (!row) throw new Error("no server was made");
  return row;
}

/** An anonymous model. */
export async function aModel(db: Db, changes: Partial<typeof models.$inferInsert> = {}): Promise<ModelRow> {
  const listingId = changes.listingId ?? `openrouter/model-${anId()}-alpha`;
  const name = changes.name ?? "Hunter Alpha";
  const [row] = await db
    .insert(models)
    .values({
      listingId,
      name,
      facts: aListing({ id: listingId, name }),
      reasons: ["its author is openrouter"],
      createdAt: storyBegins,
      listedAt: storyBegins,
      ...changes,
    })
    .returning();
  if (!row) throw new Error("no model was made");
  return row;
}

/** An open market, on a server and a model of its own unless they are given, with the odds of its day unless told. */
export async function aMarket(
  db: Db,
  given: {
    serverId?: string;
    modelId?: number;
    openedAt?: Date;
    season?: string;
    market?: Market;
    state?: MarketRow["state"];
  } = {},
): Promise<MarketRow> {
  const { openedAt = storyBegins, season = seasonOf(openedAt), state } = given;
  const serverId = given.serverId ?? (await aServer(db)).serverId;
  const modelId = given.modelId ?? (await aModel(db, { listedAt: openedAt })).modelId;
  const market = given.market ?? openMarket(likeliestLabs(pastReveals, openedAt), 0);
  const [row] = await transact(db, (tx) => openMarkets(tx, [{ serverId, modelId, season, openedAt, market }]));
  if (!row) throw new Error("no market was opened");
  if (state === undefined) return row;
  await db.update(markets).set({ state }).where(eq(markets.marketId, row.marketId));
  return { ...row, state };
}

type Where = { readonly serverId: string; readonly modelId: number };

/** A guess as `/guess` places it, on a market; throws if it is refused. */
export async function aGuess(
  app: App,
  { serverId, modelId }: Where,
  given: { member?: Member; suspect?: string; ownPoints?: number | null; key?: string } = {},
): Promise<GuessReceipt> {
  const { member = aMember(), suspect = "deepseek", ownPoints = null, key = aKey() } = given;
  const answer = await placeGuess(app, { key, serverId, modelId, member, suspect, ownPoints });
  if (!answer.placed) throw new Error(`the guess was refused: ${JSON.stringify(answer.refusal)}`);
  return answer.receipt;
}

/** A guess taken back; throws if that is refused. */
export async function aWithdrawal(app: App, { serverId, modelId }: Where, member: Member): Promise<GuessReceipt> {
  const answer = await withdrawGuess(app, { key: aKey(), serverId, modelId, member });
  if (!answer.placed) throw new Error(`the withdrawal was refused: ${JSON.stringify(answer.refusal)}`);
  return answer.receipt;
}

/** A settlement previewed and confirmed; throws if either is refused. */
export async function aSettlement(
  app: App,
  { serverId, modelId }: Where,
  given: { lab?: string; secondLab?: string | null; publishedAt: Date; member?: Member; source?: string; key?: string },
): Promise<SettlementSummary> {
  const { lab = "xiaomi", secondLab = null, publishedAt, member = aMember(), key = aKey() } = given;
  const { source = "https://example.org/reveal" } = given;
  const request = { serverId, modelId, member, lab, secondLab, source, publishedAt: publishedAt.toISOString() };
  const preview = await previewSettlement(app, request);
  if (!preview.done) throw new Error(`the preview was refused: ${JSON.stringify(preview.refusal)}`);
  const answer = await confirmSettlement(app, { key, serverId, member, previewId: preview.previewId });
  if (!answer.done) throw new Error(`the settlement was refused: ${JSON.stringify(answer.refusal)}`);
  return answer.summary;
}
