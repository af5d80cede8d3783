import type { LogLine, RunningBot } from "../demo/bot.ts";
import type { StageView } from "../page/protocol.ts";

/** The bot, which can be restarted while everything around it goes on. */
export type BotKeeper = {
  readonly state: StageView["bot"];
  /** Warnings and worse, of all its lives. */
  complaints(): LogLine[];
  /** Starts it for the first time; resolves when it is there. */
  start(make: () => Promise<RunningBot>): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
};

export function keepBot(changed: () => void): BotKeeper {
  let make: (() => Promise<RunningBot>) | null = null;
  let bot: RunningBot | null = null;
  let state: StageView["bot"] = "starting";
  let work = Promise.resolve();
  const past: LogLine[] = [];

  function become(next: StageView["bot"]): void {
    state = next;
    changed();
  }

  async function end(): Promise<void> {
    if (!bot) return;
    const leaving = bot;
    bot = null;
    await leaving.stop();
    past.push(...leaving.complaints());
  }

  async function beginAgain(): Promise<void> {
    if (!make) throw new Error("The bot was never started.");
    try {
      become("stopping");
      await end();
      become("starting");
      bot = await make();
      become("running");
    } catch (error) {
      become("failed");
      throw error;
    }
  }

  function restart(): Promise<void> {
    // Restarts come one after the other, and one that failed does not bar the next.
    const restarted = work.then(beginAgain);
    work = restarted.catch(() => undefined);
    return restarted;
  }

  return {
    get state() {
      return state;
    },
    complaints: () => [...past, ...(bot?.complaints() ?? [])],
    start(given) {
      make = given;
      return restart();
    },
    restart,
    async stop() {
      await work;
      await end();
    },
  };
}
