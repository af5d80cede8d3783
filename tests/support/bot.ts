import { spawn } from "node:child_process";
import { once } from "node:events";
import { onTestFailed, onTestFinished, vi } from "vitest";
import type { DiscordSandbox } from "../../sandbox/discord/server.ts";
import type { SandboxOpenRouter } from "../../sandbox/openrouter/server.ts";
import type { DatabaseSettings } from "../../src/storage/database.ts";
import { temporaryFolder } from "./database.ts";
import { nodeArguments } from "./programs.ts";

/** .ci/run may give the built bot here. */
const main = process.env.UNMASK_MAIN ?? "src/main.ts";

export type LogLine = { readonly level: string; readonly msg: string; readonly [detail: string]: unknown };

/** The bot in a process of its own. */
export type BotProcess = {
  /** What it has logged so far, oldest first. */
  logged(): LogLine[];
  /** Warnings and worse. That a busy machine runs a timer late is none. */
  complaints(): LogLine[];
  /** Ends it, and resolves when it is gone: at once and unprepared, or as a host stops it. */
  end(signal: "SIGKILL" | "SIGTERM"): Promise<void>;
};

const readyWithinMs = 25_000;

/**
 * Starts the bot as a host does, against the sandbox, with a look at the catalogue every second; resolves when it is
 * ready. Ended when the test is, and its log is printed if the test fails.
 */
export async function startBotProcess(around: {
  discord: DiscordSandbox;
  openRouter: SandboxOpenRouter;
  database: DatabaseSettings;
  env?: Record<string, string>;
}): Promise<BotProcess> {
  const { discord, openRouter, database, env } = around;
  const bot = spawn(process.execPath, nodeArguments(main), {
    cwd: temporaryFolder(),
    env: {
      PATH: process.env.PATH,
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
      OPENROUTER_BASE_URL: openRouter.baseUrl,
      LISTINGS_CRON: "* * * * * *",
      DATA_DIR: database.dataDir,
      ...(database.databaseUrl === undefined ? {} : { DATABASE_URL: database.databaseUrl }),
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  bot.stdout.setEncoding("utf8").on("data", (text) => {
    output += text;
  });
  bot.stderr.setEncoding("utf8").on("data", (text) => {
    errors += text;
  });
  const gone = once(bot, "close");
  const isRunning = () => bot.exitCode === null && bot.signalCode === null;
  const end = async (signal: "SIGKILL" | "SIGTERM") => {
    if (isRunning()) bot.kill(signal);
    await gone;
  };
  onTestFailed(() => console.error(`The bot's log:\n${output}${errors}`));
  onTestFinished(() => end("SIGKILL"));
  const logged = () => {
    // A process that is killed may leave half a line.
    const lines = output.slice(0, output.lastIndexOf("\n") + 1).split("\n");
    return lines.filter(Boolean).map((line): LogLine => JSON.parse(line));
  };
  await vi.waitUntil(
    () => {
      if (!isRunning()) throw new Error(`the bot ended: ${output}${errors}`);
      return logged().some(({ msg }) => msg === "ready");
    },
    { timeout: readyWithinMs, interval: 20 },
  );
  return {
    logged,
    complaints: () =>
      logged().filter(({ level, msg }) => ["warn", "error", "fatal"].includes(level) && !msg.startsWith("node-cron")),
    end,
  };
}
