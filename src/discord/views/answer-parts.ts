import { closed } from "./answer-formatting.ts";
import { type AnswerLine, cutWithin } from "./answer-text.ts";

const fence = "```";

/**
 * Packs lines into messages. A code block that goes on in the next message is closed and opened again with its language;
 * rows of a table and lines stay whole unless they alone are too long, and then no character is cut. As more lines come
 * the parts before the last stay as they are.
 *
 * @param room characters of a part, by its place; at least 260, so that the longest inline code stays whole
 * @param most parts that are wanted: lines are read until there is one more
 */
export function answerParts(
  lines: Iterable<AnswerLine>,
  room: (part: number) => number,
  most = Number.POSITIVE_INFINITY,
): string[] {
  const parts: string[] = [];
  let text = "";
  let open: Extract<AnswerLine, { kind: "code" }> | null = null;
  const closing = () => (open ? `\n${fence}` : "");
  const finish = () => {
    const part = `${text}${closing()}`.trim();
    if (part !== "") parts.push(part);
    text = "";
    open = null;
  };
  const put = (line: AnswerLine, piece: string): boolean => {
    const goesOn: boolean = line.kind === "code" && open?.block === line.block;
    const before = text === "" ? "" : goesOn ? "\n" : `${closing()}\n`;
    const opening = line.kind === "code" && !goesOn ? `${fence}${line.language}\n` : "";
    const after = line.kind === "code" ? `\n${fence}` : "";
    const grown = `${text}${before}${opening}${piece}`;
    if (grown.length + after.length > room(parts.length)) return false;
    text = grown;
    open = line.kind === "code" ? line : null;
    return true;
  };
  for (const line of lines) {
    if (parts.length > most) return parts;
    if (put(line, line.text)) continue;
    finish();
    if (line.text.trim() === "" && line.kind === "text") continue;
    if (put(line, line.text)) continue;
    for (const piece of cut(line, room(parts.length) - fence.length * 2 - 26)) {
      if (parts.length > most) return parts;
      const whole = line.kind === "text" ? closed(piece) : piece;
      if (put(line, whole)) continue;
      finish();
      put(line, whole);
    }
  }
  finish();
  return parts;
}

/** So much of a line is put into a message whatever the room is: without it a cut would never end. */
const leastPiece = 16;

/** A line in pieces of at most `most` characters. */
function* cut({ kind, text }: AnswerLine, most: number): Generator<string, void, undefined> {
  const longest = Math.max(leastPiece, most);
  let rest = text;
  while (rest.length > longest) {
    const at = Math.max(1, cutWithin({ kind, text: rest }, longest));
    yield rest.slice(0, at);
    rest = rest.slice(at);
  }
  yield rest;
}
