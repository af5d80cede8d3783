import { readServer } from "../src/actions/set-up-server.ts";
import { listModels, showModel } from "../src/actions/show-models.ts";
import type { App } from "../src/app.ts";
import { modelChoices } from "../src/discord/autocomplete.ts";
import {
  type Answer,
  type Command,
  type Picked,
  type Pressed,
  serverCommand,
  type Typed,
} from "../src/discord/command.ts";
import { numberIn } from "../src/discord/custom-id.ts";
import { labNames } from "../src/discord/views/lab-words.ts";
import { modelCardView } from "../src/discord/views/model-card.ts";
import { modelListView } from "../src/discord/views/model-list.ts";
import { mayNotSpeak } from "../src/discord/views/notices.ts";
import { guessRefusal } from "../src/discord/views/refusals.ts";
import { maySpeak, moderates, whoActs } from "../src/discord/who-acts.ts";
import { findModel } from "../src/domain/open-models.ts";

const data = serverCommand("models", "The anonymous models and their odds, or all about one of them")
  .addStringOption((model) => model.setName("model").setDescription("One model").setAutocomplete(true))
  .toJSON();

const noSuchModel = { show: guessRefusal({ reason: "no-such-model" }, labNames([])) };

/** A model's card for the presser's eyes, and for the channel if it is shared. */
async function card(
  interaction: Typed | Pressed | Picked,
  modelId: number,
  app: App,
  { share = false } = {},
): Promise<Answer> {
  const { serverId, member } = whoActs(interaction);
  const [shown, { settings }] = await Promise.all([showModel(app, { serverId, modelId }), readServer(app, serverId)]);
  if (!shown) return noSuchModel;
  const names = labNames(app.models.of(serverId).labs);
  const reader = { memberId: member.memberId, moderates: moderates(interaction, settings) };
  return {
    show: modelCardView(shown, names, reader),
    ...(share ? { announce: modelCardView(shown, names, null) } : {}),
  };
}

async function list(interaction: Typed | Pressed, app: App): Promise<Answer> {
  const { serverId } = whoActs(interaction);
  return { show: modelListView(await listModels(app, serverId), labNames(app.models.of(serverId).labs)) };
}

export const models = {
  data,
  autocomplete: ({ guildId, options }, app) =>
    modelChoices(app.models.of(guildId), options.getFocused(), ["open", "frozen", "settled", "void"]),
  async run(interaction, app) {
    const typed = interaction.options.getString("model");
    if (typed === null) return list(interaction, app);
    const model = findModel(app.models.of(interaction.guildId).models, typed);
    return model ? card(interaction, model.modelId, app) : noSuchModel;
  },
  buttons: {
    models: { acknowledge: "new-message", run: (interaction, _key, app) => list(interaction, app) },
    details: { acknowledge: "new-message", run: (interaction, key, app) => card(interaction, numberIn(key), app) },
    "refresh-card": {
      acknowledge: "same-message",
      run: (interaction, key, app) => card(interaction, numberIn(key), app),
    },
    "share-card": {
      acknowledge: "same-message",
      run: async (interaction, key, app) =>
        maySpeak(interaction) ? card(interaction, numberIn(key), app, { share: true }) : { aside: mayNotSpeak },
    },
  },
  selects: {
    "show-card": {
      acknowledge: "new-message",
      run: (interaction, _key, app) => card(interaction, numberIn(interaction.values[0] ?? ""), app),
    },
  },
} satisfies Command;
