import { and, count, eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type RunningBot, startBot } from "../../sandbox/demo/bot.ts";
import { storyClock } from "../../sandbox/demo/clock.ts";
import type { Exchange } from "../../sandbox/discord/exchange.ts";
import type { Member } from "../../sandbox/discord/member.ts";
import type { Message } from "../../sandbox/discord/message.ts";
import { type DiscordSandbox, startDiscord } from "../../sandbox/discord/server.ts";
import { marchCatalogues } from "../../sandbox/openrouter/catalogues.ts";
import { type SandboxOpenRouter, startOpenRouter } from "../../sandbox/openrouter/server.ts";
import { auditLedger } from "../../src/actions/audit-ledger.ts";
import type { Database } from "../../src/storage/database.ts";
import { calls, entries, guesses, markets, trades, transactions } from "../../src/storage/schema.ts";
import { embedded } from "../support/database.ts";

/*
 * One bot for all these stories, each in a server of its own: the real parts, the real discord.js, the schedule running.
 * It is 12 March 2026, and Hunter Alpha and Healer Alpha are open.
 */
const clock = storyClock("2026-03-12T01:00:00Z");
const callback = "POST /interactions/{interaction_id}/{interaction_token}/callback";
let discord: DiscordSandbox;
let openRouter: SandboxOpenRouter;
let database: Database;
let bot: RunningBot;
/** What the bot is entitled to complain of in the test that runs. */
let excuse = /^$/;

beforeAll(async () => {
  [discord, openRouter, database] = await Promise.all([
    startDiscord({ now: clock.nowMs }),
    startOpenRouter({ catalogue: marchCatalogues().after }),
    embedded.open(),
  ]);
  bot = await startBot({
    discord: { apiUrl: discord.apiUrl, token: discord.token },
    openRouter,
    database,
    clock: clock.now,
  });
});

let seen = 0;
/** Interactions whose connections were cut on purpose: what is said of them may come after their test. */
const cutOnPurpose = new Set<unknown>();

afterEach(async () => {
  discord.faults.clear();
  discord.expectNoViolations();
  const complaints = bot.complaints().slice(seen);
  seen += complaints.length;
  const unexpected = complaints.filter(
    ({ msg, interactionId }) => !excuse.test(msg) && !cutOnPurpose.has(interactionId),
  );
  expect(unexpected).toEqual([]);
  excuse = /^$/;
  expect((await auditLedger(database.db)).differences).toEqual([]);
});

afterAll(async () => {
  await bot.stop();
  await Promise.all([discord.stop(), openRouter.close(), database.close()]);
});

let made = 0;

/** A server the bot has joined, with both models open. */
async function aServer() {
  const server = discord.addServer(`Server ${++made}`);
  const knows = () => bot.app.models.of(server.id).models.length === 2;
  await discord.waitUntil(knows, 15_000, "the bot to open its markets");
  const boss = server.addMember({ name: "Boss", permissions: ["ManageGuild"] });
  const general = server.channel("general");
  const members = (...names: string[]) => names.map((name) => server.addMember(name));
  const guess = (member: Member, lab: string, stake?: number) =>
    member.command(general, "/guess", { model: "Hunter Alpha", lab, ...(stake === undefined ? {} : { stake }) });
  /** Settles Hunter Alpha at the present moment. */
  async function settle(lab: string): Promise<Message> {
    clock.pass(60_000);
    const preview = await boss
      .command(general, "/settle confirm", {
        model: "Hunter Alpha",
        lab,
        source: "https://example.org/it-was-us",
        "published-at": clock.now().toISOString(),
      })
      .reply();
    await boss.press(preview, "Confirm").reply();
    return general.waitFor(({ text }) => text.includes("is settled."));
  }
  return { server, general, boss, members, guess, settle };
}

