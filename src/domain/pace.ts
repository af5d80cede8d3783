/** Resolves when it is one's turn. Turns come in the order they are asked for. */
export type Turn = () => Promise<void>;

/** Time as a pace sees it: milliseconds that never jump, and a way to wait. */
type Stopwatch = { readonly elapsedMs: () => number; readonly wait: (ms: number) => Promise<unknown> };

/** Of a process's requests that were refused or failed: what that does to how many it may still send. */
export type Disturbance = {
  /** In how many milliseconds the request is sent again, without a turn; less than nothing when it just was. */
  readonly repeatedInMs: number;
  /** How long ago it was sent in vain and not counted; null if Discord counts it all the same. */
  readonly uncountedMsAgo: number | null;
};

/** What goes on between a process and Discord beside its turns. */
export type Traffic = {
  /** For how much longer nothing may be asked at all; 0 when all may go on. */
  readonly silentMs: () => number;
  /** Those of the last second, and those whose repeats are still to come. */
  readonly disturbances: () => readonly Disturbance[];
};

/** Turns that were taken from a pace all processes share: the first is in `waitMs`, the others one step apart. */
type Stretch = { readonly waitMs: number; readonly stepMs: number; readonly turns: number };

/** A turn that comes up later than this is gone: nobody wanted it. One that is less late is caught up with. */
const mayBeLateMs = 250;
/** Also for how long those are caught up with that were wanted, but held up by a silence or by too many before them. */
const secondMs = 1_000;
const noTraffic: Traffic = { silentMs: () => 0, disturbances: () => [] };

/**
 * Gives out turns one after the other, each at its time. They are taken from the shared pace some at a time, when one is
 * wanted. A busy moment is caught up with, and so is a silence, four times as fast; but whatever happens, this process
 * has no more than `mostPerSecond` in any second, requests that are sent again included.
 *
 * @param take takes the next stretch for this process. It may begin up to `lateMs` ago, where nobody had those turns
 */
export function createPace(
  take: (lateMs: number) => Promise<Stretch>,
  { elapsedMs, wait }: Stopwatch,
  { mostPerSecond = Number.POSITIVE_INFINITY, traffic = noTraffic }: { mostPerSecond?: number; traffic?: Traffic } = {},
): Turn {
  let times: number[] = [];
  let given: number[] = [];
  let closestMs = 0;
  let heldUpToMs = Number.NEGATIVE_INFINITY;
  const wasHeldUp = () => elapsedMs() - heldUpToMs < secondMs;
  const until = async (atMs: number) => {
    // Node counts a wait from when its round of work began: a long round makes it end that much too early.
    for (let aheadMs = atMs - elapsedMs(); aheadMs > 0; aheadMs = atMs - elapsedMs()) await wait(aheadMs);
  };
  /** When the next may follow: as soon as fewer than `mostPerSecond` count that were sent in the second before, or will be. */
  const freeAtMs = () => {
    const nowMs = elapsedMs();
    given = given.filter((atMs) => atMs > nowMs - secondMs);
    const counted = given.map((atMs) => ({ atMs, count: 1 }));
    for (const { repeatedInMs, uncountedMsAgo } of traffic.disturbances()) {
      // One that is sent again later than in a second shares none with a turn that is given now.
      if (repeatedInMs < secondMs) counted.push({ atMs: nowMs + repeatedInMs, count: 1 });
      if (uncountedMsAgo !== null) counted.push({ atMs: nowMs - uncountedMsAgo, count: -1 });
    }
    const recent = counted.filter(({ atMs }) => atMs > nowMs - secondMs).sort((a, b) => a.atMs - b.atMs);
    let sum = recent.reduce((all, { count }) => all + count, 0);
    let freeMs = nowMs;
    for (const { atMs, count } of recent) {
      if (sum < mostPerSecond) break;
      sum -= count;
      freeMs = atMs + secondMs;
    }
    return freeMs;
  };
  const heldUntilMs = () => Math.max(freeAtMs(), elapsedMs() + traffic.silentMs());
  const next = async () => {
    times = times.filter((atMs) => atMs >= elapsedMs() - (wasHeldUp() ? secondMs : mayBeLateMs));
    if (times.length === 0) {
      const { waitMs, stepMs, turns } = await take(wasHeldUp() ? secondMs : 0);
      const startMs = elapsedMs() + waitMs;
      times = Array.from({ length: turns }, (_, i) => startMs + i * stepMs);
      closestMs = stepMs / 4;
    }
    await until(Math.max(times.shift() ?? 0, (given.at(-1) ?? Number.NEGATIVE_INFINITY) + closestMs));
    for (let toMs = heldUntilMs(); toMs > elapsedMs(); toMs = heldUntilMs()) {
      await until(toMs);
      heldUpToMs = toMs;
    }
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
