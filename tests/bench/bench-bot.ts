import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import type { DiscordSandbox } from "../../sandbox/discord/server.ts";
import type { SandboxOpenRouter } from "../../sandbox/openrouter/server.ts";
import { nodeArguments } from "../support/programs.ts";

/** The bot in a process of its own, that can be killed. */
export type BenchBot = {
  kill(): Promise<void>;
  /** Asks it to stop, and resolves when it has. */
  stop(): Promise<void>;
};

/** Starts the bot as a host does, with a look at the catalogue every second; resolves when it is ready. */
export async function startBenchBot(around: {
  readonly discord: DiscordSandbox;
  readonly openRouter: SandboxOpenRouter;
  readonly databaseUrl: string;
}): Promise<BenchBot> {
  const { discord, openRouter, databaseUrl } = around;
  const bot = spawn(process.execPath, nodeArguments("src/main.ts"), {
    cwd: tmpdir(),
    env: {
      PATH: process.env.PATH,
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
      OPENROUTER_BASE_URL: openRouter.baseUrl,
      LISTINGS_CRON: "* * * * * *",
      DATABASE_URL: databaseUrl,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = once(bot, "close");
  const end = async (signal: "SIGKILL" | "SIGTERM") => {
    bot.kill(signal);
    await gone;
  };
  await new Promise<void>((resolve, reject) => {
    let said = "";
    bot.stdout.setEncoding("utf8").on("data", (text) => {
      said = `${said}${text}`.slice(-20_000);
      if (said.includes('"msg":"ready"')) resolve();
    });
    void gone.then(() => reject(new Error(`the bot ended: ${said}`)));
  });
  return { kill: () => end("SIGKILL"), stop: () => end("SIGTERM") };
}