/** Everything a server's members have done, counted in the books. */
async function booksOf(serverId: string) {
  const { db } = database;
  const inServer = eq(markets.serverId, serverId);
  const [[traded], [called], [stood], [entered]] = await Promise.all([
    db
      .select({ n: count() })
      .from(trades)
      .innerJoin(markets, and(inServer, eq(markets.marketId, trades.marketId))),
    db
      .select({ n: count() })
      .from(calls)
      .innerJoin(markets, and(inServer, eq(markets.marketId, calls.marketId))),
    db.select({ n: count() }).from(guesses).where(eq(guesses.serverId, serverId)),
    db
      .select({ n: count() })
      .from(entries)
      .innerJoin(transactions, eq(transactions.transactionId, entries.transactionId))
      .where(eq(transactions.serverId, serverId)),
  ]);
  return { trades: traded?.n, calls: called?.n, guesses: stood?.n, entries: entered?.n };
}

/** The bot has answered every delivery of it: each ends with an edit, the first perhaps with a word to the channel. */
async function over(exchange: Exchange): Promise<Exchange> {
  const edits = () =>
    discord.requests.filter(({ method, path }) => method === "PATCH" && path.includes(exchange.token));
  await discord.waitUntil(() => edits().length >= exchange.deliveries, 10_000, `all answers to ${exchange.name}`);
  return exchange.settled();
}

describe("every interaction delivered twice by Discord", () => {
  it("counts once, is answered, and is told to the channel once", async () => {
    const { server, general, boss, members, guess } = await aServer();
    const [ann, bob] = members("Ann", "Bob") as [Member, Member];
    discord.faults.duplicateInteractions = true;
    const receipt = await (await over(guess(ann, "DeepSeek", 40))).reply();
    expect(receipt.text).toContain("Left in your wallet: 960 points");
    const card = await (await over(ann.command(general, "/models show", { model: "Hunter Alpha" }))).reply();
    const menu = await (await over(bob.command(general, "/models show", { model: "Hunter Alpha" }))).reply();
    const bobsMenu = await (await over(bob.press(menu, "Guess"))).reply();
    await over(bob.select(bobsMenu, undefined, ["OpenAI"]));
    const form = await ann.press(receipt, "Raise").modal();
    await over(ann.submit(form, { points: "60" }));
    expect(receipt.text).toContain("Left in your wallet: 900 points");
    await over(ann.press(receipt, "Share"));
    await over(guess(ann, "Qwen"));
    await over(ann.press(card, "Share"));
    await over(bob.press(bobsMenu, "Withdraw"));
    await over(bob.press(bobsMenu, "Yes, withdraw"));

    clock.pass(60_000);
    const preview = await (
      await over(
        boss.command(general, "/settle confirm", {
          model: "Hunter Alpha",
          lab: "Qwen",
          source: "https://example.org/qwen",
          "published-at": clock.now().toISOString(),
        }),
      )
    ).reply();
    await over(boss.press(preview, "Confirm"));
    await over(boss.command(general, "/settle freeze", { model: "Healer Alpha", reason: "A rumour" }));
    await general.waitFor(({ text }) => text.includes("is settled."));
    await general.waitFor(({ text }) => text.includes("is frozen: no guesses"));

    // Ann: free, own, raise, two sales, free, own. Bob: free, its sale. Calls: two, and one and its end.
    expect(await booksOf(server.id)).toMatchObject({ trades: 9, calls: 4, guesses: 2 });
    const said = general.messages().map(({ text }) => text);
    for (const once of ["**Ann** says", "is settled.", "is frozen: no guesses"]) {
      expect(said.filter((text) => text.includes(once))).toHaveLength(1);
    }
    expect(said.filter((text) => text.startsWith("│ Hunter Alpha"))).toHaveLength(1);
  });

  it("and once more an hour later, it still changes nothing", async () => {
    const { server, members, guess } = await aServer();
    const [ann] = members("Ann") as [Member];
    const first = guess(ann, "DeepSeek", 40);
    await over(first);
    await over(guess(ann, "OpenAI"));
    const before = await booksOf(server.id);
    first.deliverAgain();
    const twice = () => bot.logged.filter(({ interactionId }) => interactionId === first.id).length > 0;
    await discord.waitUntil(twice, 5_000, "the second delivery to be noticed");
    await over(first);
    expect(await booksOf(server.id)).toEqual(before);
    expect(bot.app.models.of(server.id).models.find(({ name }) => name === "Hunter Alpha")?.labs[0]).toMatchObject({
      lab: "openai",
      callers: 1,
    });
  });
});

