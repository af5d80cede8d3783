import { answerQuestions } from "../../src/actions/answer-question.ts";
import { type AskAnswer, askModel } from "../../src/actions/ask-model.ts";
import type { AskRequest } from "../../src/actions/read-wish.ts";
import type { ChatFailure } from "../../src/domain/chat.ts";
import type { QuestionSettings } from "../../src/domain/question-limits.ts";
import type { Db } from "../../src/storage/database.ts";
import { questions } from "../../src/storage/schema.ts";
import { aClock, anApp } from "../support/app.ts";
import type { TestDatabase } from "../support/database.ts";
import { aKey, aMarket, aModel, anId, aServer, named } from "../support/factories.ts";
import { aScriptedChat } from "../support/scripted-chat.ts";

const never = new AbortController().signal;

/** A server with one open model, where Ann asks unless somebody else does. */
export async function aDesk(database: TestDatabase, settings: Partial<QuestionSettings> = {}) {
  const { db } = await database.open();
  const clock = aClock();
  const script = aScriptedChat();
  const app = anApp(db, clock, { chat: script.chat, questions: settings });
  const { serverId } = await aServer(db);
  const { modelId } = await aModel(db);
  await aMarket(db, { serverId, modelId });
  const request = (changes: Partial<AskRequest> = {}): AskRequest => ({
    key: aKey(),
    serverId,
    channelId: anId(),
    parentChannelId: null,
    roleIds: [],
    member: named("Ann"),
    whom: { kind: "model", modelId },
    prompt: "Who built you?",
    compareWith: null,
    ...changes,
  });
  const ask = (changes: Partial<AskRequest> = {}) => askModel(app, request(changes));
  /** Asks and lets the model answer, to the end. */
  async function answered(changes: Partial<AskRequest> = {}, failure: ChatFailure | null = null) {
    const { asks, chat } = taken(await ask(changes));
    const answering = answerQuestions(app, chat, asks);
    const running = answering.run(() => {}, never);
    const model = await script.asked();
    if (failure) model.fail(failure);
    else {
      model.say("Nobody.");
      model.end();
    }
    await running;
    await answering.close(true);
    return answering.now()[0]!;
  }
  return { db, app, clock, script, serverId, modelId, request, ask, answered };
}

/** What was taken in; throws if it was refused. */
export function taken(answer: AskAnswer) {
  if (!answer.asked) throw new Error(`refused: ${JSON.stringify(answer.refusal)}`);
  return answer;
}

/** Why it was refused; throws if it was not. */
export function refusalOf(answer: AskAnswer) {
  if (answer.asked) throw new Error("it was not refused");
  return answer.refusal;
}

/** Pretends that every process has been silent for long. */
export async function forget(db: Db) {
  await db.update(questions).set({ heldUntil: new Date(0) });
}
