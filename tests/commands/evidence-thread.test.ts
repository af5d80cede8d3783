import { expect, it } from "vitest";
import { barChart } from "../../sandbox/demo/picture.ts";
import { type FileKeeper, noFiles } from "../../src/domain/kept-file.ts";
import { createEvidenceFiles } from "../../src/integrations/evidence-files.ts";
import { deliveries } from "../../src/storage/schema.ts";
import { temporaryFolder } from "../support/database.ts";
import { aPlayedServer, privately, replyOf, wordsOf } from "./playing.ts";

const given = { model: "Hunter Alpha", lab: "Xiaomi", stance: "for", kind: "self", text: "It says so." };
const picture = { filename: "it.png", contentType: "image/png", content: barChart([10, 20]) };

/** A played server with a thread for its model; what is owed there is written when the test says so. */
async function aThread() {
  let keeper = noFiles;
  const files: FileKeeper = {
    keep: (...wanted) => keeper.keep(...wanted),
    find: (sha256) => keeper.find(sha256),
    sweep: (whichAreUsed) => keeper.sweep(whichAreUsed),
  };
  const played = await aPlayedServer({ files });
  const { app, discord, client, clock, server, modelId, deliverOnlyWhenTold } = played;
  deliverOnlyWhenTold();
  keeper = createEvidenceFiles({ dataDir: temporaryFolder(), hosts: [new URL(discord.apiUrl).host] });
  const message = await played.announce();
  await client.rest.post(`/channels/${message.channel.id}/messages/${message.id}/threads`, {
    body: { name: "Hunter Alpha" },
  });
  const thread = await discord.waitUntil(() => message.thread, 5_000, "the thread");
  await app.db.insert(deliveries).values({
    ...({ key: "announced", kind: "announcement", state: "sent" } as const),
    ...{ dueAt: clock.now, serverId: server.id, modelId, threadId: thread.id },
  });
  return { ...played, thread };
}

it("a vote pressed in a private reply is counted in the thread's message, whose picture stays as it is", async () => {
  const { discord, clock, channel, thread, ann, bob, boss, deliver } = await aThread();
  await privately(ann.command(channel, "/evidence add", { ...given, file: picture }));
  await deliver();
  const [posted] = thread.messages();
  if (!posted) throw new Error("nothing was posted");
  const [attached] = posted.attachments;
  expect(attached?.filename).toBe("it.png");
  clock.pass({ minutes: 1 });
  for (const member of [bob, boss]) {
    const shown = await replyOf(member.command(channel, "/evidence show", { id: 1 }));
    await member.press(shown, "Convincing").followUp();
  }
  expect(posted.text).toContain("no votes yet");
  await deliver();
  expect(posted.text).toContain("2 convincing, 0 weak");
  expect(posted.attachments).toEqual([attached]);
  expect(posted.edits).toHaveLength(1);

  // Hidden and restored, it says so to everybody, and has its picture again.
  await privately(boss.command(channel, "/evidence hide", { id: 1, reason: "Private" }));
  await deliver();
  expect(posted.text).toBe("Evidence #1 was hidden by the moderators. Reason: Private");
  expect(posted.attachments).toEqual([]);
  await privately(boss.command(channel, "/evidence restore", { id: 1, reason: "It was public" }));
  await deliver();
  expect(posted.text).toMatch(/once\. Reason: Private\nThey have restored it\. Reason: It was public/);
  expect(posted.attachments.map(({ filename }) => filename)).toEqual(["it.png"]);
  await bob.press(posted, "Weak").followUp();
  expect(posted.text).toMatch(/They have restored it.*1 convincing, 1 weak/s);
  await deliver();
  expect(posted.attachments).toHaveLength(1);

  // Its author can take back what it says, and not that it was hidden: that is for the moderators.
  await privately(boss.command(channel, "/evidence hide", { id: 1, reason: "An insult" }));
  await privately(ann.command(channel, "/evidence withdraw", { id: 1 }));
  clock.pass({ minutes: 1 });
  await deliver();
  const hidden = "Evidence #1 was hidden by the moderators. Reason: An insult\nIt was withdrawn by its author.";
  expect(posted.text).toBe(hidden);
  const again = async () => wordsOf(await replyOf(ann.command(channel, "/evidence add", { ...given, file: picture })));
  expect(await again()).toMatch(/moderators have hidden.*Reason: An insult.*before a moderator restores/s);
  const shown = await replyOf(boss.command(channel, "/evidence show", { id: 1 }));
  expect(wordsOf(shown)).toContain(hidden);
  const restored = await boss.submit(await boss.press(shown, "Restore").modal(), { reason: "It was none" }).reply();
  expect(restored.text).toContain("Its author has withdrawn it, so it is not shown; the same may be filed again.");
  expect(await again()).toContain("Filed.");
  discord.expectNoViolations();
});

