import { addEvidence } from "../../src/actions/add-evidence.ts";
import { keepDraft, openDraft } from "../../src/actions/keep-draft.ts";
import { modelMeant } from "../../src/actions/refresh-models.ts";
import { showQuestion } from "../../src/actions/show-question.ts";
import type { App } from "../../src/app.ts";
import type { Answer, Filled, Opening, Picked, Typed } from "../../src/discord/command.ts";
import { attachmentOf, readForm, readKind, readStance } from "../../src/discord/evidence-options.ts";
import { answerEvidence } from "../../src/discord/views/answer-evidence.ts";
import { notes } from "../../src/discord/views/evidence.ts";
import * as forms from "../../src/discord/views/evidence-forms.ts";
import { evidenceLacks, evidenceRefusal } from "../../src/discord/views/evidence-refusals.ts";
import { whoActs } from "../../src/discord/who-acts.ts";
import { completed, type EvidenceDraft } from "../../src/domain/evidence-draft.ts";
import { findModel } from "../../src/domain/open-models.ts";
import { readSuspect } from "../../src/domain/suspect.ts";
import { type Acting, namesIn, noSuchModel, showPiece } from "./reading.ts";

function whose(interaction: Acting, draftId: string) {
  const { serverId, member } = whoActs(interaction);
  return { draftId, serverId, memberId: member.memberId };
}

/** What was typed with /evidence add, about this model. */
function typedDraft({ options }: Typed, modelId: number | null): EvidenceDraft {
  const file = options.getAttachment("file");
  return {
    modelId,
    lab: options.getString("lab", true),
    stance: readStance(options.getString("stance", true)),
    kind: readKind(options.getString("kind", true)),
    text: options.getString("text") ?? "",
    link: options.getString("link"),
    files: file ? [attachmentOf(file)] : [],
    source: null,
  };
}

/** A form for the text alone, if nothing else is missing; what was typed is kept while it is filled in. */
export function askForText(interaction: Typed, app: App): Opening | null {
  const { options } = interaction;
  if (options.getSubcommand() !== "add" || options.getString("text") !== null) return null;
  const { models, labs } = app.models.of(interaction.guildId);
  const model = findModel(models, options.getString("model", true));
  const draft = typedDraft(interaction, model?.modelId ?? null);
  if (!model || readSuspect(draft.lab ?? "", labs).suspect?.kind !== "lab") return null;
  const isEnoughWithout = draft.link !== null || draft.files.length > 0;
  return {
    modal: forms.evidenceTextForm(interaction.id, model.name, isEnoughWithout),
    keep: () => keepDraft(app, whose(interaction, interaction.id), draft),
  };
}

/** Files what was typed with /evidence add. */
export async function fileTyped(interaction: Typed, app: App): Promise<Answer> {
  const model = await modelMeant(app, interaction.guildId, interaction.options.getString("model", true));
  return file(interaction, app, typedDraft(interaction, model?.modelId ?? null));
}

/** Files a piece, or says why not with all that was given still there. */
export async function file(interaction: Acting, app: App, draft: EvidenceDraft): Promise<Answer> {
  const complete = completed(draft);
  if (typeof complete === "string") return { show: forms.withText(evidenceLacks(complete), draft.text) };
  const names = namesIn(interaction, app);
  const answer = await addEvidence(app, { ...whoActs(interaction), ...complete });
  if (answer.added) return showPiece(interaction, app, answer.evidence.evidenceId, notes.added);
  const { refusal } = answer;
  if (refusal.reason !== "no-such-lab") return { show: forms.withText(evidenceRefusal(refusal, names), draft.text) };
  await keepDraft(app, whose(interaction, interaction.id), draft);
  return { show: forms.pickLabView(interaction.id, draft, app.models.of(interaction.guildId)) };
}

/** Files an answer of a model, in this server, with what the form asked for. */
export async function fileAnswer(interaction: Filled, app: App, questionId: number): Promise<Answer> {
  const given = readForm(interaction);
  const { serverId, member } = whoActs(interaction);
  const shown = await showQuestion(app, { serverId, questionId });
  if (!shown) return { show: forms.withText(noSuchModel.show, given.text) };
  const { question, messageId } = shown;
  const source = { kind: "question", questionId } as const;
  const text = answerEvidence(question, given.text, member.name);
  const where = [serverId, question.channelId, messageId ?? interaction.message?.id].filter(Boolean);
  const link = where.length === 3 ? `https://discord.com/channels/${where.join("/")}` : null;
  return file(interaction, app, { ...given, text, modelId: question.target.modelId, link, source });
}

/** Files what was kept before, completed by what a form or menu has told since. */
export async function fileDraft(
  interaction: Picked | Filled,
  app: App,
  draftId: string,
  more: Partial<EvidenceDraft>,
): Promise<Answer> {
  const draft = await openDraft(app, whose(interaction, draftId));
  return draft ? file(interaction, app, { ...draft, ...more }) : { show: forms.draftGone(more.text ?? "") };
}
