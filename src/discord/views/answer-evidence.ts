import { evidenceLimits } from "../../domain/evidence.ts";
import { answerForm } from "./evidence-forms.ts";
import type { ModalView } from "./message.ts";

/** A message with an answer, as Discord sends it with the press of its button. */
type AnswerMessage = {
  readonly content: string;
  readonly embeds: readonly {
    readonly description: string | null;
    readonly footer: { readonly text: string } | null;
  }[];
};

/** Asks what an answer is evidence of. What the pressed message says stands there already, and may be shortened. */
export function answerEvidenceForm(questionId: string, { content, embeds }: AnswerMessage): ModalView {
  const [model] = embeds;
  const words = [content, ...(model ? [model.description ?? "", model.footer?.text ?? ""] : [])].join("\n");
  return answerForm(questionId, asWritten(words));
}

/** A message of ours without the signs that were for Discord, and without what is the asker's own business. */
function asWritten(message: string): string {
  return message
    .split("\n")
    .filter((line) => !/^-# (It is longer than|left:|The providers of)/.test(line))
    .map((line) =>
      line
        .replace(/^(-# |> )/, "")
        .replace(/ · left: .*$/, "")
        .replace(/\|\|.*\|\|$/, "")
        .replace(/(?<!\\)\*\*/g, "")
        .replace(/\\([^0-9A-Za-z\s])/g, "$1"),
    )
    .join("\n");
}

/** An answer's evidence says what was asked, too: an answer may be so long that its last message does not. */
export function withQuestion(text: string, prompt: string): string {
  const asked = prompt.replace(/\s+/g, " ").trim();
  const begins = asked.slice(0, 60);
  if (text.replace(/\s+/g, " ").includes(begins)) return text;
  const most = 200;
  const whole = `Asked: “${asked.length > most ? `${asked.slice(0, most).toWellFormed()}…` : asked}”\n${text}`;
  return [...whole].slice(0, evidenceLimits.textCharacters).join("");
}
