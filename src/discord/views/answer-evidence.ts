import { evidenceLimits } from "../../domain/evidence.ts";
import type { Question } from "../../domain/question.ts";
import { figureWords } from "./answer-words.ts";

/** What may be added to an answer that becomes evidence: the rest of the piece is the question, the figures and the answer. */
export const longestRemark = 400;

const longestAsked = 200;

/**
 * What an answer says as evidence, from what is stored of it: the question, the figures, then the answer as far as there
 * is room. What a member adds stands between them: as a passage of the answer if the model wrote just that, else as the
 * member's own words, so that nobody puts words into a model's mouth.
 */
export function answerEvidence(question: Question, remark: string, memberName: string): string {
  const { prompt, answer, figures, target } = question;
  const figureLine = figureWords(figures).join(" · ");
  const before = [
    `Asked: “${cutAtWord(oneLine(prompt), longestAsked)}”`,
    ...(figureLine === "" ? [] : [`Figures: ${figureLine}`]),
    ...remarkLines(answer, oneLine(remark), memberName),
  ].join("\n");
  const opening = `\n${oneLine(target.name)} answered: “`;
  const room = evidenceLimits.textCharacters - lengthOf(before) - lengthOf(opening) - 1;
  const mostLines = evidenceLimits.textLines - before.split("\n").length;
  return `${before}${opening}${cutAtWord(firstLines(answer, mostLines), room)}”`;
}

function remarkLines(answer: string, remark: string, memberName: string): string[] {
  if (remark === "") return [];
  return isPassage(remark, answer)
    ? [`A passage of its answer: “${remark}”`]
    : [`Words of ${oneLine(memberName)}, not of the model: “${remark}”`];
}

/** Whether a model wrote this. What is copied from Discord comes without its formatting, and breaks its lines elsewhere. */
function isPassage(remark: string, answer: string): boolean {
  const bare = (text: string) => text.replace(/[\s*_~`|>#\\…]+/g, "");
  return bare(remark) !== "" && bare(answer).includes(bare(remark));
}

const oneLine = (text: string) => text.replace(/\s+/g, " ").trim();
const lengthOf = (text: string) => [...text].length;

/** An answer without the blank lines in it, and not more lines than a piece may have. */
function firstLines(answer: string, most: number): string {
  const lines = answer.trim().split(/\s*\n\s*/);
  return lines.length <= most ? lines.join("\n") : `${lines.slice(0, most).join("\n")} …`;
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** A text of at most so many characters, never cut within what readers see as one, and after a word if one ends nearby. */
function cutAtWord(text: string, most: number): string {
  if (lengthOf(text) <= most) return text;
  let kept = "";
  let left = most - 2;
  for (const { segment } of graphemes.segment(text)) {
    left -= lengthOf(segment);
    if (left < 0) break;
    kept += segment;
  }
  const words = kept.replace(/\s\S*$/, "");
  return `${(words.length > kept.length * 0.8 ? words : kept).trimEnd()} …`;
}
