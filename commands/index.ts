import type { AnyCommand } from "../src/discord/command.ts";
import { askModel } from "./ask-model.ts";
import { evidence } from "./evidence.ts";
import { fileAsEvidence } from "./file-as-evidence.ts";
import { guess } from "./guess.ts";
import { help } from "./help.ts";
import { leaderboard } from "./leaderboard.ts";
import { models } from "./models.ts";
import { poll } from "./poll.ts";
import { profile } from "./profile.ts";
import { settle } from "./settle.ts";
import { setup } from "./setup.ts";

/** Every command there is: routing, registration and /help read this list. */
export const commands: readonly AnyCommand[] = [
  guess,
  askModel,
  evidence,
  fileAsEvidence,
  models,
  poll,
  leaderboard,
  profile,
  settle,
  setup,
  help,
];
