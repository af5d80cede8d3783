import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type DiscordSandbox, startDiscord } from "../sandbox/discord/server.ts";
import { aWireListing } from "../sandbox/openrouter/catalogues.ts";
import { type SandboxOpenRouter, startOpenRouter } from "../sandbox/openrouter/server.ts";
import { fromSource, nodeArguments } from "./support/programs.ts";

/** .ci/run also gives the built bot here. */
const main = process.env.UNMASK_MAIN ?? "src/main.ts";

/** Of one host, for all starts: making the database takes the longest. */
let folder: string;
let discord: DiscordSandbox;
let openRouter: SandboxOpenRouter;
const running: ChildProcess[] = [];

// A start takes a second or two, but many more beside other tests on a slow machine.
vi.setConfig({ testTimeout: 90_000 });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "unmask-start-"));
  [discord, openRouter] = await Promise.all([startDiscord(), startOpenRouter({ catalogue: [aWireListing()] })]);
  discord.addServer("A server");
});

afterEach(async () => {
  for (const bot of running.splice(0)) {
    if (bot.exitCode === null && bot.signalCode === null) {
      bot.kill("SIGKILL");
      await once(bot, "exit");
    }
  }
});

afterAll(async () => {
  await Promise.all([discord.stop(), openRouter.close()]);
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the bot as a host does, in a folder of its own. */
function start(environment: Record<string, string> = {}, program = nodeArguments(main)) {
  const bot = spawn(process.execPath, program, {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
      OPENROUTER_BASE_URL: openRouter.baseUrl,
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(bot);
  let stdout = "";
  let stderr = "";
  bot.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  bot.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const ended = once(bot, "close").then(([exitCode, signal]) => ({ exitCode, signal }));
  const lines = () =>
    stdout
      .split("\n")
      .filter(Boolean)
      .map((line): { msg: string } => JSON.parse(line));
  return {
    ended,
    lines,
    stderr: () => stderr,
    output: () => stdout + stderr,
    kill: (signal: NodeJS.Signals) => bot.kill(signal),
    logged: (msg: string) =>
      vi.waitFor(
        () => {
          if (bot.exitCode !== null) throw new Error(`the bot has ended: ${stdout}${stderr}`);
          if (!lines().some((line) => line.msg === msg)) throw new Error(`"${msg}" is not in ${stdout}${stderr}`);
        },
        { timeout: 60_000, interval: 20 },
      ),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

describe("a host who starts the bot", () => {
  it("needs nothing but a token: it registers its commands, says it is ready, and stops when told to", async () => {
    const port = await freePort();
    // As `npm start` does; the others need not each compile it again.
    const bot = start({ HEALTH_PORT: String(port) }, fromSource(main));
    await bot.logged("ready");
    expect(discord.commands().map(({ name }) => name)).toContain("guess");
    const [alive, ready, metrics] = await Promise.all(
      ["healthz", "readyz", "metrics"].map((path) => fetch(`http://127.0.0.1:${port}/${path}`)),
    );
    expect([alive?.status, ready?.status]).toEqual([200, 200]);
    expect(await metrics?.text()).toContain("unmask_servers 1\n");

    bot.kill("SIGTERM");
    expect(await bot.ended).toEqual({ exitCode: 0, signal: null });
    await discord.waitForBotToLeave();
    expect(bot.lines().at(-1)?.msg).toBe("stopped");
    expect(bot.stderr()).toBe("");
    expect(bot.output()).not.toContain(discord.token);
    discord.expectNoViolations();
  });

  it("is told of every wrong setting in a line of its own, and nothing else, also of those in a file called .env", async () => {
    const lines = join(folder, ".env");
    writeFileSync(lines, "HEALTH_PORT=everywhere\nLOG_LEVEL=debug\n");
    const bot = start({ DISCORD_TOKEN: "", LOG_LEVEL: "loud" });
    expect((await bot.ended).exitCode).toBe(1);
    rmSync(lines);
    expect(bot.output().trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^DISCORD_TOKEN is not set; it should be the bot's token/),
      expect.stringMatching(/^LOG_LEVEL holds "loud"; it should be one of /),
      expect.stringMatching(/^HEALTH_PORT holds "everywhere"; it should be a port/),
    ]);
  });

  it.each([
    ["the token", { DISCORD_TOKEN: "not.the.right-one" }, "DISCORD_TOKEN holds a token Discord does not accept"],
    [
      "the server for commands",
      { DISCORD_GUILD_ID: "100000000000000000" },
      `DISCORD_GUILD_ID holds "100000000000000000"`,
    ],
    ["the database", { DATABASE_URL: "postgres://unmask:secret@127.0.0.1:1/unmask" }, "DATABASE_URL"],
  ])("is told in one line what is refused: %s", async (_, environment, line) => {
    const bot = start({ LOG_LEVEL: "silent", ...environment });
    expect((await bot.ended).exitCode).toBe(1);
    expect(bot.output().trimEnd().split("\n")).toEqual([expect.stringContaining(line)]);
    expect(bot.output()).not.toContain("secret");
  });

  it("need not start it again because Discord was down", async () => {
    const port = await freePort();
    const bot = start({ DISCORD_API_URL: `http://127.0.0.1:${port}/api` });
    await bot.logged("Discord cannot be reached; trying again");
    const late = await startDiscord({ port, token: discord.token });
    late.addServer("A server");
    await bot.logged("ready");
    bot.kill("SIGTERM");
    expect((await bot.ended).exitCode).toBe(0);
    await late.stop();
  });

  it("can stop it while Discord is down", async () => {
    const bot = start({ DISCORD_API_URL: `http://127.0.0.1:${await freePort()}/api` });
    await bot.logged("Discord cannot be reached; trying again");
    bot.kill("SIGINT");
    expect(await bot.ended).toEqual({ exitCode: 0, signal: null });
  });
});

describe("a bot that was started before", () => {
  it("registers nothing again, outlives a lost connection and says so once, and comes and goes with its servers", async () => {
    expect(discord.commandWrites).toBe(1);
    const refusedBefore = discord.violations.length;
    const bot = start();
    await bot.logged("ready");
    expect(discord.commandWrites).toBe(1);

    discord.dropGateway();
    await bot.logged("connected to Discord again");
    expect(bot.lines().filter(({ msg }) => msg.startsWith("the connection to Discord is lost"))).toHaveLength(1);

    discord.removeServer(discord.addServer("A new server"));
    bot.kill("SIGINT");
    expect((await bot.ended).exitCode).toBe(0);
    expect(bot.output()).not.toMatch(/"level":"(error|fatal)"/);
    expect(discord.violations.slice(refusedBefore)).toEqual([]);
  });
});
