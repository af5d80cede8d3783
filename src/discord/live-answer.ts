import type { AskableListings } from "../domain/askable.ts";
import type { GrowingQuestion, Question } from "../domain/question.ts";
import type { QuestionsLeft } from "../domain/question-limits.ts";
import type { Live } from "./live.ts";
import { questionMessages } from "./views/answer.ts";

/** Answers on their way, as the action that asks gives them. */
type Answering = Omit<Live, "messages"> & { now(): readonly GrowingQuestion[] };

/** A model's answer, or two beside each other, as messages that grow. */
export function liveAnswer(answering: Answering, left: QuestionsLeft, askable: AskableListings): Live {
  const { now, ...rest } = answering;
  return {
    ...rest,
    messages() {
      const questions = now();
      return questionMessages(questions, { left, instead: askInstead(questions, askable) });
    },
  };
}

/** The name of the listing that can be asked in place of a model that was revealed; null if there is none. */
export function askInstead(questions: readonly Question[], askable: AskableListings): string | null {
  const [first] = questions;
  const ids = first?.failure?.reason === "revealed" ? first.failure.listingIds : [];
  const listing = ids.map((id) => askable.find(id)).find((found) => found !== null);
  return listing?.name ?? null;
}
