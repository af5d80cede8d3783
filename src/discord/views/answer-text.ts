import { closed } from "./answer-formatting.ts";
import { inviteHost } from "./text.ts";

/**
 * What a model wrote, as lines that do no harm on Discord and still read well. Text is one line with its markdown; code
 * is a line of a code block, which shows as it is. A table is a code block too: Discord knows no tables.
 */
export type AnswerLine =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "code"; readonly text: string; readonly language: string; readonly block: number };

/** Longer inline code is shown as plain text: it must never be cut in two. */
const longestInlineCode = 200;

const zeroWidth = "\u200B";
const bidi = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;
const control = /[\p{Cc}\p{Co}\p{Cn}\uFFF9-\uFFFB\u{E0000}-\u{E0FFF}]/gu;
/** Joiners are part of emoji and of some scripts, one at a time and between two letters. */
const joiner = /(?<=[^\s\u200C\u200D])[\u200C\u200D](?=[^\s\u200C\u200D])/u;
const nothingToSee =
  /\u034F|[\u00AD\u115F\u1160\u180E\u200B-\u200D\u2060-\u2064\u206A-\u206F\u2800\u3164\uFEFF\uFFA0]|\u17B4|\u17B5/gu;

/** A line without characters that are not text, turn it round, show nothing, or pile up. */
function cleaned(line: string): string {
  return line
    .toWellFormed()
    .replace(bidi, "")
    .replace(control, (character) => (character === "\t" ? character : ""))
    .replace(nothingToSee, (character, at: number, whole: string) =>
      joiner.test(
        `${[...whole.slice(Math.max(0, at - 2), at)].at(-1) ?? " "}${character}${whole.slice(at + 1, at + 3)}`,
      )
        ? character
        : "",
    )
    .replace(/(\p{M}{2})\p{M}+/gu, "$1");
}

const fence = /^\s*(`{3,}|~{3,})\s*([^`\n]*)$/;
/** Longer lines are no table's, heading's or rule's: looking closely at them would take long. */
const longestMarked = 1_500;

function isTableRow(line: string): boolean {
  const row = line.trim();
  return row.length > 1 && row.length <= longestMarked && row.startsWith("|") && row.endsWith("|");
}

/** The line under a table's heads, such as `|---|:-:|`. */
function isTableRule(line: string): boolean {
  return isTableRow(line) && /-/.test(line) && /^[|:\-\s]+$/.test(line);
}

/** Where a line ends, whatever program wrote it. */
const lineEnd = /\r\n?|[\n\u2028\u2029\u0085\v\f]/g;

/** An answer's lines, cleaned one after the other: those nobody asks for cost nothing. */
function* linesOf(answer: string): Generator<string, void, undefined> {
  let from = 0;
  for (const { index, 0: end } of answer.matchAll(lineEnd)) {
    yield cleaned(answer.slice(from, index));
    from = index + end.length;
  }
  yield cleaned(answer.slice(from));
}

/** Reads a model's answer line by line, as far as its lines are asked for. Blank ones in a row are one, and none is the first. */
export function* answerLines(answer: string): Generator<AnswerLine, void, undefined> {
  let isAfterBlank = true;
  for (const line of blocksAndText(answer)) {
    const isBlank = line.kind === "text" && line.text === "";
    if (!isBlank || !isAfterBlank) yield line;
    isAfterBlank = isBlank;
  }
}

/** A block of code nobody closes goes to the end. */
function* blocksAndText(answer: string): Generator<AnswerLine, void, undefined> {
  const lines = linesOf(answer);
  let block = 0;
  let next = lines.next();
  const step = () => {
    next = lines.next();
  };
  while (!next.done) {
    const line = next.value;
    const [, mark, info] = fence.exec(line) ?? [];
    step();
    if (mark !== undefined) {
      block += 1;
      const language = languageIn(info ?? "");
      for (; !next.done && !closes(next.value, mark); step()) {
        yield { kind: "code", text: inCode(next.value), language, block };
      }
      step();
    } else if (isTableRow(line) && !next.done && isTableRule(next.value)) {
      block += 1;
      yield { kind: "code", text: inCode(line.trim()), language: "", block };
      for (; !next.done && isTableRow(next.value); step()) {
        yield { kind: "code", text: inCode(next.value.trim()), language: "", block };
      }
    } else {
      yield { kind: "text", text: textLine(line) };
    }
  }
}

