/** How long an answer may take. What keeps the line alive without saying anything does not count as speaking. */
export type Patience = {
  /** From the question to the first word, of reasoning or of the answer. */
  readonly firstWordMs: number;
  /** Between two words. */
  readonly silenceMs: number;
  /** From the last word to the figures that follow it. */
  readonly afterwordMs: number;
  /** From the question to the end, whatever comes. */
  readonly totalMs: number;
};

type Waiting = {
  /** Waits, and hangs up when patience is over. The time nobody waits, because a listener is busy, is nobody's silence. */
  until<T>(comes: () => Promise<T>): Promise<T>;
  spoken(): void;
  finished(): void;
};

/** Hangs up on whoever keeps us waiting. */
export function waiting(patience: Patience, hangUp: AbortController): Waiting {
  const endsAt = performance.now() + patience.totalMs;
  let quietUntil = performance.now() + patience.firstWordMs;
  return {
    async until(comes) {
      const leftMs = Math.min(endsAt, quietUntil) - performance.now();
      const timer = setTimeout(() => hangUp.abort(), Math.max(0, leftMs));
      try {
        return await comes();
      } finally {
        clearTimeout(timer);
      }
    },
    spoken: () => {
      quietUntil = performance.now() + patience.silenceMs;
    },
    finished: () => {
      quietUntil = performance.now() + patience.afterwordMs;
    },
  };
}
