/** Discord counts milliseconds from the first second of 2015. */
const DISCORD_EPOCH_MS = 1_420_070_400_000;
const INCREMENTS_PER_MS = 4096;

/** Makes ids that carry the sandbox's time and always grow, also when its clock stands still or is set back. */
export class Snowflakes {
  readonly #now: () => number;
  #lastMs = 0;
  #increment = 0;
  #oldIncrement = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  next(): string {
    const ms = Math.floor(this.#now());
    if (ms > this.#lastMs) {
      this.#lastMs = ms;
      this.#increment = 0;
    } else if (++this.#increment >= INCREMENTS_PER_MS) {
      this.#lastMs++;
      this.#increment = 0;
    }
    return snowflakeAt(this.#lastMs, this.#increment);
  }

  /** An id created at a chosen time, for accounts older than the story; unique among its kind. */
  at(ms: number): string {
    this.#oldIncrement++;
    // The worker and process bits (12–21) keep these apart from the ids of next().
    return snowflakeAt(
      ms,
      this.#oldIncrement % INCREMENTS_PER_MS,
      1 + Math.floor(this.#oldIncrement / INCREMENTS_PER_MS),
    );
  }
}

function snowflakeAt(ms: number, increment: number, worker = 0): string {
  return String((BigInt(Math.floor(ms) - DISCORD_EPOCH_MS) << 22n) | (BigInt(worker) << 12n) | BigInt(increment));
}

/** Milliseconds since 1970 at which an id was made. */
export function snowflakeMs(id: string): number {
  return Number(BigInt(id) >> 22n) + DISCORD_EPOCH_MS;
}

/** Orders ids by age: negative when `a` is older. */
export function compareSnowflakes(a: string, b: string): number {
  const left = BigInt(a);
  const right = BigInt(b);
  return left < right ? -1 : left > right ? 1 : 0;
}
