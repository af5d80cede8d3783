import type { App } from "../app.ts";
import { whyTooYoung } from "../domain/account-age.ts";
import type { AskRefusal } from "../domain/ask-refusal.ts";
import { type AskableListing, costsNothing, worstCostUsd } from "../domain/askable.ts";
import type { Chat, Turn } from "../domain/chat.ts";
import { turnsOf } from "../domain/conversation.ts";
import type { Question } from "../domain/question.ts";
import { accessRefusal } from "../domain/question-access.ts";
import { type QuestionsLeft, questionRules } from "../domain/question-limits.ts";
import { readServerRow } from "../storage/servers.ts";
import { currentTime } from "./current-time.ts";
import { type AskRequest, readWish, type Target } from "./read-wish.ts";
import { settingsOf } from "./set-up-server.ts";

/** What a model is about to be asked, held by this process. */
export type AskedQuestion = { readonly question: Question; readonly turns: readonly Turn[] };

export type AskAnswer =
  | {
      readonly asked: true;
      /** One, or the two of a comparison. */
      readonly asks: readonly AskedQuestion[];
      readonly left: QuestionsLeft;
      /** What was said before is too long to be sent whole. */
      readonly isShortened: boolean;
      readonly chat: Chat;
    }
  | { readonly asked: false; readonly refusal: AskRefusal };

type Prices = Omit<AskableListing, "listingId" | "name">;

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
  const settings = settingsOf(serverId, await readServerRow(app.db, serverId), app.questions);
  const channelIds = [request.channelId, ...(request.parentChannelId === null ? [] : [request.parentChannelId])];
  const barred = accessRefusal(settings.questionAccess, { roleIds: request.roleIds, channelIds });
  if (barred) return refused(barred);
  const { minimumAccountDays } = settings;
  const tooYoung =
    minimumAccountDays > 0 ? whyTooYoung(request.member, minimumAccountDays, await currentTime(app)) : null;
  if (tooYoung) return refused(tooYoung);
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
  const asked = questions.map((question, i) => ({ question, turns: asks[i]?.turns ?? [] }));
  return { asked: true, asks: asked, left, isShortened: wish.isShortened, chat };
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
