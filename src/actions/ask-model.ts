import type { App } from "../app.ts";
import type { AskRefusal } from "../domain/ask-refusal.ts";
import { type AskableListing, costsNothing, pricesOf, worstCostUsd } from "../domain/askable.ts";
import type { Chat, Turn } from "../domain/chat.ts";
import { rememberedExchanges, turnsOf } from "../domain/conversation.ts";
import type { Member } from "../domain/member.ts";
import type { Question, QuestionTarget } from "../domain/question.ts";
import { accessRefusal } from "../domain/question-access.ts";
import { type QuestionsLeft, questionRules } from "../domain/question-limits.ts";
import { readMarket } from "../storage/markets.ts";
import { readExchanges, readQuestion } from "../storage/questions.ts";
import { readServerRow } from "../storage/servers.ts";
import { settingsOf } from "./set-up-server.ts";

/** Whom a question is for: a model, the model of an earlier question, or what that model was revealed to be. */
export type AskWhom =
  | { readonly kind: "model"; readonly modelId: number }
  | { readonly kind: "continue"; readonly questionId: number }
  | { readonly kind: "revealed"; readonly questionId: number };

export type AskRequest = {
  readonly key: string;
  readonly serverId: string;
  readonly channelId: string;
  /** The channel a thread belongs to; null for a channel. */
  readonly parentChannelId: string | null;
  readonly roleIds: readonly string[];
  readonly member: Member;
  readonly whom: AskWhom;
  /** Null where an earlier question is asked again. */
  readonly prompt: string | null;
  /** A listing to ask the same, as autocomplete gave it. */
  readonly compareWith: string | null;
};

/** What a model is about to be asked, held by this process. */
export type AskedQuestion = { readonly question: Question; readonly turns: readonly Turn[] };

export type AskAnswer =
  | {
      readonly asked: true;
      /** One, or the two of a comparison. */
      readonly asks: readonly AskedQuestion[];
      readonly left: QuestionsLeft;
      readonly chat: Chat;
    }
  | { readonly asked: false; readonly refusal: AskRefusal };

type Prices = Omit<AskableListing, "listingId" | "name">;
type Target = QuestionTarget & { readonly prices: Prices | null };

/** A price nobody knows may be any: such a listing is only asked where money may be spent, up to this for a token. */
const unknownPrices: Prices = { promptUsdPerToken: 0.0001, completionUsdPerToken: 0.0002 };

/**
 * Takes a question in, or refuses it and says until when. What is refused costs nothing. A question that is taken in
 * counts at once against all limits, under one lock for all processes, and is held by this process; `answerQuestions`
 * asks the model. The same request taken in twice counts once.
 */
export async function askModel(app: App, request: AskRequest): Promise<AskAnswer> {
  const { chat } = app;
  if (!chat) return refused({ reason: "no-key" });
  const { serverId } = request;
  const settings = settingsOf(serverId, await readServerRow(app.db, serverId));
  const channelIds = [request.channelId, ...(request.parentChannelId === null ? [] : [request.parentChannelId])];
  const barred = accessRefusal(settings.questionAccess, { roleIds: request.roleIds, channelIds });
  if (barred) return refused(barred);
  const wish = await readWish(app, request);
  if ("reason" in wish) return refused(wish);
  const asks = wish.targets.map((target, place) => ({
    target,
    turns: turnsOf(place === 0 ? wish.exchanges : [], wish.prompt),
    earlierIds: place === 0 ? wish.exchanges.map(({ questionId }) => questionId) : [],
    reservedUsd: worstOf(target, turnsOf(wish.exchanges, wish.prompt)),
  }));
  const taken = await app.asking.add({
    key: request.key,
    serverId,
    channelId: request.channelId,
    member: request.member,
    serverPerDay: settings.questionsPerDay,
    prompt: wish.prompt,
    asks,
  });
  if ("reason" in taken) return refused(taken);
  const { questions, left } = taken;
  return { asked: true, asks: questions.map((question, i) => ({ question, turns: asks[i]?.turns ?? [] })), left, chat };
}

function refused(refusal: AskRefusal): AskAnswer {
  return { asked: false, refusal };
}

/** What an answer may cost at the most, in US dollars; null if it costs nothing. */
function worstOf({ prices }: Target, turns: readonly Turn[]): number | null {
  const known = prices ?? unknownPrices;
  if (costsNothing(known)) return null;
  const bytes = turns.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  return worstCostUsd(known, { bytes, turns: turns.length, mostTokens: questionRules.mostAnswerTokens });
}

type Wish = {
  readonly targets: readonly Target[];
  readonly prompt: string;
  readonly exchanges: readonly { questionId: number; prompt: string; answer: string }[];
};

async function readWish(app: App, request: AskRequest): Promise<Wish | AskRefusal> {
  const { serverId, whom, compareWith } = request;
  const earlier = whom.kind === "model" ? null : await readQuestion(app.db, serverId, whom.questionId);
  if (whom.kind !== "model" && !earlier) return { reason: "no-such-question" };
  const prompt = (request.prompt ?? earlier?.question.prompt ?? "").toWellFormed().replaceAll("\0", "").trim();
  if (prompt === "") return { reason: "no-prompt" };
  if (prompt.length > questionRules.longestPrompt) {
    return { reason: "prompt-too-long", mostCharacters: questionRules.longestPrompt };
  }
  const target = await readTarget(app, serverId, whom, earlier?.question ?? null);
  if (!target) return { reason: whom.kind === "revealed" ? "no-such-listing" : "no-such-model" };
  if ("reason" in target) return target;
  const beside = compareWith === null ? null : app.askable.find(compareWith);
  if (compareWith !== null && !beside) return { reason: "no-such-listing" };
  const told =
    whom.kind === "continue" && earlier
      ? await readExchanges(app.db, serverId, [...earlier.earlierIds, earlier.question.questionId])
      : [];
  return {
    targets: [target, ...(beside ? [targetOf(beside)] : [])],
    prompt,
    exchanges: rememberedExchanges(told.filter(({ answer }) => answer.trim() !== "")),
  };
}

async function readTarget(
  app: App,
  serverId: string,
  whom: AskWhom,
  earlier: Question | null,
): Promise<Target | AskRefusal | null> {
  if (whom.kind === "revealed") {
    const revealed = earlier?.failure?.reason === "revealed" ? earlier.failure.listingIds : [];
    const listing = revealed.map((id) => app.askable.find(id)).find((found) => found !== null);
    return listing ? targetOf(listing) : null;
  }
  const modelId = whom.kind === "model" ? whom.modelId : (earlier?.target.modelId ?? null);
  if (modelId === null) {
    const listing = app.askable.find(earlier?.target.listingId ?? "");
    return listing && targetOf(listing);
  }
  const market = await readMarket(app.db, serverId, modelId);
  if (!market) return null;
  const { name, listingId, facts, link } = market.model;
  if (link !== null) return { reason: "seen-elsewhere" };
  return { modelId, name, listingId, prices: pricesOf(facts) };
}

function targetOf(listing: AskableListing): Target {
  return { modelId: null, listingId: listing.listingId, name: listing.name, prices: listing };
}
