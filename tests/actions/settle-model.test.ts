import { describe, expect, it } from "vitest";
import { auditLedger } from "../../src/actions/audit-ledger.ts";
import { decideMarket } from "../../src/actions/decide-market.ts";
import { placeGuess } from "../../src/actions/place-guess.ts";
import { confirmSettlement, previewSettlement } from "../../src/actions/settle-model.ts";
import type { Member } from "../../src/domain/member.ts";
import { seasonOf } from "../../src/domain/season.ts";
import { aClock, anApp, storyBegins } from "../support/app.ts";
import { embedded } from "../support/database.ts";
import {
  aGuess,
  aKey,
  aMarket,
  aMember,
  anId,
  aServer,
  aSettlement,
  aWithdrawal,
  named,
} from "../support/factories.ts";
import { vectorMarket } from "../support/market-play.ts";
import { housePointsIn, ledgerIn, marketIn, walletsIn } from "../support/market-rows.ts";
import { referenceSettlement } from "../support/reference-settlement.ts";

const [ann, bob, cid, dee, mod] = ["ann", "bob", "cid", "dee", "mod"].map(named) as [
  Member,
  Member,
  Member,
  Member,
  Member,
];
const source = "https://example.org/mimo";

/** The lockout story of market.md, up to just before it is settled: Dee guesses after the source was published. */
async function lockoutStory() {
  const { db } = await embedded.open();
  const clock = aClock();
  const app = anApp(db, clock);
  const row = await aMarket(db, { market: vectorMarket() });
  const { serverId, modelId, marketId } = row;
  const guess = (member: Member, suspect: string, ownPoints: number | null = null) => {
    clock.pass({ hours: 1 });
    return aGuess(app, row, { member, suspect, ownPoints });
  };
  await guess(ann, "DeepSeek", 100);
  await guess(bob, "someone else");
  await guess(cid, "Xiaomi", 25);
  await guess(ann, "MiMo");
  const publishedAt = clock.pass({ hours: 1 });
  await guess(dee, "Xiaomi", 250);
  clock.pass({ hours: 1 });
  const terms = {
    serverId,
    modelId,
    member: mod,
    lab: "xiaomi",
    secondLab: null as string | null,
    source,
    publishedAt: publishedAt.toISOString(),
  };
  return {
    db,
    clock,
    app,
    row,
    publishedAt,
    guess,
    preview: (changes: Partial<typeof terms> = {}) => previewSettlement(app, { ...terms, ...changes }),
    async previewId(changes: Partial<typeof terms> = {}) {
      const preview = await previewSettlement(app, { ...terms, ...changes });
      if (!preview.done) throw new Error(`refused: ${preview.refusal.reason}`);
      return preview.previewId;
    },
    confirm: (previewId: number, key = aKey(), member = mod) =>
      confirmSettlement(app, { key, serverId, member, previewId }),
    decide: (kind: "void" | "reopen" | "freeze" | "unfreeze") =>
      decideMarket(app, { key: aKey(), kind, serverId, modelId, member: mod, reason: "story" }),
    wallets: () => walletsIn(db, serverId),
    market: () => marketIn(db, marketId),
    differences: async () => (await auditLedger(db)).differences,
  };
}

