import { describe, expect, it } from "vitest";
import type { Member } from "../../sandbox/discord/member.ts";
import { listEvidence } from "../../src/actions/list-evidence.ts";
import { confirmSettlement, previewSettlement } from "../../src/actions/settle-model.ts";
import { aKey, aMember, aSettlement } from "../support/factories.ts";
import { aPlayedServer, privately, replyOf, wordsOf } from "./playing.ts";

type Played = Awaited<ReturnType<typeof aPlayedServer>>;

const given = { model: "Hunter Alpha", lab: "Xiaomi", stance: "for", kind: "tokenizer" };

/** Files a piece with /evidence add, and gives the reply. */
async function filed({ channel, ann }: Played, more: Record<string, string> = {}, member: Member = ann) {
  return replyOf(
    member.command(channel, "/evidence add", { ...given, text: "It counts tokens as MiMo does.", ...more }),
  );
}

describe("/evidence add", () => {
  it("files a piece, shows it to its author alone, and puts it on the board", async () => {
    const played = await aPlayedServer();
    const { discord, channel, ann, bob } = played;
    const reply = await filed(played, { link: "https://example.com/tokens?utm_source=x" });
    expect(reply.visibleTo?.id).toBe(ann.id);
    const words = wordsOf(reply);
    expect(words).toContain("Filed.");
    expect(words).toContain("Evidence #1 points to Xiaomi");
    expect(words).toContain("> It counts tokens as MiMo does.");
    expect(words).toContain("Link: <https://example.com/tokens?utm_source=x>");
    expect(words).toContain("no votes yet");
    expect(reply.buttons).toEqual(["Withdraw", "All evidence"]);
    const board = await privately(bob.command(channel, "/evidence list", { model: "Hunter Alpha" }));
    expect(board).toContain("**Xiaomi**: 1 for, 0 against");
    expect(board).toContain("For: **#1** It counts tokens as MiMo does.");
    discord.expectNoViolations();
  });

  it("asks for the text in a form when it is left out, and keeps what was typed meanwhile", async () => {
    const { discord, channel, ann } = await aPlayedServer();
    const link = "https://example.com/a";
    const form = await ann.command(channel, "/evidence add", { ...given, link }).modal();
    expect(form.fields.map(({ customId }) => customId)).toEqual(["text"]);
    const words = await privately(ann.submit(form, { text: "Line one\n\n\n\n# Line two" }));
    expect(words).toContain("> Line one\n> \n> \\# Line two");
    expect(words).toContain(`Link: <${link}>`);
    discord.expectNoViolations();
  });

  it("refuses in words, and gives the text back", async () => {
    const played = await aPlayedServer();
    const { discord } = played;
    const refused = async (more: Record<string, string>) => wordsOf(await filed(played, more));
    expect(await refused({ lab: "nobody anybody knows" })).toContain("It counts tokens");
    expect(await refused({ lab: "someone else" })).toContain("“Someone else” is nobody in particular");
    expect(await refused({ link: "javascript:alert(1)" })).toMatch(/is no link I can keep.*Your text was:/s);
    expect(await refused({ model: "No Such Model" })).toMatch(/no such model.*Your text was:/s);
    expect(await refused({})).toContain("Filed.");
    expect(await refused({})).toContain("You have filed exactly that already: it is **#1**");
    discord.expectNoViolations();
  });

  it("offers labs to pick when it does not know the one typed, with all the rest kept", async () => {
    const played = await aPlayedServer();
    const { discord, ann } = played;
    const asked = await filed(played, { lab: "Xiaomy" });
    expect(wordsOf(asked)).toContain("I know no lab called “Xiaomy”");
    const retyped = await ann.submit(await ann.press(asked, "Type another name").modal(), { lab: "Xioami" }).reply();
    expect(wordsOf(retyped)).toContain("I know no lab called “Xioami”");
    const done = wordsOf(await ann.select(asked, undefined, ["DeepSeek"]).reply());
    expect(done).toContain("points to DeepSeek");
    expect(done).toContain("> It counts tokens as MiMo does.");
    discord.expectNoViolations();
  });

  it("points out an earlier piece with the same link, however it is written", async () => {
    const played = await aPlayedServer();
    await filed(played, { link: "https://www.example.com/post/?b=2&a=1#top" });
    const words = wordsOf(await filed(played, { link: "http://EXAMPLE.com/post?a=1&b=2&utm_medium=y" }, played.bob));
    expect(words).toContain("The same link or file is in **#1** already.");
    played.discord.expectNoViolations();
  });

  it("takes no more on a settled model, whose evidence can still be read", async () => {
    const played = await aPlayedServer();
    const { app, clock, server, modelId, channel, bob, discord } = played;
    await filed(played);
    const publishedAt = clock.pass({ hours: 1 }).toISOString();
    clock.pass({ hours: 1 });
    const wish = { serverId: server.id, member: aMember(), modelId, lab: "xiaomi", secondLab: null, publishedAt };
    const preview = await previewSettlement(app, { ...wish, source: "https://example.com" });
    if (!preview.done) throw new Error("the settlement was refused");
    await confirmSettlement(app, { key: aKey(), serverId: server.id, member: aMember(), previewId: preview.previewId });
    const board = await replyOf(bob.command(channel, "/evidence list", { model: "Hunter Alpha" }));
    expect(wordsOf(board)).toContain("The model is closed");
    expect(board.buttons).toEqual(["Previous", "Next"]);
    expect(wordsOf(await filed(played, {}, bob))).toContain("is settled");
    const shown = await replyOf(bob.command(channel, "/evidence show", { id: 1 }));
    expect(wordsOf(await bob.press(shown, "Weak").followUp())).toContain("is closed, so the votes stay");
    discord.expectNoViolations();
  });
});

