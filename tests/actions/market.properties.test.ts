import { and, eq } from "drizzle-orm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { auditLedger } from "../../src/actions/audit-ledger.ts";
import { decideMarket } from "../../src/actions/decide-market.ts";
import { confirmSettlement, previewSettlement } from "../../src/actions/settle-model.ts";
import { showBoard } from "../../src/actions/show-board.ts";
import type { App } from "../../src/app.ts";
import { resolveLab } from "../../src/domain/lab.ts";
import { rules } from "../../src/domain/rules.ts";
import { callScore, isRightCall } from "../../src/domain/scores.ts";
import type { Db } from "../../src/storage/database.ts";
import { entries } from "../../src/storage/schema.ts";
import { latestPayout } from "../../src/storage/settlements.ts";
import { aClock, anApp, type TestClock } from "../support/app.ts";
import { embedded } from "../support/database.ts";
import { aKey, aMarket, aMember, aServer, aSettlement, type MarketRow } from "../support/factories.ts";
import { anyBuilder, anyMarket, anyStory, anyStoryWithLateness, openedAt, playStory } from "../support/market-play.ts";
import { housePointsIn, ledgerIn, marketIn, playStored, walletsIn } from "../support/market-rows.ts";
import { type Ledger, type ReferenceSettlement, referenceSettlement } from "../support/reference-settlement.ts";

const anyBuilders = fc.uniqueArray(anyBuilder, { minLength: 1, maxLength: 2 });
const afterItAll = new Date(openedAt.getTime() + 30 * 86_400_000);

function bankrollsAnd(members: ReadonlyMap<string, { walletPoints: number }>, wallets: Record<string, number>) {
  return Object.fromEntries(
    Object.keys(wallets).map((id) => [id, rules.bankrollPoints + (members.get(id)?.walletPoints ?? 0)]),
  );
}

async function decide(app: App, market: MarketRow, kind: "void" | "reopen"): Promise<void> {
  const { serverId, modelId } = market;
  const answer = await decideMarket(app, { key: aKey(), kind, serverId, modelId, member: aMember(), reason: "story" });
  expect(answer).toMatchObject({ done: true, kind });
}

/** What a market's last settlement moved in the wallets, member by member. */
async function paidBy(db: Db, marketId: number): Promise<Record<string, number>> {
  const transactionId = (await latestPayout(db, marketId))?.transactionId ?? 0;
  const rows = await db
    .select()
    .from(entries)
    .where(and(eq(entries.transactionId, transactionId), eq(entries.account, "wallet")));
  return Object.fromEntries(rows.map((row) => [row.memberId, row.points]));
}

function expectedOf(reference: ReferenceSettlement): Record<string, number> {
  const moved = [...reference.members].map(([id, { payoutPoints, latePoints }]) => [id, payoutPoints + latePoints]);
  return Object.fromEntries(moved.filter(([, points]) => points !== 0));
}

/** The calls board's points by the rules of domain/scores.ts, from a call of the reference. */
function scoreOf(
  ledger: Ledger,
  call: NonNullable<ReturnType<typeof standing>>,
  builders: string[],
  publishedAt: Date,
) {
  const listed = new Set(ledger.listings.filter(({ number }) => number < call.number).map(({ lab }) => lab));
  const right = isRightCall(call, builders, listed, (name) => resolveLab(name)?.slug ?? null);
  expect(right).toBe(call.right);
  const price = ledger.calls.find(({ number }) => number === call.number)?.callPrice ?? 0;
  return callScore({ right, openedAt: ledger.openedAt, publishedAt, calledAt: call.calledAt, price });
}

function standing(reference: ReferenceSettlement, memberId: string) {
  return reference.members.get(memberId)?.call ?? null;
}

/** All lines of a board, whatever its pages. */
async function wholeBoard(app: App, serverId: string) {
  const page = (number: number) =>
    showBoard(app, { serverId, memberId: "nobody", kind: "calls", season: "2026-Q1", page: number });
  const first = await page(1);
  const rows = [...first.rows];
  for (let number = 2; number <= first.pages; number += 1) rows.push(...(await page(number)).rows);
  return rows;
}

type Settled = {
  marketId: number;
  ledger: Ledger;
  reference: ReferenceSettlement;
  builders: string[];
  publishedAt: Date;
};

