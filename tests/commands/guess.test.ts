import { describe, expect, it } from "vitest";
import { decideMarket } from "../../src/actions/decide-market.ts";
import { aKey, named } from "../support/factories.ts";
import { aPlayedServer, privately, replyOf, toldBy, wordsOf } from "./playing.ts";

describe("/guess", () => {
  it("suggests models and labs, and tells the member alone what was bought and what it pays", async () => {
    const { discord, channel, ann } = await aPlayedServer();
    const [model] = await ann.autocomplete(channel, "/guess", { model: "hunt" }, "model");
    expect(model?.name).toBe("Hunter Alpha");
    const labs = await ann.autocomplete(channel, "/guess", { model: model?.value, lab: "mimo" }, "lab");
    expect(labs.map(({ value }) => value)).toEqual(["xiaomi"]);
    const words = await privately(ann.command(channel, "/guess", { model: model?.value, lab: "deepseek", stake: 100 }));
    expect(words).toContain("**Hunter Alpha**: you say **DeepSeek** built it.");
    expect(words).toContain("Staked: 25 points from the house and 100 points of your own.");
    expect(words).toContain("Left in your wallet: 900 points.");
    expect(channel.messages()).toEqual([]);
    discord.expectNoViolations();
  });

  it("takes models and labs by any of their names, without suggestions", async () => {
    const { channel, ann } = await aPlayedServer();
    expect(await privately(ann.command(channel, "/guess", { model: "hunter-alpha", lab: "Kimi" }))).toContain(
      "Moonshot AI",
    );
    expect(await privately(ann.command(channel, "/guess", { model: "Bogus", lab: "Kimi" }))).toContain(
      "I know no such model here",
    );
    expect(await privately(ann.command(channel, "/guess", { model: "Hunter Alpha", lab: "someone else" }))).toContain(
      "Someone else",
    );
  });

  it("refuses in plain words what the rules refuse", async () => {
    const { app, channel, ann, modelId, server } = await aPlayedServer();
    await privately(ann.command(channel, "/guess", { model: "Hunter Alpha", lab: "deepseek", stake: 200 }));
    const more = await privately(
      ann.command(channel, "/guess", { model: "Hunter Alpha", lab: "deepseek", stake: 100 }),
    );
    expect(more).toContain("You can still add 50 points.");
    await decideMarket(app, {
      key: aKey(),
      kind: "freeze",
      serverId: server.id,
      member: named("Mod"),
      modelId,
      reason: "x",
    });
    expect(await privately(ann.command(channel, "/guess", { model: "Hunter Alpha", lab: "xiaomi" }))).toContain(
      "is frozen",
    );
  });

  it("delivered twice by Discord counts once", async () => {
    const { discord, channel, ann } = await aPlayedServer();
    discord.faults.duplicateInteractions = true;
    const words = await privately(
      ann.command(channel, "/guess", { model: "Hunter Alpha", lab: "deepseek", stake: 100 }),
    );
    expect(words).toContain("Left in your wallet: 900 points.");
    discord.faults.clear();
    expect(await privately(ann.command(channel, "/profile"))).toContain("**900 points**");
  });
});

