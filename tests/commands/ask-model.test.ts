import { expect, it, vi } from "vitest";
import type { Message } from "../../sandbox/discord/message.ts";
import { askModel as takeQuestion } from "../../src/actions/ask-model.ts";
import { finishAnswers } from "../../src/schedule/finish-answers.ts";
import { questions } from "../../src/storage/schema.ts";
import { anApp } from "../support/app.ts";
import { aSettlement } from "../support/factories.ts";
import { aScriptedChat } from "../support/scripted-chat.ts";
import { aPlayedServer, privately, toldBy, wordsOf } from "./playing.ts";

/** Until an answer's message is as it should be. */
async function until(message: Message, fits: (text: string) => boolean): Promise<string> {
  await vi.waitUntil(() => fits(wordsOf(message)), { timeout: 8_000, interval: 10 });
  return wordsOf(message);
}

async function asking() {
  const script = aScriptedChat();
  const played = await aPlayedServer({ chat: script.chat });
  const ask = (who: typeof played.ann, prompt: string, more: Record<string, string> = {}) =>
    who.command(played.channel, "/ask-model", { model: "Hunter Alpha", prompt, ...more });
  return { ...played, script, ask };
}

it("streams the answer into the channel and tells the asker alone what is left", async () => {
  const { ann, ask, script, discord } = await asking();
  const exchange = ask(ann, "Who built you? @everyone");
  const model = await script.asked();
  expect(model.request).toMatchObject({ listingId: "openrouter/hunter-alpha" });
  expect(model.request.turns).toEqual([{ role: "user", text: "Who built you? @everyone" }]);
  const told = await privately(exchange);
  expect(told).toContain("I ask **Hunter Alpha**");
  expect(told).toContain("9 for you this hour");
  const message = await toldBy(exchange);
  expect(message.buttons).toEqual(["Stop"]);
  expect(wordsOf(message)).toContain("Waiting for its first word");
  model.think("They want my maker.");
  await until(message, (text) => text.includes("Thinking, 19 characters: ||… They want my maker.||"));
  model.say("I am **a model** from @everyone at ");
  await until(message, (text) => text.includes("I am **a model** from \\@everyone at"));
  model.say("[home](https://evil.example).");
  model.end();
  const text = await until(message, (shown) => shown.includes("12 tokens in, 34 out · free · left: 9 for you"));
  expect(text).toContain("\\[home\\](https\\://evil.example).");
  expect(text).toContain("keep what they are asked");
  expect(message.buttons).toEqual(["Continue", "File as evidence"]);
  expect(message.pings).toEqual({ users: [], roles: [], everyone: false });
  discord.expectNoViolations();
});

it("is stopped by its asker and by moderators, and by nobody else", async () => {
  const { ann, bob, boss, ask, script, discord } = await asking();
  const exchange = ask(ann, "Count to a million.");
  const model = await script.asked();
  model.say("1, 2, 3");
  const message = await toldBy(exchange);
  const refused = await bob.press(message, "Stop").followUp();
  expect(refused.visibleTo?.id).toBe(bob.id);
  expect(refused.text).toContain("Only who asked, and moderators");
  expect(model.stopped).toBe(false);
  await ann.press(message, "Stop").settled();
  const text = await until(message, (shown) => shown.includes("**Stopped.**"));
  expect(text).toContain("1, 2, 3");
  expect(model.stopped).toBe(true);
  const second = ask(ann, "And again.");
  await script.asked();
  await boss.press(await toldBy(second), "Stop").settled();
  await until(await toldBy(second), (shown) => shown.includes("**Stopped** before its first word"));
  discord.expectNoViolations();
});

it("goes on from where the conversation was, for everybody in the channel", async () => {
  const { ann, bob, ask, script, discord } = await asking();
  const first = ask(ann, "Name a colour.");
  const model = await script.asked();
  model.say("Blue.");
  model.end();
  const message = await toldBy(first);
  await until(message, (text) => text.includes("Blue.") && text.includes("tokens in"));
  const modal = await bob.press(message, "Continue").modal();
  const second = bob.submit(modal, { prompt: "And another?" });
  const again = await script.asked();
  expect(again.request.turns).toEqual([
    { role: "user", text: "Name a colour." },
    { role: "assistant", text: "Blue." },
    { role: "user", text: "And another?" },
  ]);
  again.say("Red.");
  again.end();
  expect(await until(await toldBy(second), (text) => text.includes("Red."))).toContain("after 1 exchange");
  discord.expectNoViolations();
});