function clockAfterAll(clock: TestClock): void {
  clock.set(afterItAll);
}

describe("whatever members do in a market", () => {
  it("a settlement pays each of them what the rules say, can be taken back and done again, and voiding restores everyone", async () => {
    const { db } = await embedded.open();
    const clock = aClock();
    const app = anApp(db, clock);
    await fc.assert(
      fc.asyncProperty(anyStoryWithLateness, anyBuilders, async ({ market, story, publishedAtMs }, builders) => {
        const row = await aMarket(db, { market, openedAt });
        const { serverId, marketId } = row;
        await playStored(app, clock, row, story);
        clockAfterAll(clock);

        const play = playStory(market, story);
        const stored = await marketIn(db, marketId);
        expect(stored.outcomes.map(({ lab, weight, shares }) => ({ lab, weight, shares }))).toEqual(
          play.market.outcomes,
        );
        const playedWallets = await walletsIn(db, serverId);
        expect(playedWallets).toEqual(Object.fromEntries([...play.wallets].sort()));
        expect(stored.potPoints).toBe(play.potPoints);

        const publishedAt = new Date(openedAt.getTime() + publishedAtMs);
        const ledger = await ledgerIn(db, marketId);
        const reference = referenceSettlement(ledger, builders, publishedAt, (name) => resolveLab(name)?.slug ?? null);
        const terms = { lab: builders[0] ?? "", secondLab: builders[1] ?? null, publishedAt };
        const summary = await aSettlement(app, row, terms);
        const paid = await paidBy(db, marketId);
        expect(paid).toEqual(expectedOf(reference));
        const settledWallets = await walletsIn(db, serverId);
        expect(settledWallets).toEqual(bankrollsAnd(reference.members, settledWallets));
        expect(await marketIn(db, marketId)).toMatchObject({ state: "settled", potPoints: 0 });
        const house = await housePointsIn(db, marketId);
        expect(house).toBe(reference.housePoints);
        expect(summary.paidPoints).toBe(reference.paidPoints);
        expect(summary.paidMembers).toBe([...reference.members.values()].filter((one) => one.payoutPoints > 0).length);
        expect(summary.callers).toBe([...reference.members.values()].filter((one) => one.call).length);
        expect(summary.right).toBe([...reference.members.values()].filter((one) => one.call?.right).length);
        expect(summary.firstRight?.memberId ?? null).toBe(reference.firstRight);

        await decide(app, row, "reopen");
        expect(await walletsIn(db, serverId)).toEqual(playedWallets);
        expect(await marketIn(db, marketId)).toMatchObject({ state: "frozen", potPoints: play.potPoints });
        await aSettlement(app, row, terms);
        expect(await paidBy(db, marketId)).toEqual(paid);
        expect(await walletsIn(db, serverId)).toEqual(settledWallets);
        expect(await housePointsIn(db, marketId)).toBe(house);

        await decide(app, row, "reopen");
        await decide(app, row, "void");
        expect(Object.values(await walletsIn(db, serverId)).every((points) => points === rules.bankrollPoints)).toBe(
          true,
        );
        expect(await housePointsIn(db, marketId)).toBe(0);
        expect((await auditLedger(db)).differences).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });

  it("the board of several markets adds up what each member's calls are worth, and the points won and lost", async () => {
    const { db } = await embedded.open();
    const clock = aClock();
    const app = anApp(db, clock);
    const aRound = fc.record({
      market: anyMarket,
      story: anyStory({ members: 4, longest: 10 }),
      builders: anyBuilders,
      publishedAtMs: fc.integer({ min: 1, max: 10 * 3_600_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(aRound, { minLength: 3, maxLength: 3 }), async (rounds) => {
        const { serverId } = await aServer(db);
        const settled: Settled[] = [];
        for (const { market, story, builders, publishedAtMs } of rounds) {
          const row = await aMarket(db, { serverId, market, openedAt });
          await playStored(app, clock, row, story);
          clockAfterAll(clock);
          const publishedAt = new Date(openedAt.getTime() + publishedAtMs);
          const ledger = await ledgerIn(db, row.marketId);
          const reference = referenceSettlement(
            ledger,
            builders,
            publishedAt,
            (name) => resolveLab(name)?.slug ?? null,
          );
          await aSettlement(app, row, { lab: builders[0] ?? "", secondLab: builders[1] ?? null, publishedAt });
          settled.push({ marketId: row.marketId, ledger, reference, builders, publishedAt });
        }
        const latestFirst = settled.toSorted(
          (a, b) => b.publishedAt.getTime() - a.publishedAt.getTime() || b.marketId - a.marketId,
        );
        const memberIds = [...new Set(settled.flatMap(({ reference }) => [...reference.members.keys()]))];
        const expected = memberIds.map((memberId) => {
          const made = latestFirst.flatMap(({ reference, ...rest }) => {
            const call = standing(reference, memberId);
            return call ? [{ ...rest, call, first: reference.firstRight === memberId }] : [];
          });
          const wrong = made.findIndex(({ call }) => !call.right);
          return {
            memberId,
            score: made.reduce((sum, one) => sum + scoreOf(one.ledger, one.call, one.builders, one.publishedAt), 0),
            hits: made.filter(({ call }) => call.right).length,
            calls: made.length,
            firsts: made.filter(({ first }) => first).length,
            streak: wrong < 0 ? made.length : wrong,
            points: settled.reduce((sum, one) => sum + (one.reference.members.get(memberId)?.walletPoints ?? 0), 0),
          };
        });
        const shown = expected.filter(({ calls, points }) => calls > 0 || points !== 0);
        const board = await wholeBoard(app, serverId);
        expect(board.map(({ memberId }) => memberId).toSorted()).toEqual(shown.map((one) => one.memberId).toSorted());
        for (const one of shown) {
          const { rank, place, name, score, ...line } = board.find(({ memberId }) => memberId === one.memberId) ?? {
            score: Number.NaN,
          };
          const { score: expectedScore, ...rest } = one;
          expect(line).toEqual(rest);
          expect(score).toBeCloseTo(expectedScore, 9);
          expect(rank).toBe(1 + shown.filter((other) => other.score > one.score + 1e-9).length + tied(shown, one));
          expect(name).toBe(one.memberId);
          expect(place).toBeGreaterThanOrEqual(rank ?? 0);
        }
        const wallets = await walletsIn(db, serverId);
        expect(wallets).toEqual(
          Object.fromEntries(
            Object.keys(wallets).map((id) => [id, 1000 + (expected.find((one) => one.memberId === id)?.points ?? 0)]),
          ),
        );
      }),
      { numRuns: 8 },
    );
    expect((await auditLedger(db)).differences).toEqual([]);
  });

  it("a preview says what the settlement then does, and changes nothing itself", async () => {
    const { db } = await embedded.open();
    const clock = aClock();
    const app = anApp(db, clock);
    await fc.assert(
      fc.asyncProperty(anyStoryWithLateness, anyBuilders, async ({ market, story, publishedAtMs }, builders) => {
        const row = await aMarket(db, { market, openedAt });
        const { serverId, modelId, marketId } = row;
        await playStored(app, clock, row, story);
        clockAfterAll(clock);
        const before = [await marketIn(db, marketId), await walletsIn(db, serverId)];
        const member = aMember({ memberId: story[0]?.memberId ?? "", name: story[0]?.memberId ?? "" });
        const publishedAt = new Date(openedAt.getTime() + publishedAtMs).toISOString();
        const [lab = "", secondLab = null] = builders;
        const source = "https://example.org/";
        const preview = await previewSettlement(app, {
          serverId,
          modelId,
          member,
          lab,
          secondLab,
          source,
          publishedAt,
        });
        if (!preview.done) throw new Error(`refused: ${preview.refusal.reason}`);
        expect([await marketIn(db, marketId), await walletsIn(db, serverId)]).toEqual(before);
        const answer = await confirmSettlement(app, { key: aKey(), serverId, member, previewId: preview.previewId });
        expect(answer).toEqual({ done: true, summary: { ...preview.summary, revision: 1 } });
        expect(preview.summary.revision).toBe(0);
      }),
      { numRuns: 4 },
    );
  });
});

/** Among equal scores more hits come first. */
function tied(shown: readonly { score: number; hits: number }[], one: { score: number; hits: number }): number {
  return shown.filter((other) => Math.abs(other.score - one.score) <= 1e-9 && other.hits > one.hits).length;
}
