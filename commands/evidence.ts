import { MessageFlags } from "discord.js";
import { addEvidence } from "../src/actions/add-evidence.ts";
import { decideEvidence } from "../src/actions/decide-evidence.ts";
import { keepDraft, openDraft } from "../src/actions/keep-draft.ts";
import { listEvidence } from "../src/actions/list-evidence.ts";
import { readServer } from "../src/actions/set-up-server.ts";
import { showEvidence } from "../src/actions/show-evidence.ts";
import { showQuestion } from "../src/actions/show-question.ts";
import { voteEvidence } from "../src/actions/vote-evidence.ts";
import type { App } from "../src/app.ts";
import { labChoices, modelChoices } from "../src/discord/autocomplete.ts";
import type { Answer, Command, Filled, Opening, Picked, Pressed, Typed } from "../src/discord/command.ts";
import { numberIn } from "../src/discord/custom-id.ts";
import { attachmentOf, evidenceData, readForm, readKind, readStance } from "../src/discord/evidence-options.ts";
import { answerEvidence } from "../src/discord/views/answer-evidence.ts";
import * as view from "../src/discord/views/evidence.ts";
import { type EvidencePlace, evidenceBoardView, readEvidenceKey } from "../src/discord/views/evidence-board.ts";
import * as forms from "../src/discord/views/evidence-forms.ts";
import { evidenceBarred, evidenceRefusal } from "../src/discord/views/evidence-refusals.ts";
import { labNames } from "../src/discord/views/lab-words.ts";
import { moderatorsOnly } from "../src/discord/views/notices.ts";
import { moderates, whoActs } from "../src/discord/who-acts.ts";
import type { EvidenceVote } from "../src/domain/evidence.ts";
import { type EvidenceDraft, isComplete } from "../src/domain/evidence-draft.ts";
import { findModel } from "../src/domain/open-models.ts";
import { readSuspect } from "../src/domain/suspect.ts";

type Acting = Typed | Pressed | Picked | Filled;

const namesIn = (interaction: Acting, app: App) => labNames(app.models.of(interaction.guildId).labs);

const noSuchModel = { show: evidenceRefusal({ reason: "no-such-model" }, labNames([])) };

/** Who reads, asked at every press: a role may be gone since the last one. */
async function readerOf(interaction: Acting, app: App) {
  const { serverId, member } = whoActs(interaction);
  const { settings } = await readServer(app, serverId);
  return { memberId: member.memberId, moderates: moderates(interaction, settings) };
}

function whose(interaction: Acting, draftId: string) {
  const { serverId, member } = whoActs(interaction);
  return { draftId, serverId, memberId: member.memberId };
}

