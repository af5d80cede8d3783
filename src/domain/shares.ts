/**
 * Shares are counted in whole millionths so that adding, moving and paying them is exact; the database keeps the same
 * numbers as numeric(20,6). The largest holding a market can reach (b = 12,000, every member at the cap) stays far
 * below 2^53 millionths.
 */
export type Micro = number;

export const microPerShare = 1_000_000;

/** Shares (any fraction) → whole millionths, rounded down: rounding is against the trader. */
export function microDown(shares: number): Micro {
  return Math.floor(shares * microPerShare);
}

/** Whole millionths → shares, for the formulas. */
export function sharesOf(micro: Micro): number {
  return micro / microPerShare;
}

/** Whole millionths → the exact decimal text the database stores, e.g. 76318276 → "76.318276". */
export function decimalOf(micro: Micro): string {
  const digits = Math.abs(micro).toString().padStart(7, "0");
  return `${micro < 0 ? "-" : ""}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

/** The decimal text of the database → whole millionths, exactly. Throws on anything else: a stored number is ours. */
export function microOf(decimal: string): Micro {
  const parts = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(decimal);
  if (!parts) throw new Error(`not a share count: ${decimal}`);
  const micro = Number(parts[2]) * microPerShare + Number((parts[3] ?? "").padEnd(6, "0"));
  if (!Number.isSafeInteger(micro)) throw new Error(`share count out of range: ${decimal}`);
  return parts[1] === "-" ? -micro : micro;
}

/** A bundle of shares: lab slug (or "other") → millionths. Labs held at zero are absent. */
export type Holding = Readonly<Record<string, Micro>>;

/** Adds shares of one lab to a bundle. */
export function addTo(holding: Holding, lab: string, micro: Micro): Holding {
  return micro === 0 ? holding : { ...holding, [lab]: (holding[lab] ?? 0) + micro };
}

/** True when the bundle holds nothing. */
export function isEmpty(holding: Holding): boolean {
  return Object.values(holding).every((micro) => micro === 0);
}
