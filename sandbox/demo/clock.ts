/** The time in the demo: it stands still while the story is told, and runs when a person plays. */
export type StoryClock = {
  /** Milliseconds since 1970, as the small Discord wants it. */
  readonly nowMs: () => number;
  /** The bot's clock. */
  readonly now: () => Date;
  /** Sets it to a moment, unless that has passed. */
  set(moment: string): void;
  /** Moves it on. */
  pass(ms: number): void;
  /** From here on it runs as fast as any clock. */
  run(): void;
  readonly isRunning: boolean;
};

/** A clock that stands at this moment, ISO 8601. */
export function storyClock(moment: string): StoryClock {
  let setMs = Date.parse(moment);
  let ranSinceMs: number | null = null;
  const nowMs = () => setMs + (ranSinceMs === null ? 0 : Math.floor(performance.now() - ranSinceMs));
  return {
    nowMs,
    now: () => new Date(nowMs()),
    set(to) {
      setMs = Math.max(nowMs(), Date.parse(to));
      if (ranSinceMs !== null) ranSinceMs = performance.now();
    },
    pass(ms) {
      setMs += ms;
    },
    run() {
      ranSinceMs ??= performance.now();
    },
    get isRunning() {
      return ranSinceMs !== null;
    },
  };
}
