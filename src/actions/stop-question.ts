import type { App } from "../app.ts";
import { readQuestion } from "../storage/questions.ts";
import { askToStop } from "../storage/running-questions.ts";

export type StopAnswer =
  | { readonly stopped: true }
  | { readonly stopped: false; readonly refusal: { readonly reason: "no-such-question" | "not-yours" | "over" } };

/** Stops an answer and the one beside it, whichever process gives them: for its asker and for moderators. */
export async function stopQuestion(
  app: App,
  request: { serverId: string; memberId: string; moderates: boolean; questionId: number },
): Promise<StopAnswer> {
  const refuse = (reason: "no-such-question" | "not-yours" | "over") =>
    ({ stopped: false, refusal: { reason } }) as const;
  const found = await readQuestion(app.db, request.serverId, request.questionId);
  if (!found) return refuse("no-such-question");
  if (found.question.memberId !== request.memberId && !request.moderates) return refuse("not-yours");
  return (await askToStop(app.db, request.serverId, request.questionId)) ? { stopped: true } : refuse("over");
}
