import { addModel } from "../src/actions/add-model.ts";
import { modelMeant } from "../src/actions/refresh-models.ts";
import { dismissWaiting, listWaiting, openWaiting } from "../src/actions/review-listings.ts";
import { readServer } from "../src/actions/set-up-server.ts";
import { listModels, showModel } from "../src/actions/show-models.ts";
import type { App } from "../src/app.ts";
import { modelChoices } from "../src/discord/autocomplete.ts";
import type { Answer, Command, Picked, Pressed, Typed } from "../src/discord/command.ts";
import { numberIn } from "../src/discord/custom-id.ts";
import { modelsData } from "../src/discord/models-options.ts";
import { labNames, registryNames } from "../src/discord/views/lab-words.ts";
import { modelCardView } from "../src/discord/views/model-card.ts";
import { modelListView } from "../src/discord/views/model-list.ts";
import { mayNotSpeak, moderatorsOnly } from "../src/discord/views/notices.ts";
import { addingRefusal, guessRefusal } from "../src/discord/views/refusals.ts";
import { modelAdded, openedWords, waitingValue, waitingView } from "../src/discord/views/waiting.ts";
import { maySpeak, moderates, whoActs } from "../src/discord/who-acts.ts";
import type { WaitingListing } from "../src/domain/held-listing.ts";

const noSuchModel = { show: guessRefusal({ reason: "no-such-model" }, registryNames) };

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

/** What waits for moderators, for their eyes only; after `decide` if there is something to decide. */
async function waiting(
  interaction: Typed | Pressed | Picked,
  app: App,
  decide: (serverId: string) => Promise<string | null> = async () => null,
): Promise<Answer> {
  const { serverId } = whoActs(interaction);
  const { settings } = await readServer(app, serverId);
  if (!moderates(interaction, settings)) return { show: moderatorsOnly };
  const done = await decide(serverId);
  const { waiting: listings, inAll, smallSince } = await listWaiting(app, serverId);
  return { show: waitingView(listings, { inAll, smallSince, done }) };
}

/** Opens those meant in this server, or leaves them, and shows what is left. */
function decideWaiting(
  interaction: Pressed | Picked,
  app: App,
  what: "open" | "dismiss",
  pick: (one: WaitingListing) => boolean,
): Promise<Answer> {
  return waiting(interaction, app, async (serverId) => {
    if (what === "open") return openedWords(await openWaiting(app, serverId, pick));
    await dismissWaiting(app, { serverId, memberId: interaction.user.id }, pick);
    return null;
  });
}

const isMeant = (value: string | undefined) => (one: WaitingListing) => waitingValue(one.listing) === value;
const wasShown = (key: string) => (one: WaitingListing) => one.heldAt.getTime() <= numberIn(key);

async function add(interaction: Typed, app: App): Promise<Answer> {
  const { key, serverId } = whoActs(interaction);
  const { settings } = await readServer(app, serverId);
  if (!moderates(interaction, settings)) return { show: moderatorsOnly };
  const { options } = interaction;
  const answer = await addModel(app, {
    key,
    serverId,
    name: options.getString("name", true),
    link: options.getString("link", true),
  });
  return { show: answer.added ? modelAdded(answer) : addingRefusal(answer.refusal) };
}

async function list(interaction: Typed | Pressed, app: App): Promise<Answer> {
  const { serverId } = whoActs(interaction);
  return { show: modelListView(await listModels(app, serverId), labNames(app.models.of(serverId).labs)) };
}

export const models = {
  data: modelsData,
  autocomplete: ({ guildId, options }, app) =>
    modelChoices(app.models.of(guildId), options.getFocused(), ["open", "frozen", "settled", "void"]),
  async run(interaction, app) {
    const part = interaction.options.getSubcommand();
    if (part === "add") return add(interaction, app);
    if (part === "waiting") return waiting(interaction, app);
    const typed = interaction.options.getString("model");
    if (typed === null) return list(interaction, app);
    const model = await modelMeant(app, interaction.guildId, typed);
    return model ? card(interaction, model.modelId, app) : noSuchModel;
  },
  buttons: {
    models: { acknowledge: "new-message", run: (interaction, _key, app) => list(interaction, app) },
    // Of a change in a model's thread: the key also holds when that was, by which deliveries find the message.
    "details-then": {
      acknowledge: "new-message",
      run: (interaction, key, app) => card(interaction, numberIn(key.split(".")[0] ?? ""), app),
    },
    details: { acknowledge: "new-message", run: (interaction, key, app) => card(interaction, numberIn(key), app) },
    waiting: { acknowledge: "new-message", run: (interaction, _key, app) => waiting(interaction, app) },
    "open-all": {
      acknowledge: "same-message",
      run: (interaction, key, app) => decideWaiting(interaction, app, "open", wasShown(key)),
    },
    "dismiss-all": {
      acknowledge: "same-message",
      run: (interaction, key, app) => decideWaiting(interaction, app, "dismiss", wasShown(key)),
    },
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
    "open-one": {
      acknowledge: "same-message",
      run: (interaction, _key, app) => decideWaiting(interaction, app, "open", isMeant(interaction.values[0])),
    },
    "dismiss-one": {
      acknowledge: "same-message",
      run: (interaction, _key, app) => decideWaiting(interaction, app, "dismiss", isMeant(interaction.values[0])),
    },
    "show-card": {
      acknowledge: "new-message",
      run: (interaction, _key, app) => card(interaction, numberIn(interaction.values[0] ?? ""), app),
    },
  },
} satisfies Command;