it("goes on after an answer longer than all that is sent, and tells model and asker what lacks", async () => {
  const { ann, ask, script, discord } = await asking();
  const first = ask(ann, "Tell me everything.");
  const model = await script.asked();
  model.say(`It begins. ${"words ".repeat(5_000)} It ends.`);
  model.end();
  const message = await toldBy(first);
  await vi.waitUntil(() => first.followUps().some(({ buttons }) => buttons.includes("Continue")), { timeout: 8_000 });
  const last = first.followUps().find(({ buttons }) => buttons.includes("Continue")) ?? message;
  const second = ann.submit(await ann.press(last, "Continue").modal(), { prompt: "And then?" });
  const next = await script.asked();
  const [question, answer, more] = next.request.turns;
  expect([question?.text, more?.text]).toEqual(["Tell me everything.", "And then?"]);
  expect(answer?.text).toMatch(/^It begins\. .+\n\[… \d+ characters are left out here …\]\n.+ It ends\.$/);
  expect(await privately(second)).toContain("too long to be sent whole");
  next.end();
  await until(await toldBy(second), (text) => text.includes("after 1 exchange") && text.includes("tokens in"));
  discord.expectNoViolations();
});

it("becomes evidence, with question, figures and answer as they are stored, and the way back to it", async () => {
  const { ann, bob, ask, script, discord, server, channel } = await asking();
  const exchange = ask(ann, "Who *built* you?");
  const model = await script.asked();
  model.say(`I was made by **Xiaomi**, @everyone.\n${"I cannot say more. ".repeat(400)}`);
  model.end();
  const message = await toldBy(exchange);
  const last = await vi.waitUntil(
    () => channel.messages().find(({ buttons }) => buttons.includes("File as evidence")),
    {
      timeout: 8_000,
      interval: 10,
    },
  );
  expect(last.id).not.toBe(message.id);
  const form = { lab: "Xiaomi", stance: "for", kind: "self" };
  const filed = await bob.submit(await bob.press(last, "File as evidence").modal(), form).reply();
  const words = wordsOf(filed);
  expect(words).toContain("points to Xiaomi");
  expect(words).toContain("From question #1 to the model itself");
  expect(words).toContain(`https://discord.com/channels/${server.id}/${channel.id}/${message.id}`);
  expect(words).toMatch(
    /Asked: “Who .*built.* you\?”[\s\S]*12 tokens in, 34 out[\s\S]*Hunter Alpha answered: “I was made by/,
  );
  expect(words).toMatch(/I cannot say more\. I cannot[^”]* …”/);
  const remarked = async (text: string) => {
    const modal = await ann.press(last, "File as evidence").modal();
    return wordsOf(await ann.submit(modal, { ...form, text }).reply());
  };
  expect(await remarked("I was made by Xiaomi")).toContain("A passage of its answer: “I was made by Xiaomi”");
  expect(await remarked("I was made by OpenAI")).toContain("Words of Ann, not of the model: “I was made by OpenAI”");
  discord.expectNoViolations();
});

it("is asked with the button on the announcement too", async () => {
  const { ann, announce, script, discord } = await asking();
  const announcement = await announce();
  const modal = await ann.press(announcement, "Ask it").modal();
  const exchange = ann.submit(modal, { prompt: "Hello?" });
  const model = await script.asked();
  model.say("Hello.");
  model.end();
  await until(await toldBy(exchange), (text) => text.includes("Hello."));
  discord.expectNoViolations();
});

it("has two models answer the same beside each other", async () => {
  const { app, ann, channel, ask, script, discord } = await asking();
  app.askable.replace([
    { listingId: "deepseek/deepseek-v3", name: "DeepSeek: V3", promptUsdPerToken: 0, completionUsdPerToken: 0 },
    { listingId: "openai/gpt-5", name: "OpenAI: GPT-5", promptUsdPerToken: 0.001, completionUsdPerToken: 0.001 },
  ]);
  const choices = await ann.autocomplete(channel, "/ask-model", { "compare-with": "" }, "compare-with");
  expect(choices.map(({ name }) => name)).toEqual(["DeepSeek: V3 · free"]);
  const refusal = await privately(ask(ann, "Hi.", { "compare-with": "openai/gpt-5" }));
  expect(refusal).toContain("costs money");
  const exchange = ask(ann, "Hi.", { "compare-with": "deepseek/deepseek-v3" });
  const [one, two] = [await script.asked(), await script.asked()];
  expect([one.request.listingId, two.request.listingId].sort()).toEqual([
    "deepseek/deepseek-v3",
    "openrouter/hunter-alpha",
  ]);
  one.say("I say one thing.");
  one.end();
  two.say("I say `another`.");
  two.fail({ reason: "cut" });
  const message = await toldBy(exchange);
  const text = await until(
    message,
    (shown) => shown.includes("one thing") && shown.includes("connection to the model"),
  );
  expect(text).toContain("I say `another`.");
  expect(message.embeds).toHaveLength(2);
  discord.expectNoViolations();
});

