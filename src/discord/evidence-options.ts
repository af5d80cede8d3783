import type { Attachment as DiscordAttachment, SlashCommandSubcommandBuilder } from "discord.js";
import { type EvidenceKind, evidenceKinds, evidenceLimits, type Stance, stances } from "../domain/evidence.ts";
import type { Attachment } from "../domain/kept-file.ts";
import { longestName } from "../domain/suspect.ts";
import { type Filled, modelOption, serverCommand } from "./command.ts";
import { fields } from "./views/evidence-forms.ts";
import { kindWords, reasonReaders } from "./views/evidence-words.ts";

const kindChoices = evidenceKinds.map((value) => ({ name: kindWords[value], value }));

/** What Discord is told of /evidence. */
export const evidenceData = serverCommand(
  "evidence",
  "What points to a lab or away from it: file it, read it, weigh it",
)
  .addSubcommand((add) =>
    add
      .setName("add")
      .setDescription("File evidence for or against a lab; leave the text out and a form asks for it")
      .addStringOption(modelOption)
      .addStringOption((lab) =>
        lab
          .setName("lab")
          .setDescription("The lab it is about")
          .setRequired(true)
          .setAutocomplete(true)
          .setMaxLength(longestName),
      )
      .addStringOption((stance) =>
        stance
          .setName("stance")
          .setDescription("Whether it points to that lab or away from it")
          .setRequired(true)
          .addChoices({ name: "Points to it", value: "for" }, { name: "Points away from it", value: "against" }),
      )
      .addStringOption((kind) =>
        kind
          .setName("kind")
          .setDescription("What it argues from")
          .setRequired(true)
          .addChoices(...kindChoices),
      )
      .addStringOption((text) =>
        text.setName("text").setDescription("What you saw, and where").setMaxLength(evidenceLimits.textCharacters),
      )
      .addStringOption((link) =>
        link
          .setName("link")
          .setDescription("Where it can be read; I show the link and never open it")
          .setMaxLength(evidenceLimits.linkCharacters),
      )
      .addAttachmentOption((file) =>
        file.setName("file").setDescription("A picture, a PDF or plain text; I keep a copy"),
      ),
  )
  .addSubcommand((list) =>
    list
      .setName("list")
      .setDescription("A model's evidence, lab by lab")
      .addStringOption(modelOption)
      .addStringOption((lab) => lab.setName("lab").setDescription("Only about this lab").setAutocomplete(true))
      .addStringOption((kind) =>
        kind
          .setName("kind")
          .setDescription("Only of this kind")
          .addChoices(...kindChoices),
      ),
  )
  .addSubcommand((show) => numbered(show.setName("show").setDescription("One piece, with its files and votes")))
  .addSubcommand((withdraw) => numbered(withdraw.setName("withdraw").setDescription("Take your own evidence back")))
  .addSubcommand((hide) => reasoned(numbered(hide.setName("hide").setDescription("Moderators: hide a piece")), "hide"))
  .addSubcommand((restore) =>
    reasoned(numbered(restore.setName("restore").setDescription("Moderators: show a hidden piece again")), "restore"),
  )
  .toJSON();

function numbered(sub: SlashCommandSubcommandBuilder): SlashCommandSubcommandBuilder {
  return sub.addIntegerOption((id) =>
    id
      .setName("id")
      .setDescription("Its number, as the board shows it")
      .setRequired(true)
      .setMinValue(1)
      .setMaxValue(Number.MAX_SAFE_INTEGER),
  );
}

function reasoned(sub: SlashCommandSubcommandBuilder, kind: keyof typeof reasonReaders): SlashCommandSubcommandBuilder {
  return sub.addStringOption((reason) =>
    reason.setName("reason").setDescription(reasonReaders[kind]).setRequired(true).setMaxLength(300),
  );
}

/** A stance as Discord sends it back; null if it is none. */
export function readStance(value: string | null | undefined): Stance | null {
  return stances.find((each) => each === value) ?? null;
}

/** A kind as Discord sends it back; null if it is none. */
export function readKind(value: string | null | undefined): EvidenceKind | null {
  return evidenceKinds.find((each) => each === value) ?? null;
}

/** What the forms ask for, as filled in. What a form does not have is null or empty. */
export function readForm({ fields: filled }: Filled) {
  const has = (field: string) => filled.fields.has(field);
  const text = (field: string) => (has(field) ? filled.getTextInputValue(field) : null);
  const pick = (field: string) => (has(field) ? filled.getStringSelectValues(field)[0] : undefined);
  const files = has(fields.files) ? filled.getUploadedFiles(fields.files) : null;
  const modelId = Number(pick(fields.model) ?? Number.NaN);
  return {
    modelId: Number.isSafeInteger(modelId) ? modelId : null,
    lab: text(fields.lab),
    stance: readStance(pick(fields.stance)),
    kind: readKind(pick(fields.kind)),
    text: text(fields.text) ?? "",
    reason: text(fields.reason) ?? "",
    files: [...(files?.values() ?? [])].map(attachmentOf),
  };
}

/** A file at Discord as the rules know it. */
export function attachmentOf({ id, name, url, size }: DiscordAttachment): Attachment {
  return { attachmentId: id, name, url, sizeBytes: size };
}
