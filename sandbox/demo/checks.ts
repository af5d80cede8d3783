import type { Message } from "../discord/message.ts";

/** What the story should show, and what of it did not come true. */
export type Checks = {
  /** Expects words in a message; the spaces and line ends in them count. */
  shows(message: Message, ...words: string[]): void;
  that(what: string, isSo: boolean): void;
  /** One line for each expectation that failed. */
  readonly failed: readonly string[];
  /** How many expectations there were. */
  readonly count: number;
};

export function createChecks(): Checks {
  const failed: string[] = [];
  let count = 0;
  const that = (what: string, isSo: boolean) => {
    count += 1;
    if (!isSo) failed.push(what);
  };
  return {
    shows(message, ...words) {
      for (const each of words) that(`“${each}” is missing in:\n${message.text}`, message.text.includes(each));
    },
    that,
    failed,
    get count() {
      return count;
    },
  };
}
