import { and, eq, sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { auditLedger } from "../../src/actions/audit-ledger.ts";
import { decideMarket } from "../../src/actions/decide-market.ts";
import { placeGuess } from "../../src/actions/place-guess.ts";
import { confirmSettlement, previewSettlement } from "../../src/actions/settle-model.ts";
import { showBoard } from "../../src/actions/show-board.ts";
import { topUpWallets } from "../../src/actions/top-up-wallets.ts";
import { withdrawGuess } from "../../src/actions/withdraw-guess.ts";
import type { App } from "../../src/app.ts";
import { cost } from "../../src/domain/market.ts";
import type { Member } from "../../src/domain/member.ts";
import type { GuessAnswer } from "../../src/domain/receipt.ts";
import { type Database, type Db, openDatabase, rows } from "../../src/storage/database.ts";
import { readDatabaseTime } from "../../src/storage/database-time.ts";
import { marketOf } from "../../src/storage/guess-rows.ts";
import { trades, transactions, wallets } from "../../src/storage/schema.ts";
import { anApp } from "../support/app.ts";
import { describeOnPostgres } from "../support/database.ts";
import { aGuess, aKey, aMarket, aServer, aSettlement, type MarketRow, named } from "../support/factories.ts";
import { vectorMarket } from "../support/market-play.ts";
import { ledgerIn, marketIn } from "../support/market-rows.ts";
import { referenceSettlement } from "../support/reference-settlement.ts";

const processes = 8;
const clientsEach = 4;
const openedAt = new Date("2026-03-11T20:24:31Z");
const season = "2026-Q1";
const suspects = ["deepseek", "openai", "zhipu", "xiaomi", "someone else", "Kimi", "LongCat", "Frobozz"];
const ann = named("ann");

/** Each race its own numbers, always the same. */
function aDie(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % sides;
  };
}

/** Bots that share a database as processes do: each with connections of its own, so that only the database keeps order. */
type Race = {
  db: Db;
  apps: readonly App[];
  app: App;
  /** Runs 32 clients at once, four in each bot. */
  all<T>(client: (app: App, die: (sides: number) => number, n: number) => Promise<T>): Promise<T[]>;
};