it("a form that is sent in after the settlement is refused kindly, and gives its text back", async () => {
  const played = await aPlayedServer();
  const { app, discord, clock, server, modelId, channel, ann, announce } = played;
  const [short, long] = [
    await ann.command(channel, "/evidence add", given).modal(),
    await ann.press(await announce(), "Add evidence").modal(),
  ];
  const publishedAt = clock.pass({ minutes: 5 });
  clock.pass({ hours: 1 });
  await aSettlement(app, { serverId: server.id, modelId }, { publishedAt });
  const lastLine = "Now for the last line of it.";
  const text = `${"It speaks of itself as `MiMo`. ".repeat(31)}\n${lastLine}`;
  const all = { lab: "Xiaomi", stance: "for", kind: "self", text };
  for (const reply of [await ann.submit(short, { text }).reply(), await ann.submit(long, all).reply()]) {
    expect(wordsOf(reply)).toContain("is settled: **Xiaomi** built it. Its evidence can be read");
    expect(wordsOf(reply)).toContain("Your text was:");
    expect(wordsOf(reply)).toContain(lastLine);
  }
  discord.expectNoViolations();
});

it("a text of nothing but lines is given back within what a message holds, and filed with the lab picked", async () => {
  const played = await aPlayedServer();
  const { discord, channel, ann } = played;
  const form = await ann.press(await played.announce(), "Add evidence").modal();
  const text = `a${"\n".repeat(900)}${"`".repeat(99)}`;
  const asked = await ann.submit(form, { lab: "Nobody Labs", stance: "for", kind: "self", text }).reply();
  expect(wordsOf(asked)).toContain("I know no lab called “Nobody Labs”");
  expect(wordsOf(await ann.select(asked, undefined, ["DeepSeek"]).reply())).toContain("Filed.");
  const menu = await ann.menu(channel, "File as evidence", ann.say(channel, "`".repeat(2000))).modal();
  expect(menu.fields.at(-1)?.value).toHaveLength(1000);
  discord.expectNoViolations();
});

it("what Discord delivers twice is filed, counted and hidden once", async () => {
  const played = await aPlayedServer();
  const { discord, app, server, modelId, bob, boss, channel } = played;
  discord.faults.duplicateInteractions = true;
  await filed(played);
  const shown = await replyOf(bob.command(channel, "/evidence show", { id: 1 }));
  await bob.press(shown, "Convincing").followUp();
  await privately(boss.command(channel, "/evidence hide", { id: 1, reason: "x" }));
  await privately(boss.command(channel, "/evidence restore", { id: 1, reason: "y" }));
  await app.guesses.idle();
  const board = await listEvidence(app, { serverId: server.id, modelId, lab: null, kind: null, page: 1 });
  expect(board?.labs).toMatchObject([{ for: 1, strongest: [{ convincing: 1, weak: 0, restoredReason: "y" }] }]);
  discord.expectNoViolations();
});

