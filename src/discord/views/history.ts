import type { ModelCard } from "../../domain/card.ts";
import type { FactName, FactValue, HistoryEntry } from "../../domain/listing-facts.ts";
import { button, buttonRow, type MessageView } from "./message.ts";
import { modalities, usdPerMillion } from "./model-words.ts";
import { count, moment } from "./numbers.ts";
import { bold, escaped, fittingLines, shown } from "./text.ts";

const text = (most: number) => (value: FactValue) => escaped(String(value), most);
const tokens = (value: FactValue) => `${count(Number(value))} tokens`;
const price = (value: FactValue) => {
  const usd = usdPerMillion(String(value));
  return usd === null ? "depends" : `${usd} per million tokens`;
};
const list = (value: FactValue) => modalities(Array.isArray(value) ? value : []) || "nothing";

const facts = {
  name: { called: "Name", says: text(shown.modelName) },
  contextTokens: { called: "Context", says: tokens },
  maxOutputTokens: { called: "Longest answer", says: tokens },
  promptUsdPerToken: { called: "Price in", says: price },
  completionUsdPerToken: { called: "Price out", says: price },
  inputModalities: { called: "Takes", says: list },
  outputModalities: { called: "Gives", says: list },
  tokenizer: { called: "Tokenizer", says: text(60) },
  description: { called: "Description", says: text(160) },
} satisfies Record<FactName, { called: string; says: (value: FactValue) => string }>;

/** What became of a model in a few words. Of a description only the new one is shown. */
function entryText(entry: HistoryEntry): string {
  switch (entry.kind) {
    case "withdrawn":
      return "Withdrawn from the list";
    case "back":
      return "Back on the list";
    case "fact": {
      const { called, says } = facts[entry.fact];
      const after = entry.after === null ? "unknown" : says(entry.after);
      if (entry.fact === "description") return `${called} is now: ${after}`;
      return `${called}: ${entry.before === null ? "unknown" : says(entry.before)} → ${after}`;
    }
  }
}

/**
 * A model's history as lines of its card, newest first.
 *
 * @param history.count how much of it there is in all
 */
export function historyLines(history: { entries: readonly HistoryEntry[]; count: number }): string[] {
  const rest = history.count - history.entries.length;
  return [
    ...history.entries.map((entry) => `${moment(entry.at, "d")} ${entryText(entry)}`),
    ...(rest > 0 ? [`… and ${count(rest)} more`] : []),
  ];
}

/** The message for a model's thread about what one read of the catalogue found. Pings nobody. */
export function changeMessage(card: ModelCard, entries: readonly HistoryEntry[], at: Date): MessageView {
  const stays = entries.some(({ kind }) => kind === "withdrawn") ? ["Guesses go on until it is settled."] : [];
  const lines = [
    `${bold(card.name, shown.modelName)} on OpenRouter's list, ${moment(at, "f")}`,
    ...entries.map((entry) => `• ${entryText(entry)}`),
    ...stays,
  ];
  return {
    content: fittingLines(lines, 2000),
    components: [buttonRow(button("Details", "details-then", `${card.modelId}.${at.getTime()}`))],
  };
}
