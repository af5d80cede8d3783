import { describe, expect, it } from "vitest";
import { showCandidate } from "../../src/actions/judge-candidate.ts";
import { loadModels } from "../../src/actions/load-models.ts";
import { saveServer } from "../../src/actions/set-up-server.ts";
import { showModel } from "../../src/actions/show-models.ts";
import { labNames } from "../../src/discord/views/lab-words.ts";
import { candidateMessage, deadlineMessage } from "../../src/discord/views/reveal.ts";
import type { NewCandidate } from "../../src/storage/reveals.ts";
import { aMarket, aServer } from "../support/factories.ts";
import { aCandidate } from "../support/reveals.ts";
import { aPlayedServer, decisionIn, privately, replyOf, wordsOf } from "./playing.ts";

const proof = { source: "https://example.com/reveal", "published-at": "2026-03-18 19:54" };
const xiaomi = { model: "Hunter Alpha", lab: "xiaomi", ...proof };

/** A week later, with Ann right from the first day and Bob late. */
async function aRevealedModel() {
  const played = await aPlayedServer();
  const { channel, clock, ann, bob, boss } = played;
  await replyOf(ann.command(channel, "/guess", { model: "Hunter Alpha", lab: "xiaomi", stake: 25 }));
  await replyOf(boss.command(channel, "/guess", { model: "Hunter Alpha", lab: "deepseek", stake: 50 }));
  clock.set(new Date("2026-03-18T20:00:00Z"));
  await replyOf(bob.command(channel, "/guess", { model: "Hunter Alpha", lab: "xiaomi", stake: 250 }));
  clock.pass({ minutes: 10 });
  return played;
}

describe("/settle confirm", () => {
  it("shows a preview to the moderator alone, and on Confirm tells the channel who settled and what they hold", async () => {
    const { discord, channel, boss } = await aRevealedModel();
    const preview = await replyOf(boss.command(channel, "/settle confirm", xiaomi));
    expect(preview.visibleTo?.id).toBe(boss.id);
    expect(wordsOf(preview)).toContain("Nothing is done yet.");
    expect(wordsOf(preview)).toContain("Published: <t:1773863640:F>");
    expect(wordsOf(preview)).toMatch(/Too late, undone and refunded: \d+ actions? of 1 member/);
    expect(wordsOf(preview)).toContain("You: **DeepSeek**, paid 0 points.");
    expect(channel.messages()).toEqual([]);
    const result = await decisionIn(channel, boss.press(preview, "Confirm"), "is settled");
    expect(wordsOf(preview)).toBe(`Done. The result goes to <#${channel.id}>.`);
    expect(wordsOf(result)).toContain("**Hunter Alpha** is settled.\nBuilt by: **Xiaomi**");
    expect(wordsOf(result)).toContain("First to say it: **Ann**");
    expect(wordsOf(result)).toContain("Settled by **Boss**: **DeepSeek**, paid 0 points.");
    discord.expectNoViolations();
  });

  it("settles nothing on Cancel, and once on Confirm whoever else confirms", async () => {
    const { channel, server, boss } = await aRevealedModel();
    const second = server.addMember({ name: "Second", permissions: ["ManageGuild"] });
    const cancelled = await replyOf(boss.command(channel, "/settle confirm", xiaomi));
    await replyOf(boss.press(cancelled, "Cancel"));
    expect(wordsOf(cancelled)).toBe("Cancelled. Nothing was settled.");
    const one = await replyOf(boss.command(channel, "/settle confirm", xiaomi));
    const two = await replyOf(second.command(channel, "/settle confirm", { ...xiaomi, lab: "deepseek" }));
    await decisionIn(channel, boss.press(one, "Confirm"), "is settled");
    await replyOf(second.press(two, "Confirm"));
    expect(wordsOf(two)).toContain("is settled. `/settle reopen` takes that back.");
    expect(channel.messages()).toHaveLength(1);
  });

  it("says what is wrong with a time or a source", async () => {
    const { channel, boss } = await aRevealedModel();
    const settle = (changes: object) => privately(boss.command(channel, "/settle confirm", { ...xiaomi, ...changes }));
    expect(await settle({ "published-at": "yesterday" })).toContain("I cannot read “yesterday” as a time.");
    expect(await settle({ "published-at": "2026-03-19 00:00" })).toContain("is still to come");
    expect(await settle({ "published-at": "2026-03-01 00:00" })).toContain(
      "`/settle void` gives everybody their points back",
    );
    expect(await settle({ source: "a friend" })).toContain("must be a web address");
    expect(await settle({ lab: "Foo Labs" })).toMatch(/I know no lab called “Foo Labs”.*`\/settle name-lab`/);
  });
});

