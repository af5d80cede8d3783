import { describe, expect, it } from "vitest";
import { type Config, readConfig, readDatabaseConfig } from "../src/config.ts";

const token = "MTQ4MTM5.GsTuff.hidden-part-of-the-token";

function configOf(environment: Record<string, string>): Config {
  const reading = readConfig({ DISCORD_TOKEN: token, ...environment });
  if (!reading.ok) throw new Error(reading.problems.join("\n"));
  return reading.config;
}

function problemsOf(environment: Record<string, string>): readonly string[] {
  const reading = readConfig({ DISCORD_TOKEN: token, ...environment });
  return reading.ok ? [] : reading.problems;
}

describe("the settings of a host", () => {
  it("need nothing but the token", () => {
    expect(configOf({})).toEqual({
      discordToken: token,
      discordApiUrl: "https://discord.com/api",
      discordGuildId: null,
      databaseUrl: null,
      dataDir: "./data",
      openRouterBaseUrl: "https://openrouter.ai/api/v1",
      openRouterApiKey: null,
      questionsPerMinute: 15,
      questionsPerDay: 40,
      questionsUsdPerMonth: 0,
      attachmentHosts: ["cdn.discordapp.com", "media.discordapp.net"],
      evidenceMegabytes: 2000,
      listingsCron: "*/5 * * * *",
      logLevel: "info",
      healthPort: null,
    });
  });

  it("are all taken from the environment", () => {
    const config = configOf({
      DISCORD_API_URL: "http://127.0.0.1:8080/api",
      DISCORD_GUILD_ID: "1481390000000000000",
      DATABASE_URL: "postgresql://unmask:p%40ss@db:5432/unmask?sslmode=require",
      DATA_DIR: "/data",
      OPENROUTER_BASE_URL: "https://example.org/v1",
      OPENROUTER_API_KEY: "sk-or-v1-of-the-host",
      QUESTIONS_PER_MINUTE: "20",
      QUESTIONS_PER_DAY: "1000",
      QUESTIONS_USD_PER_MONTH: "2.50",
      EVIDENCE_MEGABYTES: "500",
      LISTINGS_CRON: "*/20 * * * * *",
      LOG_LEVEL: "DEBUG",
      HEALTH_PORT: "9090",
    });
    expect(config).toEqual({
      discordToken: token,
      discordApiUrl: "http://127.0.0.1:8080/api",
      discordGuildId: "1481390000000000000",
      databaseUrl: "postgresql://unmask:p%40ss@db:5432/unmask?sslmode=require",
      dataDir: "/data",
      openRouterBaseUrl: "https://example.org/v1",
      openRouterApiKey: "sk-or-v1-of-the-host",
      questionsPerMinute: 20,
      questionsPerDay: 1000,
      questionsUsdPerMonth: 2.5,
      attachmentHosts: ["cdn.discordapp.com", "media.discordapp.net"],
      evidenceMegabytes: 500,
      listingsCron: "*/20 * * * * *",
      logLevel: "debug",
      healthPort: 9090,
    });
  });

  it("count as unset when they are empty, as an unfilled line of an .env file is", () => {
    const empty = {
      DISCORD_GUILD_ID: "",
      DATABASE_URL: " ",
      DATA_DIR: "",
      ATTACHMENT_HOSTS: "",
      LISTINGS_CRON: "",
      OPENROUTER_API_KEY: " ",
      LOG_LEVEL: "",
      HEALTH_PORT: "",
    };
    expect(configOf({ ...empty, DISCORD_API_URL: "", OPENROUTER_BASE_URL: "" })).toEqual(configOf({}));
  });

  it("may have space around them and slashes behind their addresses", () => {
    const config = configOf({
      DISCORD_API_URL: " https://discord.com/api// ",
      OPENROUTER_BASE_URL: "https://example.org/",
    });
    expect(config.discordApiUrl).toBe("https://discord.com/api");
    expect(config.openRouterBaseUrl).toBe("https://example.org");
  });
});