it("a piece that is opened over and over is shown without its files for a minute", async () => {
  const { app, discord, server, channel, ann, bob } = await aThread();
  expect((await replyOf(ann.command(channel, "/evidence add", { ...given, file: picture }))).attachments).toHaveLength(
    1,
  );
  const show = async () => replyOf(bob.command(channel, "/evidence show", { id: 1 }));
  expect((await show()).attachments).toHaveLength(1);
  // As if they had opened larger ones until nothing was left.
  const seen = { serverId: server.id, memberId: bob.id };
  for (let sizeBytes = 2 ** 24; sizeBytes >= 1; sizeBytes /= 2) {
    app.uploads.take(app.elapsedMs(), { ...seen, sizeBytes });
  }
  const without = await show();
  expect(without.attachments).toEqual([]);
  expect(wordsOf(without)).toContain("Its files have to wait");
  expect(wordsOf(without)).toContain("It says so.");
  discord.expectNoViolations();
});

it("what a hostile member attaches is kept as what it is, under a plain name, and no more of it than is allowed", async () => {
  const { discord, modelId, channel, ann, bob } = await aThread();
  const file = (filename: string, content: string, contentType: string) => ({ filename, content, contentType });
  const add = async (attached: ReturnType<typeof file>, text = attached.filename) =>
    replyOf(ann.command(channel, "/evidence add", { ...given, text, file: attached }));
  const passwords = await add(file("../../etc/passwd", "root:x:0:0", "text/plain"));
  expect(passwords.attachments.map(({ filename }) => filename)).toEqual(["_etc_passwd.txt"]);
  for (const refused of [
    file("drawing.svg", "<svg onload='alert(1)'/>", "image/svg+xml"),
    file("bomb.zip", "PK\u0003\u0004", "application/zip"),
    file("page.png", "<html></html>", "image/png"),
    file("tool.exe.txt", "MZ\0\0", "text/plain"),
  ]) {
    const reply = await add(refused);
    expect(reply.attachments).toEqual([]);
    expect(wordsOf(reply)).toMatch(/Filed\..*Not kept: .*I keep pictures/s);
  }
  const links = [
    "javascript:alert(1)",
    "https://user:password@example.com",
    "file:///etc/passwd",
    "https://exa\u200Bmple.com/\u202E",
  ];
  for (const link of links) {
    const reply = wordsOf(await replyOf(ann.command(channel, "/evidence add", { ...given, text: link, link })));
    expect(reply).not.toMatch(/Link: <(?!https:\/\/exa)|password@|\u202E|\u200B/);
  }
  const ten = Array.from({ length: 10 }, (_, i) => ({
    name: `text-${i}.txt`,
    contentType: "text/plain",
    bytes: new TextEncoder().encode(`${i}`),
  }));
  const menu = await bob.menu(channel, "File as evidence", ann.say(channel, "Ten at once", ten)).modal();
  const all = { model: String(modelId), lab: "Xiaomi", stance: "for", kind: "other", text: "Ten" };
  const reply = await bob.submit(menu, all).reply();
  expect(reply.attachments.map(({ filename }) => filename)).toEqual([
    "text-0.txt",
    "text-1.txt",
    "text-2.txt",
    "text-3.txt",
  ]);
  expect(wordsOf(reply)).toContain("Not kept: text-4.txt: at most 4 files are kept");
  discord.expectNoViolations();
});
