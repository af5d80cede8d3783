/**
 * The numbers of the game, in one place (source: market.md). A market writes the ones it was opened with on its own row
 * and keeps them to its end, so changing a default here never changes a market that is already open.
 */
export const rules = {
  /** Points every (server, member, season) begins with. */
  bankrollPoints: 1000,
  /** The house's stake on a member's first guess on a model. */
  freeStakePoints: 25,
  /** Most a member may have in one market from the own wallet: own buys − own sale payments. */
  ownCapPoints: 250,
  /** Weekly top-up: wallet + cost of open own stakes is filled up to this. */
  topUpToPoints: 250,
  /** No stake moves a price beyond this; from here on a guess is a call that buys nothing. */
  highestPrice: 0.97,
  /** First weight of OTHER. */
  otherWeight: 0.2,
  /** First weight of a named lab: floor + spread × its share of past reveals. */
  labWeightFloor: 0.05,
  labWeightSpread: 0.35,
  /** Labs named at opening. */
  openingLabs: 9,
  /** Liquidity b = clamp(base + perMember × members active in activeDays, base, most). */
  liquidityBase: 600,
  liquidityPerMember: 6,
  liquidityMost: 12_000,
  activeDays: 30,
  /** Fraction f of OTHER's weight that a newly listed lab takes. */
  listingFraction: 0.25,
  /** A lab is listed while f · p_OTHER is at least this. */
  listingLowestPrice: 0.01,
  /** Added before a sale is rounded down to whole points: what was just bought must not lose a point to arithmetic. */
  saleTolerance: 0.00001,
  /** A right call scores scale × (base + early × E + bold × S). */
  callScale: 100,
  callBase: 0.4,
  callEarly: 0.3,
  callBold: 0.3,
  /** Odds at which a call counts as fully bold: 1 in 50. */
  callBoldOdds: 50,
} as const;
