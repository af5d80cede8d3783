import { placeGuess } from "../src/actions/place-guess.ts";
import { modelMeant } from "../src/actions/refresh-models.ts";
import { showModel } from "../src/actions/show-models.ts";
import { showReceipt } from "../src/actions/show-receipt.ts";
import { withdrawGuess } from "../src/actions/withdraw-guess.ts";
import type { App } from "../src/app.ts";
import { labChoices, modelChoices } from "../src/discord/autocomplete.ts";
import {
  type Answer,
  type Command,
  type Filled,
  modelOption,
  type Picked,
  type Pressed,
  serverCommand,
} from "../src/discord/command.ts";
import { numberIn } from "../src/discord/custom-id.ts";
import { anotherLab, labField, labMenuView, labModal } from "../src/discord/views/lab-menu.ts";
import { type LabNames, labNames, registryNames } from "../src/discord/views/lab-words.ts";
import { mayNotSpeak } from "../src/discord/views/notices.ts";
import * as raise from "../src/discord/views/raise.ts";
import * as view from "../src/discord/views/receipt.ts";
import { guessRefusal } from "../src/discord/views/refusals.ts";
import { maySpeak, whoActs } from "../src/discord/who-acts.ts";
import { findModel } from "../src/domain/open-models.ts";
import type { GuessAnswer, GuessReceipt } from "../src/domain/receipt.ts";
import { closedBecause } from "../src/domain/receipt.ts";
import { rules } from "../src/domain/rules.ts";
import { longestName } from "../src/domain/suspect.ts";

const data = serverCommand("guess", "Say who built an anonymous model, or move or raise your guess")
  .addStringOption(modelOption)
  .addStringOption((lab) =>
    lab
      .setName("lab")
      .setDescription("Who built it: pick one, or type any name")
      .setRequired(true)
      .setAutocomplete(true)
      .setMaxLength(longestName),
  )
  .addIntegerOption((stake) =>
    stake
      .setName("stake")
      .setDescription("Points of your own on top; leave it out for a free guess")
      .setMinValue(0)
      .setMaxValue(rules.ownCapPoints),
  )
  .toJSON();

function answerOf(app: App, serverId: string, answer: GuessAnswer, refuseIn: "show" | "aside"): Answer {
  const names = labNames(app.models.of(serverId).labs);
  return answer.placed
    ? { show: view.receiptView(answer.receipt, names) }
    : { [refuseIn]: guessRefusal(answer.refusal, names) };
}

/** Places a guess from a message's menu or modal. That stays if the guess is refused, so that another can be tried. */
async function place(
  interaction: Picked | Filled,
  key: string,
  app: App,
  wish: { suspect: string; ownPoints: number | null },
): Promise<Answer> {
  const who = whoActs(interaction);
  const answer = await placeGuess(app, { ...who, modelId: numberIn(key), ...wish });
  return answerOf(app, who.serverId, answer, "aside");
}

/** The presser's own standing guess, whosever message was pressed. */
function ownGuess(interaction: Pressed | Filled, key: string, app: App): Promise<GuessReceipt | null> {
  const { serverId, member } = whoActs(interaction);
  return showReceipt(app, { serverId, memberId: member.memberId, modelId: numberIn(key) });
}

/** Answers with the presser's own guess in one way or another, or says that there is none. */
async function withOwnGuess(
  interaction: Pressed,
  key: string,
  app: App,
  answer: (receipt: GuessReceipt, names: LabNames) => Answer,
): Promise<Answer> {
  const receipt = await ownGuess(interaction, key, app);
  return receipt ? answer(receipt, labNames(app.models.of(interaction.guildId).labs)) : { aside: view.noGuessYet };
}

