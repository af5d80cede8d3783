import { labs } from "./lab-registry.ts";

/** The outcome "someone else". Reserved: no lab has this slug. */
export const OTHER = "other";

/** Somebody who builds models. */
export type Lab = {
  /** Stable key: OpenRouter's author prefix where there is one. Display names change, prefixes have not. */
  readonly slug: string;
  readonly name: string;
  /** Other names members use: the company, its models, its name in its own script. No two labs share one. */
  readonly aliases: readonly string[];
  /** The company it belongs to, if that has another name. */
  readonly parent: string | null;
  /** ISO 3166-1 alpha-2; null if not publicly known. */
  readonly country: string | null;
  /** The author prefixes of its listings on OpenRouter. */
  readonly prefixes: readonly string[];
};

/** Discord shows at most this many suggestions. */
const mostSuggestions = 25;

/** A name reduced to what identifies it: lower case letters and digits of any script, without accents, spaces or punctuation. */
export function normaliseLabName(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[^\p{L}\p{N}]/gu, "");
}

/** All the names a lab is found under. */
function namesOf(lab: Lab): string[] {
  return [lab.slug, lab.name, ...lab.aliases, ...lab.prefixes];
}

const bySlug: ReadonlyMap<string, Lab> = new Map(labs.map((lab) => [lab.slug, lab]));
const byAuthor: ReadonlyMap<string, Lab> = new Map(labs.flatMap((lab) => lab.prefixes.map((prefix) => [prefix, lab])));
const byName: ReadonlyMap<string, Lab> = new Map(
  labs.flatMap((lab) => namesOf(lab).map((name) => [normaliseLabName(name), lab])),
);

/** The lab with this slug, of the registry or else of the server's own labs. */
export function labBySlug(slug: string, extra: readonly Lab[] = []): Lab | null {
  return bySlug.get(slug) ?? extra.find((lab) => lab.slug === slug) ?? null;
}

/** The lab whose listings on OpenRouter carry this author prefix (see `authorOf`). */
export function labByAuthor(author: string): Lab | null {
  return byAuthor.get(author) ?? null;
}

/**
 * The lab a member means, by its name or one of its aliases, whatever the case, accents, spaces and punctuation. Never
 * a near miss: a wrong lab would be bet on silently. Null if nobody goes by that name.
 *
 * @param extra the server's own labs; the registry is asked first. One with a slug of the registry only adds its aliases to that lab
 */
export function resolveLab(text: string, extra: readonly Lab[] = []): Lab | null {
  const name = normaliseLabName(text);
  if (name === "") return null;
  const known = byName.get(name);
  if (known) return known;
  const own = extra.find((lab) => namesOf(lab).some((ownName) => normaliseLabName(ownName) === name));
  return own ? labBySlug(own.slug, extra) : null;
}

/** A name from each of its words on, so that "mind" is not found in DeepMind, but "deepmind" is in "Google DeepMind". */
function startsOf(name: string): string[] {
  const words = name.split(/[^\p{L}\p{N}\p{M}]+/u).filter((word) => word !== "");
  return words.map((_, i) => normaliseLabName(words.slice(i).join("")));
}

const registryStarts: ReadonlyMap<Lab, readonly string[]> = new Map(
  labs.map((lab) => [lab, namesOf(lab).flatMap(startsOf)]),
);

/**
 * Labs to suggest while a member types: those with a name, alias or a word of one that begins with the text (all, if
 * there is none yet), the ranked ones first and in their order, then the registry's order, then the server's own labs.
 *
 * @param ranked slugs, most guessed first
 * @param extra the server's own labs, as in `resolveLab`
 * @param limit at most this many, 25 unless a place is needed for "Someone else"
 */
export function suggestLabs(
  text: string,
  ranked: readonly string[],
  extra: readonly Lab[] = [],
  limit: number = mostSuggestions,
): Lab[] {
  const typed = normaliseLabName(text);
  const rank = new Map(ranked.map((slug, i) => [slug, i]));
  const own = extra.filter((lab) => !bySlug.has(lab.slug));
  const begins = (lab: Lab): boolean => {
    const added = extra.filter(({ slug }) => slug === lab.slug).flatMap((more) => namesOf(more).flatMap(startsOf));
    return [...(registryStarts.get(lab) ?? []), ...added].some((start) => start.startsWith(typed));
  };
  const place = (lab: Lab) => rank.get(lab.slug) ?? ranked.length;
  return [...labs, ...own]
    .filter(begins)
    .sort((a, b) => place(a) - place(b))
    .slice(0, Math.min(limit, mostSuggestions));
}
