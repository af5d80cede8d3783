import type { Caller, ModelCard } from "../../domain/card.ts";
import { OTHER } from "../../domain/lab.ts";
import { historyLines } from "./history.ts";
import { callText, type LabNames } from "./lab-words.ts";
import { button, buttonRow, type MessageView, type Row } from "./message.ts";
import { factLines, oddsLines, presenceLines, stateLine, whereLine } from "./model-words.ts";
import { counted, moment, percent } from "./numbers.ts";
import { address, escaped, fittingLines, shown } from "./text.ts";

/** Who reads a card: it decides which names typed by members are shown. */
export type Reader = { readonly memberId: string; readonly moderates: boolean };

const mostOdds = 12;
const mostCallers = 8;

function callerLine(caller: Caller, names: LabNames, reader: Reader | null): string {
  const maySee = reader !== null && (reader.moderates || reader.memberId === caller.memberId);
  const call = callText({ lab: caller.lab, name: maySee ? caller.unknownName : null }, names);
  return `${escaped(caller.name, shown.memberName)}: ${call} at ${percent(caller.callPrice)}, ${moment(caller.calledAt, "R")}`;
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

function description(card: ModelCard, latest: readonly Caller[], names: LabNames, reader: Reader | null): string {
  const what = card.facts.description;
  const stance = latest.slice(0, mostCallers).map((caller) => callerLine(caller, names, reader));
  const lines = [
    whereLine(card),
    stateLine(card, names),
    ...presenceLines(card),
    ...settledLines(card),
    card.seenAt === null ? `Listed ${moment(card.listedAt, "f")}` : `Added ${moment(card.listedAt, "f")}`,
    ...factLines(card.facts),
    what === null || what.trim() === "" ? null : `> ${escaped(what, shown.description)}`,
    "",
    `**${card.state === "settled" ? "Odds at the end, late guesses included" : "Odds"}**, ${guessesWords(card.callers)}`,
    ...oddsLines(card.odds, mostOdds, names),
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
  return isShared
    ? buttonRow(...guess, button("Details", "details", modelId))
    : buttonRow(...guess, button("Refresh", "refresh-card", modelId), button("Share", "share-card", modelId));
}

/**
 * All a server knows of a model: facts, odds, who stands where.
 *
 * @param reader whose eyes it is for; null for everybody's, in the channel
 */
export function modelCardView(
  card: ModelCard,
  latest: readonly Caller[],
  names: LabNames,
  reader: Reader | null,
): MessageView {
  return {
    embeds: [{ title: escaped(card.name, shown.modelName), description: description(card, latest, names, reader) }],
    components: [buttons(card, reader === null)],
  };
}

/** The leading lab's slug, OTHER left aside unless it is all there is. */
export function leader(card: ModelCard): ModelCard["odds"][number] | null {
  return card.odds.find(({ lab }) => lab !== OTHER) ?? card.odds[0] ?? null;
}