describe("who may settle", () => {
  it("members may not, and are told who may", async () => {
    const { channel, ann } = await aRevealedModel();
    expect(await privately(ann.command(channel, "/settle confirm", xiaomi))).toContain("Only moderators can do this");
    expect(await privately(ann.command(channel, "/settle void", { model: "Hunter Alpha", reason: "x" }))).toContain(
      "Only moderators",
    );
  });

  it("holders of the moderator role may, and no longer once it is taken from them, even on a preview already open", async () => {
    const { app, discord, channel, server, bob } = await aRevealedModel();
    const role = server.addRole({ name: "Mods" });
    await saveServer(app, server.id, { moderatorRoleId: role.id });
    bob.giveRole(role);
    const preview = await replyOf(bob.command(channel, "/settle confirm", xiaomi));
    expect(wordsOf(preview)).toContain("Nothing is done yet.");
    bob.takeRole(role);
    await replyOf(bob.press(preview, "Confirm"));
    expect(wordsOf(preview)).toContain("Only moderators can do this");
    expect(channel.messages()).toEqual([]);
    discord.expectNoViolations();
  });
});

it("/settle void, reopen, freeze and unfreeze tell the channel who did it and why", async () => {
  const { discord, channel, boss } = await aRevealedModel();
  for (const [kind, words] of [
    ["freeze", "is frozen"],
    ["unfreeze", "is open again"],
    ["void", "was called off"],
    ["reopen", "was reopened"],
  ] as const) {
    const offered = await boss.autocomplete(channel, `/settle ${kind}`, { model: "" }, "model");
    expect(offered).toHaveLength(1);
    const given = { model: offered[0]?.value, reason: "Because *I* say so @everyone" };
    const exchange = boss.command(channel, `/settle ${kind}`, given);
    const told = wordsOf(await decisionIn(channel, exchange, words));
    expect(await privately(exchange)).toBe(`Done. It is told in <#${channel.id}>.`);
    expect(told).toContain("By **Boss**: Because \\*I\\* say so \\@everyone");
  }
  const again = await privately(boss.command(channel, "/settle reopen", { model: "Hunter Alpha", reason: "x" }));
  expect(again).toContain("is frozen already");
  discord.expectNoViolations();
});

/** The time and odds a receipt says a call stands at. */
const standing = (words: string) =>
  /Your call stands at odds of \*\*(.+?)\*\*, since (<t:\d+:f>)/.exec(words)?.slice(1);

