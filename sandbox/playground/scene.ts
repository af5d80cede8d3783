import type { StoryClock } from "../demo/clock.ts";
import type { Changes } from "../discord/changes.ts";
import type { DiscordSandbox } from "../discord/sandbox.ts";
import type { BotKeeper } from "./bot-keeper.ts";
import type { FaultBoard } from "./fault-board.ts";
import type { StoryPlayer } from "./story-player.ts";
import type { WireTape } from "./wire-tape.ts";

/** All that the page looks at and acts in. */
export type Scene = {
  readonly discord: DiscordSandbox;
  readonly clock: StoryClock;
  readonly bot: BotKeeper;
  readonly story: StoryPlayer;
  readonly faults: FaultBoard;
  readonly tape: WireTape;
  /** Announces every change of clock, bot, story, faults and tape; Discord's own are its own. */
  readonly changed: Changes;
};
