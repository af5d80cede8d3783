import { oneLine } from "./clean-text.ts";
import { type Lab, resolveLab } from "./lab.ts";
import { readSuspect } from "./suspect.ts";

/** Names a server's moderators may add, labs and further names of labs together: all are searched at every guess. */
export const mostOwnNames = 100;

export type NamingRefusal =
  | { readonly reason: "no-name" }
  | { readonly reason: "name-too-long"; readonly mostCharacters: number }
  | { readonly reason: "means-someone-else" }
  | { readonly reason: "already-known"; readonly name: string; readonly labName: string }
  | { readonly reason: "no-such-lab"; readonly typed: string }
  | { readonly reason: "too-many"; readonly mostNames: number };

/** A name moderators taught their server: a lab of its own, or a further name of a lab that was known already. */
export type TaughtName = {
  readonly done: true;
  readonly name: string;
  readonly what: "new-lab" | "alias";
  /** What the lab is called: the name itself if it is new. */
  readonly labName: string;
};

export type NamingAnswer = TaughtName | { readonly done: false; readonly refusal: NamingRefusal };

/** A server's lab as it is to be kept. With a slug of the registry it only adds names to that lab (see `resolveLab`). */
export type OwnLab = Pick<Lab, "slug" | "name" | "aliases">;

/**
 * Decides what a name the registry does not know becomes in one server (market.md, "Listing a lab"). What it is already is
 * answered as if it became that now, and no lab is to be written.
 *
 * @param name as typed by a moderator
 * @param sameAs the lab it is another name of, by any of its names; null for a lab of its own
 * @param own the server's own labs so far
 */
export function decideNaming(
  name: string,
  sameAs: string | null,
  own: readonly Lab[],
): { readonly answer: TaughtName; readonly lab: OwnLab | null } | NamingRefusal {
  const reading = readSuspect(name, own);
  if (!reading.read) return reading;
  const { suspect } = reading;
  if (suspect.kind === "other") return { reason: "means-someone-else" };
  if (suspect.kind === "lab") {
    const answer = taughtBefore(oneLine(name), sameAs, own);
    return answer
      ? { answer, lab: null }
      : { reason: "already-known", name, labName: resolveLab(name, own)?.name ?? name };
  }
  const known = sameAs === null ? null : resolveLab(sameAs, own);
  if (sameAs !== null && !known) return { reason: "no-such-lab", typed: sameAs };
  if (namesIn(own) >= mostOwnNames) return { reason: "too-many", mostNames: mostOwnNames };
  if (!known) {
    const lab = { slug: freeSlug(own), name: suspect.name, aliases: [] };
    return { answer: { done: true, name: suspect.name, what: "new-lab", labName: suspect.name }, lab };
  }
  const { slug, name: labName } = known;
  const aliases = own.find((lab) => lab.slug === slug)?.aliases ?? [];
  return {
    answer: { done: true, name: suspect.name, what: "alias", labName },
    lab: { slug, name: labName, aliases: [...aliases, suspect.name] },
  };
}

/** The answer that was given when just this was taught; null if it never was. */
function taughtBefore(name: string, sameAs: string | null, own: readonly Lab[]): TaughtName | null {
  if (sameAs === null) {
    const isLab = own.some((lab) => isOwn(lab.slug) && lab.name === name);
    return isLab ? { done: true, name, what: "new-lab", labName: name } : null;
  }
  const lab = resolveLab(sameAs, own);
  const isAlias = own.some(({ slug, aliases }) => slug === lab?.slug && aliases.includes(name));
  return lab && isAlias ? { done: true, name, what: "alias", labName: lab.name } : null;
}

/** Names moderators added: aliases, and those of labs that are not in the registry. */
function namesIn(own: readonly Lab[]): number {
  return own.reduce((sum, lab) => sum + lab.aliases.length + (isOwn(lab.slug) ? 1 : 0), 0);
}

const ownSlug = "server-lab-";

function isOwn(slug: string): boolean {
  return slug.startsWith(ownSlug);
}

/**
 * The next slug nobody goes by. Counted, and not made from the name: labs are found by their slug too, and "lab-foo"
 * would be found by "Lab Foo", which may be another lab. It also stays short, whatever the script of the name.
 */
function freeSlug(own: readonly Lab[]): string {
  let number = own.filter(({ slug }) => isOwn(slug)).length + 1;
  while (resolveLab(`${ownSlug}${number}`, own) !== null) number += 1;
  return `${ownSlug}${number}`;
}
