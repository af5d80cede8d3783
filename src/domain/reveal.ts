import type { MarketStateName } from "./market-state.ts";

/**
 * Where a candidate for who built a model comes from. sentence: OpenRouter itself says so. listing: an official listing
 * that came as the model went. settled: moderators of other servers settled it so.
 */
export const candidateKinds = ["sentence", "listing", "settled"] as const;
export type CandidateKind = (typeof candidateKinds)[number];

/**
 * How well the time of publication is known. listed: the official listing says when it was made. seen: the first read that
 * held it. day: only its day, and midnight in UTC stands for it. asked: nothing, and the moment of finding it stands for
 * it. elsewhere: as most other servers have it.
 */
export const publicationTimes = ["listed", "seen", "day", "asked", "elsewhere"] as const;
export type PublicationTime = (typeof publicationTimes)[number];

/** What became of a candidate in one server. lapsed: no other server holds to it any more. */
export type CandidateStanding =
  | { readonly kind: "waits" | "lapsed" }
  | { readonly kind: "dismissed"; readonly by: string }
  | { readonly kind: "decided"; readonly state: "settled" | "void" };

/** A candidate as moderators see it. It never settles anything by itself. */
export type RevealCandidate = {
  readonly candidateId: number;
  readonly modelId: number;
  readonly modelName: string;
  readonly kind: CandidateKind;
  /** Slugs of the labs; empty if nobody here knows the lab by the listing. */
  readonly labs: readonly string[];
  /** What was found: OpenRouter's sentence, or the official listing's name. Null for a settlement. */
  readonly found: string | null;
  /** 0 to 1: how much speaks for it. */
  readonly score: number;
  /** Web address of the proof; null for a settlement, as the sources of other servers are theirs. */
  readonly source: string | null;
  readonly publishedAt: Date;
  readonly publishedHow: PublicationTime;
  /** Other servers whose moderators settled it so; of one that comes from settlements. */
  readonly agreeing: number;
  readonly standing: CandidateStanding;
};

/** Why a candidate cannot be settled by, or is none. */
export type CandidateRefusal =
  | { readonly reason: "no-such-candidate" }
  | { readonly reason: "dismissed"; readonly by: string; readonly modelName: string }
  | { readonly reason: "lapsed"; readonly modelName: string }
  | { readonly reason: "no-known-lab"; readonly modelName: string };

/** What became of a candidate in a server: the server's own decision counts first, then what its moderators said of the candidate. */
export function standingOf(given: {
  readonly kind: CandidateKind;
  readonly marketState: MarketStateName;
  readonly dismissedBy: string | null;
  readonly agreeing: number;
}): CandidateStanding {
  const { kind, marketState, dismissedBy, agreeing } = given;
  if (marketState === "settled" || marketState === "void") return { kind: "decided", state: marketState };
  if (dismissedBy !== null) return { kind: "dismissed", by: dismissedBy };
  return { kind: kind === "settled" && agreeing === 0 ? "lapsed" : "waits" };
}

const months = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** OpenRouter's days may be those of California: they end when eight hours of the next are over in UTC. */
const longestDayMs = dayMs + 8 * hourMs;

/**
 * The day a sentence like "was a stealth model revealed on March 18th as …" names, at midnight UTC. It has no year: it is
 * the first such day from the day of the listing on. Null if there is none by now, or if it names none.
 */
export function revealDay(sentence: string, listedAt: Date, now: Date): Date | null {
  const [, monthName = "", day = ""] = /\brevealed on ([a-z]+) (\d{1,2})(?:st|nd|rd|th)?\b/i.exec(sentence) ?? [];
  const month = months.indexOf(monthName.toLowerCase());
  if (month < 0) return null;
  const listedOn = Math.floor(listedAt.getTime() / dayMs) * dayMs;
  const first = listedAt.getUTCFullYear();
  // 29 February may be years away.
  for (let year = first; year <= now.getUTCFullYear(); year++) {
    const found = new Date(Date.UTC(year, month, Number(day)));
    const isReal = found.getUTCMonth() === month;
    if (isReal && found.getTime() >= listedOn && found <= now) return found;
  }
  return null;
}

const link = /\bhttps?:\/\/(?:www\.)?openrouter\.ai\/(?:models\/)?([\w.-]+\/[\w.:-]*\w)/gi;

/** The listings a sentence of OpenRouter's links, in its order. */
export function linkedListings(sentence: string): string[] {
  return [...sentence.matchAll(link)].map(([, id]) => id ?? "");
}

/** Who a reveal speaks for: a lab, as known here, with the listings of it that are named, and how much speaks for it. */
type Named = { readonly lab: string | null; readonly listingIds: readonly string[]; readonly score: number };

/** How much speaks for a lab where several are recommended instead of the model, and the sentence links none. */
const scoreAmongSeveral = 0.5;

/**
 * The lab a reveal names. What the sentence itself links is what it speaks of; what is only recommended beside it counts
 * where no link is of a known lab, and for less where that is several labs' models.
 *
 * @param listingIds all that are named, those of the sentence first
 * @param labOf the lab a listing is of, if it is known
 */
export function namedIn(
  sentence: string,
  listingIds: readonly string[],
  labOf: (listingId: string) => string | null,
): Named {
  const linked = linkedListings(sentence);
  const isOfLab = (id: string) => labOf(id) !== null;
  const fromLink = listingIds.filter((id) => linked.includes(id)).find(isOfLab);
  const first = fromLink ?? listingIds.find(isOfLab);
  if (first === undefined) return { lab: null, listingIds, score: 1 };
  const lab = labOf(first);
  const isSure = fromLink !== undefined || listingIds.every((id) => !isOfLab(id) || labOf(id) === lab);
  const ofLab = listingIds.filter((id) => labOf(id) === lab);
  return { lab, listingIds: [first, ...ofLab.filter((id) => id !== first)], score: isSure ? 1 : scoreAmongSeveral };
}

/** When the reveal a sentence tells of was published: on its day, at the time an official listing was made if that is known. */
export function revealTime(given: {
  readonly sentence: string;
  readonly listedAt: Date;
  /** When the official listings it names say they were made. */
  readonly official: readonly Date[];
  readonly now: Date;
}): { readonly publishedAt: Date; readonly publishedHow: PublicationTime } {
  const { sentence, listedAt, official, now } = given;
  const day = revealDay(sentence, listedAt, now);
  if (!day) return { publishedAt: now, publishedHow: "asked" };
  const made = official.find((at) => at >= day && at.getTime() - day.getTime() < longestDayMs);
  // One that was made before the model was listed says nothing about the model.
  if (made && made > listedAt) return { publishedAt: made, publishedHow: "listed" };
  return { publishedAt: day, publishedHow: "day" };
}
