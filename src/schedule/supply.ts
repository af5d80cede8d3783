/** What was claimed together, handed out one by one. */
export type Supply<T> = {
  /** The next one; null when there is nothing more to claim. */
  next(): Promise<T | null>;
  /** Hands out nothing more. Returns what is left. */
  end(): Promise<readonly T[]>;
};

/**
 * Claims some at a time, and more in good time before they are used up, so that nobody waits for a claim.
 *
 * @param claim claims at most `together`; fewer mean that there are no more for now
 */
export function createSupply<T>(claim: (most: number) => Promise<readonly T[]>, together: number): Supply<T> {
  let claimed: T[] = [];
  let claiming: Promise<boolean> | null = null;
  let mayBeMore = true;
  const more = () => {
    claiming ??= claim(together)
      .then((news) => {
        claimed.push(...news);
        mayBeMore = news.length === together;
        return news.length > 0;
      })
      .finally(() => {
        claiming = null;
      });
    return claiming;
  };
  return {
    async next() {
      while (claimed.length === 0) if (!(await more())) return null;
      const one = claimed.shift() ?? null;
      // Whoever finds nothing asks again, and is told if that fails.
      if (mayBeMore && claimed.length < together / 2) more().catch(() => undefined);
      return one;
    },
    async end() {
      await claiming?.catch(() => undefined);
      const left = claimed;
      claimed = [];
      return left;
    },
  };
}
