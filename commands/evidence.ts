import { labChoices, modelChoices } from "../src/discord/autocomplete.ts";
import type { Command } from "../src/discord/command.ts";
import { numberIn } from "../src/discord/custom-id.ts";
import { evidenceData, readForm } from "../src/discord/evidence-options.ts";
import { readEvidenceKey } from "../src/discord/views/evidence-board.ts";
import * as forms from "../src/discord/views/evidence-forms.ts";
import { findModel } from "../src/domain/open-models.ts";
import { asksReason, hasReason, moderate, votes, withdraw } from "./evidence/deciding.ts";
import { askForText, file, fileAnswer, fileDraft, fileTyped } from "./evidence/filing.ts";
import { listTyped, showBoard, showPiece, turn } from "./evidence/reading.ts";

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
    if (part === "add") return fileTyped(interaction, app);
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