describe("when Discord has a bad day", () => {
  it("a guess it gave up before it was acknowledged does not count, and counts when it is made again", async () => {
    const { server, members, guess } = await aServer();
    const [ann] = members("Ann") as [Member];
    discord.faults.unknownInteractions(1);
    const given = guess(ann, "DeepSeek", 40);
    await discord.waitUntil(() => bot.logged.some(({ interactionId }) => interactionId === given.id), 5_000, "a line");
    expect(given.acknowledged).toBe(false);
    expect(await booksOf(server.id)).toMatchObject({ trades: 0, guesses: 0 });
    expect((await guess(ann, "DeepSeek", 40).reply()).text).toContain("Left in your wallet: 960 points");
    expect(await booksOf(server.id)).toMatchObject({ trades: 2, guesses: 1 });
  });

  it("a guess whose acknowledgement was lost on the way counts once and is answered", async () => {
    const { server, members, guess } = await aServer();
    const [ann] = members("Ann") as [Member];
    const lost = discord.faults.resetAfter({ route: callback, times: 1 });
    expect((await guess(ann, "DeepSeek", 40).reply()).text).toContain("Left in your wallet: 960 points");
    expect(lost.hits).toBe(1);
    expect(await booksOf(server.id)).toMatchObject({ trades: 2, guesses: 1 });
  });

  it("twenty members guess at once through errors, lost connections and limits, and each counts once", async () => {
    const { server, members, guess } = await aServer();
    const crowd = members(...Array.from({ length: 20 }, (_, i) => `Member ${i + 1}`));
    discord.faults.serverError({ rate: 0.15, times: 20 });
    discord.faults.resetBefore({ rate: 0.1, times: 8 });
    discord.faults.resetAfter({ rate: 0.1, times: 8 });
    discord.faults.rateLimit({ scope: "shared", route: "/webhooks/", rate: 0.2, times: 5, retryAfterMs: 50 });
    const tries = crowd.map((member, i) => guess(member, i % 3 === 0 ? "OpenAI" : "DeepSeek", 10));
    for (const { id } of tries) cutOnPurpose.add(id);
    await Promise.allSettled(tries.map((exchange) => exchange.reply(3_000)));
    discord.faults.clear();
    // Who was told nothing asks again; whose guess is there all the same is told that nothing is new.
    for (const [i, exchange] of tries.entries()) {
      const member = crowd[i];
      if (exchange.original?.text.includes("wallet") || !member) continue;
      await member
        .command(exchange.channel, "/guess", { model: "Hunter Alpha", lab: i % 3 === 0 ? "OpenAI" : "DeepSeek" })
        .reply();
    }
    expect(await booksOf(server.id)).toMatchObject({ calls: 20, guesses: 20 });
  });

  it("a command typed while the connection was lost is answered when it is back", async () => {
    const { general, members, guess } = await aServer();
    const [ann] = members("Ann") as [Member];
    excuse = /^the connection to Discord is lost/;
    const { identifies, resumes } = discord.sessions;
    discord.dropGateway({ resumable: true });
    const missed = guess(ann, "DeepSeek");
    expect((await missed.reply(10_000)).text).toContain("you say **DeepSeek**");
    expect(discord.sessions).toMatchObject({ identifies, resumes: resumes + 1 });

    discord.dropGateway({ resumable: false });
    await discord.waitUntil(
      () => discord.sessions.identifies > identifies && discord.connected,
      15_000,
      "a new session",
    );
    const card = await ann.command(general, "/models show", { model: "Hunter" }).reply(10_000);
    expect(card.text).toContain("DeepSeek");
  });
});