describe("the form of the button Add evidence", () => {
  it("asks for lab, stance, kind, text and files, and files them", async () => {
    const { discord, ann, announce } = await aPlayedServer();
    const form = await ann.press(await announce(), "Add evidence").modal();
    expect(form.title).toBe("Evidence: Hunter Alpha");
    expect(form.fields.map(({ customId }) => customId)).toEqual(["lab", "stance", "kind", "text", "files"]);
    const text = "Says so itself, see https://example.com/chat.";
    const words = await privately(ann.submit(form, { lab: "deep seek", stance: "against", kind: "self", text }));
    expect(words).toContain("points away from DeepSeek");
    expect(words).toContain("Link: <https://example.com/chat>");
    discord.expectNoViolations();
  });

  it("stands on receipts too", async () => {
    const { channel, ann } = await aPlayedServer();
    const receipt = await replyOf(ann.command(channel, "/guess", { model: "Hunter Alpha", lab: "Xiaomi" }));
    expect((await ann.press(receipt, "Add evidence").modal()).title).toBe("Evidence: Hunter Alpha");
  });
});

describe("File as evidence, in a message's menu", () => {
  it("keeps the text, the link, the author and the way back to the message", async () => {
    const { discord, server, channel, modelId, ann, bob } = await aPlayedServer();
    const message = bob.say(channel, "Look: https://example.com/leak says it is *MiMo*");
    const form = await ann.menu(channel, "File as evidence", message).modal();
    expect(form.fields.map(({ customId }) => customId)).toEqual(["model", "lab", "stance", "kind", "text"]);
    expect(form.fields.at(-1)?.value).toBe(message.content);
    const filledIn = { model: String(modelId), lab: "Xiaomi", stance: "for", kind: "leak", text: message.content };
    const words = await privately(ann.submit(form, filledIn));
    expect(words).toContain("says it is \\*MiMo\\*");
    expect(words).toContain("Link: <https://example.com/leak>");
    expect(words).toContain(
      `From a message by **Bob**: https://discord.com/channels/${server.id}/${channel.id}/${message.id}`,
    );
    discord.expectNoViolations();
  });

  it("loses nothing when the lab is not known", async () => {
    const { discord, channel, modelId, ann, bob } = await aPlayedServer();
    const form = await ann.menu(channel, "File as evidence", bob.say(channel, "It is them")).modal();
    const filledIn = { model: String(modelId), lab: "Them", stance: "for", kind: "other", text: "It is them" };
    const asked = await ann.submit(form, filledIn).reply();
    const words = wordsOf(await ann.select(asked, undefined, ["DeepSeek"]).reply());
    expect(words).toContain("From a message by **Bob**");
    discord.expectNoViolations();
  });
});

describe("votes", () => {
  it("count once a member, can be changed, and never come from the author", async () => {
    const played = await aPlayedServer();
    const { discord, channel, ann, bob, boss } = played;
    await filed(played);
    const shown = await replyOf(bob.command(channel, "/evidence show", { id: 1 }));
    const vote = async (name: string) => wordsOf(await bob.press(shown, name).followUp());
    expect(await vote("Convincing")).toContain("Your vote counts: #1 is convincing. Votes now: 1 convincing, 0 weak.");
    expect(wordsOf(shown)).toContain("1 convincing, 0 weak");
    expect(await vote("Convincing")).toContain("You have said already");
    expect(await vote("Weak")).toContain("Your vote is changed: #1 is weak. Votes now: 0 convincing, 1 weak.");
    const bosses = await replyOf(boss.command(channel, "/evidence show", { id: 1 }));
    expect(wordsOf(await boss.press(bosses, "Convincing").followUp())).toContain("1 convincing, 1 weak");
    const own = await replyOf(ann.command(channel, "/evidence show", { id: 1 }));
    expect(own.buttons).not.toContain("Convincing");
    discord.expectNoViolations();
  });
});

