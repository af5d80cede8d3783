import { finishedAnswer, takeOverAnswers } from "../actions/finish-questions.ts";
import type { App } from "../app.ts";
import type { DiscordClient } from "../discord/deliveries.ts";
import { finishMessages } from "../discord/finish-answers.ts";

/** Ends the answers of processes that died in the middle of them: what they wrote stays, and says that it was interrupted. */
export async function finishAnswers(app: App, client: DiscordClient): Promise<void> {
  for (const answer of await takeOverAnswers(app)) {
    try {
      if (await finishMessages(client, answer)) await finishedAnswer(app, answer);
    } catch (err) {
      app.log.warn({ err }, "an interrupted answer could not be finished; it is tried again in a minute");
    }
  }
}
