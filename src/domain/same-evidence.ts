import type { Stance } from "./evidence.ts";
import { normaliseLink } from "./evidence-link.ts";

/** What a piece has to be the same in for its author to be told that it is there already. */
export type Substance = {
  readonly lab: string;
  readonly stance: Stance;
  readonly text: string;
  readonly link: string | null;
  readonly hashes: readonly string[];
};

/** Whether two pieces of one member say exactly the same: then the second is a slip, not evidence. */
export function saysTheSame(a: Substance, b: Substance): boolean {
  return a.lab === b.lab && a.stance === b.stance && hasTheSame(a, b);
}

/** Shorter words may stand in a piece that says something else. */
const fewestTelling = 10;

/**
 * Whether a piece brings back what moderators hid, whichever lab it speaks of: the same words, however they are spelled
 * and with whatever around them; of a piece without words its link, or one of its files.
 */
export function bringsBack(piece: Substance, hidden: Substance): boolean {
  if (hasTheSame(piece, hidden)) return true;
  const words = folded(hidden.text);
  if (words !== "") {
    const said = folded(piece.text);
    return said === words || ([...words].length >= fewestTelling && said.includes(words));
  }
  const hasItsLink = hidden.link !== null && pageOf(piece.link) === pageOf(hidden.link);
  return hasItsLink || hidden.hashes.some((hash) => piece.hashes.includes(hash));
}

function hasTheSame(a: Substance, b: Substance): boolean {
  const files = (one: Substance) => [...one.hashes].sort().join(" ");
  return a.text === b.text && pageOf(a.link) === pageOf(b.link) && files(a) === files(b);
}

function pageOf(link: string | null): string | null {
  return link === null ? null : normaliseLink(link);
}

/** Its letters and digits alone, in lower case and without accents. */
function folded(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}