it("says that a model was revealed, and asks what it is now called", async () => {
  const { app, ann, ask, script, discord } = await asking();
  app.askable.replace([
    { listingId: "xiaomi/mimo-v2-pro", name: "Xiaomi: MiMo-V2-Pro", promptUsdPerToken: 0, completionUsdPerToken: 0 },
  ]);
  const exchange = ask(ann, "Who are you?");
  (await script.asked()).fail({
    reason: "revealed",
    sentence: "Hunter Alpha was a stealth model revealed on March 18th as an early testing version of MiMo-V2-Pro.",
    officialName: "MiMo-V2-Pro",
    listingIds: ["xiaomi/mimo-v2-pro"],
  });
  const message = await toldBy(exchange);
  await until(message, (text) => text.includes("no longer anonymous") && text.includes("**MiMo-V2-Pro**"));
  expect(message.buttons).toEqual(["Ask Xiaomi: MiMo-V2-Pro"]);
  const again = ann.press(message, "Ask Xiaomi");
  const model = await script.asked();
  expect(model.request).toMatchObject({ listingId: "xiaomi/mimo-v2-pro", turns: [{ text: "Who are you?" }] });
  model.say("MiMo.");
  model.end();
  await until(await toldBy(again), (text) => text.includes("MiMo."));
  discord.expectNoViolations();
});

it("offers what a model was revealed to be below a comparison too, unless it costs money nobody has set aside", async () => {
  const { app, ann, bob, ask, script, discord } = await asking();
  const listing = (listingId: string, name: string, usd: number) => ({
    listingId,
    name,
    promptUsdPerToken: usd,
    completionUsdPerToken: usd,
  });
  const other = listing("deepseek/deepseek-v3", "DeepSeek: V3", 0);
  const failure = {
    reason: "revealed",
    sentence: "It is.",
    officialName: "MiMo",
    listingIds: ["xiaomi/mimo"],
  } as const;
  const compared = async (who: typeof ann, usd: number) => {
    app.askable.replace([other, listing("xiaomi/mimo", "Xiaomi: MiMo", usd)]);
    const exchange = ask(who, "Hi.", { "compare-with": other.listingId });
    for (const model of [await script.asked(), await script.asked()]) {
      if (model.request.listingId === other.listingId) model.end();
      else model.fail(failure);
    }
    const message = await toldBy(exchange);
    await until(message, (text) => text.includes("left:"));
    expect(wordsOf(message)).toContain("counts as one question · left: 9 for you");
    return message.buttons;
  };
  expect(await compared(ann, 0)).toEqual(["Ask Xiaomi: MiMo"]);
  expect(await compared(bob, 0.1)).toEqual([]);
  discord.expectNoViolations();
});

it("tells who built a model that is settled here, however it is asked, and asks what it turned out to be", async () => {
  const { app, ann, bob, ask, script, discord, announce, clock, modelId, server } = await asking();
  const exchange = ask(ann, "Name a colour.");
  const model = await script.asked();
  model.say("Blue.");
  model.end();
  const answer = await toldBy(exchange);
  await until(answer, (text) => text.includes("tokens in"));
  const announcement = await announce();
  clock.pass({ days: 7 });
  app.askable.replace([
    { listingId: "xiaomi/mimo-v2-pro", name: "Xiaomi: MiMo-V2-Pro", promptUsdPerToken: 0, completionUsdPerToken: 0 },
  ]);
  const form = await ann.press(announcement, "Ask it").modal();
  const source = "https://openrouter.ai/xiaomi/mimo-v2-pro";
  const of = { serverId: server.id, modelId };
  await aSettlement(app, of, { source, publishedAt: new Date(clock.now.getTime() - 60_000) });
  const typed = ask(ann, "Who are you?");
  const pressed = ann.press(announcement, "Ask it");
  const filled = ann.submit(form, { prompt: "Who are you?" });
  const goesOn = bob.submit(await bob.press(answer, "Continue").modal(), { prompt: "And another?" });
  for (const told of [typed, pressed, filled, goesOn]) {
    const reply = await told.reply();
    expect(wordsOf(reply)).toMatch(
      /Hunter Alpha.* is no longer anonymous here.*Xiaomi.* built it.*none of your questions/,
    );
    expect(reply.visibleTo?.id).toBe(told.member.id);
    expect(reply.buttons).toEqual(["Ask Xiaomi: MiMo-V2-Pro"]);
  }
  expect(script.asks).toHaveLength(1);
  const again = bob.press(await goesOn.reply(), "Ask Xiaomi");
  const official = await script.asked();
  expect(official.request).toMatchObject({
    listingId: "xiaomi/mimo-v2-pro",
    turns: [{ text: "Name a colour." }, { text: "Blue." }, { text: "And another?" }],
  });
  official.say("Red.");
  official.end();
  await until(await toldBy(again), (text) => text.includes("Red."));
  const modal = await ann.press(await pressed.reply(), "Ask Xiaomi").modal();
  const fresh = ann.submit(modal, { prompt: "Hello?" });
  const asked = await script.asked();
  expect(asked.request).toMatchObject({ listingId: "xiaomi/mimo-v2-pro", turns: [{ text: "Hello?" }] });
  asked.end();
  await until(await toldBy(fresh), (text) => text.includes("left:"));
  discord.expectNoViolations();
});

