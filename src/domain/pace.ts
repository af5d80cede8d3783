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

/**
 * A turn that comes up later than this is gone, whether nobody wanted it or there was silence: of those that were held up
 * by a silence every process has some, and together they would be too many. One that is less late is caught up with.
 */
const mayBeLateMs = 250;
const secondMs = 1_000;
const noTraffic: Traffic = { silentMs: () => 0, disturbances: () => [] };

/**
 * Gives out turns one after the other, each at its time. They are taken from the shared pace some at a time, when one is
 * wanted. A busy moment is caught up with, four times as fast; but whatever happens, this process has no more than
 * `mostPerSecond` in any second, requests that are sent again included. Each of those costs a turn all the same, so that
 * other processes make room for it too.
 *
 * @param take takes the next stretch for this process
 */
export function createPace(
  take: () => Promise<Stretch>,
  { elapsedMs, wait }: Stopwatch,
  { mostPerSecond = Number.POSITIVE_INFINITY, traffic = noTraffic }: { mostPerSecond?: number; traffic?: Traffic } = {},
): Turn {
  let times: number[] = [];
  let given: number[] = [];
  let closestMs = 0;
  let paidUpToMs = Number.NEGATIVE_INFINITY;
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
  /** How many requests were sent again since that was last asked. */
  const repeated = () => {
    const nowMs = elapsedMs();
    const fromMs = Math.max(paidUpToMs, nowMs - secondMs);
    paidUpToMs = nowMs;
    const sentAgainMs = traffic.disturbances().map(({ repeatedInMs }) => nowMs + repeatedInMs);
    return sentAgainMs.filter((atMs) => atMs > fromMs && atMs <= nowMs).length;
  };
  const takeOne = async () => {
    times = times.filter((atMs) => atMs >= elapsedMs() - mayBeLateMs);
    if (times.length === 0) {
      const { waitMs, stepMs, turns } = await take();
      const startMs = elapsedMs() + waitMs;
      times = Array.from({ length: turns }, (_, i) => startMs + i * stepMs);
      closestMs = stepMs / 4;
    }
    return times.shift() ?? 0;
  };
  const next = async () => {
    for (let unpaid = repeated(); unpaid > 0; unpaid -= 1) await takeOne();
    await until(Math.max(await takeOne(), (given.at(-1) ?? Number.NEGATIVE_INFINITY) + closestMs));
    for (let toMs = heldUntilMs(); toMs > elapsedMs(); toMs = heldUntilMs()) await until(toMs);
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