describe("a wrong setting", () => {
  it.each([
    [
      "DISCORD_API_URL",
      "discord.com/api",
      `DISCORD_API_URL holds "discord.com/api"; it should be an http or https address`,
    ],
    ["ATTACHMENT_HOSTS", "https://cdn.discordapp.com", "it should be hosts, with a port if need be"],
    ["ATTACHMENT_HOSTS", "cdn.discordapp.com,,x", "it should be hosts"],
    ["ATTACHMENT_HOSTS", "user@cdn.discordapp.com", "it should be hosts"],
    ["EVIDENCE_MEGABYTES", "2 GB", "it should be a number of megabytes, such as 2000"],
    ["DISCORD_API_URL", "https://discord.com/api/v10", "it should be an http or https address without the version"],
    ["DISCORD_API_URL", "ftp://discord.com/api", `DISCORD_API_URL holds "ftp://discord.com/api"; it should be`],
    [
      "DISCORD_GUILD_ID",
      "my server",
      `DISCORD_GUILD_ID holds "my server"; it should be a server's id, 17 to 20 digits`,
    ],
    ["DATA_DIR", "da\0ta", `DATA_DIR holds "da\\u0000ta"; it should be a folder`],
    ["OPENROUTER_BASE_URL", "https://openrouter.ai/api/v1?x=1", "OPENROUTER_BASE_URL holds "],
    ["LISTINGS_CRON", "every 5 minutes", `LISTINGS_CRON holds "every 5 minutes"; it should be a cron line`],
    ["LISTINGS_CRON", "61 * * * *", `LISTINGS_CRON holds "61 * * * *"; it should be a cron line`],
    ["LISTINGS_CRON", "0 0 30 2 *", `LISTINGS_CRON holds "0 0 30 2 *"; it should be a cron line`],
    ["LOG_LEVEL", "loud", `LOG_LEVEL holds "loud"; it should be one of fatal, error, warn, info, debug, trace, silent`],
    ["HEALTH_PORT", "http", `HEALTH_PORT holds "http"; it should be a port, 1 to 65535`],
    ["HEALTH_PORT", "0", `HEALTH_PORT holds "0"; it should be a port, 1 to 65535`],
    ["HEALTH_PORT", "65536", `HEALTH_PORT holds "65536"; it should be a port, 1 to 65535`],
    ["HEALTH_PORT", "-1", `HEALTH_PORT holds "-1"; it should be a port, 1 to 65535`],
    ["HEALTH_PORT", "8e3", `HEALTH_PORT holds "8e3"; it should be a port, 1 to 65535`],
  ])("is told in one line: %s=%s", (variable, value, line) => {
    const problems = problemsOf({ [variable]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(line);
    expect(problems[0]).not.toContain("\n");
  });

  it("that is missing says so", () => {
    expect(readConfig({})).toEqual({
      ok: false,
      problems: [
        "DISCORD_TOKEN is not set; it should be the bot's token, from https://discord.com/developers/applications → Bot",
      ],
    });
    expect(readConfig({ DISCORD_TOKEN: "" }).ok).toBe(false);
  });

  it("gets its own line beside other wrong ones", () => {
    const problems = problemsOf({
      DISCORD_TOKEN: "two words",
      HEALTH_PORT: "x",
      LOG_LEVEL: "x",
      LISTINGS_CRON: "*/5 * * * *",
    });
    expect(problems.map((line) => line.split(" ")[0])).toEqual(["DISCORD_TOKEN", "LOG_LEVEL", "HEALTH_PORT"]);
  });

  it("is cut when it is very long", () => {
    expect(problemsOf({ LOG_LEVEL: "x".repeat(10_000) })[0]?.length).toBeLessThan(200);
  });

  it("never shows the token", () => {
    const [line] = problemsOf({ DISCORD_TOKEN: "Bot secret-of-the-host" });
    expect(line).toMatch(/^DISCORD_TOKEN holds \[hidden\], 22 characters; it should be the bot's token alone/);
    expect(line).not.toContain("secret");
  });

  it("never shows the key for OpenRouter", () => {
    const [line] = problemsOf({ OPENROUTER_API_KEY: "Bearer sk-or-v1-secret" });
    expect(line).toMatch(/^OPENROUTER_API_KEY holds \[hidden\], 22 characters; it should be the key alone/);
    expect(line).not.toContain("secret");
  });

  it.each([
    "mysql://unmask:secret@db/unmask",
    "postgres://unmask:se#cret@db:x/unmask",
    "unmask:secret@db",
    "secret",
    "https://db/unmask?password=secret",
    "https://db/unmask#secret",
    "https://secret@db:5432/unmask".replace("secret@", "unmask:secret@"),
  ])("never shows the database's password: %s", (url) => {
    const [line] = problemsOf({ DATABASE_URL: url });
    expect(line).toMatch(/^DATABASE_URL holds .+; it should be postgres:\/\/user:password@host:5432\/database/);
    expect(line).not.toMatch(/se#?cret/);
  });

  it("never shows a password somebody put into another address", () => {
    const [line] = problemsOf({ OPENROUTER_BASE_URL: "https://me:secret@example.org/v1" });
    expect(line).toContain(`OPENROUTER_BASE_URL holds "https://me:hidden@example.org/v1"`);
  });
});

describe("the settings of what only looks at the database", () => {
  it("need no token, and no other variable that is wrong stands in their way", () => {
    const environment = { DATABASE_URL: "postgres://me@db/unmask", LISTINGS_CRON: "now and then" };
    expect(readDatabaseConfig(environment)).toEqual({
      ok: true,
      config: { databaseUrl: "postgres://me@db/unmask", dataDir: "./data" },
    });
    expect(readDatabaseConfig({ DATA_DIR: "/data" })).toEqual({
      ok: true,
      config: { databaseUrl: null, dataDir: "/data" },
    });
  });

  it("are checked as the bot checks them", () => {
    expect(readDatabaseConfig({ DATABASE_URL: "mysql://me:s3cret@db/unmask" })).toEqual({
      ok: false,
      problems: problemsOf({ DATABASE_URL: "mysql://me:s3cret@db/unmask" }),
    });
  });
});
