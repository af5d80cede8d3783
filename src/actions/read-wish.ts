import type { App } from "../app.ts";
import type { AskRefusal } from "../domain/ask-refusal.ts";
import { type AskableListing, pricesOf } from "../domain/askable.ts";
import { oneLine } from "../domain/clean-text.ts";
import { rememberedExchanges } from "../domain/conversation.ts";
import type { Member } from "../domain/member.ts";
import type { Question, QuestionTarget } from "../domain/question.ts";
import { questionRules } from "../domain/question-limits.ts";
import { readKeptPrompt } from "../storage/kept-prompts.ts";
import { readMarket } from "../storage/markets.ts";
import { readExchanges, readQuestion } from "../storage/questions.ts";
import { confirmedOf, keptForLater } from "./settled-model.ts";

/**
 * Whom a question is for: a model, the model of an earlier question, or what a model turned out to be, as OpenRouter said
 * to an earlier question or as this server has settled it. "kept": that too, with a question that was not asked before.
 */
export type AskWhom =
  | { readonly kind: "model"; readonly modelId: number }
  | { readonly kind: "continue"; readonly questionId: number }
  | { readonly kind: "revealed"; readonly questionId: number }
  | { readonly kind: "confirmed"; readonly modelId: number }
  | { readonly kind: "kept"; readonly promptId: number };

export type AskRequest = {
  readonly key: string;
  readonly serverId: string;
  readonly channelId: string;
  /** The channel a thread belongs to; null for a channel. */
  readonly parentChannelId: string | null;
  readonly roleIds: readonly string[];
  readonly member: Member;
  readonly whom: AskWhom;
  /** Null where an earlier question, or one that was kept, is asked again. */
  readonly prompt: string | null;
  /** A listing to ask the same, as autocomplete gave it. */
  readonly compareWith: string | null;
};

/** Whom a question goes to, with what a token costs there; null where nobody knows. */
export type Target = QuestionTarget & { readonly prices: Omit<AskableListing, "listingId" | "name"> | null };

/** What a member wants to ask, read: whom, what, and after what was said before. */
export type Wish = {
  readonly targets: readonly Target[];
  readonly prompt: string;
  readonly exchanges: readonly { questionId: number; prompt: string; answer: string }[];
  /** One of the exchanges is too long to be sent whole. */
  readonly isShortened: boolean;
};

type Told = { readonly question: Question; readonly earlierIds: readonly number[] };

/** What a request is about besides whom it asks; of one that was kept, what was kept. */
type Asking = {
  readonly prompt: string;
  readonly compareWith: string | null;
  /** The question it goes on after, or asks again. */
  readonly earlier: Told | null;
  /** Whether what was said up to there is sent along. */
  readonly goesOn: boolean;
};

/** Reads what is to be asked. What cannot be asked is refused, before anything is counted. */
export async function readWish(app: App, request: AskRequest): Promise<Wish | AskRefusal> {
  const { serverId } = request;
  const read = await readAsking(app, request);
  if ("reason" in read) return read;
  const { whom, asking } = read;
  const prompt = asking.prompt.toWellFormed().replaceAll("\0", "").trim();
  if (oneLine(prompt) === "") return { reason: "no-prompt" };
  if (prompt.length > questionRules.longestPrompt) {
    return { reason: "prompt-too-long", mostCharacters: questionRules.longestPrompt };
  }
  const target = await readTarget(app, request, whom, { ...asking, prompt });
  if ("reason" in target) return target;
  const beside = asking.compareWith === null ? null : app.askable.find(asking.compareWith);
  if (asking.compareWith !== null && !beside) return { reason: "no-such-listing" };
  const { earlier, goesOn } = asking;
  const told =
    goesOn && earlier
      ? await readExchanges(app.db, serverId, [...earlier.earlierIds, earlier.question.questionId])
      : [];
  return {
    targets: [target, ...(beside ? [targetOf(beside)] : [])],
    prompt,
    ...rememberedExchanges(told.filter(({ answer }) => answer.trim() !== "")),
  };
}

/** Whom it is for, where a question that was kept is for what its model turned out to be. */
type Whom = Exclude<AskWhom, { kind: "kept" }>;

async function readAsking(app: App, request: AskRequest): Promise<{ whom: Whom; asking: Asking } | AskRefusal> {
  const { serverId, whom, compareWith } = request;
  if (whom.kind === "kept") {
    const { memberId } = request.member;
    const kept = await readKeptPrompt(app.db, { promptId: whom.promptId, serverId, memberId });
    if (!kept) return { reason: "no-such-question" };
    const earlier = kept.continuesId === null ? null : await readQuestion(app.db, serverId, kept.continuesId);
    return {
      whom: { kind: "confirmed", modelId: kept.modelId },
      asking: { prompt: kept.prompt, compareWith: kept.compareWith, earlier, goesOn: true },
    };
  }
  const isAboutEarlier = whom.kind === "continue" || whom.kind === "revealed";
  const earlier = isAboutEarlier ? await readQuestion(app.db, serverId, whom.questionId) : null;
  if (isAboutEarlier && !earlier) return { reason: "no-such-question" };
  const prompt = request.prompt ?? earlier?.question.prompt ?? "";
  return { whom, asking: { prompt, compareWith, earlier, goesOn: whom.kind === "continue" } };
}

async function readTarget(
  app: App,
  request: AskRequest,
  whom: Whom,
  { earlier, goesOn, prompt, compareWith }: Asking,
): Promise<Target | AskRefusal> {
  const { serverId } = request;
  if (whom.kind === "revealed") {
    const failure = earlier?.question.failure;
    const revealed = failure?.reason === "revealed" ? failure.listingIds : [];
    const listing = revealed.map((id) => app.askable.find(id)).find((found) => found !== null);
    return listing ? targetOf(listing) : { reason: "no-confirmed-listing" };
  }
  const modelId = whom.kind === "continue" ? (earlier?.question.target.modelId ?? null) : whom.modelId;
  if (modelId === null) {
    const listing = app.askable.find(earlier?.question.target.listingId ?? "");
    return listing ? targetOf(listing) : { reason: "no-such-model" };
  }
  const market = await readMarket(app.db, serverId, modelId);
  if (!market) return { reason: "no-such-model" };
  const { name, listingId, facts, link } = market.model;
  if (market.state === "settled") {
    const confirmed = await confirmedOf(app, market);
    if (whom.kind === "confirmed") return confirmed ? targetOf(confirmed.listing) : { reason: "no-confirmed-listing" };
    const continuesId = goesOn && earlier ? earlier.question.questionId : null;
    const { key, member } = request;
    return keptForLater(app, market, confirmed, { key, memberId: member.memberId, prompt, continuesId, compareWith });
  }
  if (whom.kind === "confirmed") return { reason: "open-again", modelName: name };
  if (link !== null) return { reason: "seen-elsewhere" };
  return { modelId, name, listingId, prices: pricesOf(facts) };
}

function targetOf(listing: AskableListing): Target {
  return { modelId: null, listingId: listing.listingId, name: listing.name, prices: listing };
}
