import { schedule } from "node-cron";
import type { App } from "../app.ts";

const lookEveryMs = 1_000;
/** What the clock and the time that passed may differ by before jobs are set by the clock anew. */
const mostPartedMs = 2_000;

/** A job's name, when it runs, in UTC, and what it does. */
type Job = readonly [name: string, line: string, work: () => Promise<void> | void];

type Clockwork<Name extends string> = {
  /** How long it is until a job's next run. */
  msToNext(name: Name): number;
  stop(): Promise<void>;
};

/**
 * Runs jobs by the machine's clock. node-cron waits for a moment it worked out once: where the clock is set back an hour
 * it would run nothing for that hour, and where it is set forward it would pass a daily job over. So when the clock
 * moves otherwise than time passes, each job's next run is worked out anew, and
 * whoever else goes by it is told.
 */
export function startClockwork<const Jobs extends readonly Job[]>(
  app: Pick<App, "elapsedMs" | "log">,
  jobs: Jobs,
  whenSet: () => void,
): Clockwork<Jobs[number][0]> {
  const logger = loggerFor(app);
  const tasks = jobs.map(([name, line, work]) =>
    schedule(line, work, { name, timezone: "UTC", noOverlap: true, logger }),
  );
  const aheadMs = () => Date.now() - app.elapsedMs();
  let setAtMs = aheadMs();
  const look = () => {
    const movedMs = Math.round(aheadMs() - setAtMs);
    if (Math.abs(movedMs) <= mostPartedMs) return;
    setAtMs += movedMs;
    app.log.warn({ movedMs }, "the machine's clock was set; each job's next run is worked out anew");
    for (const task of tasks) {
      task.stop();
      task.start();
    }
    whenSet();
  };
  const looking = setInterval(look, lookEveryMs).unref();
  return {
    msToNext: (name) => Math.max(0, tasks.find((task) => task.name === name)?.msToNext() ?? 0),
    async stop() {
      clearInterval(looking);
      await Promise.all(tasks.map((task) => task.destroy()));
    },
  };
}

/** node-cron reports runs it missed, which are worth knowing of, and runs it passed over because one was still going on. */
function loggerFor({ log }: Pick<App, "log">) {
  const say = (level: "debug" | "info" | "warn" | "error") => (message: string | Error, err?: Error) => {
    if (message instanceof Error) log[level]({ err: message }, "node-cron");
    else log[level](err ? { err } : {}, `node-cron: ${message}`);
  };
  return { debug: say("debug"), info: say("debug"), warn: say("warn"), error: say("error") };
}
