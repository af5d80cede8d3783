/** The figure below which this share of all figures lies. */
export function percentile(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Prints the middle, the 99th of a hundred and the worst of some waits. */
export function printWaits(what: string, figures: readonly number[]): void {
  const ms = (share: number) => percentile(figures, share).toFixed(0).padStart(5);
  console.log(`  ${what.padEnd(24)} p50 ${ms(0.5)} ms · p99 ${ms(0.99)} ms · worst ${ms(1)} ms`);
}
