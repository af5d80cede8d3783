import type { App } from "../app.ts";
import type { Question } from "../domain/question.ts";
import { readQuestion } from "../storage/questions.ts";

/** A question of a server with its answer, and the first message that shows it; null if this server has no such question. */
export async function showQuestion(
  app: App,
  request: { serverId: string; questionId: number },
): Promise<{ readonly question: Question; readonly messageId: string | null } | null> {
  const found = await readQuestion(app.db, request.serverId, request.questionId);
  return found && { question: found.question, messageId: found.messageIds[0] ?? null };
}
