import { oneLine } from "./clean-text.ts";
import type { Suspect } from "./guess.ts";
import { type Lab, normaliseLabName, OTHER, resolveLab } from "./lab.ts";

/** Longest name a member may type for a lab nobody knows. */
export const longestName = 60;

const otherNames = new Set(["other", "someoneelse", "somebodyelse", "else", "none", "noneofthese", "anotherlab"]);

export type SuspectReading =
  | { readonly read: true; readonly suspect: Suspect }
  | { readonly read: false; readonly suspect?: never; readonly reason: "no-name" }
  | {
      readonly read: false;
      readonly suspect?: never;
      readonly reason: "name-too-long";
      readonly mostCharacters: number;
    };

/**
 * Whom a member means by what was typed or picked: a lab by any of its names, "someone else", or a name nobody knows,
 * which is kept as typed but in one line.
 *
 * @param extra the server's own labs
 */
export function readSuspect(typed: string, extra: readonly Lab[]): SuspectReading {
  const lab = resolveLab(typed, extra);
  if (lab) return { read: true, suspect: { kind: "lab", lab: lab.slug } };
  const folded = normaliseLabName(typed);
  if (typed.trim() === OTHER || otherNames.has(folded)) return { read: true, suspect: { kind: "other" } };
  const name = oneLine(typed);
  if (folded === "" || name === "") return { read: false, reason: "no-name" };
  if ([...name].length > longestName) return { read: false, reason: "name-too-long", mostCharacters: longestName };
  return { read: true, suspect: { kind: "unknown", name } };
}
