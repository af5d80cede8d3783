import {
  type APILabelComponent,
  type APISelectMenuOption,
  type APITextInputComponent,
  ComponentType,
  TextInputStyle,
} from "discord.js";
import { cleanLines } from "../../domain/clean-text.ts";
import { evidenceKinds, evidenceLimits, type Stance, stances } from "../../domain/evidence.ts";
import type { EvidenceDraft } from "../../domain/evidence-draft.ts";
import { fileLimits } from "../../domain/kept-file.ts";
import { suggestLabs } from "../../domain/lab.ts";
import type { OpenModel, ServerMemory } from "../../domain/open-models.ts";
import { longestName } from "../../domain/suspect.ts";
import { longestRemark } from "./answer-evidence.ts";
import { kindWords, reasonReaders } from "./evidence-words.ts";

import { labNames } from "./lab-words.ts";
import { button, buttonRow, form, labelled, type MessageView, type ModalView, menuRow } from "./message.ts";
import { escaped, escapedLines, fittingLines, plain, shown } from "./text.ts";

/** What the fields of the forms are called; each form has some of them. */
export const fields = {
  model: "model",
  lab: "lab",
  stance: "stance",
  kind: "kind",
  text: "text",
  files: "files",
  reason: "reason",
} as const;

const mostOptions = 25;
const title = (text: string) => plain(text, 45);

const stanceOptions = { for: "It points to that lab", against: "It points away from that lab" } satisfies Record<
  Stance,
  string
>;

const options = <Value extends string>(values: readonly Value[], words: Record<Value, string>): APISelectMenuOption[] =>
  values.map((value) => ({ label: words[value], value }));

function picked(custom_id: string, label: string, choices: APISelectMenuOption[], hint?: string): APILabelComponent {
  return labelled(label, { type: ComponentType.StringSelect, custom_id, options: choices, required: true }, hint);
}

function typed(label: string, input: Omit<APITextInputComponent, "type" | "label">, hint?: string): APILabelComponent {
  return labelled(label, { type: ComponentType.TextInput, ...input }, hint);
}

const labField = () =>
  typed(
    "Which lab is it about?",
    { custom_id: fields.lab, style: TextInputStyle.Short, min_length: 1, max_length: longestName, required: true },
    "Any of its names will do.",
  );

const stanceField = () => picked(fields.stance, "Does it point to that lab or away?", options(stances, stanceOptions));

const kindField = () => picked(fields.kind, "What kind of evidence is it?", options(evidenceKinds, kindWords));

function textField(required: boolean, value = ""): APILabelComponent {
  const most = evidenceLimits.textCharacters;
  const input = { custom_id: fields.text, style: TextInputStyle.Paragraph, max_length: most, required };
  return typed(
    "What is the evidence?",
    value === "" ? input : { ...input, value },
    "What you saw and where. The first link in it is kept as its link.",
  );
}

/** Asks for everything but the model: for the button under an announcement or a receipt. */
export function newEvidenceForm(modelId: string, modelName: string | null): ModalView {
  return form(title(modelName === null ? "Add evidence" : `Evidence: ${modelName}`), "new-evidence", modelId, [
    labField(),
    stanceField(),
    kindField(),
    textField(false),
    labelled(
      "Files, such as a screenshot",
      {
        type: ComponentType.FileUpload,
        custom_id: fields.files,
        min_values: 0,
        max_values: fileLimits.files,
        required: false,
      },
      "Pictures, PDF or plain text. I keep a copy.",
    ),
  ]);
}

/** Asks for the text alone: after a command that named all the rest. */
export function evidenceTextForm(draftId: string, modelName: string, isEnoughWithout: boolean): ModalView {
  return form(title(`Evidence: ${modelName}`), "evidence-text", draftId, [textField(!isEnoughWithout)]);
}

