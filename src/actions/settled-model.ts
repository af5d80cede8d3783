import type { App } from "../app.ts";
import type { AskRefusal, SettledRefusal } from "../domain/ask-refusal.ts";
import { mayBeAsked } from "../domain/askable.ts";
import { type ConfirmedListing, confirmedListing, listingAt, listingsOf } from "../domain/confirmed-listing.ts";
import { mostMeasured } from "../domain/question.ts";
import { keepPrompt } from "../storage/kept-prompts.ts";
import { readDatedListings } from "../storage/listings.ts";
import { type MarketWithModel, readMarket, readSource } from "../storage/markets.ts";
import { readMeasured } from "../storage/questions.ts";
import { currentTime } from "./current-time.ts";

/** A question that waits for its asker to want it asked of what the model turned out to be. */
const keptMs = 86_400_000;

/** Who built a model, as this server has settled it, and whom to ask now. Nothing is asked. */
export async function showSettled(app: App, of: { serverId: string; modelId: number }): Promise<AskRefusal> {
  const market = await readMarket(app.db, of.serverId, of.modelId);
  if (!market) return { reason: "no-such-model" };
  if (market.state !== "settled") return { reason: "open-again", modelName: market.model.name };
  return settledRefusal(app, market, await confirmedOf(app, market), null);
}

/** The listing a settled model is asked under now; null if the catalogue holds none. */
export async function confirmedOf(app: App, market: MarketWithModel): Promise<ConfirmedListing | null> {
  const { serverId, modelId, marketId, revision, model, builders, publishedAt, settledAt } = market;
  const askable = app.askable.all();
  const theirs = listingsOf(builders ?? [], askable).map(({ listingId }) => listingId);
  const [source, asked, known] = await Promise.all([
    readSource(app.db, marketId, revision),
    readMeasured(app.db, serverId, modelId, mostMeasured),
    readDatedListings(app.db, theirs),
  ]);
  const revealed = asked.flatMap(({ failure }) => (failure?.reason === "revealed" ? failure.listingIds : []));
  return confirmedListing(
    {
      facts: model.facts,
      listedAt: model.listedAt,
      builders: builders ?? [],
      publishedAt: publishedAt ?? settledAt ?? model.listedAt,
      namedIds: [listingAt(source ?? "") ?? [], revealed].flat(),
    },
    askable,
    known,
  );
}

/** Tells of a settlement in place of an answer, and keeps the question if it can be asked of somebody else. */
export async function keptForLater(
  app: App,
  market: MarketWithModel,
  confirmed: ConfirmedListing | null,
  asked: { key: string; memberId: string; prompt: string; continuesId: number | null; compareWith: string | null },
): Promise<SettledRefusal> {
  const refusal = settledRefusal(app, market, confirmed, null);
  if (confirmed === null || refusal.isTooDear) return refusal;
  const at = await currentTime(app);
  const { serverId, modelId } = market;
  const promptId = await keepPrompt(app.db, { ...asked, serverId, modelId, at }, new Date(at.getTime() - keptMs));
  return { ...refusal, promptId };
}

function settledRefusal(
  app: App,
  { modelId, model, builders }: MarketWithModel,
  confirmed: ConfirmedListing | null,
  promptId: number | null,
): SettledRefusal {
  const isTooDear = confirmed !== null && !mayBeAsked(confirmed.listing, app.questions);
  return {
    reason: "settled",
    modelId,
    modelName: model.name,
    builders: builders ?? [],
    confirmed,
    isTooDear,
    promptId,
  };
}