function closes(line: string, opened: string): boolean {
  const [, mark, info] = fence.exec(line) ?? [];
  return mark?.[0] === opened[0] && (mark?.length ?? 0) >= opened.length && info?.trim() === "";
}

function languageIn(info: string): string {
  return /^[\w+#.-]{1,20}(?=\s|$)/.exec(info.trim())?.[0] ?? "";
}

/** Three backticks would end the block, whatever comes before them; an invite would be shown all the same. */
function inCode(text: string): string {
  return text.replace(/`(?=``)|(?<=`)`(?=`)/g, `\`${zeroWidth}`).replace(invite, `$1${zeroWidth}$2`);
}

/** Whatever may follow a host in an address. */
const invite = new RegExp(`(${inviteHost})([/:?#])`, "gi");

/** A line outside of code: quotes, lists, bold and inline code stay; headings become bold; nothing mentions or links. */
function textLine(line: string): string {
  if (line.length <= longestMarked && /^([-*_=])\1{2,}$/.test(line.replace(/\s/g, ""))) return "───";
  const whole = line.replaceAll("\t", "    ").trimEnd();
  const quote = /^\s*>[>\s]*/.exec(whole)?.[0] ?? "";
  const list = /^(\s*)([-*+]|\d{1,9}[.)])\s+/.exec(whole.slice(quote.length));
  const marker = list ? `${(list[1] ?? "").slice(0, 8)}${/\d/.test(list[2] ?? "") ? list[2] : "-"} ` : "";
  const rest = whole.slice(quote.length + (list?.[0].length ?? 0));
  const heading =
    rest.length > longestMarked ? undefined : /^\s*#{1,6}\s+(\S.*)$/.exec(rest)?.[1]?.replace(/[\s#]+$/, "");
  const said = heading === undefined ? inline(rest) : bolded(inline(heading.replaceAll("*", "")));
  return `${quote === "" ? "" : "> "}${marker}${closed(said)}`;
}

function bolded(text: string): string {
  return text.trim() === "" ? "" : `**${text}**`;
}

/** What is escaped already stays so, inline code too: what it holds shows as it is. */
const token = new RegExp(
  [
    "\\\\[^0-9A-Za-z\\s]",
    `(?<!\`)\`(?!\`)[^\`\\n]{1,${longestInlineCode}}\`(?!\`)`,
    "[`<>@#|[\\]]",
    ":(?=//)",
    invite.source,
  ].join("|"),
  "gi",
);

function inline(text: string): string {
  return text.replace(token, (found) => {
    if (found.length === 1) return `\\${found}`;
    if (found.startsWith("\\")) return found;
    return found.startsWith("`") ? inCode(found) : found.replace(/[/:?#]$/, "\\$&");
  });
}

const characters = new Intl.Segmenter("en", { granularity: "grapheme" });
/** More than the longest piece that must not be cut. */
const lookahead = longestInlineCode * 2;

/**
 * Where to cut a line so that at most `most` characters come before: never within an escape, inline code, or what readers
 * see as one character; after a space where there is one near the end.
 */
export function cutWithin({ kind, text }: Pick<AnswerLine, "kind" | "text">, most: number): number {
  const near = text.slice(0, most + lookahead);
  const wholes = kind === "code" ? [] : [...near.matchAll(/\\[^0-9A-Za-z\s]|`[^`\n]+`/g)];
  const edge = characters.segment(near).containing(most)?.index ?? most;
  const cutThrough = wholes.find(({ index, 0: whole }) => index < edge && index + whole.length > edge);
  const at = cutThrough?.index ?? edge;
  const space = kind === "code" ? 0 : near.lastIndexOf(" ", at - 1) + 1;
  const isInCode = wholes.some(({ index, 0: whole }) => index < space && index + whole.length > space);
  if (space > most * 0.7 && !isInCode) return space;
  if (at > 0) return at;
  return /^[\uDC00-\uDFFF]/.test(near.slice(most)) ? most - 1 : most;
}