describeOnPostgres("on one PostgreSQL server, 32 clients of eight bots at once", (database) => {
  /** Runs a race, then looks at what is left: books without a difference, and nobody waited for each other in a circle. */
  async function race(run: (race: Race) => Promise<void>): Promise<void> {
    const { databaseUrl } = await database.settings();
    const open = (poolSize: number) => openDatabase({ databaseUrl, dataDir: "", poolSize });
    const opened: Database[] = [];
    for (let n = 0; n < processes; n += 1) opened.push(await open(3));
    const apps = opened.map(({ db }) => anApp(db));
    const [app] = apps;
    if (!app) throw new Error("there are no bots");
    const all: Race["all"] = (client) =>
      Promise.all(
        Array.from({ length: processes * clientsEach }, (_, n) => client(apps[n % processes] ?? app, aDie(n + 1), n)),
      );
    try {
      await run({ db: app.db, apps, app, all });
    } finally {
      for (const { close } of opened) await close();
    }
    const afterwards = await open(1);
    try {
      expect((await auditLedger(afterwards.db)).differences).toEqual([]);
      const [circles] = await rows<{ deadlocks: number }>(
        afterwards.db,
        sql`select deadlocks::int from pg_stat_database where datname = current_database()`,
      );
      expect(circles?.deadlocks).toBe(0);
    } finally {
      await afterwards.close();
    }
  }

  const guess = (app: App, row: MarketRow, member: Member, suspect: string, ownPoints: number | null, key = aKey()) =>
    placeGuess(app, { key, serverId: row.serverId, modelId: row.modelId, member, suspect, ownPoints });

  /** Anything a member may do. */
  async function anything(app: App, row: MarketRow, member: Member, die: (sides: number) => number) {
    const { serverId, modelId } = row;
    if (die(6) === 0) return withdrawGuess(app, { key: aKey(), serverId, modelId, member });
    return guess(app, row, member, suspects[die(suspects.length)] ?? "", die(3) === 0 ? null : die(120));
  }

  it("never misprice a market: what it took is what its shares are worth, up to the rounding of the rules", async () => {
    await race(async ({ db, all }) => {
      const row = await aMarket(db, { openedAt, market: vectorMarket() });
      const members = Array.from({ length: 24 }, (_, n) => named(`m${n}`));
      await all(async (app, die) => {
        for (let turn = 0; turn < 10; turn += 1) await anything(app, row, members[die(members.length)] ?? ann, die);
      });
      const market = await marketIn(db, row.marketId);
      const made = await db.select().from(trades).where(eq(trades.marketId, row.marketId));
      const sales = new Set(made.filter(({ kind }) => kind === "sale").map(({ number }) => number)).size;
      const buys = made.filter(({ kind }) => kind === "buy").length;
      const rounding = market.potPoints - (cost(marketOf(market)) - cost(vectorMarket()));
      expect(buys).toBeGreaterThan(100);
      expect(rounding).toBeGreaterThanOrEqual(-sales * 1e-5 - 1e-6);
      expect(rounding).toBeLessThanOrEqual(sales + buys * 1e-6 + 1e-6);
      const times = made.toSorted((a, b) => a.number - b.number).map(({ at }) => at.getTime());
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    });
  });

  it("never overdraw one wallet that stakes in many markets", async () => {
    await race(async ({ db, all, app }) => {
      const { serverId } = await aServer(db);
      const markets: MarketRow[] = [];
      for (let n = 0; n < processes * clientsEach; n += 1) markets.push(await aMarket(db, { serverId, openedAt }));
      const answers = await all(async (bot, _, n) => {
        const mine: GuessAnswer[] = [];
        for (let turn = 0; turn < 4; turn += 1) mine.push(await guess(bot, markets[n]!, ann, "deepseek", 40));
        return mine;
      });
      const placed = answers.flat().filter((answer) => answer.placed);
      const refusals = answers.flat().flatMap((answer) => (answer.placed ? [] : [answer.refusal.reason]));
      expect(placed).toHaveLength(25);
      expect(new Set(refusals)).toEqual(new Set(["wallet-short"]));
      const [wallet] = await db.select().from(wallets);
      expect(wallet).toEqual({ serverId, season, memberId: "ann", balancePoints: 0 });
      const left = placed.map((answer) => answer.receipt.walletPoints).toSorted((a, b) => b - a);
      expect(left).toEqual(Array.from({ length: 25 }, (_, n) => 960 - n * 40));
      expect(await guess(app, markets[0]!, ann, "deepseek", 1)).toMatchObject({ placed: false });
    });
  });

  it("never stake more than the cap in one market", async () => {
    await race(async ({ db, all }) => {
      const row = await aMarket(db, { openedAt, market: vectorMarket() });
      const answers = await all((bot) => guess(bot, row, ann, "deepseek", 20));
      expect(answers.filter(({ placed }) => placed)).toHaveLength(12);
      for (const answer of answers)
        if (!answer.placed) expect(answer.refusal).toMatchObject({ reason: "over-cap", roomPoints: 10 });
      expect((await db.select().from(wallets))[0]?.balancePoints).toBe(760);
    });
  });

  it("count a press delivered to all of them once, and answer it the same then and later", async () => {
    await race(async ({ db, all, app }) => {
      const row = await aMarket(db, { openedAt, market: vectorMarket() });
      const keys = [aKey(), aKey(), aKey()];
      const answers = await all((bot) =>
        Promise.all(keys.map((key, n) => guess(bot, row, named(`m${n}`), "xiaomi", 100, key))),
      );
      for (const answer of answers) expect(answer).toEqual(answers[0]);
      expect(await db.$count(transactions, eq(transactions.kind, "guess"))).toBe(3);
      expect(await guess(app, row, named("m1"), "xiaomi", 100, keys[1])).toEqual(answers[0]?.[1]);
      const left = await db.select().from(wallets).orderBy(wallets.memberId);
      expect(left.map(({ balancePoints }) => balancePoints)).toEqual([900, 900, 900]);
    });
  });

  it("give newcomers one bankroll a season, though they guess on every model at the same moment", async () => {
    await race(async ({ db, all }) => {
      const { serverId } = await aServer(db);
      const spring = new Date("2026-04-02T12:00:00Z");
      const markets: MarketRow[] = [];
      for (let n = 0; n < 8; n += 1) markets.push(await aMarket(db, { serverId, openedAt: n % 2 ? openedAt : spring }));
      const names = Array.from({ length: 20 }, (_, n) => `m${n}`);
      await all(async (bot, die, n) => {
        const order = names.toSorted(() => die(2) - 0.5);
        // Each bot has clients in both seasons: its batches open two wallets of one member.
        const row = markets[(n + Math.floor(n / processes)) % markets.length]!;
        const answers = await Promise.all(order.map((name) => guess(bot, row, named(name), "deepseek", 5)));
        expect(answers.every(({ placed }) => placed)).toBe(true);
      });
      const left = await db.select().from(wallets);
      expect(left).toHaveLength(40);
      expect(new Set(left.map(({ balancePoints }) => balancePoints))).toEqual(new Set([1000 - 16 * 5]));
      expect(await db.$count(transactions, eq(transactions.kind, "grant"))).toBe(40);
    });
  });

  it("settle a model once while members go on guessing, and pay nobody for what came too late", async () => {
    await race(async ({ db, all, app, apps }) => {
      const row = await aMarket(db, { openedAt, market: vectorMarket() });
      const { serverId, modelId, marketId } = row;
      const members = Array.from({ length: 16 }, (_, n) => named(`m${n}`));
      for (const [n, member] of members.entries()) await guess(app, row, member, suspects[n % 5] ?? "", 50);
      const publishedAt = await readDatabaseTime(db);
      const previews = [];
      for (const [n, lab] of ["xiaomi", "deepseek", "z-ai"].entries()) {
        const member = named(`mod${n}`);
        const source = "https://example.org/";
        const terms = {
          serverId,
          modelId,
          member,
          lab,
          secondLab: null,
          source,
          publishedAt: publishedAt.toISOString(),
        };
        const preview = await previewSettlement(app, terms);
        if (!preview.done) throw new Error(preview.refusal.reason);
        previews.push({ member, lab, previewId: preview.previewId });
      }
      const [settled, late] = await Promise.all([
        Promise.all(
          previews.map(({ member, previewId }, n) =>
            confirmSettlement(apps[n + 1] ?? app, { key: aKey(), serverId, member, previewId }),
          ),
        ),
        all(async (bot, die) => {
          const mine: GuessAnswer[] = [];
          for (let turn = 0; turn < 4; turn += 1)
            mine.push(await anything(bot, row, members[die(members.length)] ?? ann, die));
          return mine;
        }),
      ]);
      const won = settled.flatMap((answer) => (answer.done ? [answer.summary] : []));
      expect(won).toHaveLength(1);
      for (const answer of settled)
        if (!answer.done) expect(answer.refusal).toMatchObject({ reason: "already", state: "settled" });
      expect(late.flat().some((answer) => !answer.placed && answer.refusal.reason === "market-settled")).toBe(true);
      const reference = referenceSettlement(await ledgerIn(db, marketId), won[0]?.builders ?? [], publishedAt);
      const paid = await db.select().from(wallets).where(eq(wallets.serverId, serverId));
      expect(Object.fromEntries(paid.map((wallet) => [wallet.memberId, wallet.balancePoints]))).toEqual(
        Object.fromEntries([...reference.members].map(([id, { walletPoints }]) => [id, 1000 + walletPoints])),
      );
      expect(await marketIn(db, marketId)).toMatchObject({ state: "settled", revision: 1, potPoints: 0 });
    });
  });

  it("settle, void, reopen and top up at once over the same wallets, while everybody guesses elsewhere", async () => {
    await race(async ({ db, all, apps, app }) => {
      const { serverId } = await aServer(db);
      const markets: MarketRow[] = [];
      for (let n = 0; n < 6; n += 1) markets.push(await aMarket(db, { serverId, openedAt, market: vectorMarket() }));
      const members = Array.from({ length: 30 }, (_, n) => named(`m${n}`));
      const die = aDie(7);
      for (const row of markets)
        await Promise.all(
          members
            .toSorted(() => die(2) - 0.5)
            .map((member) => guess(app, row, member, suspects[die(4)] ?? "", die(60))),
        );
      const publishedAt = await readDatabaseTime(db);
      const [toSettle, toVoid, toTurn, ...others] = markets;
      const decide = (bot: App, row: MarketRow, kind: "void" | "reopen") =>
        decideMarket(bot, { key: aKey(), kind, serverId, modelId: row.modelId, member: ann, reason: "race" });
      await Promise.all([
        aSettlement(apps[1] ?? app, toSettle!, { publishedAt }),
        (async () => {
          for (let turn = 0; turn < 4; turn += 1) {
            if (turn > 0) expect(await decide(apps[5] ?? app, toVoid!, "reopen")).toMatchObject({ done: true });
            expect(await decide(apps[2] ?? app, toVoid!, "void")).toMatchObject({ done: true });
          }
        })(),
        (async () => {
          for (let turn = 0; turn < 4; turn += 1) {
            await aSettlement(apps[3] ?? app, toTurn!, { lab: "deepseek", publishedAt });
            expect(await decide(apps[4] ?? app, toTurn!, "reopen")).toMatchObject({ done: true });
          }
        })(),
        Promise.all(apps.map((bot) => topUpWallets(bot))),
        Promise.all(apps.map((bot) => showBoard(bot, { serverId, memberId: "m1", kind: "calls", season, page: 1 }))),
        all(async (bot, roll) => {
          for (let turn = 0; turn < 3; turn += 1) {
            const crowd = members.filter(() => roll(3) === 0).toSorted(() => roll(2) - 0.5);
            await Promise.all(crowd.map((member) => anything(bot, others[roll(others.length)]!, member, roll)));
          }
        }),
      ]);
      const board = await showBoard(app, { serverId, memberId: "m1", kind: "calls", season, page: 1 });
      expect(board).toMatchObject({ settledMarkets: 1, openMarkets: 4 });
      const broke = await db
        .select()
        .from(wallets)
        .where(and(eq(wallets.serverId, serverId), sql`balance_points < 0`));
      expect(broke).toEqual([]);
    });
  });

  it("can be audited in the middle of it all without a false alarm", async () => {
    await race(async ({ db, all, apps, app }) => {
      const { serverId } = await aServer(db);
      const markets: MarketRow[] = [];
      for (let n = 0; n < 3; n += 1) markets.push(await aMarket(db, { serverId, openedAt, market: vectorMarket() }));
      const members = Array.from({ length: 10 }, (_, n) => named(`m${n}`));
      let racing = true;
      const audits = (async () => {
        const found: string[] = [];
        let count = 0;
        do {
          found.push(...(await auditLedger((apps[7] ?? app).db)).differences);
          count += 1;
        } while (racing || count < 2);
        return found;
      })();
      await all(async (bot, die) => {
        for (let turn = 0; turn < 8; turn += 1)
          await anything(bot, markets[die(markets.length)]!, members[die(members.length)] ?? ann, die);
      });
      racing = false;
      expect(await audits).toEqual([]);
    });
  });

  it("let one of the decisions of the same moment stand, and tell the others", async () => {
    await race(async ({ db, all }) => {
      const row = await aMarket(db, { openedAt, market: vectorMarket() });
      const { serverId, modelId, marketId } = row;
      await aGuess(anApp(db), row, { member: ann, ownPoints: 100 });
      const answers = await all((bot, _, n) => {
        const kind = n % 2 === 0 ? "void" : "freeze";
        return decideMarket(bot, { key: aKey(), kind, serverId, modelId, member: ann, reason: "race" });
      });
      expect(answers.filter((answer) => answer.done && answer.kind === "void")).toHaveLength(1);
      expect(answers.filter((answer) => answer.done && answer.kind === "freeze").length).toBeLessThanOrEqual(1);
      expect(await marketIn(db, marketId)).toMatchObject({ state: "void", revision: 1 });
      expect((await db.select().from(wallets))[0]?.balancePoints).toBe(1000);
    });
  });
});
