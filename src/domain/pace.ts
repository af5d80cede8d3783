/** Resolves when it is one's turn. Turns come in the order they are asked for. */
export type Turn = () => Promise<void>;

/** Time as a pace sees it: milliseconds that never jump, and a way to wait. */
type Stopwatch = { readonly elapsedMs: () => number; readonly wait: (ms: number) => Promise<unknown> };

/** Turns that were taken from a pace all processes share: the first is in `waitMs`, the others one step apart. */
type Stretch = { readonly waitMs: number; readonly stepMs: number; readonly turns: number };

/** A turn that comes up later than this is gone: nobody wanted it. One that is less late is caught up with. */
const mayBeLateMs = 250;
const secondMs = 1_000;

/**
 * Gives out turns one after the other, each at its time. They are taken from the shared pace some at a time, when one is
 * wanted. A busy moment is caught up with, but whatever happens, this process has no more than `mostPerSecond` in any second.
 *
 * @param take takes the next stretch for this process
 */
export function createPace(
  take: () => Promise<Stretch>,
  { elapsedMs, wait }: Stopwatch,
  mostPerSecond = Number.POSITIVE_INFINITY,
): Turn {
  let times: number[] = [];
  let given: number[] = [];
  const next = async () => {
    times = times.filter((atMs) => atMs >= elapsedMs() - mayBeLateMs);
    if (times.length === 0) {
      const { waitMs, stepMs, turns } = await take();
      const startMs = elapsedMs() + waitMs;
      times = Array.from({ length: turns }, (_, i) => startMs + i * stepMs);
    }
    given = given.filter((atMs) => atMs > elapsedMs() - secondMs);
    const freeAtMs = given.length < mostPerSecond ? 0 : (given.at(-mostPerSecond) ?? 0) + secondMs;
    const atMs = Math.max(times.shift() ?? 0, freeAtMs);
    // Node counts a wait from when its round of work began: a long round makes it end that much too early.
    for (let aheadMs = atMs - elapsedMs(); aheadMs > 0; aheadMs = atMs - elapsedMs()) await wait(aheadMs);
    given.push(elapsedMs());
  };
  let last = Promise.resolve();
  return () => {
    const turn = last.then(next);
    // A turn that could not be taken is told to whoever wanted it; the next one may be.
    last = turn.catch(() => undefined);
    return turn;
  };
}
