import type { ModelCard } from "../../domain/card.ts";
import { takesEvidence } from "../../domain/evidence.ts";
import { rules } from "../../domain/rules.ts";
import { type LabNames, registryNames } from "./lab-words.ts";
import { button, buttonRow, type MessageView } from "./message.ts";
import { modelLine, modelMenu } from "./model-list.ts";
import { evidenceLines, factLines, oddsLines, presenceLines, stateLine, whereLine } from "./model-words.ts";
import { count, counted, moment } from "./numbers.ts";
import { bold, escaped, fittingLines, plain, shown } from "./text.ts";

const mostOdds = 6;
const invitation = `Your first guess is on the house: ${rules.freeStakePoints} points.`;
/** The odds while they say something; of a settled model the guesses as the settlement counts them. */
function guessLines({ state, callers, counted: settled, odds }: ModelCard, names: LabNames): string[] {
  if (state === "void") return [];
  if (state === "settled") {
    return settled ? ["", `Guesses that count: ${count(settled.callers)}, right: ${count(settled.right)}`] : [];
  }
  const heading =
    callers === 0
      ? "**First odds**, from who was behind such models before"
      : `**Odds**, ${counted(callers, "guess", "guesses")}`;
  return ["", heading, ...oddsLines(odds, mostOdds, names)];
}

/**
 * The message that tells a server of a new model, and its later edits.
 *
 * @param pingRoleId the role set in /setup, the only one this message may ping; null for none
 * @param late whether it comes after an outage or a change of set-up, so that it must say since when the model is there
 */
export function announcementMessage(
  card: ModelCard,
  { pingRoleId, late, names = registryNames }: { pingRoleId: string | null; late: boolean; names?: LabNames },
): MessageView {
  const state = stateLine(card, names);
  const lines = [
    state ?? "**Who built it?**",
    whereLine(card),
    ...presenceLines(card),
    late
      ? `Listed ${moment(card.listedAt, "F")}, ${moment(card.listedAt, "R")}`
      : `Listed ${moment(card.listedAt, "R")}`,
    ...factLines(card.facts),
    ...guessLines(card, names),
    ...evidenceLines(card, names),
  ];
  return {
    ...(pingRoleId === null ? {} : { content: `<@&${pingRoleId}>` }),
    embeds: [
      {
        title: `New anonymous model: ${escaped(card.name, shown.modelName)}`,
        description: fittingLines(lines, 4000),
        ...(card.state === "open" ? { footer: { text: invitation } } : {}),
      },
    ],
    components: [
      buttonRow(
        button("Guess", "guess", card.modelId, "main", card.state !== "open"),
        button("Ask it", "ask", card.modelId, "plain", card.seenAt !== null),
        button("Add evidence", "add-evidence", card.modelId, "plain", !takesEvidence(card.state)),
        button("Details", "details", card.modelId),
      ),
    ],
    allowedMentions: pingRoleId === null ? { parse: [] } : { parse: [], roles: [pingRoleId] },
  };
}

/** What a model's thread is called. */
export function threadName(card: ModelCard): string {
  return plain(`Who built ${plain(card.name, shown.modelName)}?`, 100);
}

/** The one message a server gets that nobody has set up yet. */
export function helloMessage(): MessageView {
  return {
    content: [
      "Hi, I am **Unmask**. Anonymous AI models appear on OpenRouter; here you can guess who built them, and be right before everybody else.",
      "To have new ones announced, somebody with Manage Server picks a channel: `/setup channel`.",
      "Until then I say no more. `/guess`, `/models show` and `/help` work already.",
    ].join("\n"),
    components: [buttonRow(button("Models open now", "models", "hello", "main"))],
  };
}

/** The models open now, once, when a channel is first set up. Pings nobody. */
export function summaryMessage(cards: readonly ModelCard[], names: LabNames = registryNames): MessageView {
  const menu = modelMenu(cards, "summary");
  const lines = cards.map((card) => modelLine(card, names));
  const none = "No anonymous models are open now.";
  return {
    embeds: [
      {
        title: "Anonymous models open now",
        description: lines.length === 0 ? none : fittingLines(lines, 4000),
        footer: { text: "New ones will be announced here. /guess places a guess." },
      },
    ],
    components: [...(menu ? [menu] : []), buttonRow(button("All models", "models", "summary"))],
  };
}

/** Said once in the system channel when messages cannot be delivered. Details are for those who manage the server. */
export function troubleMessage({
  channelId,
  modelName,
}: {
  channelId: string | null;
  modelName: string | null;
}): MessageView {
  const what = modelName === null ? "a message" : `the announcement of ${bold(modelName, shown.modelName)}`;
  const where = channelId === null ? "the announcement channel" : `<#${escaped(channelId, 20)}>`;
  return {
    content: `I could not post ${what} in ${where}. Members with Manage Server see why, and what to do, with \`/setup\`.`,
    components: [buttonRow(button("What is missing?", "settings", "trouble"))],
  };
}