const askForLab = {
  acknowledge: "new-message",
  async run(interaction: Pressed, key: string, app: App): Promise<Answer> {
    const { serverId } = whoActs(interaction);
    const extra = app.models.of(serverId).labs;
    const shown = await showModel(app, { serverId, modelId: numberIn(key.split(".")[0] ?? "") });
    const names = labNames(extra);
    if (!shown) return { show: guessRefusal({ reason: "no-such-model" }, names) };
    const closed = closedBecause(shown.card);
    return { show: closed ? guessRefusal(closed, names) : labMenuView(shown.card, names, extra) };
  },
} as const;

export const guess = {
  data,
  autocomplete({ guildId, options }, app) {
    const { name, value } = options.getFocused(true);
    const memory = app.models.of(guildId);
    return name === "model"
      ? modelChoices(memory, value, ["open"])
      : labChoices(memory, value, { on: options.getString("model"), withOther: true });
  },
  async run(interaction, app) {
    const who = whoActs(interaction);
    const model = await modelMeant(app, who.serverId, interaction.options.getString("model", true));
    if (!model) return { show: guessRefusal({ reason: "no-such-model" }, registryNames) };
    const answer = await placeGuess(app, {
      ...who,
      modelId: model.modelId,
      suspect: interaction.options.getString("lab", true),
      ownPoints: interaction.options.getInteger("stake"),
    });
    return answerOf(app, who.serverId, answer, "show");
  },
  buttons: {
    // Only announcements carry `guess`: deliveries find their own messages by it.
    guess: askForLab,
    "guess-here": askForLab,
    // Of a poll: the key also holds by which delivery the message is found.
    "guess-poll": askForLab,
    raise: {
      opens: (interaction, key, app) =>
        raise.raiseModal(key, findModel(app.models.of(interaction.guildId).models, key)?.name ?? null),
    },
    withdraw: {
      acknowledge: "same-message",
      run: (interaction, key, app) =>
        withOwnGuess(interaction, key, app, (receipt, names) =>
          receipt.closed
            ? { aside: guessRefusal(receipt.closed, names) }
            : { show: view.withdrawQuestion(receipt, names) },
        ),
    },
    "withdraw-yes": {
      acknowledge: "same-message",
      async run(interaction, key, app) {
        const who = whoActs(interaction);
        return answerOf(app, who.serverId, await withdrawGuess(app, { ...who, modelId: numberIn(key) }), "show");
      },
    },
    keep: {
      acknowledge: "same-message",
      run: (interaction, key, app) =>
        withOwnGuess(interaction, key, app, (receipt, names) => ({
          show: view.receiptView(receipt, names, { fresh: false }),
        })),
    },
    "share-guess": {
      acknowledge: "same-message",
      run: (interaction, key, app) =>
        withOwnGuess(interaction, key, app, (receipt, names) =>
          maySpeak(interaction)
            ? {
                show: view.receiptView(receipt, names, { fresh: false, isShared: true }),
                announce: view.sharedReceipt(receipt, whoActs(interaction).member.name, names),
              }
            : { aside: mayNotSpeak },
        ),
    },
  },
  selects: {
    pick: {
      acknowledge: "same-message",
      opens: (interaction: Picked, key) => (interaction.values[0] === anotherLab ? labModal(key) : null),
      run: (interaction, key, app) =>
        place(interaction, key, app, { suspect: interaction.values[0] ?? "", ownPoints: null }),
    },
  },
  modals: {
    "name-lab": {
      acknowledge: "same-message",
      run: (interaction, key, app) =>
        place(interaction, key, app, { suspect: interaction.fields.getTextInputValue(labField), ownPoints: null }),
    },
    raise: {
      acknowledge: "same-message",
      async run(interaction, key, app) {
        const ownPoints = raise.readPoints(interaction.fields.getTextInputValue(raise.raiseField));
        if (ownPoints === null) return { aside: raise.badPoints };
        const call = (await ownGuess(interaction, key, app))?.call;
        return call
          ? place(interaction, key, app, { suspect: call.name ?? call.lab, ownPoints })
          : { aside: view.noGuessYet };
      },
    },
  },
} satisfies Command;
