import { count, eq, isNotNull, ne } from "drizzle-orm";
import { expect, it, onTestFinished, vi } from "vitest";
import type { Exchange } from "../../sandbox/discord/exchange.ts";
import { marchCatalogues } from "../../sandbox/openrouter/catalogues.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { markets, questions } from "../../src/storage/schema.ts";
import { startBotProcess } from "../support/bot.ts";
import { describeOnPostgres } from "../support/database.ts";
import { aWorldWith } from "../support/world.ts";

const hunter = "openrouter/hunter-alpha";
const members = 50;
const atOnce = 4;
const perMinute = 6;
const patienceMs = 30_000;

/** What a member was told of their question: taken in, or refused why. */
async function outcomeOf(exchange: Exchange): Promise<string> {
  const { text } = await exchange.reply(patienceMs);
  if (text.includes("The answer comes in the channel")) return "asked";
  if (text.includes("All places for questions are taken")) return "host busy";
  return /within a minute.*Come back/s.test(text) ? "minute over" : text;
}

describeOnPostgres("questions with two bots on one PostgreSQL", (database) => {
  it("keep all limits exactly when fifty members ask at once, and are finished after kill -9 and SIGTERM", async () => {
    const { discord, openRouter, server } = await aWorldWith(marchCatalogues().after);
    const channel = server.channel("general");
    const everybody = Array.from({ length: members }, (_, i) => server.addMember(`Member ${i}`));
    const settings = await database.settings();
    const env = { OPENROUTER_API_KEY: openRouter.chat.apiKey, QUESTIONS_PER_MINUTE: String(perMinute) };
    const start = () => startBotProcess({ discord, openRouter, database: settings, env });
    const bots = [await start()];
    const { db, close } = await openDatabase(settings);
    onTestFinished(close);
    await vi.waitUntil(async () => (await db.select().from(markets)).length > 0, { timeout: patienceMs });
    // It reads which models there are when it starts.
    bots.push(await start());
    const ask = (who: readonly (typeof everybody)[number][], prompt: string) =>
      who.map((member) => member.command(channel, "/ask-model", { model: "Hunter Alpha", prompt }));

    // They write slowly, so that nobody is done before everybody has asked.
    openRouter.chat.answer(hunter, { text: "word ".repeat(2_000), pace: { pieceMs: 100, pieceCharacters: 10 } });
    const first = ask(everybody, "Who are you?");
    const outcomes = await Promise.all(first.map(outcomeOf));
    expect(outcomes.filter((outcome) => outcome === "asked")).toHaveLength(atOnce);
    expect(outcomes.filter((outcome) => outcome === "host busy")).toHaveLength(members - atOnce);
    expect(openRouter.chat.questions).toHaveLength(atOnce);
    // Both processes decide on each of them, and the later one is not to find a place that was given back meanwhile.
    const refusedByBoth = async (exchanges: readonly Exchange[], told: readonly string[]) => {
      const refused = exchanges.filter((_, i) => told[i] !== "asked");
      const isOver = () => refused.every(({ original }) => original?.edits.length === 1);
      await vi.waitUntil(isOver, { timeout: patienceMs, interval: 20 });
    };
    await refusedByBoth(first, outcomes);

    // Their answers stream, each in one message, and each of them is stopped.
    const taken = first.filter((_, i) => outcomes[i] === "asked");
    for (const exchange of taken) {
      const message = await exchange.followUp(0, patienceMs);
      await vi.waitUntil(() => message.text.includes("word word"), { timeout: patienceMs, interval: 20 });
      await exchange.member.press(message, "Stop").settled();
      await vi.waitUntil(() => message.text.includes("Stopped"), { timeout: patienceMs, interval: 20 });
    }
    openRouter.chat.answer(hunter, { text: "I am Hunter Alpha." });

    // Two are left of this minute, if it is still the same.
    const second = ask(everybody.slice(0, 12), "And who built you?");
    const later = await Promise.all(second.map(outcomeOf));
    await refusedByBoth(second, later);
    const [rows] = await db.select({ n: count() }).from(questions);
    expect(later.filter((outcome) => outcome === "asked").length, later.join("\n")).toBe(Number(rows?.n) - atOnce);
    const asked = await db.select({ at: questions.askedAt }).from(questions).orderBy(questions.askedAt);
    for (const { at } of asked) {
      const within = asked.filter((other) => other.at >= at && other.at.getTime() - at.getTime() < 60_000);
      expect(within.length).toBeLessThanOrEqual(perMinute);
    }
    // Each that was taken in is on its way to the model, and no other.
    await vi.waitUntil(() => openRouter.chat.questions.length >= asked.length, { timeout: patienceMs, interval: 20 });
    expect(openRouter.chat.questions).toHaveLength(asked.length);
    await vi.waitUntil(
      async () => (await db.select().from(questions).where(eq(questions.state, "running"))).length === 0,
      { timeout: patienceMs, interval: 20 },
    );

    // Killed in mid-answer, and started again as if some time had passed.
    await db.update(questions).set({ askedAt: new Date(Date.now() - 3_600_000 * 2) });
    openRouter.chat.answer(hunter, { text: "word ".repeat(2_000), pace: { pieceMs: 100, pieceCharacters: 10 } });
    const [last] = ask(everybody.slice(20, 21), "How long can you talk?");
    const message = await last!.followUp(0, patienceMs);
    await vi.waitUntil(
      async () => (await db.select().from(questions).where(eq(questions.state, "running")))[0]?.answer,
      {
        timeout: patienceMs,
        interval: 20,
      },
    );
    await Promise.all(bots.map((bot) => bot.end("SIGKILL")));
    await discord.waitForBotToLeave();
    await db
      .update(questions)
      .set({ heldUntil: new Date(0) })
      .where(eq(questions.state, "running"));
    const again = await start();
    await vi.waitUntil(() => message.text.includes("Interrupted"), { timeout: patienceMs, interval: 20 });
    expect(message.text).toContain("word word");
    expect(message.buttons).toEqual(["Continue", "File as evidence"]);
    await vi.waitUntil(
      async () => {
        const unfinished = await db.select().from(questions).where(ne(questions.state, "running"));
        return unfinished.every(({ heldUntil }) => heldUntil === null);
      },
      { timeout: patienceMs, interval: 20 },
    );

    // Stopped by its host in mid-answer, it finishes the message itself.
    await db.update(questions).set({ askedAt: new Date(Date.now() - 3_600_000 * 2) });
    const [cut] = ask(everybody.slice(21, 22), "And how long now?");
    const shown = await cut!.followUp(0, patienceMs);
    await vi.waitUntil(() => shown.text.includes("word word"), { timeout: patienceMs, interval: 20 });
    await again.end("SIGTERM");
    expect(shown.text).toMatch(/word word[\s\S]*Interrupted/);
    expect(shown.buttons).toEqual(["Continue", "File as evidence"]);
    const left = await db.select().from(questions).where(isNotNull(questions.heldUntil));
    expect(left).toEqual([]);
    expect([...bots, again].flatMap((bot) => bot.complaints())).toEqual([]);
    discord.expectNoViolations();
  }, 90_000);
});
