import { describe, expect, it, onTestFinished } from "vitest";
import { startOpenRouter } from "../../sandbox/openrouter/server.ts";
import { recordReveal, takeRevealTurn } from "../../src/actions/check-reveals.ts";
import { type App, createApp } from "../../src/app.ts";
import type { ChatFailure, ChatRequest } from "../../src/domain/chat.ts";
import { createChat } from "../../src/integrations/openrouter-chat.ts";
import { readReveal } from "../../src/integrations/openrouter-reveal.ts";
import { checkReveals } from "../../src/schedule/check-reveals.ts";
import { questionBudget, questions, revealCandidates, revealChecks } from "../../src/storage/schema.ts";
import { describeOnPostgres, embedded } from "../support/database.ts";
import { aGoneModel, anotherGoneModel, dayMs, decideIn, settleIn, toldTo } from "../support/reveals.ts";
import { hourMs } from "../support/watcher-app.ts";

const signal = new AbortController().signal;

/** The same bot with an OpenRouter that answers as it is told; what it is asked is noted. */
function withAnswer(app: App, clock: { now: Date }, failure: ChatFailure) {
  const asked: ChatRequest[] = [];
  async function* chat(request: ChatRequest) {
    asked.push(request);
    return { kind: "failed", failure, usage: null } as const;
    // biome-ignore lint/correctness/noUnreachable: what yields nothing is a generator all the same
    yield { kind: "answer", text: "" } as const;
  }
  const asking = createApp({ db: app.db, log: app.log, clock: () => clock.now, chat });
  return { asked, ask: () => checkReveals(asking, signal) };
}

