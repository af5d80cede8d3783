import type { Caller, ModelCard } from "../../domain/card.ts";
import { OTHER } from "../../domain/lab.ts";
import { mostMeasured } from "../../domain/question.ts";
import { historyLines } from "./history.ts";
import { callText, type LabNames } from "./lab-words.ts";
import { button, buttonRow, type MessageView, type Row } from "./message.ts";
import { evidenceLines, factLines, oddsLines, presenceLines, stateLine, whereLine } from "./model-words.ts";
import { count, counted, moment, percent, seconds } from "./numbers.ts";
import { pollLines } from "./poll.ts";
import { address, escaped, fittingLines, shown } from "./text.ts";

/** Who reads a card: it decides which names typed by members are shown. */
export type Reader = { readonly memberId: string; readonly moderates: boolean };

const mostOdds = 12;
const mostCallers = 8;

function callerLine(caller: Caller, names: LabNames, reader: Reader | null): string {
  const maySee = reader !== null && (reader.moderates || reader.memberId === caller.memberId);
  const call = callText({ lab: caller.lab, name: maySee ? caller.unknownName : null }, names);
  // The odds of a name nobody knows would tell that there is one: nobody's are shown who says "someone else".
  const odds = maySee || caller.lab !== OTHER ? ` at ${percent(caller.callPrice)}` : "";
  return `${escaped(caller.name, shown.memberName)}: ${call}${odds}, ${moment(caller.calledAt, "R")}`;
}

/** "no guesses yet", "1 guess", "12 guesses". */
function guessesWords(callers: number): string {
  return callers === 0 ? "no guesses yet" : counted(callers, "guess", "guesses");
}

function settledLines(card: ModelCard): (string | null)[] {
  if (card.state !== "settled") return [];
  return [
    card.publishedAt === null ? null : `Published ${moment(card.publishedAt, "F")}`,
    card.source === null ? null : `Source: ${address(card.source)}`,
  ];
}

/** What asking it here has shown; nothing before anybody has. */
function measuredLine({ measured }: ModelCard): string | null {
  if (!measured || measured.questions === 0) return null;
  const { questions, failed, medianFirstWordMs, medianTokensPerSecond } = measured;
  const medians = [
    medianFirstWordMs === null ? null : `first word after ${seconds(medianFirstWordMs)}`,
    medianTokensPerSecond === null ? null : `${count(medianTokensPerSecond)} tokens a second`,
  ].filter((fact) => fact !== null);
  const facts = [
    `Asked here ${questions >= mostMeasured ? `${questions} times and more` : counted(questions, "time")}`,
    failed === 0 ? null : `${count(failed)} failed`,
    medians.length === 0 ? null : `medians: ${medians.join(", ")}`,
  ];
  return facts.filter((fact) => fact !== null).join(" · ");
}

/** A card with what goes beside it. */
export type CardWithMore = {
  readonly card: ModelCard;
  readonly latest: readonly Caller[];
};

function description({ card, latest }: CardWithMore, names: LabNames, reader: Reader | null): string {
  const what = card.facts.description;
  const stance = latest.slice(0, mostCallers).map((caller) => callerLine(caller, names, reader));
  const evidence = evidenceLines(card, names);
  const lines = [
    whereLine(card),
    stateLine(card, names),
    ...presenceLines(card),
    ...settledLines(card),
    card.seenAt === null ? `Listed ${moment(card.listedAt, "f")}` : `Added ${moment(card.listedAt, "f")}`,
    ...factLines(card.facts),
    measuredLine(card),
    what === null || what.trim() === "" ? null : `> ${escaped(what, shown.description)}`,
    "",
    `**${card.state === "settled" ? "Odds at the end, late guesses included" : "Odds"}**, ${guessesWords(card.callers)}`,
    ...oddsLines(card.odds, mostOdds, names),
    ...pollLines(card.poll, names),
    ...(evidence.length > 0 ? ["", ...evidence] : []),
    ...(stance.length > 0 ? ["", "**Latest guesses**", ...stance] : []),
    ...(card.history.count > 0 ? ["", "**On the list**", ...historyLines(card.history)] : []),
  ];
  return fittingLines(
    lines.filter((line) => line !== null),
    4000,
  );
}

function buttons(card: ModelCard, isShared: boolean): Row {
  const { modelId } = card;
  const guess = card.state === "open" ? [button("Guess", "guess-here", modelId, "main")] : [];
  const ask = button("Ask it", "ask", modelId);
  const evidence = button("Evidence", "evidence-board", `${modelId}...1`);
  return isShared
    ? buttonRow(...guess, ask, button("Details", "details", modelId), evidence)
    : buttonRow(
        ...guess,
        ask,
        evidence,
        button("Refresh", "refresh-card", modelId),
        button("Share", "share-card", modelId),
      );
}

/**
 * All a server knows of a model: facts, odds, evidence, who stands where.
 *
 * @param reader whose eyes it is for; null for everybody's, in the channel
 */
export function modelCardView(given: CardWithMore, names: LabNames, reader: Reader | null): MessageView {
  const { card } = given;
  return {
    embeds: [{ title: escaped(card.name, shown.modelName), description: description(given, names, reader) }],
    components: [buttons(card, reader === null)],
  };
}

/** The leading lab's slug, OTHER left aside unless it is all there is. */
export function leader(card: ModelCard): ModelCard["odds"][number] | null {
  return card.odds.find(({ lab }) => lab !== OTHER) ?? card.odds[0] ?? null;
}
