import { decideMarket } from "../src/actions/decide-market.ts";
import { nameLab } from "../src/actions/name-lab.ts";
import { readServer } from "../src/actions/set-up-server.ts";
import { confirmSettlement, previewSettlement } from "../src/actions/settle-model.ts";
import type { App } from "../src/app.ts";
import { labChoices, modelChoices } from "../src/discord/autocomplete.ts";
import type { Answer, Command, Pressed, Typed } from "../src/discord/command.ts";
import { numberIn } from "../src/discord/custom-id.ts";
import { type DecisionKind, decisionOf, nameLabPart, settleData, statesFor } from "../src/discord/settle-options.ts";
import { labNames } from "../src/discord/views/lab-words.ts";
import { moderatorsOnly } from "../src/discord/views/notices.ts";
import { decisionRefusal, namingRefusal } from "../src/discord/views/refusals.ts";
import * as view from "../src/discord/views/settlement.ts";
import { moderates, whoActs } from "../src/discord/who-acts.ts";
import { findModel } from "../src/domain/open-models.ts";

/** Asked at every press: a role may be gone since the last one. */
async function isModerator(interaction: Typed | Pressed, app: App): Promise<boolean> {
  const { settings } = await readServer(app, interaction.guildId);
  return moderates(interaction, settings);
}

/** Where everybody is told of a decision made here. */
async function saidIn({ guildId, channelId }: Typed | Pressed, app: App): Promise<string> {
  return (await readServer(app, guildId)).settings.announcementChannelId ?? channelId;
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

async function decide(interaction: Typed, kind: DecisionKind, modelId: number, app: App): Promise<Answer> {
  const who = whoActs(interaction);
  const reason = interaction.options.getString("reason", true);
  const answer = await decideMarket(app, { ...who, kind, modelId, reason, channelId: interaction.channelId });
  return answer.done
    ? { show: view.decisionDone(await saidIn(interaction, app)) }
    : { show: decisionRefusal(answer.refusal, labNames(app.models.of(who.serverId).labs)) };
}

async function teach({ guildId: serverId, options }: Typed, app: App): Promise<Answer> {
  const name = options.getString("name", true);
  const answer = await nameLab(app, { serverId, name, sameAs: options.getString("same-as") });
  return { show: answer.done ? view.nameTaught(answer) : namingRefusal(answer.refusal) };
}

export const settle = {
  data: settleData,
  autocomplete({ guildId, options }, app) {
    const { name, value } = options.getFocused(true);
    const memory = app.models.of(guildId);
    if (name !== "model") return labChoices(memory, value, { on: options.getString("model"), withOther: false });
    return modelChoices(memory, value, statesFor(options.getSubcommand()));
  },
  async run(interaction, app) {
    if (!(await isModerator(interaction, app))) return { show: moderatorsOnly };
    const part = interaction.options.getSubcommand();
    if (part === nameLabPart) return teach(interaction, app);
    const found = findModel(app.models.of(interaction.guildId).models, interaction.options.getString("model", true));
    if (!found) return { show: decisionRefusal({ reason: "no-such-model" }, labNames([])) };
    const kind = decisionOf(part);
    return kind ? decide(interaction, kind, found.modelId, app) : preview(interaction, found.modelId, app);
  },
  buttons: {
    "settle-yes": {
      acknowledge: "same-message",
      async run(interaction, key, app) {
        if (!(await isModerator(interaction, app))) return { show: moderatorsOnly };
        const who = whoActs(interaction);
        const names = labNames(app.models.of(who.serverId).labs);
        const { channelId } = interaction;
        const answer = await confirmSettlement(app, { ...who, previewId: numberIn(key), channelId });
        return answer.done
          ? { show: view.settlementDone(await saidIn(interaction, app)) }
          : { show: decisionRefusal(answer.refusal, names) };
      },
    },
    "settle-no": { acknowledge: "same-message", run: async () => ({ show: view.settlementCancelled }) },
  },
} satisfies Command;
