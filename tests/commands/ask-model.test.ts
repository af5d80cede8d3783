import { expect, it, vi } from "vitest";
import type { Message } from "../../sandbox/discord/message.ts";
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

it("becomes evidence, with question, answer and figures", async () => {
  const { ann, bob, ask, script, discord } = await asking();
  const exchange = ask(ann, "Who *built* you?");
  const model = await script.asked();
  model.say("I was made by **Xiaomi**, @everyone.");
  model.end();
  const message = await toldBy(exchange);
  await until(message, (text) => text.includes("tokens in"));
  const modal = await bob.press(message, "File as evidence").modal();
  const filled = modal.fields.map(({ value }) => value).join("\n");
  expect(filled).toContain("Who *built* you?");
  expect(filled).toContain("I was made by Xiaomi, @everyone.");
  expect(filled).toContain("12 tokens in, 34 out");
  const filed = await bob.submit(modal, { lab: "Xiaomi", stance: "for", kind: "self" }).reply();
  expect(filed.text).toContain("points to Xiaomi");
  expect(filed.text).toContain("From question #1 to the model itself");
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
