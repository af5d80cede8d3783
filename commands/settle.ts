import { decideMarket } from "../src/actions/decide-market.ts";
import { refuseCandidate, termsOf } from "../src/actions/judge-candidate.ts";
import { nameLab } from "../src/actions/name-lab.ts";
import { modelMeant } from "../src/actions/refresh-models.ts";
import { readServer } from "../src/actions/set-up-server.ts";
import { confirmSettlement, previewSettlement } from "../src/actions/settle-model.ts";
import type { App } from "../src/app.ts";
import { labChoices, modelChoices } from "../src/discord/autocomplete.ts";
import type { Answer, Command, Filled, Pressed, Typed } from "../src/discord/command.ts";
import { numberIn } from "../src/discord/custom-id.ts";
import { type DecisionKind, decisionOf, nameLabPart, settleData, statesFor } from "../src/discord/settle-options.ts";
import { labNames, registryNames } from "../src/discord/views/lab-words.ts";
import type { ModalView } from "../src/discord/views/message.ts";
import { moderatorsOnly } from "../src/discord/views/notices.ts";
import { decisionRefusal, namingRefusal } from "../src/discord/views/refusals.ts";
import {
  callOffModal,
  candidateMessage,
  candidateRefusal,
  reasonField,
  sourceField,
  sourceModal,
  timeField,
} from "../src/discord/views/reveal.ts";
import * as view from "../src/discord/views/settlement.ts";
import { mayModerate, moderates, whoActs } from "../src/discord/who-acts.ts";

/** Asked at every press: a role may be gone since the last one. */
async function isModerator(interaction: Typed | Pressed | Filled, app: App): Promise<boolean> {
  const { settings } = await readServer(app, interaction.guildId);
  return moderates(interaction, settings);
}

type Terms = { lab: string; secondLab: string | null; source: string; publishedAt: string };

/** Where everybody is told of a decision made here. */
async function saidIn(serverId: string, channelId: string, app: App): Promise<string> {
  return (await readServer(app, serverId)).settings.announcementChannelId ?? channelId;
}

async function preview(
  interaction: Typed | Pressed | Filled,
  modelId: number,
  terms: Terms,
  app: App,
): Promise<Answer> {
  const { serverId, member } = whoActs(interaction);
  const names = labNames(app.models.of(serverId).labs);
  const answer = await previewSettlement(app, { serverId, member, modelId, ...terms });
  return {
    show: answer.done
      ? view.settlementPreview(answer.previewId, answer.summary, names)
      : decisionRefusal(answer.refusal, names),
  };
}

/** What a candidate says as the terms of a settlement, to be looked at before anything is done. */
async function previewCandidate(
  interaction: Pressed | Filled,
  key: string,
  app: App,
  given: { source: string; publishedAt: string } | null = null,
): Promise<Answer> {
  if (!(await isModerator(interaction, app))) return { show: moderatorsOnly };
  const { serverId } = whoActs(interaction);
  const answer = await termsOf(app, { serverId, candidateId: numberIn(key) });
  if (!answer.done) return { show: candidateRefusal(answer.refusal, labNames(app.models.of(serverId).labs)) };
  const { modelId, lab, secondLab } = answer.terms;
  const source = given?.source ?? answer.terms.source ?? "";
  const publishedAt = given?.publishedAt.trim() || answer.terms.publishedAt.toISOString();
  return preview(interaction, modelId, { lab, secondLab, source, publishedAt }, app);
}

/** A moderator says that a candidate is not it: its message says so from then on, and its buttons are gone. */
async function notIt(interaction: Pressed, key: string, app: App): Promise<Answer> {
  if (!(await isModerator(interaction, app))) return { aside: moderatorsOnly };
  const { serverId, member } = whoActs(interaction);
  const names = labNames(app.models.of(serverId).labs);
  const candidate = await refuseCandidate(app, { serverId, member, candidateId: numberIn(key) });
  return candidate
    ? { show: candidateMessage(candidate, names) }
    : { aside: candidateRefusal({ reason: "no-such-candidate" }, names) };
}

async function decide(
  interaction: Typed | Filled,
  kind: DecisionKind,
  modelId: number,
  reason: string,
  app: App,
): Promise<Answer> {
  const who = whoActs(interaction);
  const { channelId } = interaction;
  if (channelId === null) throw new Error("a form that was opened in no channel");
  const answer = await decideMarket(app, { ...who, kind, modelId, reason, channelId });
  return answer.done
    ? { show: view.decisionDone(await saidIn(who.serverId, channelId, app)) }
    : { show: decisionRefusal(answer.refusal, labNames(app.models.of(who.serverId).labs)) };
}

/** Opens a form for whoever may turn out to be a moderator: which role that is, is asked once it is filled in. */
function formFor(form: (key: string) => ModalView) {
  return (interaction: Pressed, key: string) => (mayModerate(interaction) ? form(key) : null);
}

const nothingElse = {
  acknowledge: "new-message",
  run: async () => ({ show: moderatorsOnly }),
} as const;

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
    const found = await modelMeant(app, interaction.guildId, interaction.options.getString("model", true));
    if (!found) return { show: decisionRefusal({ reason: "no-such-model" }, registryNames) };
    const kind = decisionOf(part);
    const { options } = interaction;
    if (kind) return decide(interaction, kind, found.modelId, options.getString("reason", true), app);
    const terms = {
      lab: options.getString("lab", true),
      secondLab: options.getString("second-lab"),
      source: options.getString("source", true),
      publishedAt: options.getString("published-at", true),
    };
    return preview(interaction, found.modelId, terms, app);
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
          ? { show: view.settlementDone(await saidIn(who.serverId, channelId, app)) }
          : { show: decisionRefusal(answer.refusal, names) };
      },
    },
    "settle-candidate": {
      acknowledge: "new-message",
      run: (interaction, key, app) => previewCandidate(interaction, key, app),
    },
    "settle-with-source": { opens: formFor(sourceModal), ...nothingElse },
    "not-it": { acknowledge: "same-message", run: notIt },
    "call-off": { opens: formFor(callOffModal), ...nothingElse },
    "settle-no": { acknowledge: "same-message", run: async () => ({ show: view.settlementCancelled }) },
  },
  modals: {
    "candidate-source": {
      acknowledge: "new-message",
      run(interaction, key, app) {
        const { fields } = interaction;
        const source = fields.getTextInputValue(sourceField);
        return previewCandidate(interaction, key, app, { source, publishedAt: fields.getTextInputValue(timeField) });
      },
    },
    "call-off-because": {
      acknowledge: "new-message",
      async run(interaction, key, app) {
        if (!(await isModerator(interaction, app))) return { show: moderatorsOnly };
        return decide(interaction, "void", numberIn(key), interaction.fields.getTextInputValue(reasonField), app);
      },
    },
  },
} satisfies Command;
