import type { Listing } from "./listing.ts";
import type { MeasuredFigures } from "./question.ts";

export type MarketStateName = "open" | "frozen" | "settled" | "void";

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
  /** Past reveals of the labs the market opened with: where the first odds come from. */
  readonly builders: readonly string[] | null;
  readonly publishedAt: Date | null;
  readonly source: string | null;
  /** What asking it has shown; left out where nobody looked. */
  readonly measured?: MeasuredFigures;
  /** How many pieces of evidence point to a lab and away from one. */
  readonly evidence: { readonly for: number; readonly against: number };
};

/** Who stands on what: the latest few, for the card. Unknown names are seen only by their author and moderators. */
export type Caller = {
  readonly memberId: string;
  readonly name: string;
  readonly lab: string;
  readonly unknownName: string | null;
  readonly calledAt: Date;
  readonly callPrice: number;
};
