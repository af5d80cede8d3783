/**
 * Collects items that arrive while earlier ones are being worked on, and hands them over together: a crowd on one
 * market costs one lock and one commit, a single item waits for nothing.
 */
export type Batches<Item, Answer> = { add(item: Item): Promise<Answer>; idle(): Promise<void> };

type Waiting<Item, Answer> = { item: Item; resolve: (answer: Answer) => void; reject: (error: unknown) => void };

/**
 * @param lane items of one lane are never worked on twice at the same time (they would wait for one lock)
 * @param work answers all items of a batch, in their order; if it throws, each item is tried alone, so that one bad item
 *   cannot spoil its neighbours
 * @param concernsAll whether an error has nothing to do with the items, and nothing was done: then nobody is tried after it
 * @param mostItems in one batch
 * @param atOnce batches in work at the same time
 */
export function createBatches<Item, Answer>(settings: {
  lane: (item: Item) => string;
  work: (items: readonly Item[]) => Promise<readonly Answer[]>;
  concernsAll?: (error: unknown) => boolean;
  mostItems: number;
  atOnce: number;
}): Batches<Item, Answer> {
  let waiting: Waiting<Item, Answer>[] = [];
  const busyLanes = new Set<string>();
  let running = 0;
  let idlers: (() => void)[] = [];

  /** The next batch: its share of what waits, in whole lanes, so that the places for batches are all at work. */
  function take(): Waiting<Item, Answer>[] {
    const batch: Waiting<Item, Answer>[] = [];
    const left: Waiting<Item, Answer>[] = [];
    const lanes = new Set<string>();
    const share = Math.ceil(waiting.length / (settings.atOnce - running));
    for (const entry of waiting) {
      const lane = settings.lane(entry.item);
      const itsTurn = lanes.has(lane) || (batch.length < share && !busyLanes.has(lane));
      const goes = itsTurn && batch.length < settings.mostItems;
      if (goes) lanes.add(lane);
      (goes ? batch : left).push(entry);
    }
    waiting = left;
    return batch;
  }

  async function answer(batch: readonly Waiting<Item, Answer>[]): Promise<void> {
    const failed = await tryAll(batch);
    if (!failed) return;
    let { error } = failed;
    let isHopeless = batch.length === 1;
    for (const entry of batch) {
      isHopeless ||= settings.concernsAll?.(error) ?? false;
      const alone = isHopeless ? { error } : await tryAll([entry]);
      if (!alone) continue;
      error = alone.error;
      entry.reject(error);
    }
  }

  /** Answers a batch, or says what it failed of. */
  async function tryAll(batch: readonly Waiting<Item, Answer>[]): Promise<{ error: unknown } | null> {
    try {
      const answers = await settings.work(batch.map((entry) => entry.item));
      batch.forEach((entry, i) => {
        if (i < answers.length) entry.resolve(answers[i] as Answer);
        else entry.reject(new Error("a batch answered fewer items than it got"));
      });
      return null;
    } catch (error) {
      return { error };
    }
  }

  function start(): void {
    while (running < settings.atOnce) {
      const batch = take();
      if (batch.length === 0) break;
      const lanes = new Set(batch.map((entry) => settings.lane(entry.item)));
      for (const lane of lanes) busyLanes.add(lane);
      running += 1;
      void answer(batch).finally(() => {
        for (const lane of lanes) busyLanes.delete(lane);
        running -= 1;
        start();
      });
    }
    if (running === 0 && waiting.length === 0) {
      for (const done of idlers) done();
      idlers = [];
    }
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        // What arrives in the same turn of the event loop goes together.
        queueMicrotask(start);
      }),
    idle: () => (running === 0 && waiting.length === 0 ? Promise.resolve() : new Promise((done) => idlers.push(done))),
  };
}
