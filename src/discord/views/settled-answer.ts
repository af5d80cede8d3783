import type { SettledRefusal } from "../../domain/ask-refusal.ts";
import { type LabNames, labList } from "./lab-words.ts";
import { button, buttonRow, type MessageView } from "./message.ts";
import { bold, plain, shown } from "./text.ts";

/** Told in place of an answer where this server has settled who built the model: nothing was asked, nothing is counted. */
export function settledAnswer(refusal: SettledRefusal, names: LabNames): MessageView {
  const { modelId, modelName, builders, confirmed, isTooDear, promptId } = refusal;
  const built = builders.length === 0 ? "somebody" : labList(builders, names);
  const lines = [
    `${bold(modelName, shown.modelName)} is no longer anonymous here: it is settled that ${built} built it. I asked nothing, and it took none of your questions.`,
    listingLine(refusal),
  ];
  if (confirmed === null || isTooDear) return { content: lines.join("\n") };
  const label = plain(`Ask ${confirmed.listing.name}`, 80);
  // With a question at hand it is asked at once, else a form asks for one.
  const ask =
    promptId === null ? button(label, "ask-confirmed", modelId, "main") : button(label, "ask-kept", promptId, "main");
  return {
    content: [
      ...lines,
      ...(promptId === null ? [] : ["-# Your question is kept for a day: press to ask it there."]),
    ].join("\n"),
    components: [buttonRow(ask)],
  };
}

function listingLine({ confirmed, isTooDear }: SettledRefusal): string {
  if (confirmed === null) return "OpenRouter's catalogue holds no listing of that lab I could ask in its place.";
  const name = bold(confirmed.listing.name, shown.modelName);
  const which =
    confirmed.by === "named"
      ? `On OpenRouter it is now ${name}.`
      : `Of that lab's newer listings on OpenRouter, ${name} is most like it.`;
  return isTooDear
    ? `${which} That one costs money, and the host has set no budget for it. (For the host: \`QUESTIONS_USD_PER_MONTH\`.)`
    : which;
}