describe("the buttons of a receipt", () => {
  it("raise: asks for points, and changes the same message", async () => {
    const { discord, channel, ann } = await aPlayedServer();
    const receipt = await replyOf(ann.command(channel, "/guess", { model: "Hunter Alpha", lab: "deepseek" }));
    await replyOf(ann.submit(await ann.press(receipt, "Raise").modal(), { points: "60" }));
    expect(wordsOf(receipt)).toContain("Added: 60 points of your own.");
    const wrong = await replyOf(ann.submit(await ann.press(receipt, "Raise").modal(), { points: "lots" }));
    expect(wordsOf(wrong)).toContain("That is no number of points.");
    expect(wordsOf(receipt)).toContain("Added: 60 points");
    discord.expectNoViolations();
  });

  it("withdraw: asks first, and then gives back", async () => {
    const { discord, channel, ann } = await aPlayedServer();
    const receipt = await replyOf(
      ann.command(channel, "/guess", { model: "Hunter Alpha", lab: "deepseek", stake: 50 }),
    );
    await replyOf(ann.press(receipt, "Withdraw"));
    expect(wordsOf(receipt)).toContain("Take back your guess on **DeepSeek**");
    await replyOf(ann.press(receipt, "Keep it"));
    expect(wordsOf(receipt)).toContain("you say **DeepSeek** built it.");
    await replyOf(ann.press(receipt, "Withdraw"));
    await replyOf(ann.press(receipt, "Yes, withdraw"));
    expect(wordsOf(receipt)).toContain("your guess is withdrawn");
    expect(await privately(ann.command(channel, "/profile"))).toContain("**Standing guesses**: none");
    discord.expectNoViolations();
  });

  it("withdraw: says at once that the model is frozen, and promises nothing", async () => {
    const { app, discord, server, channel, modelId, ann, boss } = await aPlayedServer();
    const receipt = await replyOf(ann.command(channel, "/guess", { model: "Hunter Alpha", lab: "deepseek" }));
    const member = { ...named(boss.id), name: "Boss" };
    const freeze = { key: aKey(), serverId: server.id, member, modelId, kind: "freeze", reason: "a leak" } as const;
    await decideMarket(app, freeze);
    const refused = await replyOf(ann.press(receipt, "Withdraw"));
    expect(wordsOf(refused)).toContain("frozen");
    expect(wordsOf(refused)).not.toContain("returns");
    expect(wordsOf(receipt)).toContain("you say **DeepSeek** built it.");
    discord.expectNoViolations();
  });

  it("share: posts the guess once, where the member may write, with buttons that are everybody's own", async () => {
    const { discord, channel, ann, bob } = await aPlayedServer();
    const receipt = await replyOf(ann.command(channel, "/guess", { model: "Hunter Alpha", lab: "Foo Labs" }));
    const shared = await toldBy(ann.press(receipt, "Share"));
    expect(wordsOf(shared)).toContain("**Ann** says **Someone else** built **Hunter Alpha**.");
    expect(wordsOf(shared)).not.toContain("Foo");
    expect(() => ann.press(receipt, "Share")).toThrow("disabled");
    const menu = await replyOf(bob.press(shared, "Guess too"));
    await replyOf(bob.select(menu, undefined, ["openai"]));
    expect(wordsOf(menu)).toContain("you say **OpenAI** built it.");
    expect(await privately(ann.command(channel, "/profile"))).toContain("Foo Labs");
    discord.expectNoViolations();
  });

  it("share: stays silent in a channel the member may not write in", async () => {
    const { channel, server, ann } = await aPlayedServer();
    server.setRolePermissions(["ViewChannel", "UseApplicationCommands"]);
    const receipt = await replyOf(ann.command(channel, "/guess", { model: "Hunter Alpha", lab: "deepseek" }));
    const said = await replyOf(ann.press(receipt, "Share"));
    expect(wordsOf(said)).toContain("You may not write in this channel");
    expect(channel.messages()).toEqual([]);
  });
});

describe("the buttons of an announcement", () => {
  it("Guess opens a menu of labs and then the receipt, for the presser alone", async () => {
    const { discord, ann, announce } = await aPlayedServer();
    const announcement = await announce();
    const menu = await replyOf(ann.press(announcement, "Guess"));
    expect(menu.visibleTo?.id).toBe(ann.id);
    await replyOf(ann.select(menu, undefined, ["Someone else"]));
    expect(wordsOf(menu)).toContain("you say **Someone else** built it.");
    discord.expectNoViolations();
  });

  it("Another lab… asks for a name; a lab nobody had named gets odds of its own", async () => {
    const { discord, ann, announce } = await aPlayedServer();
    const menu = await replyOf(ann.press(await announce(), "Guess"));
    await replyOf(ann.submit(await ann.select(menu, undefined, ["Another lab…"]).modal(), { lab: "LongCat" }));
    expect(wordsOf(menu)).toContain("You are the first to name Meituan");
    discord.expectNoViolations();
  });

  it("Guess on a model that is frozen says so at once, without a menu", async () => {
    const { app, ann, announce, modelId, server } = await aPlayedServer();
    const announcement = await announce();
    await decideMarket(app, {
      key: aKey(),
      kind: "freeze",
      serverId: server.id,
      member: named("Mod"),
      modelId,
      reason: "x",
    });
    const said = await replyOf(ann.press(announcement, "Guess"));
    expect(wordsOf(said)).toContain("**Hunter Alpha** is frozen by the moderators.");
    expect(said.components).toEqual([]);
  });

  it("a refused pick leaves the menu for another", async () => {
    const { app, ann, announce, modelId, server } = await aPlayedServer();
    const menu = await replyOf(ann.press(await announce(), "Guess"));
    await decideMarket(app, {
      key: aKey(),
      kind: "freeze",
      serverId: server.id,
      member: named("Mod"),
      modelId,
      reason: "x",
    });
    const said = await replyOf(ann.select(menu, undefined, ["openai"]));
    expect(wordsOf(said)).toContain("is frozen");
    expect(wordsOf(menu)).toContain("Who built **Hunter Alpha**?");
  });

  it("Details shows the card to the presser alone", async () => {
    const { ann, announce } = await aPlayedServer();
    expect(await privately(ann.press(await announce(), "Details"))).toContain("**Odds**, no guesses yet");
  });
});