describe("the lockout story of market.md", () => {
  it("pays Ann 246 and Cid 415, gives Dee her late stake back, and the house loses 536", async () => {
    const { db, row, wallets, market, previewId, confirm, differences, publishedAt } = await lockoutStory();
    expect(await wallets()).toEqual({ ann: 900, bob: 1000, cid: 975, dee: 750 });
    expect((await market()).potPoints).toBe(25 + 100 + 25 + 25 + 25 - 74 - 17 + 17 + 74 + 25 + 250);
    const answer = await confirm(await previewId());
    expect(await wallets()).toEqual({ ann: 1146, bob: 1000, cid: 1390, dee: 1000 });
    expect(await housePointsIn(db, row.marketId)).toBe(-536);
    expect(await market()).toMatchObject({
      state: "settled",
      revision: 1,
      builders: ["xiaomi"],
      publishedAt,
      potPoints: 0,
    });
    expect(answer).toMatchObject({
      done: true,
      summary: {
        modelName: "Hunter Alpha",
        revision: 1,
        builders: ["xiaomi"],
        source,
        openedAt: storyBegins,
        publishedAt,
        callers: 3,
        right: 2,
        paidMembers: 2,
        paidPoints: 661,
        lateMembers: 1,
        lateTrades: 1,
        firstRight: { memberId: "cid", name: "cid", calledAt: new Date("2026-03-11T23:24:31Z") },
        top: [
          { memberId: "cid", name: "cid", lab: "xiaomi", payoutPoints: 415, costPoints: 25, latePoints: 0 },
          { memberId: "ann", name: "ann", lab: "xiaomi", payoutPoints: 246, costPoints: 100, latePoints: 0 },
        ],
        settler: { memberId: "mod", name: "mod", lab: null, payoutPoints: 0, costPoints: 0, latePoints: 0 },
      },
    });
    expect(await differences()).toEqual([]);
  });

  it("agrees with the same settlement reckoned by hand", async () => {
    const { db, row, publishedAt, wallets, previewId, confirm } = await lockoutStory();
    const reference = referenceSettlement(await ledgerIn(db, row.marketId), ["xiaomi"], publishedAt);
    await confirm(await previewId());
    const expected = [...reference.members].map(([id, { walletPoints }]) => [id, 1000 + walletPoints]);
    expect(await wallets()).toEqual(Object.fromEntries(expected));
    expect(reference.housePoints).toBe(-536);
  });

  it("pays half for each share when two labs built it", async () => {
    const { wallets, previewId, confirm, differences } = await lockoutStory();
    const answer = await confirm(await previewId({ secondLab: "DeepSeek" }));
    expect(answer).toMatchObject({ summary: { builders: ["xiaomi", "deepseek"], right: 2 } });
    expect(await wallets()).toEqual({ ann: 900 + 123, bob: 1000, cid: 975 + 207, dee: 1000 });
    expect(await differences()).toEqual([]);
  });

  it("pays someone else's holders when nobody had listed the lab", async () => {
    const { wallets, previewId, confirm } = await lockoutStory();
    expect(await confirm(await previewId({ lab: "Meituan" }))).toMatchObject({
      summary: { builders: ["meituan"], right: 1, firstRight: { memberId: "bob" } },
    });
    expect(await wallets()).toEqual({ ann: 900, bob: 1252, cid: 975, dee: 1000 });
  });
});

describe("a preview", () => {
  it("shows the settler's own position, and moves nothing", async () => {
    const { preview, wallets, market, differences } = await lockoutStory();
    const before = [await wallets(), await market()];
    const shown = await preview({ member: dee });
    expect(shown).toMatchObject({
      done: true,
      summary: {
        revision: 0,
        settlerMemberId: "dee",
        settler: { memberId: "dee", name: "dee", lab: null, payoutPoints: 0, costPoints: 0, latePoints: 250 },
      },
    });
    expect(await preview({ member: ann })).toMatchObject({
      summary: { settler: { memberId: "ann", lab: "xiaomi", payoutPoints: 246, costPoints: 100, latePoints: 0 } },
    });
    expect([await wallets(), await market()]).toEqual(before);
    expect(await differences()).toEqual([]);
  });

  it("counts a late call that staked nothing, and each late action once", async () => {
    const { preview, guess, app, row } = await lockoutStory();
    await aWithdrawal(app, row, ann);
    await guess(cid, "deepseek");
    await guess(bob, "xiaomi");
    expect(await preview()).toMatchObject({ summary: { lateMembers: 4, lateTrades: 4, callers: 3, right: 2 } });
  });

  it.each([
    ["a lab nobody knows", { lab: "Frobozz" }, { reason: "no-such-lab", typed: "Frobozz" }],
    ["someone else", { lab: "other" }, { reason: "other-is-no-lab" }],
    ["someone else as second", { secondLab: " other " }, { reason: "other-is-no-lab" }],
    ["the same lab twice", { secondLab: "MiMo" }, { reason: "same-lab-twice" }],
    ["a source that is no address", { source: "a friend told me" }, { reason: "bad-source" }],
    ["a source that could run", { source: "javascript:alert(1)" }, { reason: "bad-source" }],
    ["a source with a password in it", { source: "https://me:secret@example.org/" }, { reason: "bad-source" }],
    ["a time that is none", { publishedAt: "yesterday" }, { reason: "bad-time", typed: "yesterday" }],
    [
      "a time before the market opened",
      { publishedAt: "2026-03-11 20:00" },
      { reason: "before-opening", openedAt: storyBegins, publishedAt: new Date("2026-03-11T20:00:00Z") },
    ],
    [
      "the very moment the market opened",
      { publishedAt: storyBegins.toISOString() },
      { reason: "before-opening", openedAt: storyBegins, publishedAt: storyBegins },
    ],
    [
      "a time to come",
      { publishedAt: "2030-01-01T00:00:00Z" },
      { reason: "in-the-future", publishedAt: new Date("2030-01-01T00:00:00Z") },
    ],
  ])("of %s is refused", async (_, changes, refusal) => {
    const { preview } = await lockoutStory();
    expect(await preview(changes)).toEqual({ done: false, refusal });
  });

  it.each([
    ["2026-03-12 01:24", "2026-03-12T01:24:00Z"],
    ["<t:1773278671:R>", "2026-03-12T01:24:31Z"],
    ["1773278671", "2026-03-12T01:24:31Z"],
    ["2026-03-12T02:24:31+01:00", "2026-03-12T01:24:31Z"],
  ])("takes %s for the time it is", async (typed, meant) => {
    const { preview } = await lockoutStory();
    expect(await preview({ publishedAt: typed })).toMatchObject({ summary: { publishedAt: new Date(meant) } });
  });

  it("of a model or from a preview of another server finds nothing", async () => {
    const { preview, previewId, app, db, wallets } = await lockoutStory();
    const other = await aServer(db);
    const refused = { done: false, refusal: { reason: "no-such-model" } };
    expect(await preview({ serverId: other.serverId })).toEqual(refused);
    const request = { key: aKey(), serverId: other.serverId, member: mod, previewId: await previewId() };
    expect(await confirmSettlement(app, request)).toEqual(refused);
    expect(await confirmSettlement(app, { ...request, serverId: anId(), previewId: 999 })).toEqual(refused);
    expect(await wallets()).toEqual({ ann: 900, bob: 1000, cid: 975, dee: 750 });
  });
});

