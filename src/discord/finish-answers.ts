import { type Client, ComponentType, DiscordAPIError, SnowflakeUtil } from "discord.js";
import type { Question } from "../domain/question.ts";
import { customId } from "./custom-id.ts";
import { editInChannel, ownMessagesSince, postInChannel } from "./speaking.ts";
import { questionMessages } from "./views/answer.ts";
import { nothingHere } from "./views/notices.ts";

/** The clocks of the database and of Discord may differ by this much. */
const clockSkewMs = 60_000;

type Lost = { readonly questions: readonly Question[]; readonly messageIds: readonly string[]; readonly askedAt: Date };

/**
 * Writes the last state of an answer into messages a dead process has left, or posts it if it left none. Tells whether that is done: also when they
 * are gone, or may no longer be touched. What may work later throws.
 */
export async function finishMessages(client: Client, { questions, messageIds, askedAt }: Lost): Promise<boolean> {
  const [first] = questions;
  if (!first) return true;
  const { channelId, questionId } = first;
  try {
    const ids = messageIds.length > 0 ? messageIds : await unnotedMessage(client, channelId, questionId, askedAt);
    const views = questionMessages(questions);
    // It died before its first word to the channel, where its asker waits for an answer.
    if (ids.length === 0) {
      for (const [at, view] of views.entries())
        await postInChannel(client, channelId, view, `answer-${questionId}-${at}`);
      return true;
    }
    for (const [at, id] of ids.entries()) {
      const view = views[at] ?? nothingHere;
      // What does not fit in the messages there are is in the file of the last.
      const isLast = at === ids.length - 1 && views.length > ids.length;
      await editInChannel(
        client,
        channelId,
        id,
        isLast ? { ...(views.at(-1) ?? view), content: view.content ?? "" } : view,
      );
    }
    return true;
  } catch (error) {
    const isFinal = error instanceof DiscordAPIError && [400, 403, 404].includes(error.status);
    if (isFinal) return true;
    throw error;
  }
}

/** The message a process posted and died before it could note it: it carries the button that stops this answer. */
async function unnotedMessage(
  client: Client,
  channelId: string,
  questionId: number,
  askedAt: Date,
): Promise<readonly string[]> {
  const since = SnowflakeUtil.generate({ timestamp: askedAt.getTime() - clockSkewMs, increment: 0n });
  const mark = customId("stop-answer", questionId);
  const found = (await ownMessagesSince(client, channelId, String(since))).find(({ components = [] }) =>
    components.some(
      (row) =>
        row.type === ComponentType.ActionRow &&
        row.components.some((part) => "custom_id" in part && part.custom_id === mark),
    ),
  );
  return found ? [found.id] : [];
}