describe("two servers", () => {
  it("know nothing of each other: odds, wallets, boards and settlements are each their own", async () => {
    const [here, there] = [await aServer(), await aServer()];
    const ann = here.server.addMember("Ann");
    const annThere = there.server.addMember({ name: "Ann", user: ann.user, nick: "Annie" });
    await here.guess(ann, "Xiaomi", 100).reply();
    const receipt = await there.guess(annThere, "DeepSeek", 30).reply();
    expect(receipt.text).toContain("Left in your wallet: 970 points");
    await here.settle("Xiaomi");

    const cardHere = await ann.command(here.general, "/models show", { model: "Hunter Alpha" }).reply();
    const cardThere = await annThere.command(there.general, "/models show", { model: "Hunter Alpha" }).reply();
    expect(cardHere.text).toContain("Settled: **Xiaomi** built it.");
    expect(cardThere.text).toContain("**Odds**, 1 guess");
    expect(cardThere.text).not.toContain("Xiaomi");
    expect((await annThere.command(there.general, "/leaderboard").reply()).text).toContain("Nobody is on it yet");
    expect((await ann.command(here.general, "/leaderboard").reply()).text).toContain("**1.** Ann");
    const profile = await annThere.command(there.general, "/profile").reply();
    expect(profile.text).toContain("Annie");
    expect(profile.text).toContain("**970 points**");
    const taken = await annThere.press(receipt, "Withdraw").reply();
    await annThere.press(taken, "Yes, withdraw").reply();
    await vi.waitFor(() => expect(receipt.text).toContain("your guess is withdrawn"));
  });
});

describe("what Discord offers while a member types", () => {
  it("is models by name, labs by any of their names with odds, a name nobody knows, and seasons", async () => {
    const { general, members, guess } = await aServer();
    const [ann, bob] = members("Ann", "Bob") as [Member, Member];
    await guess(bob, "Xiaomi").reply();
    const offered = (option: string, typed: Record<string, string>, line = "/guess") =>
      ann.autocomplete(general, line, typed, option);
    expect((await offered("model", { model: "alph" })).map(({ name }) => name)).toEqual([
      "Hunter Alpha",
      "Healer Alpha",
    ]);
    expect((await offered("model", { model: "HEAL" })).map(({ name }) => name)).toEqual(["Healer Alpha"]);
    const all = await offered("lab", { model: "Hunter Alpha", lab: "" });
    expect(all).toHaveLength(25);
    expect(all[0]?.name).toMatch(/^Xiaomi · [\d.]+ %$/);
    expect(all.at(-1)?.value).toBe("other");
    expect((await offered("lab", { model: "Hunter Alpha", lab: "mimo" }))[0]?.value).toBe("xiaomi");
    expect(await offered("lab", { model: "Hunter Alpha", lab: "Basement Labs" })).toEqual([
      { name: "Another lab: “Basement Labs”", value: "Basement Labs" },
    ]);
    expect((await offered("season", { season: "" }, "/leaderboard"))[0]?.value).toBe("2026-Q1");
    expect(await offered("model", { model: "@everyone`" })).toEqual([]);
  });
});

