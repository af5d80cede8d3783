import type { Database } from "../../src/storage/database.ts";
import { startBot } from "../demo/bot.ts";
import { type Cast, castOf } from "../demo/cast.ts";
import { type StoryClock, storyClock } from "../demo/clock.ts";
import { makeNeighbours, type Neighbours } from "../demo/neighbours.ts";
import { storyBegins } from "../demo/story.ts";
import { Changes } from "../discord/changes.ts";
import type { DiscordSandbox } from "../discord/sandbox.ts";
import { startDiscord } from "../discord/server.ts";
import { marchCatalogues } from "../openrouter/catalogues.ts";
import { type SandboxOpenRouter, startOpenRouter } from "../openrouter/server.ts";
import { type BotKeeper, keepBot } from "./bot-keeper.ts";
import { createFaultBoard, type FaultBoard } from "./fault-board.ts";
import { createStoryPlayer, type StoryPlayer } from "./story-player.ts";
import { createWireTape, type WireTape } from "./wire-tape.ts";

/** All that the page looks at and acts in: two servers, the machines behind them, and who is there. */
export type Scene = {
  readonly discord: DiscordSandbox;
  readonly openRouter: SandboxOpenRouter;
  readonly cast: Cast;
  readonly neighbours: Neighbours;
  readonly clock: StoryClock;
  readonly story: StoryPlayer;
  readonly faults: FaultBoard;
  readonly tape: WireTape;
  /** Announces every change of clock, bot, story, faults and tape; Discord's own are its own. */
  readonly changed: Changes;
  /** In place once it was started. */
  readonly bot: BotKeeper;
  startBot(parts: { readonly database: Database; readonly dataDir: string }): Promise<void>;
  /** The bot first, then what it talks to. */
  stop(): Promise<void>;
};

/** Builds it as it is when the story begins: nobody has said anything, and the bot is not there yet. */
export async function buildScene(parts: {
  readonly paceMs: number;
  readonly signal: AbortSignal;
  /** Called when somebody wants the story from its beginning: a scene is played once. */
  readonly startOver?: () => void;
}): Promise<Scene> {
  const clock = storyClock(storyBegins);
  const changed = new Changes();
  const announce = () => changed.announce();
  const tape = createWireTape(clock.now, announce);
  const discord = await startDiscord({ now: clock.nowMs, watch: tape.discord });
  const openRouter = await startOpenRouter({ catalogue: marchCatalogues().before, watch: tape.openRouter });
  const cast = castOf(discord);
  const bot = keepBot(announce);
  return {
    discord,
    openRouter,
    cast,
    neighbours: makeNeighbours(discord, cast.members.ann),
    clock,
    story: createStoryPlayer({ startOver: () => {}, ...parts, now: clock.now, changed: announce }),
    faults: createFaultBoard({ discord, openRouter }),
    tape,
    changed,
    bot,
    startBot: (given) => {
      const { apiUrl, token } = discord;
      return bot.start(() => startBot({ ...given, discord: { apiUrl, token }, openRouter, clock: clock.now }));
    },
    async stop() {
      await bot.stop();
      await Promise.all([discord.stop(), openRouter.close()]);
    },
  };
}
