import type { MarketStateName } from "./market-state.ts";

/** A guess on a model that is not settled yet. */
export type StandingGuess = {
  readonly modelId: number;
  readonly modelName: string;
  readonly state: MarketStateName;
  readonly lab: string;
  /** Only filled for the member and for moderators. */
  readonly unknownName: string | null;
  readonly calledAt: Date;
  /** Null where it would tell others whether "someone else" stands for a name. */
  readonly callPrice: number | null;
  readonly priceNow: number;
  readonly ownStakePoints: number;
  readonly paysPoints: number;
  readonly worthPoints: number;
};

/** A call that was settled. */
export type SettledCall = {
  readonly modelName: string;
  readonly lab: string;
  readonly unknownName: string | null;
  readonly builders: readonly string[];
  readonly right: boolean;
  readonly score: number;
  readonly calledAt: Date;
  /** Null where it would tell others whether "someone else" stands for a name. */
  readonly callPrice: number | null;
  readonly publishedAt: Date;
};

export type TrackRecord = {
  readonly memberId: string;
  readonly name: string;
  readonly season: string;
  /** Null before the first guess of the season: the wallet then still holds the whole bankroll. */
  readonly walletPoints: number | null;
  /** Wallets of earlier seasons that standing guesses are paid from and into, newest first. */
  readonly pastWallets: readonly { readonly season: string; readonly points: number }[];
  readonly hits: number;
  readonly calls: number;
  readonly best: SettledCall | null;
  /** Newest first, at most ten each; the counts are of all. */
  readonly standing: readonly StandingGuess[];
  readonly standingCount: number;
  readonly settled: readonly SettledCall[];
};
