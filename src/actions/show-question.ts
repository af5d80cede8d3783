import type { App } from "../app.ts";
import type { Question } from "../domain/question.ts";
import { readQuestion } from "../storage/questions.ts";

/** A question of a server with its answer; null if this server has no such question. */
export async function showQuestion(
  app: App,
  request: { serverId: string; questionId: number },
): Promise<Question | null> {
  return (await readQuestion(app.db, request.serverId, request.questionId))?.question ?? null;
}
