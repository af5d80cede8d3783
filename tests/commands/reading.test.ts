import { describe, expect, it } from "vitest";
import { recordCatalogue } from "../../src/actions/record-catalogue.ts";
import { aSettlement } from "../support/factories.ts";
import { aCatalogue, aStealthListing, firstRead } from "../support/watcher-app.ts";
import { aPlayedServer, privately, replyOf, toldBy, wordsOf } from "./playing.ts";

describe("/models show", () => {
  it("lists the models, and shows the card of one picked", async () => {
    const { discord, channel, ann } = await aPlayedServer();
    const list = await replyOf(ann.command(channel, "/models show"));
    expect(wordsOf(list)).toContain("**Hunter Alpha**");
    expect(await privately(ann.select(list, undefined, ["Hunter Alpha"]))).toContain("Context: 1,048,576 tokens");
    discord.expectNoViolations();
  });

  it("refreshes a card in place, and shares it without a name that only its author may see", async () => {
    const { discord, channel, ann, bob } = await aPlayedServer();
    await replyOf(ann.command(channel, "/guess", { model: "Hunter Alpha", lab: "Foo Labs" }));
    const card = await replyOf(ann.command(channel, "/models show", { model: "Hunter Alpha" }));
    expect(wordsOf(card)).toContain("Foo Labs");
    await replyOf(bob.command(channel, "/guess", { model: "Hunter Alpha", lab: "xiaomi" }));
    await replyOf(ann.press(card, "Refresh"));
    expect(wordsOf(card)).toContain("**Odds**, 2 guesses");
    const shared = wordsOf(await toldBy(ann.press(card, "Share")));
    expect(shared).toContain("**Odds**, 2 guesses");
    expect(shared).not.toContain("Foo Labs");
    expect(await privately(bob.command(channel, "/models show", { model: "Hunter Alpha" }))).not.toContain("Foo Labs");
    discord.expectNoViolations();
  });
});

describe("what is left to moderators", () => {
  const burst = Array.from({ length: 6 }, (_, i) => aStealthListing(`Model ${i}`));

  it("is theirs to open or to leave, in their server, and nobody else's, whoever presses", async () => {
    const { app, discord, channel, ann, boss } = await aPlayedServer();
    await firstRead(app);
    await recordCatalogue(app, aCatalogue(...burst));
    expect(await privately(ann.command(channel, "/models waiting"))).toContain("Only moderators");
    const list = await replyOf(boss.command(channel, "/models waiting"));
    expect(wordsOf(list)).toContain("6 listings not announced");
    await replyOf(boss.select(list, "Open one here", ["Model 2"]));
    expect(wordsOf(list)).toContain("Opened here: **Model 2**");
    expect(wordsOf(list)).toContain("5 listings not announced");
    await replyOf(boss.select(list, "Leave one, and show it no more", ["Model 3"]));
    await replyOf(boss.press(list, "Leave all"));
    expect(wordsOf(list)).toContain("Nothing waits for moderators.");
    expect(wordsOf(await replyOf(ann.command(channel, "/models show")))).toContain("**Model 2**");
    discord.expectNoViolations();
  });

  it("and so is adding a model seen elsewhere, whose link is shown", async () => {
    const { discord, channel, ann, boss } = await aPlayedServer();
    const seen = { name: "Arena Mystery", link: "https://lmarena.ai/" };
    expect(await privately(ann.command(channel, "/models add", seen))).toContain("Only moderators");
    expect(await privately(boss.command(channel, "/models add", { ...seen, link: "arena" }))).toContain(
      "must be a web address",
    );
    expect(await privately(boss.command(channel, "/models add", seen))).toContain(
      "**Arena Mystery** is open for guesses in this server.",
    );
    const card = await privately(ann.command(channel, "/models show", { model: "Arena Mystery" }));
    expect(card).toContain("Seen by moderators of this server: <https://lmarena.ai/>");
    expect(card).not.toMatch(/server:\d/);
    discord.expectNoViolations();
  });
});

describe("/leaderboard", () => {
  it("shows the board with the reader's own row, turns to the other board, and can be shared", async () => {
    const { app, clock, discord, channel, server, modelId, ann, bob } = await aPlayedServer();
    await replyOf(ann.command(channel, "/guess", { model: "Hunter Alpha", lab: "xiaomi" }));
    await replyOf(bob.command(channel, "/guess", { model: "Hunter Alpha", lab: "deepseek" }));
    expect(await privately(ann.command(channel, "/leaderboard"))).toContain("Nobody is on it yet");
    clock.set(new Date("2026-03-19T00:00:00Z"));
    await aSettlement(app, { serverId: server.id, modelId }, { publishedAt: new Date("2026-03-18T19:54:00Z") });
    const board = await replyOf(bob.command(channel, "/leaderboard", { season: "2026-q1" }));
    expect(wordsOf(board)).toMatch(/Calls, January–March 2026\n[\s\S]*\*\*1\.\*\* Ann: \*\*\d+\.\d\*\* · 1 of 1 right/);
    expect(wordsOf(board)).toContain("You are at **2.**");
    await replyOf(bob.press(board, "Points"));
    expect(wordsOf(board)).toContain("Points, January–March 2026");
    const shared = await toldBy(bob.press(board, "Share"));
    expect(wordsOf(shared)).not.toContain("You");
    expect(await privately(ann.press(shared, "Where am I?"))).toContain("You are at **1.**");
    expect(await privately(ann.command(channel, "/leaderboard", { season: "last year" }))).toContain(
      "I cannot read that season",
    );
    expect(await ann.autocomplete(channel, "/leaderboard", { season: "" }, "season")).toHaveLength(1);
    discord.expectNoViolations();
  });
});

describe("/profile", () => {
  it("shows wallet and worth to oneself, and to others only what is public", async () => {
    const { discord, channel, ann, bob } = await aPlayedServer();
    await replyOf(ann.command(channel, "/guess", { model: "Hunter Alpha", lab: "Foo Labs", stake: 100 }));
    const own = await privately(ann.command(channel, "/profile"));
    expect(own).toContain("**900 points**");
    expect(own).toContain("Foo Labs");
    const seen = await privately(bob.command(channel, "/profile", { member: ann }));
    expect(seen).toContain("Ann");
    expect(seen).toContain("Someone else");
    expect(seen).not.toMatch(/Wallet|900|Foo/);
    discord.expectNoViolations();
  });
});

it("/help names every command and links to where models appear", async () => {
  const { discord, channel, ann } = await aPlayedServer();
  const words = await privately(ann.command(channel, "/help"));
  expect(words).toContain(
    "`/guess` · `/ask-model` · `/evidence` · `/models` · `/poll` · `/leaderboard` · `/profile` · `/settle` · `/setup` · `/help`",
  );
  expect(words).toContain("“File as evidence” in a message's menu");
  expect(words).toContain("https://openrouter.ai/models");
  expect(words).toContain(`client_id=${discord.applicationId}`);
  discord.expectNoViolations();
});