it("goes on in its message when Discord has forgotten who asked, as it does after a quarter of an hour", async () => {
  const { ann, ask, script, discord } = await asking();
  const exchange = ask(ann, "Take your time.");
  const model = await script.asked();
  model.say("Quite ");
  const message = await toldBy(exchange);
  await until(message, (text) => text.includes("Quite"));
  exchange.forget();
  model.say("slowly.");
  model.end();
  await until(message, (text) => text.includes("Quite slowly.") && text.includes("tokens in"));
  const edits = discord.requests
    .filter(({ method }) => method === "PATCH")
    .map(({ path, status }) => ({ path, status }));
  expect(edits).toContainEqual({ path: expect.stringContaining(`/messages/${message.id}`), status: 404 });
  expect(edits.at(-1)?.path).toContain(`/channels/${message.channel.id}/messages/${message.id}`);
  expect(message.buttons).toEqual(["Continue", "File as evidence"]);
  discord.expectNoViolations();
});

/** A thread of the channel, opened by the bot. */
async function aThread({ client, channel, server }: Awaited<ReturnType<typeof asking>>) {
  const parent = await client.channels.fetch(channel.id);
  if (!parent?.isTextBased() || parent.isDMBased() || !("threads" in parent)) throw new Error("no threads here");
  const { id } = await parent.threads.create({ name: "Hunter Alpha" } as never);
  const thread = server.channels.get(id);
  if (!thread) throw new Error("no thread was opened");
  return thread;
}

it("wakes a thread that falls asleep in mid-answer, and lets a locked one be", async () => {
  const played = await asking();
  const { ann, bob, script, discord } = played;
  const thread = await aThread(played);
  const talk = async (who: typeof ann) => {
    const exchange = who.command(thread, "/ask-model", { model: "Hunter Alpha", prompt: "Talk." });
    const model = await script.asked();
    model.say("One ");
    const message = await toldBy(exchange);
    await until(message, (text) => text.includes("One"));
    return { model, message };
  };
  const first = await talk(ann);
  thread.archive();
  first.model.say("two.");
  first.model.end();
  await until(first.message, (text) => text.includes("One two.") && text.includes("tokens in"));
  expect(thread.archived).toBe(false);
  const second = await talk(bob);
  thread.archive({ locked: true });
  second.model.say("two.");
  // Nobody can read on, so the model is told to stop.
  await vi.waitUntil(() => second.model.stopped, { timeout: 8_000, interval: 10 });
  expect(wordsOf(second.message)).not.toContain("two.");
  discord.expectNoViolations();
});

it("is not asked where the bot could not show an answer, and stops where it no longer can", async () => {
  const { ann, channel, ask, script, discord } = await asking();
  channel.denyBot("AttachFiles");
  expect(await privately(ask(ann, "Hi."))).toContain("I cannot answer in this channel. I need");
  channel.allowBot("AttachFiles");
  const exchange = ask(ann, "Hi.");
  const model = await script.asked();
  await toldBy(exchange);
  channel.delete();
  model.say("Anybody there?");
  await vi.waitUntil(() => model.stopped, { timeout: 8_000, interval: 10 });
  discord.expectNoViolations();
});

