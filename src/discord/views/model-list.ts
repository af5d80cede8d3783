import type { ModelCard } from "../../domain/card.ts";
import { type LabNames, labText } from "./lab-words.ts";
import { type MessageView, menuRow, type Row } from "./message.ts";
import { leader } from "./model-card.ts";
import { evidenceWords, stateLine } from "./model-words.ts";
import { counted, moment, percent } from "./numbers.ts";
import { bold, fittingLines, plain, shown } from "./text.ts";

const mostOptions = 25;

/** One model in one or two short lines. */
export function modelLine(card: ModelCard, names: LabNames): string {
  const name = bold(card.name, shown.modelName);
  const state = stateLine(card, names);
  const evidence = evidenceWords(card);
  const argued = evidence === null ? "" : ` · ${evidence}`;
  if (state !== null) return `${name}: ${state}${argued}`;
  const first = leader(card);
  const odds = first === null ? "" : `: ${labText(first.lab, names)} ${percent(first.price)}`;
  return `${name}${odds} · ${counted(card.callers, "guess", "guesses")} · listed ${moment(card.listedAt, "R")}${argued}`;
}

/** A menu that opens a model's card. Null without models, as Discord takes no empty menu. */
export function modelMenu(cards: readonly ModelCard[], key: string): Row | null {
  const options = cards.slice(0, mostOptions).map((card) => ({
    label: plain(card.name, shown.modelName),
    value: String(card.modelId),
  }));
  return options.length === 0 ? null : menuRow("show-card", key, "See a model", options);
}

/** The models of a server, those still open first. */
export function modelListView(cards: readonly ModelCard[], names: LabNames): MessageView {
  const menu = modelMenu(cards, "list");
  if (!menu) {
    return { content: "No anonymous models yet. As soon as one is listed on OpenRouter it can be guessed on here." };
  }
  const lines = cards.slice(0, mostOptions).map((card) => modelLine(card, names));
  return { embeds: [{ title: "Anonymous models", description: fittingLines(lines, 4000) }], components: [menu] };
}
