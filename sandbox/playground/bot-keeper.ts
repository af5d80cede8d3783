import type { LogLine, RunningBot } from "../demo/bot.ts";
import type { StageView } from "../page/protocol.ts";

/** The bot, which can be restarted while everything around it goes on. */
export type BotKeeper = {
  readonly state: StageView["bot"];
  /** Of all its lives. */
  complaints(): LogLine[];
  restart(): Promise<void>;
  stop(): Promise<void>;
};

/** Starts the bot; resolves when it is there. */
export async function keepBot(start: () => Promise<RunningBot>, changed: () => void): Promise<BotKeeper> {
  let bot: RunningBot | null = await start();
  let state: StageView["bot"] = "running";
  let work = Promise.resolve();
  const past: LogLine[] = [];

  function become(next: StageView["bot"]): void {
    state = next;
    changed();
  }

  async function stop(): Promise<void> {
    if (!bot) return;
    const leaving = bot;
    bot = null;
    await leaving.stop();
    past.push(...leaving.complaints());
  }

  async function startAgain(): Promise<void> {
    try {
      become("stopping");
      await stop();
      become("starting");
      bot = await start();
      become("running");
    } catch (error) {
      become("failed");
      throw error;
    }
  }

  return {
    get state() {
      return state;
    },
    complaints: () => [...past, ...(bot?.complaints() ?? [])],
    restart() {
      // Restarts come one after the other, and one that failed does not bar the next.
      const restarted = work.then(startAgain);
      work = restarted.catch(() => undefined);
      return restarted;
    },
    async stop() {
      await work;
      await stop();
    },
  };
}
