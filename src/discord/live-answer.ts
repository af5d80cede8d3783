import { type AskableListings, mayBeAsked } from "../domain/askable.ts";
import { countsForMember, type GrowingQuestion, type Question } from "../domain/question.ts";
import { leftWithout, type QuestionsLeft } from "../domain/question-limits.ts";
import type { Live } from "./live.ts";
import { questionMessages } from "./views/answer.ts";

/** Answers on their way, as the action that asks gives them. */
type Answering = Omit<Live, "messages"> & { now(): readonly GrowingQuestion[] };

/** Whom the host lets members ask. */
type Host = { readonly askable: AskableListings; readonly questions: { readonly usdPerMonth: number } };

/** A model's answer, or two beside each other, as messages that grow. */
export function liveAnswer(answering: Answering, left: QuestionsLeft, host: Host): Live {
  const { now, ...rest } = answering;
  return {
    ...rest,
    messages() {
      const questions = now();
      const uncounted = questions.filter((question) => question.state !== "running" && !countsForMember(question));
      return questionMessages(questions, {
        left: leftWithout(left, uncounted.length),
        instead: askInstead(questions, host),
      });
    },
  };
}

/** The name of the listing that can be asked in place of a model that was revealed; null if there is none. */
export function askInstead(questions: readonly Question[], { askable, questions: settings }: Host): string | null {
  const [first] = questions;
  const ids = first?.failure?.reason === "revealed" ? first.failure.listingIds : [];
  const listing = ids.map((id) => askable.find(id)).find((found) => found !== null);
  return listing && mayBeAsked(listing, settings) ? listing.name : null;
}
