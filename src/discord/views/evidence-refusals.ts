import type { EvidenceBarred, EvidenceRefusal } from "../../domain/evidence.ts";
import type { MissingPart } from "../../domain/evidence-draft.ts";
import { notKeptLine } from "./evidence-words.ts";
import { type LabNames, labList } from "./lab-words.ts";
import type { MessageView } from "./message.ts";
import { count } from "./numbers.ts";
import { inWords, linkLength, noSuchModel, tooYoungTo, type WordsFor } from "./refusals.ts";
import { bold, escaped, shown } from "./text.ts";

const model = (name: string) => bold(name, shown.modelName);

const addWords = {
  "no-such-model": noSuchModel,
  "model-settled": ({ modelName, builders }, names) =>
    `${model(modelName)} is settled: ${labList(builders, names)} built it. Its evidence can be read with \`/evidence list\`, and no more is taken.`,
  "model-void": ({ modelName }) => `${model(modelName)} was called off, so no more evidence is taken.`,
  "no-such-lab": ({ typed }) =>
    `I know no lab called “${escaped(typed, shown.typed)}”. Pick one from the list that opens while you type. A moderator can teach me a name with \`/settle name-lab\`.`,
  "other-is-no-lab": () =>
    "“Someone else” is nobody in particular. Name a lab: evidence against the likeliest one points away from it.",
  "text-too-long": ({ characters, mostCharacters }) =>
    `That text has ${count(characters)} characters, and ${count(mostCharacters)} are the most. Shorten it, or file it in two pieces.`,
  "bad-link": ({ typed }) =>
    `“${escaped(typed, shown.typed)}” is no link I can keep. It should begin with \`https://\` or \`http://\`, without a name or password in it, and be ${linkLength}.`,
  "nothing-given": () => "There is nothing in it yet. Give a text, a link or a file.",
  "no-file-kept": ({ files }) =>
    [
      "I could not keep a file, and there was nothing else to file:",
      ...files.map((file) => `• ${notKeptLine(file)}`),
    ].join("\n"),
  "same-again": ({ evidenceId }) => `You have filed exactly that already: it is **#${evidenceId}**. Nothing was added.`,
  "hidden-before": ({ evidenceId, hiddenReason }) =>
    [
      `That brings back what you filed as **#${evidenceId}**, which the moderators have hidden.`,
      ...(hiddenReason ? [`Reason: ${escaped(hiddenReason, shown.reason)}`] : []),
      `It cannot be filed again before a moderator restores **#${evidenceId}**.`,
    ].join("\n"),
  "member-limit": ({ most, modelName }) =>
    `You have filed ${most} pieces of evidence on ${model(modelName)}, which is the most a member may.`,
  "server-limit": ({ most }) =>
    `This server has filed ${most} pieces of evidence within a day, which is the most I take. Try again tomorrow.`,
  "account-too-young": tooYoungTo("file evidence"),
} satisfies WordsFor<EvidenceRefusal>;

/** Why a piece was not filed, and what to do next. */
export function evidenceRefusal(refusal: EvidenceRefusal, names: LabNames): MessageView {
  return inWords<EvidenceRefusal>(addWords, refusal, names);
}

const missingWords = {
  model: noSuchModel,
  lab: () => "I could not read which lab it is about. File it again and name one.",
  stance: () => "I could not read whether it points to the lab or away from it. File it again and pick one of the two.",
  kind: () => "I could not read what kind of evidence it is. File it again and pick one from the list.",
} satisfies Record<MissingPart, () => string>;

/** What a piece lacks to be filed, and what to do next. */
export function evidenceLacks(missing: MissingPart): MessageView {
  return { content: missingWords[missing]() };
}

const barredWords = {
  "no-such-evidence": () => "There is no such evidence here. `/evidence list` shows what there is, with its numbers.",
  "hidden-from-you": ({ evidenceId, hiddenReason }) =>
    `**#${evidenceId}** was hidden by the moderators, so nobody but them and its author can read it.${hiddenReason === null ? "" : ` Reason: ${escaped(hiddenReason, shown.reason)}`}`,
  "own-only": ({ evidenceId }) =>
    `#${evidenceId} is not yours, so you cannot withdraw it. Moderators can hide it with \`/evidence hide\`.`,
  "own-evidence": () => "That is your own evidence. Others say whether it is convincing.",
  "already-withdrawn": ({ evidenceId }) => `#${evidenceId} was withdrawn by its author.`,
  "already-hidden": ({ evidenceId }) =>
    `#${evidenceId} is hidden by the moderators. \`/evidence restore\` shows it again.`,
  "not-hidden": ({ evidenceId }) => `#${evidenceId} is not hidden. There is nothing to restore.`,
  "no-reason": () => "I could not read the reason. Everybody can read it: give it in letters.",
  "model-closed": ({ modelName }) =>
    `${model(modelName)} is closed, so the votes stay as they are. The evidence can still be read.`,
  "account-too-young": tooYoungTo("vote on evidence"),
} satisfies WordsFor<EvidenceBarred>;

/** Why nothing was done to a piece, and what to do next. */
export function evidenceBarred(refusal: EvidenceBarred, names: LabNames): MessageView {
  return inWords<EvidenceBarred>(barredWords, refusal, names);
}
