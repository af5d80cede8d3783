export const boardKinds = ["calls", "points"] as const;
export type BoardKind = (typeof boardKinds)[number];

/** A member's line. `rank` is shared by equals, `place` is the line's own position on its board. */
export type BoardRow = {
  readonly rank: number;
  readonly place: number;
  readonly memberId: string;
  readonly name: string;
  readonly score: number;
  readonly hits: number;
  readonly calls: number;
  /** Markets in which this member was the first correct caller. */
  readonly firsts: number;
  /** Right calls in a row, counted back from the latest settled one. */
  readonly streak: number;
  readonly points: number;
};

export type BoardPage = {
  readonly kind: BoardKind;
  readonly season: string;
  /** Seasons this server has markets in, newest first. */
  readonly seasons: readonly string[];
  /** Markets of the season that are not settled: while there are any, its boards are provisional. */
  readonly openMarkets: number;
  readonly settledMarkets: number;
  readonly page: number;
  readonly pages: number;
  readonly rows: readonly BoardRow[];
  readonly own: BoardRow | null;
};
