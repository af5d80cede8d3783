import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { decideMarket } from "../../src/actions/decide-market.ts";
import { showSettled } from "../../src/actions/settled-model.ts";
import type { SettledRefusal } from "../../src/domain/ask-refusal.ts";
import { keptPrompts, listings, questions } from "../../src/storage/schema.ts";
import { embedded } from "../support/database.ts";
import { aKey, aMarket, aServer, aSettlement, named } from "../support/factories.ts";
import { aListing } from "../support/listing.ts";
import { aDesk, refusalOf, taken } from "./question-desk.ts";

const pro = { listingId: "xiaomi/mimo-v2-pro", name: "Xiaomi: MiMo-V2-Pro" };
const atOpenRouter = "https://openrouter.ai/xiaomi/mimo-v2-pro";

/** A desk whose model was asked once, and is settled then. */
async function aSettledDesk(given: { source?: string; price?: number } = {}) {
  const { source = atOpenRouter, price = 0 } = given;
  const desk = await aDesk(embedded);
  const { app, serverId, modelId, clock } = desk;
  const earlier = await desk.answered();
  app.askable.replace([{ ...pro, promptUsdPerToken: price, completionUsdPerToken: price }]);
  clock.pass({ days: 7 });
  const publishedAt = new Date(clock.now.getTime() - 3_600_000);
  await aSettlement(app, { serverId, modelId }, { publishedAt, source });
  const settled = async (changes: Parameters<typeof desk.ask>[0] = {}) => {
    const refusal = refusalOf(await desk.ask(changes));
    if (refusal.reason !== "settled") throw new Error(`it was refused otherwise: ${refusal.reason}`);
    return refusal;
  };
  const kept = (refusal: SettledRefusal) => ({ kind: "kept", promptId: refusal.promptId ?? 0 }) as const;
  return { ...desk, earlier, settled, kept };
}

describe("a model that is settled in this server", () => {
  it("is not asked any more: it is told who built it, and nothing is counted", async () => {
    const { db, settled, script } = await aSettledDesk();
    const refusal = await settled({ prompt: "Who are you really?" });
    expect(refusal).toMatchObject({
      modelName: "Hunter Alpha",
      builders: ["xiaomi"],
      confirmed: { listing: pro, by: "named" },
      isTooDear: false,
    });
    expect(await db.select().from(questions)).toHaveLength(1);
    expect(script.asks).toHaveLength(1);
  });

  it("leaves its question to what it turned out to be, once that is wanted, and to nobody else", async () => {
    const { db, ask, settled, kept, serverId } = await aSettledDesk();
    const key = aKey();
    const refusal = await settled({ key, prompt: "Who are you really?" });
    expect(await settled({ key, prompt: "Who are you really?" })).toEqual(refusal);
    const other = await aServer(db);
    const wish = { whom: kept(refusal), prompt: null };
    for (const stranger of [{ member: named("Bob") }, { serverId: other.serverId }]) {
      expect(refusalOf(await ask({ ...wish, ...stranger }))).toEqual({ reason: "no-such-question" });
    }
    const { asks, left } = taken(await ask(wish));
    expect(asks[0]?.question).toMatchObject({
      target: { modelId: null, ...pro },
      prompt: "Who are you really?",
      serverId,
    });
    expect(left.member).toBe(9);
  });

  it("goes on with a conversation as what it turned out to be", async () => {
    const { ask, settled, kept, earlier } = await aSettledDesk();
    const refusal = await settled({ whom: { kind: "continue", questionId: earlier.questionId }, prompt: "And now?" });
    const { asks } = taken(await ask({ whom: kept(refusal), prompt: null }));
    expect(asks[0]?.turns).toEqual([
      { role: "user", text: "Who built you?" },
      { role: "assistant", text: "Nobody." },
      { role: "user", text: "And now?" },
    ]);
  });

  it("is found in the catalogue where the settlement names no listing", async () => {
    const { db, settled, clock } = await aSettledDesk({ source: "https://example.org/reveal" });
    expect(await settled()).toMatchObject({ confirmed: null, promptId: null });
    const seen = { firstSeenAt: clock.now, lastSeenAt: clock.now };
    await db.insert(listings).values({ listingId: pro.listingId, ...seen, facts: aListing({ id: pro.listingId }) });
    expect(await settled()).toMatchObject({ confirmed: { listing: pro, by: "alike" } });
  });

  it("is not offered where it costs money nobody has set aside", async () => {
    const { db, settled } = await aSettledDesk({ price: 0.000001 });
    expect(await settled()).toMatchObject({ isTooDear: true, promptId: null });
    expect(await db.select().from(keptPrompts)).toEqual([]);
  });

  it("is a riddle still in every other server", async () => {
    const { db, app, ask, modelId } = await aSettledDesk();
    const { serverId } = await aServer(db);
    await aMarket(db, { serverId, modelId });
    const { asks } = taken(await ask({ serverId }));
    expect(asks[0]?.question.target.modelId).toBe(modelId);
    expect(await showSettled(app, { serverId, modelId })).toEqual({ reason: "open-again", modelName: "Hunter Alpha" });
  });

  it("is asked itself again once its settlement is taken back", async () => {
    const { app, ask, settled, kept, serverId, modelId } = await aSettledDesk();
    const refusal = await settled();
    const member = named("Rita");
    const wish = { key: aKey(), serverId, modelId, member, kind: "reopen", reason: "It was another." } as const;
    expect(await decideMarket(app, wish)).toMatchObject({ done: true });
    expect(refusalOf(await ask({ whom: kept(refusal), prompt: null }))).toMatchObject({ reason: "open-again" });
    taken(await ask());
  });

  it("keeps questions for a day", async () => {
    const { db, settled, clock } = await aSettledDesk();
    const { promptId } = await settled();
    clock.pass({ days: 1, ms: 1 });
    await settled({ member: named("Bob") });
    expect(
      await db
        .select()
        .from(keptPrompts)
        .where(eq(keptPrompts.promptId, promptId ?? 0)),
    ).toEqual([]);
  });
});
