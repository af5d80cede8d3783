import type { DiscordSandbox } from "../discord/sandbox.ts";
import type { SandboxOpenRouter } from "../openrouter/server.ts";
import type { Checks } from "./checks.ts";
import type { StoryClock } from "./clock.ts";
import type { Stage } from "./stage.ts";
import type { Transcript } from "./transcript.ts";

/** What the story is played on, and by what it is checked and told. */
export type Surroundings = {
  readonly discord: DiscordSandbox;
  readonly openRouter: SandboxOpenRouter;
  readonly clock: StoryClock;
  readonly transcript: Transcript;
  readonly stage: Stage;
  readonly checks: Checks;
};
