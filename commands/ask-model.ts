import { answerQuestions } from "../src/actions/answer-question.ts";
import { askModel as takeQuestion } from "../src/actions/ask-model.ts";
import { loadModels } from "../src/actions/load-models.ts";
import type { AskWhom } from "../src/actions/read-wish.ts";
import { modelMeant } from "../src/actions/refresh-models.ts";
import { readServer } from "../src/actions/set-up-server.ts";
import { showSettled } from "../src/actions/settled-model.ts";
import { stopQuestion } from "../src/actions/stop-question.ts";
import type { App } from "../src/app.ts";
import { askableChoices, modelChoices } from "../src/discord/autocomplete.ts";
import {
  type Answer,
  type Command,
  type Filled,
  modelOption,
  type Pressed,
  serverCommand,
  type Typed,
} from "../src/discord/command.ts";
import { numberIn } from "../src/discord/custom-id.ts";
import { liveAnswer } from "../src/discord/live-answer.ts";
import { askedView } from "../src/discord/views/answer.ts";
import { askModal, continueModal, promptField } from "../src/discord/views/ask-modals.ts";
import { labNames } from "../src/discord/views/lab-words.ts";
import { mayNotSpeak } from "../src/discord/views/notices.ts";
import { askRefusal, botLacks, stopRefusal } from "../src/discord/views/question-refusals.ts";
import { botMayAnswer, maySpeak, moderates, whereActs, whoActs } from "../src/discord/who-acts.ts";
import { findModel } from "../src/domain/open-models.ts";
import { questionRules } from "../src/domain/question-limits.ts";

const data = serverCommand("ask-model", "Ask an anonymous model something; everybody in the channel sees its answer")
  .addStringOption(modelOption)
  .addStringOption((prompt) =>
    prompt
      .setName("prompt")
      .setDescription("What it should answer; its provider keeps question and answer")
      .setRequired(true)
      .setMaxLength(questionRules.longestPrompt),
  )
  .addStringOption((other) =>
    other
      .setName("compare-with")
      .setDescription("A known lab's model that answers the same beside it; counts as a second question")
      .setAutocomplete(true),
  )
  .toJSON();

/** Asks, tells the asker alone that the answer comes, and lets it grow in the channel. */
async function ask(
  interaction: Typed | Pressed | Filled,
  app: App,
  wish: { whom: AskWhom; prompt: string | null; compareWith?: string | null },
): Promise<Answer> {
  const { compareWith = null } = wish;
  if (!maySpeak(interaction)) return { show: mayNotSpeak };
  if (!botMayAnswer(interaction)) return { show: botLacks };
  const request = { ...whoActs(interaction), ...whereActs(interaction), whom: wish.whom, prompt: wish.prompt };
  const answer = await takeQuestion(app, { ...request, compareWith });
  if (!answer.asked)
    return answer.refusal.reason === "asked-before"
      ? {}
      : { show: askRefusal(answer.refusal, namesIn(interaction, app)) };
  const { asks, left, isShortened, chat } = answer;
  return {
    show: askedView(
      asks.map(({ question }) => question),
      { left, isShortened },
    ),
    live: liveAnswer(answerQuestions(app, chat, asks), left, app),
  };
}

const namesIn = ({ guildId }: { guildId: string }, app: App) => labNames(app.models.of(guildId).labs);

const typedPrompt = (interaction: Filled) => interaction.fields.getTextInputValue(promptField);

/** What memory knows of the model a button is about. */
const modelOf = (interaction: Pressed, key: string, app: App) =>
  findModel(app.models.of(interaction.guildId).models, key);

/** Opens a form for the question, but of a model that is settled here it is told at once who built it. */
const askIt = {
  acknowledge: "new-message",
  opens(interaction: Pressed, key: string, app: App) {
    const model = modelOf(interaction, key, app);
    return model?.state === "settled" ? null : askModal("ask", key, model?.name ?? null);
  },
  async run(interaction: Pressed, key: string, app: App): Promise<Answer> {
    const { serverId } = whoActs(interaction);
    const told = await showSettled(app, { serverId, modelId: numberIn(key) });
    // Another process may have taken the settlement back.
    if (told.reason === "open-again") await loadModels(app, serverId);
    return { show: askRefusal(told, namesIn(interaction, app)) };
  },
} as const;

export const askModel = {
  data,
  autocomplete({ guildId, options }, app) {
    const { name, value } = options.getFocused(true);
    return name === "model"
      ? modelChoices(app.models.of(guildId), value, ["open", "frozen", "settled", "void"])
      : askableChoices(app.askable, value, { mayCost: app.questions.usdPerMonth > 0 });
  },
  async run(interaction, app) {
    const typed = interaction.options.getString("model", true);
    const model = await modelMeant(app, interaction.guildId, typed);
    if (!model) return { show: askRefusal({ reason: "no-such-model" }) };
    return ask(interaction, app, {
      whom: { kind: "model", modelId: model.modelId },
      prompt: interaction.options.getString("prompt", true),
      compareWith: interaction.options.getString("compare-with"),
    });
  },
  buttons: {
    ask: askIt,
    continue: { opens: (_interaction, key) => continueModal(key) },
    "ask-confirmed": { opens: (_interaction, key) => askModal("ask-confirmed", key, null) },
    "ask-kept": {
      acknowledge: "new-message",
      run: (interaction, key, app) =>
        ask(interaction, app, { whom: { kind: "kept", promptId: numberIn(key) }, prompt: null }),
    },
    "ask-revealed": {
      acknowledge: "new-message",
      run: (interaction, key, app) =>
        ask(interaction, app, { whom: { kind: "revealed", questionId: numberIn(key) }, prompt: null }),
    },
    "stop-answer": {
      acknowledge: "same-message",
      async run(interaction, key, app) {
        const { serverId, member } = whoActs(interaction);
        const { settings } = await readServer(app, serverId);
        const answer = await stopQuestion(app, {
          serverId,
          memberId: member.memberId,
          moderates: moderates(interaction, settings),
          questionId: numberIn(key),
        });
        return answer.stopped ? {} : { aside: stopRefusal(answer.refusal.reason) };
      },
    },
  },
  modals: {
    ask: {
      acknowledge: "new-message",
      run: (interaction, key, app) =>
        ask(interaction, app, { whom: { kind: "model", modelId: numberIn(key) }, prompt: typedPrompt(interaction) }),
    },
    "ask-confirmed": {
      acknowledge: "new-message",
      run: (interaction, key, app) =>
        ask(interaction, app, {
          whom: { kind: "confirmed", modelId: numberIn(key) },
          prompt: typedPrompt(interaction),
        }),
    },
    continue: {
      acknowledge: "new-message",
      run: (interaction, key, app) =>
        ask(interaction, app, {
          whom: { kind: "continue", questionId: numberIn(key) },
          prompt: typedPrompt(interaction),
        }),
    },
  },
} satisfies Command;