describe("a withdrawn model", () => {
  it("is asked for one token whether it is revealed; both shapes of the answer are a candidate with day and source", async () => {
    const { db } = await embedded.open();
    const { app, clock } = await aGoneModel(db);
    await anotherGoneModel(app, { listingId: "openrouter/healer-alpha", name: "Healer Alpha" });
    const openRouter = await startOpenRouter();
    onTestFinished(() => openRouter.close());
    const { chat: desk, baseUrl } = openRouter;
    for (const [model, on, shape] of [
      ["hunter", "Pro", "link"],
      ["healer", "Omni", "availability"],
    ] as const) {
      const officialId = `xiaomi/mimo-v2-${on.toLowerCase()}`;
      desk.reveal(`openrouter/${model}-alpha`, {
        name: model,
        day: "March 18th",
        officialName: `MiMo-V2-${on}`,
        officialId,
        shape,
      });
    }
    const chat = createChat({ apiKey: desk.apiKey, baseUrl });
    const asking = createApp({ db, log: app.log, clock: () => clock.now, chat });
    for (let i = 0; i < 4; i++) await checkReveals(asking, signal);
    expect(desk.questions.map(({ model, mostTokens }) => [model, mostTokens])).toEqual([
      ["openrouter/hunter-alpha", 1],
      ["openrouter/healer-alpha", 1],
    ]);
    const told = (await toldTo(app)).filter(({ serverId }) => serverId === "100");
    expect(told.map(({ candidate }) => [candidate?.kind, candidate?.labs, candidate?.score])).toEqual([
      ["sentence", ["xiaomi"], 1],
      ["sentence", ["xiaomi"], 1],
    ]);
    expect(told[1]?.words).toContain("OpenRouter says: “hunter was a stealth model revealed on March 18th");
    expect(told[1]?.words).toContain("Source: <https://openrouter.ai/xiaomi/mimo-v2-pro>");
    expect(told[1]?.words).toContain("only the day is known, and midnight in UTC stands for it");
    // Members' limits know nothing of it.
    expect(await db.$count(questions)).toBe(0);
  });

  it("is what the sentence links, whatever is recommended beside it", async () => {
    const { db } = await embedded.open();
    const { app, modelId } = await aGoneModel(db);
    const sentence = "Hunter Alpha was a stealth model revealed on March 18th as MiMo-V2-Pro.";
    const linking = `${sentence} Find it here: https://openrouter.ai/xiaomi/mimo-v2-pro`;
    const others = ["deepseek/deepseek-v3.2", "xiaomi/mimo-v2-pro"];
    const told = readReveal(linking, others);
    expect(told?.listingIds).toEqual(["xiaomi/mimo-v2-pro", "deepseek/deepseek-v3.2"]);
    if (told) await recordReveal(app, modelId, told);
    const healer = await anotherGoneModel(app, { listingId: "openrouter/healer-alpha", name: "Healer Alpha" });
    const unsure = readReveal(sentence, others);
    if (unsure) await recordReveal(app, healer, unsure);
    const rows = await db.select().from(revealCandidates).orderBy(revealCandidates.candidateId);
    expect(rows.map(({ labs, score, source }) => [labs, score, source])).toEqual([
      [["xiaomi"], 1, "https://openrouter.ai/xiaomi/mimo-v2-pro"],
      [["deepseek"], 0.5, "https://openrouter.ai/deepseek/deepseek-v3.2"],
    ]);
  });

  it("is asked less and less often, no more once it is decided everywhere, and not after half a year", async () => {
    const { db } = await embedded.open();
    const { app, clock, modelId } = await aGoneModel(db);
    const { asked, ask } = withAnswer(app, clock, { reason: "not-served" });
    const goneFor = clock.now.getTime();
    const askedAt: number[] = [];
    for (const hour of [0, 0.9, 1, 2.9, 3, 6.9, 7, 14.9, 15, 30.9, 31, 62.9, 63, 110.9, 111, 158.9, 159]) {
      clock.now = new Date(goneFor + hour * hourMs);
      await ask();
      if (asked.length > askedAt.length) askedAt.push(hour);
    }
    expect(askedAt).toEqual([0, 1, 3, 7, 15, 31, 63, 111, 159]);
    await anotherGoneModel(app, { listingId: "openrouter/healer-alpha", name: "Healer Alpha" });
    await settleIn(app, "100", modelId);
    await settleIn(app, "200", modelId);
    await decideIn(app, "300", modelId, "void");
    clock.later(3 * dayMs);
    await ask();
    await ask();
    expect(asked.slice(9).map(({ listingId }) => listingId)).toEqual(["openrouter/healer-alpha"]);
    clock.later(180 * dayMs);
    await ask();
    expect(asked).toHaveLength(10);
  });

  it("is not asked while OpenRouter has told the key to wait, and what it says to a check makes the key rest", async () => {
    const { db } = await embedded.open();
    const { app, clock } = await aGoneModel(db);
    const retryAt = new Date(clock.now.getTime() + 90 * 60_000);
    const { asked, ask } = withAnswer(app, clock, { reason: "key-limit", per: "day", retryAt });
    await ask();
    clock.later(hourMs + 60_000);
    await ask();
    expect(asked).toHaveLength(1);
    expect((await db.select().from(questionBudget)).map(({ restingUntil }) => restingUntil)).toEqual([retryAt]);
    clock.later(hourMs);
    await ask();
    expect(asked).toHaveLength(2);
  });

  it("that a member asks and that turns out to be revealed is the same candidate, and is not asked again", async () => {
    const { db } = await embedded.open();
    const { app, clock, modelId } = await aGoneModel(db);
    const told = {
      reason: "revealed" as const,
      sentence: "Hunter Alpha was a stealth model revealed on March 18th as MiMo-V2-Pro.",
      officialName: "MiMo-V2-Pro",
      listingIds: ["basement/model"],
    };
    await recordReveal(app, modelId, told);
    await recordReveal(app, modelId, { ...told, listingIds: ["xiaomi/mimo-v2-pro"] });
    const [first, ...rest] = await toldTo(app);
    expect(rest).toHaveLength(1);
    expect(first?.words).toContain("That is a lab I do not know.");
    expect(first?.words).toContain("`/settle confirm` settles it, with the lab's name.");
    expect(first?.buttons).toEqual(["Not it"]);
    const { asked, ask } = withAnswer(app, clock, told);
    await ask();
    expect(asked).toEqual([]);
  });
});

describeOnPostgres("several processes that ask at the same moment", (database) => {
  it("ask each model once, and never more than eight times a day in all", async () => {
    const { db } = await database.open();
    const { app, clock } = await aGoneModel(db);
    for (let i = 0; i < 10; i++)
      await anotherGoneModel(app, { listingId: `openrouter/m${i}-alpha`, name: `M${i} Alpha` });
    const turns = await Promise.all(Array.from({ length: 12 }, () => takeRevealTurn(app)));
    const taken = turns.flatMap((turn) => turn?.modelId ?? []);
    expect(taken).toHaveLength(8);
    expect(new Set(taken).size).toBe(8);
    clock.later(dayMs + 1);
    expect(await takeRevealTurn(app)).not.toBeNull();
    expect(await db.$count(revealChecks)).toBe(9);
  });
});
