const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * Asking withdrawn models whether they are revealed has a budget of its own beside the members' questions: of the 50 a
 * free key has a day they are left 40. What is asked here is never one of those, nor does it wait for any.
 */
export const revealCheckRules = {
  mostPerDay: 8,
  dayMs,
  /** Twice as long each time, up to the longest. */
  firstWaitMs: hourMs,
  longestWaitMs: 48 * hourMs,
  /** Reveals came 2 to 62 days after the listing; after half a year nobody is asked any more. */
  giveUpMs: 180 * dayMs,
} as const;

/** When a model may be asked again that was asked so often, last at that time. */
export function nextCheckAt(checks: number, lastAt: Date): Date {
  const { firstWaitMs, longestWaitMs } = revealCheckRules;
  return new Date(lastAt.getTime() + Math.min(longestWaitMs, firstWaitMs * 2 ** Math.max(0, checks - 1)));
}
