/** Resolves when it is one's turn. Turns come in the order they are asked for. */
export type Turn = () => Promise<void>;

/** Time as a pace sees it: milliseconds that never jump, and a way to wait. */
type Stopwatch = { readonly elapsedMs: () => number; readonly wait: (ms: number) => Promise<unknown> };

/** Turns that were taken from a pace all processes share: the first is in `waitMs`, the others one step apart. */
type Stretch = { readonly waitMs: number; readonly stepMs: number; readonly turns: number };

/** A turn that comes up late by no more than this is still taken: a busy moment is caught up with, without a burst. */
const mayBeLateMs = 40;

/**
 * Gives out turns one after the other, each at its time. They are taken from the shared pace some at a time, when one is
 * wanted; those nobody wanted at their time are gone.
 *
 * @param take takes the next stretch for this process
 */
export function createPace(take: () => Promise<Stretch>, { elapsedMs, wait }: Stopwatch): Turn {
  let times: number[] = [];
  const next = async () => {
    times = times.filter((atMs) => atMs >= elapsedMs() - mayBeLateMs);
    if (times.length === 0) {
      const { waitMs, stepMs, turns } = await take();
      const startMs = elapsedMs() + waitMs;
      times = Array.from({ length: turns }, (_, i) => startMs + i * stepMs);
    }
    const aheadMs = (times.shift() ?? 0) - elapsedMs();
    if (aheadMs > 0) await wait(aheadMs);
  };
  let last = Promise.resolve();
  return () => {
    const turn = last.then(next);
    // A turn that could not be taken is told to whoever wanted it; the next one may be.
    last = turn.catch(() => undefined);
    return turn;
  };
}
