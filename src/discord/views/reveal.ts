import { ComponentType, TextInputStyle } from "discord.js";
import type { ModelCard } from "../../domain/card.ts";
import type { CandidateRefusal, CandidateStanding, PublicationTime, RevealCandidate } from "../../domain/reveal.ts";
import { type LabNames, labList } from "./lab-words.ts";
import { button, buttonRow, form, labelled, type MessageView, type ModalView, modal } from "./message.ts";
import { counted, moment, percent } from "./numbers.ts";
import { inWords, type WordsFor } from "./refusals.ts";
import { address, bold, escaped, fittingLines, shown } from "./text.ts";

/** What the fields of the forms are called. */
export const sourceField = "source";
export const timeField = "published-at";
export const reasonField = "reason";

const mostSentence = 600;
const otherTime = "`/settle confirm` takes another time.";

/** How far the time of publication is to be trusted. */
const timeWords = {
  listed: "",
  seen: " (when I first saw the listing)",
  day: ` (only the day is known, and midnight in UTC stands for it; ${otherTime})`,
  asked: ` (when I found it: the day could not be read; ${otherTime})`,
  elsewhere: " (as they have it)",
} satisfies Record<PublicationTime, string>;

function foundLine({ kind, found, labs, agreeing }: RevealCandidate, names: LabNames): string {
  const built = labs.length === 0 ? "a lab I do not know" : labList(labs, names);
  const what = escaped(found ?? "", kind === "sentence" ? mostSentence : shown.modelName);
  switch (kind) {
    case "sentence":
      return `OpenRouter says: “${what}” That is ${built}.`;
    case "listing":
      return `An official listing of ${built} came as it went: “${what}”, with a like context and like modalities.`;
    case "settled":
      return `${counted(agreeing, "other server agrees", "other servers agree")}: built by ${built}.`;
  }
}

function standingLine(standing: CandidateStanding): string | null {
  switch (standing.kind) {
    case "waits":
      return null;
    case "lapsed":
      return "No other server holds to it any more, so this is no candidate now.";
    case "dismissed":
      return `${bold(standing.by, shown.memberName)} says: not it.`;
    case "decided":
      return standing.state === "settled"
        ? "The model is settled here. `/settle reopen` takes that back."
        : "The model was called off here. `/settle reopen` takes that back.";
  }
}

/**
 * Shows moderators what was found, to settle by it or not, and what became of it since. Pings nobody, and settles nothing
 * by itself.
 */
export function candidateMessage(candidate: RevealCandidate, names: LabNames): MessageView {
  const { candidateId, modelName, labs, kind, source, publishedAt, publishedHow, score, standing } = candidate;
  const settle = kind === "settled" ? "settle-with-source" : "settle-candidate";
  const lines = [
    `**Who built ${escaped(modelName, shown.modelName)}?** A candidate for the moderators:`,
    foundLine(candidate, names),
    `Published: ${moment(publishedAt, "F")}${timeWords[publishedHow]}`,
    source === null ? null : `Source: ${address(source)}`,
    kind === "settled" ? null : `How much speaks for it: ${percent(score)}`,
    standing.kind === "waits" && labs.length === 0 ? "`/settle confirm` settles it, with the lab's name." : null,
    standingLine(standing),
  ].filter((line) => line !== null);
  const buttons = [
    ...(labs.length === 0 ? [] : [button("Settle…", settle, candidateId, "main")]),
    button("Not it", "not-it", candidateId),
  ];
  return {
    content: fittingLines(lines, 2000),
    components: standing.kind === "waits" ? [buttonRow(...buttons)] : [],
  };
}

const model = (name: string) => bold(name, shown.modelName);

const candidateWords = {
  "no-such-candidate": () => "I know no such candidate here. `/settle confirm` settles a model by hand.",
  dismissed: ({ by, modelName }) =>
    `${bold(by, shown.memberName)} said that this is not who built ${model(modelName)}. \`/settle confirm\` settles it all the same.`,
  lapsed: ({ modelName }) =>
    `No other server holds to this any more. \`/settle confirm\` settles ${model(modelName)} all the same.`,
  "no-known-lab": ({ modelName }) =>
    `I do not know that lab. \`/settle confirm\` settles ${model(modelName)} with the lab's name.`,
} satisfies WordsFor<CandidateRefusal>;

/** Why nothing can be settled by a candidate, and what to do. */
export function candidateRefusal(refusal: CandidateRefusal, names: LabNames): MessageView {
  return inWords<CandidateRefusal>(candidateWords, refusal, names);
}

/** Asks for a source where the one of others is not ours to show. */
export function sourceModal(candidateId: string): ModalView {
  const line = { type: ComponentType.TextInput, style: TextInputStyle.Short } as const;
  return form("Settle", "candidate-source", candidateId, [
    labelled(
      "Web address of the proof",
      { ...line, custom_id: sourceField, required: true, max_length: 500 },
      "What other servers went by is theirs. A preview comes first.",
    ),
    labelled(
      "When it was published",
      { ...line, custom_id: timeField, required: false, max_length: 60 },
      "Like 2026-03-18 19:54 (UTC). Left empty: the time they have.",
    ),
  ]);
}

/** Asks moderators about a model nobody was named for, or says what became of it. */
export function deadlineMessage(card: ModelCard): MessageView {
  const isOpen = card.state === "open" || card.state === "frozen";
  const name = model(card.name);
  const decided = card.state === "settled" ? "It is settled by now." : "It was called off.";
  return {
    content: [
      `${name} has been open since ${moment(card.openedAt, "D")}, and nothing stands that says who built it.`,
      isOpen ? "Moderators may call it off, and everybody gets back what they put in; or leave it open." : decided,
    ].join("\n"),
    components: [
      buttonRow(
        ...(isOpen ? [button("Call it off…", "call-off", card.modelId)] : []),
        button("Details", "details", card.modelId),
      ),
    ],
  };
}

/** Asks why a model is called off, which everybody is told. */
export function callOffModal(modelId: string): ModalView {
  return modal("Call it off", "call-off-because", modelId, {
    label: "Reason",
    hint: "Shown to everybody.",
    input: { custom_id: reasonField, style: TextInputStyle.Short, required: true, max_length: 300 },
  });
}