describe("withdrawing and hiding", () => {
  it("is for the author and for moderators; others no longer find the piece", async () => {
    const played = await aPlayedServer();
    const { discord, channel, ann, bob, boss } = played;
    await filed(played);
    const say = (member: Member, line: string, options: Record<string, string | number>) =>
      privately(member.command(channel, line, options));
    expect(await say(bob, "/evidence withdraw", { id: 1 })).toContain("is not yours");
    expect(await say(bob, "/evidence hide", { id: 1, reason: "no" })).toContain("Only moderators");
    const shown = await replyOf(boss.command(channel, "/evidence show", { id: 1 }));
    const form = await boss.press(shown, "Hide").modal();
    const hidden = await boss.submit(form, { reason: "A rumour @everyone" }).reply();
    expect(wordsOf(hidden)).toContain("Hidden.");
    expect(wordsOf(hidden)).toContain("Reason: A rumour \\@everyone");
    const barred = await say(bob, "/evidence show", { id: 1 });
    expect(barred).toContain("hidden by the moderators");
    expect(barred).toContain("Reason: A rumour \\@everyone");
    expect(barred).not.toContain("It counts tokens");
    expect(await say(ann, "/evidence show", { id: 1 })).toContain("was hidden by the moderators");
    const list = await replyOf(bob.command(channel, "/evidence list", { model: "Hunter Alpha" }));
    expect(list.text).toContain("No evidence yet");
    expect(list.text).toContain("Hidden by the moderators: 1: **#1**: A rumour");
    expect(await say(boss, "/evidence restore", { id: 1, reason: "It was true" })).toContain("Restored.");
    const restored = await say(bob, "/evidence show", { id: 1 });
    expect(restored).toContain("It counts tokens");
    expect(restored).toMatch(/hidden by the moderators once. Reason: A rumour.*restored it. Reason: It was true/s);
    expect(await say(bob, "/evidence list", { model: "Hunter Alpha" })).toContain("· restored: It was true");
    expect(await say(ann, "/evidence withdraw", { id: 1 })).toContain("is withdrawn");
    expect(await say(bob, "/evidence show", { id: 1 })).toContain("There is no such evidence here");
    expect(await say(boss, "/evidence restore", { id: 1, reason: "no" })).toContain("was withdrawn by its author");
    discord.expectNoViolations();
  });
});

it("the board has a page for each lab, and pages that turn", async () => {
  const played = await aPlayedServer();
  const { discord, channel, ann, bob } = played;
  for (let i = 1; i <= 10; i++) await filed(played, { text: `Piece ${i}`, stance: i % 2 ? "for" : "against" });
  await filed(played, { text: "Another", lab: "OpenAI", kind: "self" }, bob);
  const board = await replyOf(ann.command(channel, "/evidence list", { model: "Hunter Alpha" }));
  expect(wordsOf(board)).toMatch(/\*\*Xiaomi\*\*: 5 for, 5 against\nFor: \*\*#1\*\*.*\nAgainst: \*\*#2\*\*/);
  const one = await ann.select(board, "See all about one lab", ["Xiaomi"]).reply();
  expect(wordsOf(one)).toMatch(/\*\*For it\*\*\n\*\*#1\*\* Piece 1.*\*\*Against it\*\*/s);
  expect(wordsOf(one)).toContain("Page 1 of 2");
  expect(wordsOf(await ann.press(one, "Next").reply())).toContain("Page 2 of 2");
  expect(wordsOf(await ann.press(one, "All labs").reply())).toContain("**OpenAI**");
  const opened = await ann.select(board, "See one piece", ["11"]).reply();
  expect(wordsOf(opened)).toContain("Another");
  const filter = { model: "Hunter Alpha", kind: "leak" };
  expect(await privately(ann.command(channel, "/evidence list", filter))).toContain(
    "of the kind “Leak, press or post”",
  );
  const card = await privately(ann.command(channel, "/models show", { model: "Hunter Alpha" }));
  expect(card).toContain("**Evidence**: 6 for a lab, 5 against one");
  expect(card).toContain("OpenAI: **#11** Another");
  discord.expectNoViolations();
});

it("another server's number shows and does nothing", async () => {
  const played = await aPlayedServer();
  await filed(played);
  const elsewhere = played.discord.addServer("Elsewhere");
  const eve = elsewhere.addMember({ name: "Eve", permissions: ["ManageGuild"] });
  const channel = elsewhere.systemChannel;
  if (!channel) throw new Error("the sandbox is not as expected");
  for (const [line, more] of [
    ["show", {}],
    ["withdraw", {}],
    ["hide", { reason: "x" }],
    ["restore", { reason: "x" }],
  ] as const) {
    const words = await privately(eve.command(channel, `/evidence ${line}`, { id: 1, ...more }));
    expect(words).toContain("There is no such evidence here");
  }
  played.discord.expectNoViolations();
});