describe("hostile names", () => {
  it.each([
    ["mentions", "@everyone @here <@&1>", "<@&1> @everyone labs"],
    ["markdown", "`**~~||_x_||~~**``` > # [a](https://evil.example)", "```js\n**boom**``` [a](https://evil.example)"],
    ["right-to-left letters", "\u202Eאבג דהו\u2066 مرحبا", "\u202Eשלום labs\u202C"],
    ["great length", "W".repeat(100), "Ŵ\u0301\u0302\u0303\u0304".repeat(10)],
    ["nothing at all", "\u200B\u2800\u3164", "\u{1F9EA}\u{1F9EA} x"],
  ])("of %s ping nobody and break nothing, wherever they are shown", async (_, name, lab) => {
    const { server, general, boss, guess, settle } = await aServer();
    const role = server.addRole({ name: "Everybody", mentionable: true });
    const villain = server.addMember({ name: "Villain", nick: name });
    const receipt = await guess(villain, lab.replaceAll("<@&1>", `<@&${role.id}>`).slice(0, 60), 20).reply();
    expect(receipt.text).toContain("rides on");
    await villain.press(receipt, "Share").followUp();
    const card = await villain.command(general, "/models show", { model: "Hunter Alpha" }).reply();
    await villain.press(card, "Share").followUp();
    await guess(villain, "Xiaomi").reply();
    await boss.command(general, "/profile", { member: villain }).reply();
    await settle("Xiaomi");
    const board = await villain.command(general, "/leaderboard").reply();
    await villain.press(board, "Share").followUp();
    await boss
      .command(general, "/settle reopen", { model: "Hunter Alpha", reason: `${name} ${lab}`.slice(0, 300) })
      .reply();
    await general.waitFor(({ text }) => text.includes("was reopened"));
    expect(general.history.length).toBeGreaterThan(8);
    for (const { pings } of general.history) expect(pings).toEqual({ users: [], roles: [], everyone: false });
  });
});

describe("/leaderboard", () => {
  it("turns pages, always shows the reader's own row, and those who left too", async () => {
    const { server, general, members, guess, settle } = await aServer();
    const crowd = members(...Array.from({ length: 23 }, (_, i) => `Member ${String(i + 1).padStart(2, "0")}`));
    for (const member of crowd) await guess(member, member.name > "Member 05" ? "OpenAI" : "Xiaomi").reply();
    await settle("Xiaomi");
    const [first, last] = [crowd[0], crowd.at(-1)] as [Member, Member];
    server.removeMember(crowd[1] as Member);
    const board = await last.command(general, "/leaderboard").reply();
    expect(board.text).toMatch(/\*\*1\.\*\* Member 01: [\s\S]*\*\*2\.\*\* Member 02: [\s\S]*Page 1 of 3/);
    expect(board.text).toContain("You: **6.** Member 23");
    expect(() => last.press(board, "Previous")).toThrow("disabled");
    await last.press(board, "Next").reply();
    expect(board.text).toContain("Page 2 of 3");
    await last.press(board, "Next").reply();
    expect(board.text).toContain("Page 3 of 3");
    expect(board.text).toContain("You are at **6.**");
    expect(() => last.press(board, "Next")).toThrow("disabled");
    await last.press(board, "Points").reply();
    expect(board.text).toContain("Points, January–March 2026");
    const shared = await last.press(board, "Share").followUp();
    expect((await first.press(shared, "Where am I?").reply()).text).toContain("You are at **1.**");
    const empty = await last.command(general, "/leaderboard", { season: "2025-Q4" }).reply();
    expect(empty.text).toContain("Nobody is on it yet");
    expect((await last.command(general, "/leaderboard", { season: "spring" }).reply()).text).toContain("Seasons are");
  });
});

describe("a bot that starts again", () => {
  it("greets nobody twice, registers nothing anew, and answers the buttons of yesterday's messages", async () => {
    const { general, members, guess } = await aServer();
    const [ann] = members("Ann") as [Member];
    const receipt = await guess(ann, "DeepSeek").reply();
    await general.waitFor(({ text }) => text.includes("/setup"), 15_000);
    const said = general.messages().length;
    const writes = discord.commandWrites;
    await bot.stop();
    await discord.waitForBotToLeave();
    seen = 0;
    bot = await startBot({
      discord: { apiUrl: discord.apiUrl, token: discord.token },
      openRouter,
      database,
      clock: clock.now,
    });
    const form = await ann.press(receipt, "Raise").modal();
    expect(form.title).toBe("Raise: Hunter Alpha");
    await ann.submit(form, { points: "30" }).reply();
    expect(receipt.text).toContain("Left in your wallet: 970 points");
    expect(discord.commandWrites).toBe(writes);
    expect(general.messages()).toHaveLength(said);
  });
});
