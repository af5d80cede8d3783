import { HTTPError } from "discord.js";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { type Live, tellLive } from "../../src/discord/live.ts";
import { questionMessages } from "../../src/discord/views/answer.ts";
import type { MessageView } from "../../src/discord/views/message.ts";
import { aQuestion } from "./made.ts";

const log = pino({ level: "silent" });

/** Time that passes when it is told to, and whoever waits for it. */
function aPace() {
  let now = 0;
  const waiting: { at: number; go: () => void }[] = [];
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    nowMs: () => now,
    pause: (ms: number) => new Promise<void>((resolve) => waiting.push({ at: now + ms, go: resolve })),
    async pass(ms: number) {
      const until = now + ms;
      await settle();
      for (;;) {
        const next = waiting.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        waiting.splice(waiting.indexOf(next), 1);
        now = Math.max(now, next.at);
        next.go();
        await settle();
      }
      now = until;
    },
  };
}

/** Something that grows as the test says, told to a channel that notes when it hears what. */
function aTelling() {
  const pace = aPace();
  const heard: { at: number; words: string }[] = [];
  const channel = { editTakesMs: 0, fails: 0 };
  let words = "…";
  let change = () => {};
  let finish = () => {};
  const closed: boolean[] = [];
  const state = { isOurs: true, isAbandoned: false };
  const hear = (view: { content?: string }) => heard.push({ at: pace.nowMs(), words: view.content ?? "" });
  const speaker = {
    async post(view: { content?: string }) {
      hear(view);
      return "1";
    },
    async edit(_id: string, view: { content?: string }) {
      if (channel.editTakesMs > 0) await pace.pause(channel.editTakesMs);
      if (channel.fails > 0) {
        channel.fails -= 1;
        throw new HTTPError(503, "Unavailable", "PATCH", "/", {});
      }
      hear(view);
    },
  };
  const live: Live = {
    messages: () => [{ content: words, components: [] }],
    run(changed) {
      change = changed;
      return new Promise((resolve) => (finish = resolve));
    },
    abandon() {
      state.isAbandoned = true;
      finish();
    },
    isOurs: async () => state.isOurs,
    shownIn: async () => {},
    close: async (finished) => void closed.push(finished),
  };
  const telling = tellLive(speaker, live, { stopping: new AbortController().signal, log, pace });
  return {
    pace,
    channel,
    state,
    heard,
    closed,
    say(more: string) {
      words = more;
      change();
    },
    end: () => finish(),
    /** Times between what was heard, after the first words. */
    gaps: () => heard.slice(2).map(({ at }, i) => at - (heard[i + 1]?.at ?? 0)),
    over: () => telling,
  };
}