/** What was typed with /evidence add. */
function typedDraft({ options, guildId }: Typed, app: App): EvidenceDraft {
  const file = options.getAttachment("file");
  return {
    modelId: findModel(app.models.of(guildId).models, options.getString("model", true))?.modelId ?? null,
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
function askForText(interaction: Typed, app: App): Opening | null {
  const { options } = interaction;
  if (options.getSubcommand() !== "add" || options.getString("text") !== null) return null;
  const { models, labs } = app.models.of(interaction.guildId);
  const draft = typedDraft(interaction, app);
  const model = models.find(({ modelId }) => modelId === draft.modelId);
  if (!model || readSuspect(draft.lab ?? "", labs).suspect?.kind !== "lab") return null;
  const isEnoughWithout = draft.link !== null || draft.files.length > 0;
  return {
    modal: forms.evidenceTextForm(interaction.id, model.name, isEnoughWithout),
    keep: () => keepDraft(app, whose(interaction, interaction.id), draft),
  };
}

/** Files a piece, or says why not with all that was given still there. */
async function file(interaction: Acting, app: App, draft: EvidenceDraft): Promise<Answer> {
  if (!isComplete(draft)) return { show: forms.withText(noSuchModel.show, draft.text) };
  const names = namesIn(interaction, app);
  const answer = await addEvidence(app, { ...whoActs(interaction), ...draft });
  if (answer.added) return showPiece(interaction, app, answer.evidence.evidenceId, view.notes.added);
  const { refusal } = answer;
  if (refusal.reason !== "no-such-lab") return { show: forms.withText(evidenceRefusal(refusal, names), draft.text) };
  await keepDraft(app, whose(interaction, interaction.id), draft);
  return { show: forms.pickLabView(interaction.id, draft, app.models.of(interaction.guildId)) };
}

/** Files an answer of a model, in this server, with what the form asked for. */
async function fileAnswer(interaction: Filled, app: App, questionId: number): Promise<Answer> {
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
async function fileDraft(
  interaction: Picked | Filled,
  app: App,
  draftId: string,
  more: Partial<EvidenceDraft>,
): Promise<Answer> {
  const draft = await openDraft(app, whose(interaction, draftId));
  return draft ? file(interaction, app, { ...draft, ...more }) : { show: forms.draftGone(more.text ?? "") };
}

async function showPiece(interaction: Acting, app: App, evidenceId: number, note?: string): Promise<Answer> {
  const { serverId } = whoActs(interaction);
  const reader = await readerOf(interaction, app);
  const answer = await showEvidence(app, { serverId, evidenceId, reader });
  const names = namesIn(interaction, app);
  return {
    show: answer.done ? view.evidenceView(answer.shown, names, reader, note) : evidenceBarred(answer.refusal, names),
  };
}

async function showBoard(interaction: Acting, app: App, place: EvidencePlace): Promise<Answer> {
  const { serverId } = whoActs(interaction);
  const board = await listEvidence(app, { serverId, ...place });
  return board ? { show: evidenceBoardView(board, namesIn(interaction, app)) } : noSuchModel;
}

async function listTyped(interaction: Typed, app: App): Promise<Answer> {
  const { options, guildId } = interaction;
  const { models, labs } = app.models.of(guildId);
  const model = findModel(models, options.getString("model", true));
  if (!model) return noSuchModel;
  const typed = options.getString("lab");
  const suspect = typed === null ? null : readSuspect(typed, labs).suspect;
  if (typed !== null && suspect?.kind !== "lab") {
    return { show: evidenceRefusal({ reason: "no-such-lab", typed }, labNames([])) };
  }
  const lab = suspect?.kind === "lab" ? suspect.lab : null;
  const kind = readKind(options.getString("kind"));
  return showBoard(interaction, app, { modelId: model.modelId, lab, kind, page: 1 });
}

function turn(interaction: Pressed, key: string, app: App): Promise<Answer> {
  const place = readEvidenceKey(key);
  if (!place) throw new Error(`not the key of an evidence board: ${key}`);
  return showBoard(interaction, app, place);
}

async function withdraw(interaction: Typed | Pressed, app: App, evidenceId: number): Promise<Answer> {
  const names = namesIn(interaction, app);
  const answer = await decideEvidence(app, { ...whoActs(interaction), kind: "withdraw", evidenceId, reason: null });
  return answer.done
    ? { show: view.evidenceWithdrawn(answer.piece, names) }
    : { aside: evidenceBarred(answer.refusal, names) };
}

async function moderate(
  interaction: Typed | Filled,
  app: App,
  wish: { kind: "hide" | "restore"; evidenceId: number; reason: string },
): Promise<Answer> {
  const { moderates: isModerator } = await readerOf(interaction, app);
  if (!isModerator) return { aside: moderatorsOnly };
  const answer = await decideEvidence(app, { ...whoActs(interaction), ...wish });
  return answer.done
    ? showPiece(interaction, app, wish.evidenceId, view.notes[wish.kind])
    : { aside: evidenceBarred(answer.refusal, namesIn(interaction, app)) };
}

/** A vote, pressed under a piece in its thread or in a private reply: the piece shows its new count at once. */
const votes = (vote: EvidenceVote) =>
  ({
    acknowledge: "same-message",
    async run(interaction: Pressed, key: string, app: App): Promise<Answer> {
      const names = namesIn(interaction, app);
      const answer = await voteEvidence(app, { ...whoActs(interaction), evidenceId: numberIn(key), vote });
      if (!answer.done) return { aside: evidenceBarred(answer.refusal, names) };
      const aside = view.voteCounted(answer.piece, vote, answer.what);
      // Its files are where they were.
      const given = { piece: answer.piece, copies: [], missing: [] };
      if (!interaction.message.flags.has(MessageFlags.Ephemeral)) {
        return { show: view.withFilesAsTheyAre(view.evidenceMessage(given, names)), aside };
      }
      const reader = await readerOf(interaction, app);
      return { show: view.withFilesAsTheyAre(view.evidenceView(given, names, reader)), aside };
    },
  }) as const;

const asksReason = (kind: "hide" | "restore") => ({
  opens: (_: Pressed, key: string) => forms.reasonForm(kind, key),
});

const hasReason = (kind: "hide" | "restore") =>
  ({
    acknowledge: "same-message",
    run: (interaction: Filled, key: string, app: App) =>
      moderate(interaction, app, { kind, evidenceId: numberIn(key), reason: readForm(interaction).reason }),
  }) as const;

export const evidence = {
  data: evidenceData,
  autocomplete({ guildId, options }, app) {
    const { name, value } = options.getFocused(true);
    const memory = app.models.of(guildId);
    if (name !== "model") return labChoices(memory, value, { on: options.getString("model"), withOther: false });
    const isNew = options.getSubcommand() === "add";
    return modelChoices(memory, value, isNew ? ["open", "frozen"] : ["open", "frozen", "settled", "void"]);
  },
  opens: askForText,
  async run(interaction, app) {
    const { options } = interaction;
    const part = options.getSubcommand();
    if (part === "add") return file(interaction, app, typedDraft(interaction, app));
    if (part === "list") return listTyped(interaction, app);
    const evidenceId = options.getInteger("id", true);
    if (part === "show") return showPiece(interaction, app, evidenceId);
    if (part === "withdraw") return withdraw(interaction, app, evidenceId);
    const kind = part === "hide" ? "hide" : "restore";
    return moderate(interaction, app, { kind, evidenceId, reason: options.getString("reason", true) });
  },
  buttons: {
    "add-evidence": {
      opens: (interaction, key, app) =>
        forms.newEvidenceForm(key, findModel(app.models.of(interaction.guildId).models, key)?.name ?? null),
    },
    "answer-evidence": { opens: (_, key) => forms.answerForm(key) },
    "evidence-lab-name": { opens: (_, key) => forms.labNameForm(key) },
    convincing: votes("convincing"),
    weak: votes("weak"),
    "withdraw-evidence": {
      acknowledge: "same-message",
      run: (interaction, key, app) => withdraw(interaction, app, numberIn(key)),
    },
    "hide-evidence": asksReason("hide"),
    "restore-evidence": asksReason("restore"),
    "evidence-board": { acknowledge: "new-message", run: turn },
    "turn-evidence": { acknowledge: "same-message", run: turn },
  },
  selects: {
    "show-evidence": {
      acknowledge: "new-message",
      run: (interaction, _key, app) => showPiece(interaction, app, numberIn(interaction.values[0] ?? "")),
    },
    "evidence-of-lab": {
      acknowledge: "same-message",
      run: async (interaction, key, app) => {
        const place = readEvidenceKey(key);
        if (!place) throw new Error(`not the key of an evidence board: ${key}`);
        return showBoard(interaction, app, { ...place, lab: interaction.values[0] ?? null });
      },
    },
    "evidence-lab": {
      acknowledge: "same-message",
      run: (interaction, key, app) => fileDraft(interaction, app, key, { lab: interaction.values[0] ?? null }),
    },
  },
  modals: {
    "new-evidence": {
      acknowledge: "new-message",
      run: (interaction, key, app) =>
        file(interaction, app, { ...readForm(interaction), modelId: numberIn(key), link: null, source: null }),
    },
    "evidence-text": {
      acknowledge: "new-message",
      run: (interaction, key, app) => fileDraft(interaction, app, key, { text: readForm(interaction).text }),
    },
    "evidence-of-message": {
      acknowledge: "new-message",
      run: (interaction, key, app) => {
        const { modelId, lab, stance, kind, text } = readForm(interaction);
        return fileDraft(interaction, app, key, { modelId, lab, stance, kind, text });
      },
    },
    "evidence-of-answer": {
      acknowledge: "new-message",
      run: (interaction, key, app) => fileAnswer(interaction, app, numberIn(key)),
    },
    "evidence-lab-name": {
      acknowledge: "same-message",
      run: (interaction, key, app) => fileDraft(interaction, app, key, { lab: readForm(interaction).lab }),
    },
    "hide-evidence": hasReason("hide"),
    "restore-evidence": hasReason("restore"),
  },
} satisfies Command;
