import type { Evidence } from "./evidence.ts";
import { OTHER } from "./lab.ts";
import type { Listing } from "./listing.ts";
import type { HistoryEntry } from "./listing-facts.ts";
import type { MarketStateName } from "./market-state.ts";
import type { PollCard } from "./poll.ts";
import type { MeasuredFigures } from "./question.ts";

/**
 * How long an announcement's card may be behind: what happens in the meantime is shown by one edit. Discord wants edits to
 * be rare, and has a small limit of its own for messages older than an hour.
 */
export const cardWaitMs = 45_000;
/** From this age on a message counts as old: a little before Discord's hour. */
const oldMs = 50 * 60_000;
/** Of all old messages of a channel one is edited in this time. */
export const oldCardEveryMs = 60_000;

/** Whether Discord takes few edits of a message by now. */
export function isOldMessage(sentAt: Date, now: Date): boolean {
  return now.getTime() - sentAt.getTime() > oldMs;
}

/** One lab's line in a model's odds. */
export type Odds = { readonly lab: string; readonly price: number; readonly callers: number };

/** What a server knows of a model: facts, odds and state. The odds are sorted, likeliest first, OTHER where it falls. */
export type ModelCard = {
  readonly modelId: number;
  readonly name: string;
  readonly listingId: string;
  readonly facts: Listing;
  readonly listedAt: Date;
  readonly openedAt: Date;
  readonly state: MarketStateName;
  readonly odds: readonly Odds[];
  /** Members who stand on a lab now. */
  readonly callers: number;
  /** Who built it, as it is settled here; null until then. */
  readonly builders: readonly string[] | null;
  readonly publishedAt: Date | null;
  readonly source: string | null;
  /** Of a settled one the guesses that count and those that are right; left out where nobody looked. */
  readonly counted?: { readonly callers: number; readonly right: number };
  /** Since when the catalogue does not hold it any more; null while it does, or may be back any minute. */
  readonly withdrawnSince: Date | null;
  /** Other models of this server, listed in the same minute under the same prefix: they share a lab as a rule. */
  readonly companions: readonly { readonly modelId: number; readonly name: string }[];
  /** What became of it on the list, newest first, as much as is shown, and how much of it there is. */
  readonly history: { readonly entries: readonly HistoryEntry[]; readonly count: number };
  /** Of a model this server's moderators added: where they saw it. Null for one of the catalogue. */
  readonly seenAt: { readonly link: string } | null;
  /** Its latest poll here; left out where nobody looked. */
  readonly poll?: PollCard | null;
  /** What asking it has shown; left out where nobody looked. */
  readonly measured?: MeasuredFigures;
  /** How many pieces of evidence point to a lab and away from one. */
  readonly evidence: { readonly for: number; readonly against: number };
  /** The strongest piece for each of the leading labs that has one, the likeliest lab first; none where nobody looked. */
  readonly strongest: readonly Evidence[];
};

/** Labs whose strongest piece of evidence a card shows. */
const mostLeading = 3;

/** The likeliest labs by odds that are sorted. */
export function whoLeads(odds: readonly Odds[]): string[] {
  return odds.flatMap(({ lab }) => (lab === OTHER ? [] : [lab])).slice(0, mostLeading);
}

/** Who stands on what: the latest few, for the card. Unknown names are seen only by their author and moderators. */
export type Caller = {
  readonly memberId: string;
  readonly name: string;
  readonly lab: string;
  readonly unknownName: string | null;
  readonly calledAt: Date;
  readonly callPrice: number;
};