describe("what grows in a channel", () => {
  it("shows its first words when they are said", async () => {
    const { pace, say, heard } = aTelling();
    await pace.pass(340);
    say("First");
    await pace.pass(1);
    expect(heard.map(({ words }) => words)).toEqual(["…", "First"]);
    expect(heard[1]?.at).toBeLessThan(350);
  });

  it("is edited at most once a second, however fast it grows", async () => {
    const { pace, say, heard, gaps } = aTelling();
    for (let i = 0; i < 200; i += 1) {
      say(`${i} words`);
      await pace.pass(50);
    }
    expect(heard.length).toBeGreaterThan(9);
    for (const gap of gaps()) expect(gap).toBeGreaterThanOrEqual(1_000);
  });

  it("is edited more rarely where Discord makes edits wait, and as before when it does no more", async () => {
    const { pace, say, channel, gaps } = aTelling();
    channel.editTakesMs = 1_500;
    for (let i = 0; i < 300; i += 1) {
      say(`${i} words`);
      if (i === 150) channel.editTakesMs = 0;
      await pace.pass(200);
    }
    const all = gaps();
    expect(Math.max(...all)).toBeGreaterThanOrEqual(8_000);
    expect(all.at(-1)).toBe(1_000);
  });

  it("shows its last state within a second or two, also while edits are rare", async () => {
    const { pace, say, channel, end, heard, over, closed } = aTelling();
    channel.editTakesMs = 1_500;
    for (let i = 0; i < 100; i += 1) {
      say(`${i} words`);
      await pace.pass(200);
    }
    channel.editTakesMs = 0;
    const saidAt = pace.nowMs();
    say("The end.");
    end();
    await pace.pass(2_600);
    await over();
    expect(heard.at(-1)).toMatchObject({ words: "The end." });
    expect(heard.at(-1)?.at).toBeLessThanOrEqual(saidAt + 2_500);
    expect(closed).toEqual([true]);
  });

  it("shows its last state although the first attempts fail", async () => {
    const { pace, say, channel, end, heard, over, closed } = aTelling();
    await pace.pass(1);
    channel.fails = 3;
    say("The end.");
    end();
    await pace.pass(20_000);
    await over();
    expect(heard.at(-1)?.words).toBe("The end.");
    expect(closed).toEqual([true]);
  });

  it("is left alone, and its speaker stopped, once another process has taken it over", async () => {
    const { pace, say, state, heard, over, closed } = aTelling();
    await pace.pass(1);
    say("Mine");
    await pace.pass(1_000);
    state.isOurs = false;
    say("Theirs");
    await pace.pass(1_000);
    await over();
    expect(heard.at(-1)?.words).toBe("Mine");
    expect(state.isAbandoned).toBe(true);
    expect(closed).toEqual([false]);
  });

  it("leaves no message with a dead Stop or words twice, though a model's answer needs fewer messages as it grows", async () => {
    const pace = aPace();
    const channel = new Map<string, MessageView>();
    const buttons = () =>
      [...channel.values()].map(({ components }) => JSON.stringify(components).match(/"Stop"/g) ?? []);
    const words = "lorem ipsum dolor ".repeat(70).slice(0, 1_250);
    // Escaped it is longer than in code, and it is code once its second backtick has come.
    const code = `\`${"a[i][j]<T>[]|@#".repeat(12).slice(0, 180)}\``;
    const more = `${" and so on".repeat(60)}.`;
    let question = aQuestion({ prompt: "Hi", answer: "", state: "running" });
    const grow = async (text: string, changed: () => void) => {
      for (let at = question.answer.length; at < text.length; at += 20) {
        question = { ...question, answer: text.slice(0, at + 20) };
        changed();
        await pace.pause(500);
      }
    };
    /** What the second message was, one after the other. */
    const second: string[] = [];
    const note = (id: string, view: MessageView) => {
      channel.set(id, view);
      const now = view.content === "…" ? "nothing" : "words";
      if (id === "2" && second.at(-1) !== now) second.push(now);
    };
    const live: Live = {
      messages: () => questionMessages([question]),
      async run(changed) {
        await grow(`${words} ${code}`, changed);
        await pace.pause(5_000);
        await grow(`${words} ${code}${more}`, changed);
        question = { ...question, answer: `${words} ${code}`, state: "whole" };
        changed();
      },
      abandon() {},
      isOurs: async () => true,
      shownIn: async () => {},
      async close() {},
    };
    const speaker = {
      async post(view: MessageView) {
        const id = String(channel.size + 1);
        note(id, view);
        return id;
      },
      edit: async (id: string, view: MessageView) => note(id, view),
    };
    const telling = tellLive(speaker, live, { stopping: new AbortController().signal, log, pace });
    for (let seconds = 0; seconds < 90; seconds += 1) {
      await pace.pass(1_000);
      expect(buttons().flat().length).toBeLessThanOrEqual(1);
    }
    await telling;
    expect(second).toEqual(["words", "nothing", "words", "nothing"]);
    expect([...channel.values()].map(({ content }) => content)).toEqual([expect.stringContaining("a[i][j]"), "…"]);
    expect(buttons().flat()).toEqual([]);
  });
});