/** Asks for all that a message does not say by itself. Its words stand there already, and may be shortened. */
export function messageForm(draftId: string, models: readonly OpenModel[], text: string): ModalView {
  const choices = models
    .slice(0, mostOptions)
    .map(({ modelId, name }) => ({ label: plain(name, shown.modelName), value: String(modelId) }));
  return form("File as evidence", "evidence-of-message", draftId, [
    picked(fields.model, "Which model is it about?", choices),
    labField(),
    stanceField(),
    kindField(),
    textField(false, fitting(text)),
  ]);
}

/** Asks for all that a model's answer does not say by itself. Question, answer and figures are filed as they are stored. */
export function answerForm(questionId: string): ModalView {
  const input = {
    custom_id: fields.text,
    style: TextInputStyle.Paragraph,
    max_length: longestRemark,
    required: false,
  };
  return form("File the answer as evidence", "evidence-of-answer", questionId, [
    labField(),
    stanceField(),
    kindField(),
    typed(
      "Which passage, or what do you make of it?",
      input,
      "Question, figures and answer are filed anyway. What the model did not write is marked as yours.",
    ),
  ]);
}

/** As much of a text as a form takes. */
function fitting(text: string): string {
  const most = evidenceLimits.textCharacters;
  if (text.length <= most) return text.trim();
  return `${text
    .slice(0, most - 1)
    .toWellFormed()
    .replace(/\uFFFD$/, "")
    .trimEnd()}…`;
}

/** Asks for a lab by its name, once more. */
export function labNameForm(draftId: string): ModalView {
  return form("Which lab?", "evidence-lab-name", draftId, [labField()]);
}

/** Asks a moderator for the reason. */
export function reasonForm(kind: "hide" | "restore", evidenceId: string): ModalView {
  const words = kind === "hide" ? `Hide evidence #${evidenceId}` : `Restore evidence #${evidenceId}`;
  return form(title(words), `${kind}-evidence`, evidenceId, [
    typed(
      "Why?",
      { custom_id: fields.reason, style: TextInputStyle.Short, min_length: 1, max_length: 300, required: true },
      `${reasonReaders[kind]}.`,
    ),
  ]);
}

/** Says that no such lab is known, shows that the rest is kept, and offers the likeliest labs to pick from. */
export function pickLabView(draftId: string, draft: EvidenceDraft, memory: ServerMemory): MessageView {
  const names = labNames(memory.labs);
  const model = memory.models.find(({ modelId }) => modelId === draft.modelId);
  const ranked = (model?.labs ?? []).map(({ lab }) => lab);
  const labs = suggestLabs("", ranked, memory.labs, mostOptions);
  const content = `I know no lab called “${escaped(draft.lab ?? "", shown.typed)}”. Pick the lab it is about; the rest of your evidence is kept.`;
  return {
    ...withText({ content }, draft.text),
    components: [
      menuRow(
        "evidence-lab",
        draftId,
        "Pick the lab",
        labs.map(({ slug }) => ({ label: plain(names(slug), shown.labName), value: slug })),
      ),
      buttonRow(button("Type another name", "evidence-lab-name", draftId)),
    ],
  };
}

/** Said when what was given before a form is gone; what stood in the form is given back. */
export function draftGone(text: string): MessageView {
  return withText(
    {
      content:
        "What you gave before is older than a day, or not yours, so I could not file it. `/evidence add` starts anew.",
    },
    text,
  );
}

export const noOpenModels: MessageView = {
  content:
    "No anonymous model is open here now, so there is nothing this could be evidence for. `/models show` lists them.",
};

/** Where a form should have opened, had this process known of the models a moment earlier. */
export const tryAgain: MessageView = {
  content: "A model has just been opened here. Choose **File as evidence** once more: now the form opens.",
};

export const nothingInMessage: MessageView = {
  content: "That message holds no text, link or file I could keep.",
};

/** A refusal with the text that was typed, so that it need not be typed again. */
export function withText(view: MessageView, text: string): MessageView {
  const words = cleanLines(text, evidenceLimits.textLines);
  if (words === "") return view;
  const lines = escapedLines(words, shown.evidenceText);
  return { ...view, embeds: [{ title: "Your text was:", description: fittingLines(lines, 4000) }] };
}