describe("/settle name-lab", () => {
  it("makes a name nobody knew a lab: guesses on it follow with their time and odds, and are right when it is settled", async () => {
    const { discord, channel, clock, ann, bob, boss } = await aPlayedServer();
    const guess = { model: "Hunter Alpha", lab: "Frobozz Labs" };
    const before = await privately(ann.command(channel, "/guess", { ...guess, stake: 100 }));
    expect(before).toContain("I do not know that name");
    await privately(bob.command(channel, "/guess", { ...guess, lab: "frobozz labs!" }));
    const card = await privately(boss.command(channel, "/models show", { model: "Hunter Alpha" }));
    expect(card).toContain("(“Frobozz Labs”)");

    clock.pass({ hours: 5 });
    const taught = await privately(boss.command(channel, "/settle name-lab", { name: "Frobozz Labs" }));
    expect(taught).toContain("**Frobozz Labs** is a lab of this server now.");
    expect(taught).toContain("keeps its time and odds");
    const [offered] = await ann.autocomplete(channel, "/guess", { model: "Hunter Alpha", lab: "frob" }, "lab");
    expect(offered?.name).toBe("Frobozz Labs");
    const after = await privately(ann.command(channel, "/guess", { ...guess, lab: offered?.value }));
    expect(after).toContain("you now say **Frobozz Labs** built it.");
    expect(after).toContain("it now has odds of its own");
    expect(standing(after)).toHaveLength(2);
    expect(standing(after)).toEqual(standing(before));

    clock.pass({ days: 8 });
    const preview = await replyOf(boss.command(channel, "/settle confirm", { ...xiaomi, lab: "Frobozz Labs" }));
    const result = wordsOf(await decisionIn(channel, boss.press(preview, "Confirm"), "is settled"));
    expect(result).toContain("Built by: **Frobozz Labs**");
    expect(result).toContain("Guesses that count: 2, right: 2");
    expect(result).toMatch(/Ann: [\d,]+ \(own stake \d+\)/);
    expect(await privately(ann.command(channel, "/leaderboard", {}))).toMatch(/Ann: .*1 of 1 right/);
    discord.expectNoViolations();
  });

  it("adds a name to a lab there is, which another server does not hear of", async () => {
    const { app, discord, channel, modelId, ann, boss } = await aPlayedServer();
    const elsewhere = discord.addServer("Elsewhere");
    await aServer(app.db, { serverId: elsewhere.id, name: elsewhere.name });
    await aMarket(app.db, { serverId: elsewhere.id, modelId });
    await loadModels(app);
    const offered = await boss.autocomplete(
      channel,
      "/settle name-lab",
      { name: "Redmi AI", "same-as": "mi" },
      "same-as",
    );
    expect(offered.map(({ value }) => value)).toContain("xiaomi");
    expect(offered.map(({ value }) => value)).not.toContain("other");
    const given = { name: "Redmi *AI*", "same-as": "xiaomi" };
    expect(await privately(boss.command(channel, "/settle name-lab", given))).toContain(
      "“Redmi \\*AI\\*” is another name of **Xiaomi** in this server now.",
    );
    const guess = { model: "Hunter Alpha", lab: "redmi ai" };
    expect(await privately(ann.command(channel, "/guess", guess))).toContain("you say **Xiaomi** built it");
    const eve = elsewhere.addMember("Eve");
    if (!elsewhere.systemChannel) throw new Error("the sandbox is not as expected");
    expect(await privately(eve.command(elsewhere.systemChannel, "/guess", guess))).toContain("I do not know that name");
    discord.expectNoViolations();
  });

  it("says why a name cannot be taught, and refuses members", async () => {
    const { channel, ann, boss } = await aPlayedServer();
    const teach = (given: Record<string, string>) => privately(boss.command(channel, "/settle name-lab", given));
    expect(await teach({ name: "Kimi" })).toBe(
      "“Kimi” is known here already: it is **Moonshot AI**. Nothing was changed.",
    );
    expect(await teach({ name: "Zork", "same-as": "Grue" })).toContain("I know no lab called “Grue”.");
    expect(await teach({ name: "someone else" })).toContain("no lab can be called it");
    expect(await teach({ name: "***" })).toContain("Type it in letters.");
    const refused = await privately(ann.command(channel, "/settle name-lab", { name: "Zork" }));
    expect(refused).toContain("Only moderators can do this");
    expect(await teach({ name: "Zork" })).toContain("**Zork** is a lab of this server now.");
  });
});

