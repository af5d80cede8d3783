import { expect, it, onTestFinished, vi } from "vitest";
import type { Message } from "../../sandbox/discord/message.ts";
import { marchCatalogues } from "../../sandbox/openrouter/catalogues.ts";
import type { SandboxChat } from "../../sandbox/openrouter/chat.ts";
import { startOpenRouter } from "../../sandbox/openrouter/server.ts";
import { createChat } from "../../src/integrations/openrouter-chat.ts";
import { aPlayedServer, toldBy, wordsOf } from "./playing.ts";

type Fault = Parameters<SandboxChat["break"]>[0];

/** Every way OpenRouter was seen or is documented to fail, and what members read then. */
const failures: readonly [string, Fault, RegExp][] = [
  [
    "a model that was revealed",
    {
      kind: "revealed",
      told: {
        name: "Hunter Alpha",
        day: "March 18th",
        officialName: "MiMo-V2-Pro",
        officialId: "xiaomi/mimo-v2-pro",
        shape: "link",
      },
    },
    /no longer anonymous.*now called \*\*MiMo-V2-Pro\*\*/s,
  ],
  [
    "a model that was revealed, as it is told since August 2026",
    {
      kind: "revealed",
      told: {
        name: "Quasar Alpha",
        day: "April 14th",
        officialName: "GPT-4.1",
        officialId: "openai/gpt-4.1",
        shape: "availability",
      },
    },
    /no longer anonymous.*now called \*\*GPT-4\.1\*\*/s,
  ],
  ["a model nobody serves", { kind: "no-endpoints" }, /Nobody serves this model/],
  ["privacy settings", { kind: "privacy-settings" }, /does not allow providers that keep/],
  ["an error of the provider", { kind: "upstream-error" }, /error of its own/],
  ["the same in its newer shape", { kind: "upstream-error", isByok: false }, /error of its own/],
  ["a provider's pool that is used up", { kind: "shared-pool" }, /too many questions.*in a few minutes/s],
  ["a busy provider", { kind: "shared-pool", retryAfterSeconds: 7 }, /too many questions.*in 7 seconds/s],
  ["an account in debt", { kind: "negative-balance" }, /in debt/],
  [
    "a refused question",
    { kind: "moderated", reasons: ["violence"] },
    /refused the question, as it touches on violence/,
  ],
  ["a key that is not accepted", { kind: "key-refused" }, /does not accept the bot's key/],
  ["a conversation too long", { kind: "too-long" }, /longer than the model takes/],
  ["an error after whitespace", { kind: "error-after-whitespace", afterMs: 60, everyMs: 20 }, /too many questions/],
  ["a stream with nothing but an error", { kind: "only-an-error" }, /too many questions/],
  [
    "a stream that begins with an error of the provider",
    { kind: "error-in-stream", afterPieces: 0, code: 502, errorType: "provider_unavailable" },
    /error of its own/,
  ],
  ["a network that fails before a word", { kind: "network-error", afterPieces: 0 }, /connection to the model broke/],
  [
    "the same as one body",
    {
      kind: "exactly",
      status: 200,
      contentType: "application/json",
      body: JSON.stringify({
        choices: [
          {
            index: 0,
            finish_reason: "stop",
            native_finish_reason: "network_error",
            message: { role: "assistant", content: null, refusal: null, reasoning: null },
          },
        ],
      }),
    },
    /connection to the model broke/,
  ],
  [
    "an error in mid-answer",
    { kind: "error-in-stream", afterPieces: 4, code: 502, errorType: "provider_unavailable" },
    /broke off here.*(error of its own|connection)/is,
  ],
  [
    "a connection that dies in mid-answer",
    { kind: "dies", afterPieces: 4 },
    /broke off here.*connection to the model/is,
  ],
  ["a model that falls silent", { kind: "falls-silent", afterPieces: 4 }, /broke off here.*(too long|connection)/is],
  ["a stream that ends early", { kind: "ends-early", afterPieces: 4 }, /broke off here.*connection/is],
  ["garbage", { kind: "garbage", afterPieces: 0 }, /could not be read/],
  ["a model that never answers", { kind: "never-answers" }, /took too long/],
  // The last ones: the key rests after them, a minute or until midnight.
  ["a key that has asked enough this minute", { kind: "minute-limit" }, /no more questions this minute/],
  ["a key that has asked enough today", { kind: "daily-limit" }, /no more questions this day/],
];

async function aSilentTable() {
  const openRouter = await startOpenRouter({ catalogue: marchCatalogues().after });
  onTestFinished(() => openRouter.close());
  const { chat: desk, baseUrl } = openRouter;
  const patience = { firstWordMs: 900, silenceMs: 900, totalMs: 20_000 };
  const chat = createChat({ apiKey: desk.apiKey, baseUrl, patience });
  const played = await aPlayedServer({ chat, questions: { perMinute: 1_000, perDay: 1_000, atOnce: 100 } });
  return { ...played, desk };
}

it("says in plain words what went wrong, whatever goes wrong, and keeps what was said before", async () => {
  const { server, channel, desk, discord, clock } = await aSilentTable();
  desk.answer("openrouter/hunter-alpha", { text: "One two three four five six seven eight." });
  const told: { what: string; words: RegExp; message: Message }[] = [];
  const isOver = ({ message }: { message: Message }) => !message.buttons.includes("Stop");
  const allOver = () => vi.waitUntil(() => told.every(isOver), { timeout: 15_000, interval: 5 });
  // They wait beside each other: for some OpenRouter takes its time.
  for (const [what, fault, words] of failures) {
    if (fault.kind.endsWith("-limit")) {
      await allOver();
      clock.pass({ hours: 1 });
    }
    desk.break(fault, { times: 1 });
    const asked = desk.questions.length;
    const exchange = server.addMember(`Asker ${told.length}`).command(channel, "/ask-model", {
      model: "Hunter Alpha",
      prompt: what,
    });
    told.push({ what, words, message: await toldBy(exchange) });
    await vi.waitUntil(() => desk.questions.length > asked, { timeout: 8_000 });
  }
  await allOver();
  for (const { what, words, message } of told) {
    expect(wordsOf(message), what).toMatch(words);
    if (words.source.startsWith("broke off")) expect(wordsOf(message), what).toContain("One two");
  }
  const late = server.addMember("Late");
  const refused = await late.command(channel, "/ask-model", { model: "Hunter Alpha", prompt: "Now?" }).reply();
  expect(refused.text).toMatch(/wants a pause.*Come back/s);
  discord.expectNoViolations();
}, 60_000);

it("says that an answer reached the most it may have, and that the day is over as told by the limit's name alone", async () => {
  const { ann, bob, channel, desk, discord } = await aSilentTable();
  desk.answer("openrouter/hunter-alpha", { text: "One two three.", finish: "length" });
  const ask = (who: typeof ann) => who.command(channel, "/ask-model", { model: "Hunter Alpha", prompt: "Go on." });
  const long = await toldBy(ask(ann));
  await vi.waitUntil(() => wordsOf(long).includes("cut off at the most an answer may have"), { timeout: 8_000 });
  expect(wordsOf(long)).toContain("One two three.");
  desk.break({ kind: "daily-limit", shape: "source" }, { times: 1 });
  const refused = await toldBy(ask(bob));
  await vi.waitUntil(() => wordsOf(refused).includes("no more questions this day"), { timeout: 8_000 });
  expect(wordsOf(refused)).toContain("it takes none of your questions · left: 10 for you");
  discord.expectNoViolations();
});
