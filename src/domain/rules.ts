/**
 * The numbers of the game, in one place (source: market.md). A market's row keeps only what came of the first group: its
 * liquidity and the weights of its outcomes. Those numbers may be changed at any time, for the markets that open after.
 *
 * All the others are written nowhere and read from here whenever they are needed, for open, frozen and settled markets
 * alike. They must never be changed while a market is open or a season runs: its members were promised the old ones. A
 * change also reaches back: the audit plays every old market again by these numbers, and boards score old calls by them.
 */
export const rules = {
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

  // From here on nothing is on a market's row.

  /** Points every (server, member, season) begins with. */
  bankrollPoints: 1000,
  /** The house's stake on a member's first guess on a model. */
  freeStakePoints: 25,
  /** Most a member may have in one market from the own wallet: own buys − own sale payments. */
  ownCapPoints: 250,
  /** Weekly top-up: wallet + open own stakes is filled up to this. */
  topUpToPoints: 250,
  /** No stake moves a price beyond this; from here on a guess is a call that buys nothing. */
  highestPrice: 0.97,
  /**
   * Below this a guess is a call that buys nothing, and no call is scored at less. It takes nothing from anybody (the
   * boldest score is had at 1 in 50 already), but a price that is pushed down for long ends at 0 in floating point, where
   * a buy has no finite number of shares and a score divides by zero.
   */
  lowestPrice: 1e-9,
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
