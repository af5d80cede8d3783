/** Tells whoever waits that something in the sandbox's world has changed. */
export class Changes {
  readonly #listeners = new Set<() => void>();

  announce(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** Calls `listener` after every change, until the returned function is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Resolves with the first truthy value `look` returns, looking now and after every change. What `look` throws rejects.
   * `timeoutMs` is real time; `what` names the awaited thing in the error.
   */
  until<T>(look: () => T | undefined | null | false, timeoutMs: number, what: () => string): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.#listeners.delete(attempt);
        clearInterval(poll);
        clearTimeout(timer);
      };
      const attempt = () => {
        try {
          const found = look();
          if (!found) return;
          stop();
          resolve(found);
        } catch (error) {
          stop();
          reject(error);
        }
      };
      // Deadlines pass without any change being announced, so look again now and then.
      const poll = setInterval(attempt, 20);
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`Waited ${timeoutMs} ms in vain for ${what()}.`));
      }, timeoutMs);
      this.#listeners.add(attempt);
      attempt();
    });
  }
}
