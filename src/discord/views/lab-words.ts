import { type Lab, labBySlug, OTHER } from "../../domain/lab.ts";
import { bold, escaped, plain, shown } from "./text.ts";

/** What a slug is called, in plain text. */
export type LabNames = (lab: string) => string;

export const someoneElse = "Someone else";

/** Names of the registry's labs and of a server's own. */
export function labNames(extra: readonly Lab[]): LabNames {
  return (lab) => (lab === OTHER ? someoneElse : plain(labBySlug(lab, extra)?.name ?? lab, shown.labName));
}

/** Those alone, for where no server is asked. */
export const registryNames: LabNames = labNames([]);

/** A lab within a sentence. */
export function labText(lab: string, names: LabNames): string {
  return escaped(names(lab), shown.labName);
}

/** Several labs within a sentence, in bold: "**Xiaomi** and **DeepSeek**". */
export function labList(labs: readonly string[], names: LabNames): string {
  const bolds = labs.map((lab) => bold(names(lab), shown.labName));
  return [bolds.slice(0, -1).join(", "), ...bolds.slice(-1)].filter((part) => part !== "").join(" and ");
}

/** Whom a call means; the name nobody knows only where the reader may see it. */
export function callText(call: { lab: string; name: string | null }, names: LabNames): string {
  const lab = bold(names(call.lab), shown.labName);
  return call.name === null ? lab : `${lab} (“${escaped(call.name, shown.typed)}”)`;
}