describe("confirming", () => {
  it("twice by the same press is answered the same, at once or much later, and pays once", async () => {
    const { previewId, confirm, wallets, decide, differences } = await lockoutStory();
    const id = await previewId();
    const key = aKey();
    const [first, second] = await Promise.all([confirm(id, key), confirm(id, key)]);
    expect(first).toMatchObject({ done: true });
    expect(second).toEqual(first);
    expect(await confirm(id, key)).toEqual(first);
    expect((await wallets()).cid).toBe(1390);
    await decide("reopen");
    const reopened = await wallets();
    expect(await confirm(id, key)).toEqual(first);
    expect(await wallets()).toEqual(reopened);
    await confirm(await previewId({ lab: "deepseek" }));
    expect(await confirm(id, key)).toEqual(first);
    expect(await differences()).toEqual([]);
  });

  it("by two moderators at the same moment works for one, and tells the other", async () => {
    const { previewId, confirm, wallets, differences } = await lockoutStory();
    const ids = [await previewId(), await previewId({ lab: "deepseek", member: ann })] as const;
    const answers = await Promise.all([confirm(ids[0]), confirm(ids[1], aKey(), ann)]);
    expect(answers.filter(({ done }) => done)).toHaveLength(1);
    expect(answers.find(({ done }) => !done)).toEqual({
      done: false,
      refusal: { reason: "already", state: "settled", modelName: "Hunter Alpha" },
    });
    expect((await wallets()).dee).toBe(1000);
    expect(await differences()).toEqual([]);
  });

  it("what was previewed before the market was settled and reopened is refused, and stays refused", async () => {
    const { previewId, confirm, decide, wallets } = await lockoutStory();
    const stale = await previewId({ lab: "deepseek" });
    await confirm(await previewId());
    await decide("reopen");
    const before = await wallets();
    const key = aKey();
    const refused = { done: false, refusal: { reason: "changed-since", modelName: "Hunter Alpha" } };
    expect(await confirm(stale, key)).toEqual(refused);
    expect(await confirm(stale, key)).toEqual(refused);
    expect(await wallets()).toEqual(before);
  });

  it("is refused for a market that was voided since, and tells the same later", async () => {
    const { previewId, confirm, decide, differences } = await lockoutStory();
    const id = await previewId();
    await decide("void");
    const key = aKey();
    const refused = { done: false, refusal: { reason: "already", state: "void", modelName: "Hunter Alpha" } };
    expect(await confirm(id, key)).toEqual(refused);
    await decide("reopen");
    expect(await confirm(id, key)).toEqual(refused);
    expect(await differences()).toEqual([]);
  });

  it("is refused when a clock says the source is still to come", async () => {
    const { previewId, confirm, clock, publishedAt } = await lockoutStory();
    const id = await previewId();
    clock.set(new Date(publishedAt.getTime() - 1));
    expect(await confirm(id)).toEqual({ done: false, refusal: { reason: "in-the-future", publishedAt } });
  });

  it("names the settler with what they win, also when that is nothing but their refund", async () => {
    const { previewId, confirm } = await lockoutStory();
    const answer = await confirm(await previewId({ member: dee }), aKey(), dee);
    expect(answer).toMatchObject({ summary: { settlerMemberId: "dee", settler: { name: "dee", latePoints: 250 } } });
  });

  it("closes the market to guesses, also to one asked for at the same moment", async () => {
    const { previewId, confirm, app, row, wallets, differences, market } = await lockoutStory();
    const id = await previewId();
    const { serverId, modelId } = row;
    const late = { key: aKey(), serverId, modelId, member: bob, suspect: "xiaomi", ownPoints: 100 };
    const [settled, guessed] = await Promise.all([confirm(id), placeGuess(app, late)]);
    expect(settled).toMatchObject({ done: true });
    if (!guessed.placed) expect(guessed.refusal.reason).toBe("market-settled");
    // Whichever came first, Bob's stake is late and nobody is paid anything for it.
    expect(await wallets()).toEqual({ ann: 1146, bob: 1000, cid: 1390, dee: 1000 });
    expect((await market()).potPoints).toBe(0);
    expect(app.models.of(serverId).models[0]?.state).toBe("settled");
    expect(await differences()).toEqual([]);
  });

  it("works on a frozen market, and a freeze in between does not outdate a preview", async () => {
    const { previewId, confirm, decide, wallets } = await lockoutStory();
    const id = await previewId();
    await decide("freeze");
    expect(await confirm(id)).toMatchObject({ done: true });
    expect((await wallets()).ann).toBe(1146);
  });

  it("nobody guessed right, or nobody guessed at all, leaves everything with the house", async () => {
    const { db, app, clock, previewId, confirm, wallets, row, differences } = await lockoutStory();
    expect(await confirm(await previewId({ lab: "OpenAI" }))).toMatchObject({
      summary: { paidMembers: 0, paidPoints: 0, right: 0, firstRight: null, top: [] },
    });
    expect(await wallets()).toEqual({ ann: 900, bob: 1000, cid: 975, dee: 1000 });
    const empty = await aMarket(db, { serverId: row.serverId });
    expect(await aSettlement(app, empty, { publishedAt: clock.now })).toMatchObject({ callers: 0, paidMembers: 0 });
    expect(await differences()).toEqual([]);
  });

  it("shows no more than the ten largest payouts, largest first", async () => {
    const { db, app, clock, row, differences } = await lockoutStory();
    const market = await aMarket(db, { serverId: row.serverId });
    for (let stake = 1; stake <= 12; stake += 1)
      await aGuess(app, market, { member: aMember(), suspect: "xiaomi", ownPoints: stake * 10 });
    const summary = await aSettlement(app, market, { publishedAt: clock.pass({ minutes: 1 }) });
    const paid = summary.top.map(({ payoutPoints }) => payoutPoints);
    expect(paid).toHaveLength(10);
    expect(paid).toEqual(paid.toSorted((a, b) => b - a));
    expect(summary.paidMembers).toBe(12);
    expect(await differences()).toEqual([]);
  });
});

describe("a market that outlives its season", () => {
  it("is settled in the next one from the wallets and onto the board of its own", async () => {
    const { db, row, clock, previewId, confirm, wallets, differences, publishedAt } = await lockoutStory();
    clock.set(new Date("2026-04-03T10:00:00Z"));
    expect(seasonOf(clock.now)).toBe("2026-Q2");
    await confirm(await previewId({ publishedAt: publishedAt.toISOString() }));
    expect(await wallets()).toEqual({ ann: 1146, bob: 1000, cid: 1390, dee: 1000 });
    expect(await walletsIn(db, row.serverId, "2026-Q2")).toEqual({});
    expect(await differences()).toEqual([]);
  });
});
