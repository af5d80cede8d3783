import { Writable } from "node:stream";
import { DiscordAPIError } from "discord.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LogLevel } from "../src/config.ts";
import { createLog } from "../src/log.ts";

const token = "MTQ4MTM5MDAwMDAwMDAwMDAw.GsTuff.a-token_nobody-may-see";
const databaseUrl = "postgres://unmask:pass%20word%2B1@db.example:5432/unmask";

type Line = Record<string, unknown> & { err?: Record<string, unknown> };

function listen(secrets: (string | null)[] = [token, databaseUrl], level: LogLevel = "info") {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const log = createLog({ level, secrets }, destination);
  return { log, text: () => lines.join(""), lines: () => lines.map((line): Line => JSON.parse(line)) };
}

describe("the log", () => {
  it("is one JSON object a line, with the level in words and the time in UTC", () => {
    const { log, lines } = listen();
    log.info({ serverId: "1" }, "a\nb");
    log.warn("c");
    expect(lines()).toEqual([
      { level: "info", time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/), serverId: "1", msg: "a\nb" },
      { level: "warn", time: expect.any(String), msg: "c" },
    ]);
  });

  it("leaves out what is below its level", () => {
    const { log, lines } = listen([], "warn");
    log.info("quiet");
    log.error("loud");
    expect(lines().map(({ msg }) => msg)).toEqual(["loud"]);
  });

  it("tells of errors with their causes, and what the system, Discord or PostgreSQL said", () => {
    const { log, lines } = listen();
    const cause = Object.assign(new Error("duplicate key"), { code: "23505", constraint_name: "wallets_pk" });
    log.error({ err: new Error("Failed query", { cause }) }, "a guess failed");
    const [line] = lines();
    expect(line?.msg).toBe("a guess failed");
    expect(line?.err).toMatchObject({
      type: "Error",
      message: "Failed query",
      stack: expect.stringContaining("log.test.ts"),
      cause: { message: "duplicate key", code: "23505", constraint_name: "wallets_pk" },
    });
  });

  it("ends, even where causes go in a circle", () => {
    const { log, lines } = listen();
    const err = new Error("round");
    err.cause = err;
    log.error({ err });
    expect(lines()).toHaveLength(1);
  });

  it("cuts messages that hold a million guesses", () => {
    const { log, text } = listen();
    log.error({ err: new Error("x".repeat(5_000_000)) });
    expect(text().length).toBeLessThan(20_000);
  });

  it("keeps what members wrote out of Discord's errors", () => {
    const { log, text } = listen();
    const body = { files: undefined, json: { content: "my private reply" } };
    const answer = { code: 50_013, message: "Missing Permissions" };
    log.error({
      err: new DiscordAPIError(answer, 50_013, 403, "POST", "https://discord.com/api/v10/channels/1", body),
    });
    expect(text()).toContain("Missing Permissions");
    expect(text()).not.toContain("private");
  });
});

describe("a secret never reaches the log", () => {
  const places: [string, (secret: string) => unknown][] = [
    ["a field", (secret) => ({ token: secret })],
    ["a field deep inside", (secret) => ({ a: { b: [{ c: `x${secret}y` }] } })],
    ["an error", (secret) => ({ err: new Error(`connecting with ${secret} failed`) })],
    [
      "an error's cause",
      (secret) => ({ err: new Error("a", { cause: new Error("b", { cause: new Error(secret) }) }) }),
    ],
    ["one of several errors", (secret) => ({ err: new AggregateError([new Error(secret)], "all failed") })],
    ["a field of an error", (secret) => ({ err: Object.assign(new Error("a"), { url: `http://x/${secret}` }) })],
  ];

  it.each(places)("in %s: the token", (_, about) => {
    const { log, text, lines } = listen();
    log.error(about(token), `with ${token} in the message`);
    expect(text()).not.toContain("nobody-may-see");
    expect(text()).toContain("[hidden]");
    expect(lines()).toHaveLength(1);
  });

  it.each(places)("in %s: the database's password, as written and decoded", (_, about) => {
    const { log, text } = listen();
    log.error(about(databaseUrl));
    log.error(about("pass word+1"));
    expect(text()).not.toMatch(/pass(%20| )word/);
    expect(text()).toContain("db.example");
  });

  it("through a child of the log, or when thrown as it is", () => {
    const { log, text } = listen();
    log.child({ token }).error(new Error(token));
    expect(text()).not.toContain("nobody-may-see");
  });

  it("when it is too short to be told from a word, but stands in an address", () => {
    const { log, text } = listen(["postgres://unmask:abc@db/unmask"]);
    log.error({ err: new Error("cannot open postgres://unmask:abc@db/unmask") }, "abc is a word");
    expect(text()).toContain("postgres://unmask:[hidden]@db/unmask");
    expect(text()).toContain("abc is a word");
  });

  it.each([
    ["another bot's header", "Authorization: Bot somebody-elses-token"],
    ["a header in JSON", JSON.stringify({ authorization: "Bearer sk-or-v1-0123456789abcdef" })],
    ["a bearer alone", "sent Bearer 0123456789abcdef0123456789abcdef"],
    ["another database", "mysql://root:sk-or-v1-0123456789abcdef@db/x and more@home"],
    ["an interaction's token", "POST https://discord.com/api/v10/interactions/148/somebody-elses-token/callback"],
    ["a webhook's token", "https://discord.com/api/v10/webhooks/148/somebody-elses-token/messages/%40original"],
  ])("although nobody named it: %s", (_, words) => {
    const { log, text, lines } = listen([]);
    log.error({ err: new Error(words), words }, words);
    expect(text()).not.toMatch(/elses-token|0123456789abcdef/);
    expect(lines()).toHaveLength(1);
  });

  it("whatever it is made of, and the line stays JSON", () => {
    const texts = fc.string({ unit: "binary", maxLength: 20 });
    const secrets = fc
      .string({ unit: "binary-ascii", minLength: 8, maxLength: 30 })
      .filter((text) => !URL.canParse(text));
    fc.assert(
      fc.property(secrets, texts, texts, (secret, before, after) => {
        const { log, lines } = listen([secret]);
        const message = before + secret + after;
        log.error({ field: message }, message);
        const [line] = lines();
        expect(String(line?.msg).split(secret).length).toBeLessThanOrEqual(message.split(secret).length - 1);
        expect(line?.field).toBe(line?.msg);
      }),
    );
  });

  it("but what only looks like the end of one stays readable", () => {
    const { log, lines } = listen(["nobody-knows"]);
    log.info("a line\nobody-knows");
    expect(lines()[0]?.msg).toBe("a line\nobody-knows");
  });
});
