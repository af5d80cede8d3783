import type { Command } from "../src/discord/command.ts";
import { askModelCommand } from "./ask-model.ts";
import { guess } from "./guess.ts";
import { help } from "./help.ts";
import { leaderboard } from "./leaderboard.ts";
import { models } from "./models.ts";
import { profile } from "./profile.ts";
import { settle } from "./settle.ts";
import { setup } from "./setup.ts";

/** Every command there is: routing, registration and /help read this list. */
export const commands: readonly Command[] = [guess, askModelCommand, models, leaderboard, profile, settle, setup, help];
