import { TextInputStyle } from "discord.js";
import type { ModelCard } from "../../domain/card.ts";
import { type Lab, OTHER, suggestLabs } from "../../domain/lab.ts";
import { rules } from "../../domain/rules.ts";
import { longestName } from "../../domain/suspect.ts";
import { type LabNames, someoneElse } from "./lab-words.ts";
import { type MessageView, type ModalView, menuRow, modal } from "./message.ts";
import { counted, percent } from "./numbers.ts";
import { bold, plain, shown } from "./text.ts";

/** The value of "Another lab…" in the menu. No lab's slug, which hold no question mark. */
export const anotherLab = "?";

const mostNamed = 23;

/**
 * The menu of the Guess button: the likeliest labs of this market, filled up in the registry's order, then Someone else
 * and Another lab.
 *
 * @param extra the server's own labs
 */
export function labMenuView(card: ModelCard, names: LabNames, extra: readonly Lab[]): MessageView {
  const listed = card.odds.filter(({ lab }) => lab !== OTHER);
  const likeliest = listed.map(({ lab }) => lab);
  const further = suggestLabs("", likeliest, extra).map(({ slug }) => slug);
  const named = [...new Set([...likeliest, ...further])].slice(0, mostNamed);
  const option = (lab: string) => {
    const odds = card.odds.find((each) => each.lab === lab);
    const callers = odds && odds.callers > 0 ? ` · ${counted(odds.callers, "guess", "guesses")}` : "";
    return {
      label: plain(names(lab), shown.labName),
      value: lab,
      ...(odds ? { description: `${percent(odds.price)}${callers}` } : {}),
    };
  };
  return {
    content: [
      `Who built ${bold(card.name, shown.modelName)}?`,
      `Your first guess on a model is on the house: ${rules.freeStakePoints} points. You can raise it afterwards.`,
    ].join("\n"),
    components: [
      menuRow("pick", card.modelId, "Pick a lab", [
        ...named.map(option),
        { ...option(OTHER), label: someoneElse },
        { label: "Another lab…", value: anotherLab, description: "Type its name" },
      ]),
    ],
  };
}

export const labField = "lab";

/** Asks for a lab that is not in the menu. */
export function labModal(modelId: string): ModalView {
  return modal("Another lab", "name-lab", modelId, {
    label: "Which lab?",
    hint: "Any name of it will do. A name I do not know rides on “Someone else”.",
    input: { custom_id: labField, style: TextInputStyle.Short, min_length: 1, max_length: longestName, required: true },
  });
}