describe("a candidate", () => {
  async function posted(given: Partial<NewCandidate> = {}) {
    const played = await aRevealedModel();
    const { app, client, channel, server, modelId } = played;
    const candidateId = await aCandidate(app, modelId, given);
    const candidate = await showCandidate(app, { serverId: server.id, candidateId });
    const target = await client.channels.fetch(channel.id);
    if (!candidate || !target?.isSendable()) throw new Error("there is no candidate");
    await target.send(candidateMessage(candidate, labNames([])));
    const [message] = channel.messages();
    if (!message) throw new Error("nothing was posted");
    return { ...played, candidateId, message };
  }

  it("opens the preview filled in for moderators, and nothing for others", async () => {
    const { discord, channel, ann, boss, message } = await posted();
    expect(await privately(ann.press(message, "Settle…"))).toContain("Only moderators");
    const preview = await replyOf(boss.press(message, "Settle…"));
    expect(preview.visibleTo?.id).toBe(boss.id);
    expect(wordsOf(preview)).toContain("Published: <t:1773863643:F>");
    expect(wordsOf(preview)).toContain("Source: <https://openrouter.ai/xiaomi/mimo-v2-pro>");
    await decisionIn(channel, boss.press(preview, "Confirm"), "**Hunter Alpha** is settled.");
    expect(await privately(boss.press(message, "Settle…"))).toContain("is settled. `/settle reopen` takes that back.");
    expect(channel.messages()).toHaveLength(2);
    discord.expectNoViolations();
  });

  it("that moderators say is not it loses its buttons for everybody, and a late press of Settle says who said so", async () => {
    const { app, discord, server, ann, boss, message, candidateId } = await posted();
    expect(await privately(ann.press(message, "Not it"))).toContain("Only moderators");
    expect(message.buttons).toEqual(["Settle…", "Not it"]);
    const [late, first, second] = [
      boss.press(message, "Settle…"),
      boss.press(message, "Not it"),
      boss.press(message, "Not it"),
    ];
    await Promise.all([replyOf(late), replyOf(first), replyOf(second)]);
    expect(message.text).toContain("**Boss** says: not it.");
    expect(message.buttons).toEqual([]);
    expect(await showCandidate(app, { serverId: server.id, candidateId })).toMatchObject({
      standing: { kind: "dismissed", by: "Boss" },
    });
    discord.expectNoViolations();
  });

  it("is nobody's who has lost the moderator role, and none where the message came from another server", async () => {
    const { app, discord, client, server, channel } = await aRevealedModel();
    const role = server.addRole({ name: "Referees" });
    await saveServer(app, server.id, { moderatorRoleId: role.id });
    const rita = server.addMember({ name: "Rita", roles: [role] });
    const elsewhere = await aMarket(app.db);
    const candidateId = await aCandidate(app, elsewhere.modelId);
    const candidate = await showCandidate(app, { serverId: elsewhere.serverId, candidateId });
    const target = await client.channels.fetch(channel.id);
    if (!candidate || !target?.isSendable()) throw new Error("there is no candidate");
    await target.send(candidateMessage(candidate, labNames([])));
    const [message] = channel.messages();
    if (!message) throw new Error("nothing was posted");
    expect(await privately(rita.press(message, "Settle…"))).toContain("I know no such candidate here.");
    expect(await privately(rita.press(message, "Not it"))).toContain("I know no such candidate here.");
    expect(message.buttons).toEqual(["Settle…", "Not it"]);
    await saveServer(app, server.id, { moderatorRoleId: null });
    expect(await privately(rita.press(message, "Settle…"))).toContain("Only moderators");
    discord.expectNoViolations();
  });

  it("from settlements elsewhere asks for a source of one's own, and takes their time unless another is given", async () => {
    const { discord, ann, boss, message } = await posted({
      kind: "settled",
      fact: "settled:xiaomi",
      found: null,
      source: null,
      publishedHow: "elsewhere",
      servers: 2,
    });
    const filledIn = async (fields: Record<string, string>) => {
      const form = await boss.press(message, "Settle…").modal();
      return wordsOf(await replyOf(boss.submit(form, fields)));
    };
    expect(await privately(ann.press(message, "Settle…"))).toContain("Only moderators");
    expect(await filledIn({ source: "it was on the news" })).toContain("must be a web address");
    const preview = await filledIn({ source: "https://example.com/own" });
    expect(preview).toContain("Source: <https://example.com/own>");
    expect(preview).toContain("Published: <t:1773863643:F>");
    expect(await filledIn({ source: "https://example.com/own", "published-at": "2026-03-18 12:00" })).toContain(
      "Published: <t:1773835200:F>",
    );
    discord.expectNoViolations();
  });

  it("that nobody has found after half a year lets moderators call the model off, with a reason", async () => {
    const { app, discord, client, channel, server, modelId, ann, boss } = await aRevealedModel();
    const shown = await showModel(app, { serverId: server.id, modelId });
    const target = await client.channels.fetch(channel.id);
    if (!shown || !target?.isSendable()) throw new Error("there is no model");
    await target.send(deadlineMessage(shown.card));
    const [message] = channel.messages();
    if (!message) throw new Error("nothing was posted");
    // Who has no role at all is told before typing anything; which role is the right one, when the form is sent.
    expect(await privately(ann.press(message, "Call it off…"))).toContain("Only moderators");
    const rita = server.addMember({ name: "Rita", roles: [server.addRole({ name: "Regulars" })] });
    const ritasWish = await rita.press(message, "Call it off…").modal();
    expect(await privately(rita.submit(ritasWish, { reason: "bored" }))).toContain("Only moderators");
    const wish = await boss.press(message, "Call it off…").modal();
    await decisionIn(channel, boss.submit(wish, { reason: "Never revealed" }), "Never revealed");
    expect((await showModel(app, { serverId: server.id, modelId }))?.card.state).toBe("void");
    discord.expectNoViolations();
  });
});
