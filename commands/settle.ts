import type { SlashCommandStringOption, SlashCommandSubcommandBuilder } from "discord.js";
import { decideMarket } from "../src/actions/decide-market.ts";
import { readServer } from "../src/actions/set-up-server.ts";
import { confirmSettlement, previewSettlement } from "../src/actions/settle-model.ts";
import type { App } from "../src/app.ts";
import { labChoices, modelChoices } from "../src/discord/autocomplete.ts";
import { type Answer, type Command, type Pressed, serverCommand, type Typed } from "../src/discord/command.ts";
import { numberIn } from "../src/discord/custom-id.ts";
import { labNames } from "../src/discord/views/lab-words.ts";
import { moderatorsOnly } from "../src/discord/views/notices.ts";
import { decisionRefusal } from "../src/discord/views/refusals.ts";
import * as view from "../src/discord/views/settlement.ts";
import { moderates, whoActs } from "../src/discord/who-acts.ts";
import type { MarketStateName } from "../src/domain/card.ts";
import { findModel } from "../src/domain/open-models.ts";

/** The decisions besides confirming: what each is for, and the states of models it makes sense for. */
const decisions = {
  void: { says: "Call a model off: everybody gets back what they put in", states: ["open", "frozen"] },
  reopen: { says: "Take a settlement or a void back; the model stays frozen", states: ["settled", "void"] },
  freeze: { says: "Stop guesses on a model for now", states: ["open"] },
  unfreeze: { says: "Allow guesses on a frozen model again", states: ["frozen"] },
} as const satisfies Record<string, { says: string; states: readonly MarketStateName[] }>;

const decisionKinds = Object.keys(decisions) as (keyof typeof decisions)[];

const model = (option: SlashCommandStringOption) =>
  option.setName("model").setDescription("The anonymous model").setRequired(true).setAutocomplete(true);

function confirmOptions(sub: SlashCommandSubcommandBuilder): SlashCommandSubcommandBuilder {
  return sub
    .setName("confirm")
    .setDescription("Say who built a model and pay; shows what would happen first")
    .addStringOption(model)
    .addStringOption((lab) =>
      lab.setName("lab").setDescription("The lab that built it").setRequired(true).setAutocomplete(true),
    )
    .addStringOption((source) =>
      source.setName("source").setDescription("Web address of the proof").setRequired(true).setMaxLength(500),
    )
    .addStringOption((time) =>
      time
        .setName("published-at")
        .setDescription("When the proof was published, e.g. 2026-03-18 19:54 (UTC); later guesses do not count")
        .setRequired(true)
        .setMaxLength(60),
    )
    .addStringOption((lab) =>
      lab.setName("second-lab").setDescription("If two labs built it together").setAutocomplete(true),
    );
}

const data = decisionKinds
  .reduce(
    (command, kind) =>
      command.addSubcommand((sub) =>
        sub
          .setName(kind)
          .setDescription(decisions[kind].says)
          .addStringOption(model)
          .addStringOption((reason) =>
            reason.setName("reason").setDescription("Shown to everybody").setRequired(true).setMaxLength(300),
          ),
      ),
    serverCommand("settle", "Moderators: settle a model, call it off, or freeze it").addSubcommand(confirmOptions),
  )
  .toJSON();

/** Asked at every press: a role may be gone since the last one. */
async function isModerator(interaction: Typed | Pressed, app: App): Promise<boolean> {
  const { settings } = await readServer(app, interaction.guildId);
  return moderates(interaction, settings);
}

async function preview(interaction: Typed, modelId: number, app: App): Promise<Answer> {
  const { serverId, member } = whoActs(interaction);
  const { options } = interaction;
  const names = labNames(app.models.of(serverId).labs);
  const answer = await previewSettlement(app, {
    serverId,
    member,
    modelId,
    lab: options.getString("lab", true),
    secondLab: options.getString("second-lab"),
    source: options.getString("source", true),
    publishedAt: options.getString("published-at", true),
  });
  return {
    show: answer.done
      ? view.settlementPreview(answer.previewId, answer.summary, names)
      : decisionRefusal(answer.refusal, names),
  };
}

async function decide(interaction: Typed, kind: keyof typeof decisions, modelId: number, app: App): Promise<Answer> {
  const who = whoActs(interaction);
  const reason = interaction.options.getString("reason", true);
  const answer = await decideMarket(app, { ...who, kind, modelId, reason });
  return answer.done
    ? { show: view.decisionDone, announce: view.decisionResult(answer, who.member.name) }
    : { show: decisionRefusal(answer.refusal, labNames(app.models.of(who.serverId).labs)) };
}

export const settle = {
  data,
  autocomplete({ guildId, options }, app) {
    const { name, value } = options.getFocused(true);
    const memory = app.models.of(guildId);
    if (name !== "model") return labChoices(memory, value, { on: options.getString("model"), withOther: false });
    const kind = decisionKinds.find((each) => each === options.getSubcommand());
    return modelChoices(memory, value, kind ? decisions[kind].states : ["open", "frozen"]);
  },
  async run(interaction, app) {
    if (!(await isModerator(interaction, app))) return { show: moderatorsOnly };
    const found = findModel(app.models.of(interaction.guildId).models, interaction.options.getString("model", true));
    if (!found) return { show: decisionRefusal({ reason: "no-such-model" }, labNames([])) };
    const kind = decisionKinds.find((each) => each === interaction.options.getSubcommand());
    return kind ? decide(interaction, kind, found.modelId, app) : preview(interaction, found.modelId, app);
  },
  buttons: {
    "settle-yes": {
      acknowledge: "same-message",
      async run(interaction, key, app) {
        if (!(await isModerator(interaction, app))) return { show: moderatorsOnly };
        const who = whoActs(interaction);
        const names = labNames(app.models.of(who.serverId).labs);
        const answer = await confirmSettlement(app, { ...who, previewId: numberIn(key) });
        return answer.done
          ? { show: view.settlementDone, announce: view.settlementResult(answer.summary, names) }
          : { show: decisionRefusal(answer.refusal, names) };
      },
    },
    "settle-no": { acknowledge: "same-message", run: async () => ({ show: view.settlementCancelled }) },
  },
} satisfies Command;
