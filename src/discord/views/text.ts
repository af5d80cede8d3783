import { invisible, oneLine } from "../../domain/clean-text.ts";

/** How much of a text from outside is shown, in UTF-16 units, before escaping (which at most doubles it). */
export const shown = {
  memberName: 32,
  labName: 40,
  modelName: 60,
  listingId: 90,
  typed: 60,
  reason: 300,
  description: 300,
  prompt: 280,
  fileName: 60,
  evidenceLine: 90,
  restoredLine: 40,
  /** All lines of a piece together; escaping at most doubles them. */
  evidenceText: 1000,
} as const;

/**
 * A text from outside for places that show no markdown (labels, titles of menus, autocomplete): one line, at most `most`
 * UTF-16 units, no heaps of accents that climb over their neighbours, and never empty.
 */
export function plain(text: string, most: number): string {
  const clean = oneLine(text.normalize("NFC").replace(invisible, " ")).replace(/(\p{M}{2})\p{M}+/gu, "$1");
  if (clean === "") return "(no name)";
  if (clean.length <= most) return clean;
  let cut = "";
  for (const character of clean) {
    if (cut.length + character.length > most - 1) break;
    cut += character;
  }
  return `${cut.trimEnd()}…`;
}

const rightToLeft = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/u;

/** Where Discord's invites lead, for a regular expression. */
export const inviteHost = "discord(?:app)?\\.(?:gg|com|net)|dsc\\.gg|discord\\.me";

const inviteIn = new RegExp(`(${inviteHost})(?=[/:?])`, "gi");

/**
 * The same for places that do show markdown: nothing in it formats, mentions, links or opens a code block. Text that runs
 * from right to left is isolated, or it would turn the numbers after it round.
 */
export function escaped(text: string, most: number): string {
  const safe = plain(text, most)
    .replace(/[\\*_~`|[\]<>@#]/g, "\\$&")
    .replace(/:(?=\/\/)/g, "\\:")
    .replace(inviteIn, "$1\\")
    .replace(/^(?=[-+])/, "\\")
    .replace(/^(\d+)\./, "$1\\.");
  return rightToLeft.test(safe) ? `\u2068${safe}\u2069` : safe;
}

/** A text of several lines, each `escaped`: none of them opens a heading, a list, a quote or a block of code. */
export function escapedLines(text: string, most: number): string[] {
  let left = most;
  return text.split("\n").flatMap((line) => {
    if (left <= 0) return [];
    const words = line.trim() === "" ? "" : escaped(line, left);
    left -= line.length + 1;
    return [words];
  });
}

/** `escaped`, in bold. */
export function bold(text: string, most: number): string {
  return `**${escaped(text, most)}**`;
}

/**
 * As many lines as fit, and how many were left out.
 *
 * @param most characters, all lines together
 */
export function fittingLines(lines: readonly string[], most: number): string {
  const whole = lines.join("\n");
  if (whole.length <= most) return whole;
  const kept: string[] = [];
  let length = 0;
  for (const line of lines) {
    if (length + line.length + 1 > most - 24) break;
    kept.push(line);
    length += line.length + 1;
  }
  return [...kept, `… and ${lines.length - kept.length} more`].join("\n");
}

/** An address we have read with `readSource`: shown in angle brackets, so that Discord adds no preview. */
export function address(url: string): string {
  return `<${url.replace(/[^\x21-\x7e]|[<>`|]/gu, (character) => encodeURIComponent(character.toWellFormed()))}>`;
}