it("that was promised is shown as interrupted, although its process died before it said a word", async () => {
  const { app, ann, client, channel, script, modelId, server, discord } = await asking();
  const dead = anApp(app.db, app.clock, { chat: script.chat });
  const member = { memberId: ann.id, name: "Ann", createdAt: new Date(0) };
  const request = { key: "interaction:1", serverId: server.id, channelId: channel.id, parentChannelId: null };
  const whom = { kind: "model", modelId } as const;
  const wish = { ...request, roleIds: [], member, whom, prompt: "Who?", compareWith: null };
  expect(await takeQuestion(dead, wish)).toMatchObject({ asked: true });
  await app.db.update(questions).set({ heldUntil: new Date(0) });
  await finishAnswers(app, client);
  const message = await channel.waitFor((each) => each.text.includes("Interrupted"));
  expect(wordsOf(message)).toContain("**Ann** asks **Hunter Alpha**");
  await finishAnswers(app, client);
  expect(channel.messages()).toHaveLength(1);
  discord.expectNoViolations();
});

it("shows 20,000 hostile characters harmlessly, with all of it in a file", async () => {
  const { ann, ask, script, discord } = await asking();
  const exchange = ask(ann, "Do your worst.");
  const model = await script.asked();
  const nasty = "@everyone <@&123456789012345678> [x](https://e.example) discord.gg/abc \uD83D \0 # big\n```\nopen ";
  model.say(`${"`".repeat(4_000)}\n${nasty.repeat(170)}`);
  model.end();
  const message = await toldBy(exchange);
  const last = await vi.waitUntil(() => message.channel.messages().find(({ attachments }) => attachments.length > 0), {
    timeout: 9_000,
    interval: 10,
  });
  expect(last.text).toContain("all of it is in the file");
  for (const each of message.channel.messages()) {
    expect(each.pings).toEqual({ users: [], roles: [], everyone: false });
    expect(each.content.length).toBeLessThanOrEqual(2_000);
  }
  discord.expectNoViolations();
});

it("tells how a host switches questions on where there is no key", async () => {
  const { ann, channel } = await aPlayedServer();
  const reply = ann.command(channel, "/ask-model", { model: "Hunter Alpha", prompt: "Hi" });
  expect(await privately(reply)).toContain("OPENROUTER_API_KEY");
});

it("is asked only by the roles and in the channels that /setup allows", async () => {
  const { server, ann, boss, channel, ask, discord } = await asking();
  const other = server.addChannel("ask-here");
  const setup = (options: object) => boss.command(channel, "/setup", options as never).reply();
  expect((await setup({ "allow-questions-channel": other })).text).toContain(`only in: #ask-here`);
  expect(await privately(ask(ann, "Hi"))).toContain(`only in <#${other.id}>`);
  await setup({ reset: "channels", "questions-per-day": 0 });
  expect(await privately(ask(ann, "Hi"))).toContain("switched off in this server");
  discord.expectNoViolations();
});

it("is asked in a thread the bot was never told of only where its channel allows it", async () => {
  const played = await asking();
  const { ann, boss, channel, client, server, script, discord } = played;
  const thread = await aThread(played);
  const first = ann.command(thread, "/ask-model", { model: "Hunter Alpha", prompt: "One." });
  const answerWith = async (words: string) => {
    const model = await script.asked();
    model.say(words);
    model.end();
  };
  await answerWith("First.");
  const message = await toldBy(first);
  await until(message, (text) => text.includes("tokens in"));
  /** As after a restart: Discord tells a bot that connects of no thread that sleeps. */
  const fallAsleep = async () => {
    thread.archive();
    const sleeps = () => {
      const known = client.channels.cache.get(thread.id);
      return known?.isThread() === true && known.archived === true;
    };
    await vi.waitUntil(sleeps, { timeout: 8_000, interval: 10 });
    client.sweepers.sweepThreads(() => true);
  };
  const goOn = async () => ann.submit(await ann.press(message, "Continue").modal(), { prompt: "Two." });
  const setup = (options: object) => boss.command(channel, "/setup", options as never).reply();

  await setup({ "bar-questions-channel": channel });
  await fallAsleep();
  expect(await privately(await goOn())).toContain("Models may not be asked in this channel");

  await setup({ reset: "channels" });
  channel.overwrite(server.everyone, { deny: ["SendMessagesInThreads"] });
  client.sweepers.sweepThreads(() => true);
  expect(await privately(await goOn())).toContain("You may not write in this channel");
  channel.overwrite(server.everyone, { allow: ["SendMessagesInThreads"] });

  await setup({ "allow-questions-channel": channel });
  client.sweepers.sweepThreads(() => true);
  const second = await goOn();
  await answerWith("Second.");
  await until(await toldBy(second), (text) => text.includes("Second."));
  discord.expectNoViolations();
});
