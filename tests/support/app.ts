import { pino } from "pino";
import { type App, type Clock, createApp } from "../../src/app.ts";
import type { Db } from "../../src/storage/database.ts";

/** When the stories of most tests begin: the evening Hunter Alpha was listed. */
export const storyBegins = new Date("2026-03-11T20:24:31Z");

/** A clock that stands still until it is told to move on. */
export type TestClock = Clock & {
  readonly now: Date;
  /** Moves it to a moment, earlier ones too: two machines never agree. */
  set(now: Date): void;
  /** Moves it on and tells the new time. */
  pass(step: { days?: number; hours?: number; minutes?: number; ms?: number }): Date;
};

export function aClock(start: Date = storyBegins): TestClock {
  let nowMs = start.getTime();
  const clock = () => new Date(nowMs);
  return Object.defineProperty(
    Object.assign(clock, {
      set(now: Date) {
        nowMs = now.getTime();
      },
      pass({ days = 0, hours = 0, minutes = 0, ms = 0 }: Parameters<TestClock["pass"]>[0]) {
        nowMs += ((days * 24 + hours) * 60 + minutes) * 60_000 + ms;
        return new Date(nowMs);
      },
    }),
    "now",
    { get: clock },
  ) as unknown as TestClock;
}

/** What actions need, on a real database. Without a clock the database's own time counts, as in production. */
export function anApp(
  db: Db,
  clock?: Clock,
  more: Pick<Parameters<typeof createApp>[0], "chat" | "questions" | "files"> = {},
): App {
  const log = pino({ level: "silent" });
  return createApp({ db, log, ...(clock ? { clock } : {}), ...more });
}
