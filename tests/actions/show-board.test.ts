import { describe, expect, it } from "vitest";
import { decideMarket } from "../../src/actions/decide-market.ts";
import { showBoard } from "../../src/actions/show-board.ts";
import { showRecord } from "../../src/actions/show-record.ts";
import type { BoardKind } from "../../src/domain/board.ts";
import { callScore } from "../../src/domain/scores.ts";
import type { Db } from "../../src/storage/database.ts";
import { boards, members, serverLabs } from "../../src/storage/schema.ts";
import { aClock, anApp, storyBegins } from "../support/app.ts";
import { embedded } from "../support/database.ts";
import { aGuess, aKey, aMarket, aServer, aSettlement, aWithdrawal, named } from "../support/factories.ts";
import { vectorMarket } from "../support/market-play.ts";

/** A server where time passes and members guess; every market is settled by `settle`. */
async function aStory(db?: Db) {
  const stored = db ?? (await embedded.open()).db;
  const clock = aClock();
  const app = anApp(stored, clock);
  const { serverId } = await aServer(stored);
  return {
    db: stored,
    clock,
    app,
    serverId,
    market: (openedAt = clock.now) => aMarket(stored, { serverId, openedAt, market: vectorMarket() }),
    guess(
      where: { serverId: string; modelId: number },
      name: string,
      suspect: string,
      ownPoints: number | null = null,
    ) {
      clock.pass({ hours: 1 });
      return aGuess(app, where, { member: named(name), suspect, ownPoints });
    },
    settle: (where: { serverId: string; modelId: number }, lab = "xiaomi", publishedAt = clock.pass({ hours: 1 })) =>
      aSettlement(app, where, { lab, publishedAt }),
    board: (kind: BoardKind = "calls", season: string | null = null, page = 1, memberId = "ann") =>
      showBoard(app, { serverId, memberId, kind, season, page }),
  };
}

describe("the calls board", () => {
  it("puts the early and bold above the late and safe, and the wrong at nothing", async () => {
    const { market, guess, settle, board, clock } = await aStory();
    const where = await market();
    const placed = {
      ann: await guess(where, "ann", "xiaomi"),
      bob: await guess(where, "bob", "deepseek"),
      cid: await guess(where, "cid", "xiaomi", 100),
    };
    clock.pass({ days: 6 });
    await guess(where, "dee", "xiaomi");
    const publishedAt = clock.pass({ hours: 1 });
    await settle(where, "xiaomi", publishedAt);
    const page = await board();
    expect(
      page.rows.map(({ memberId, rank, hits, calls, firsts, streak }) => [memberId, rank, hits, calls, firsts, streak]),
    ).toEqual([
      ["ann", 1, 1, 1, 1, 1],
      ["cid", 2, 1, 1, 0, 1],
      ["dee", 3, 1, 1, 0, 1],
      ["bob", 4, 0, 1, 0, 0],
    ]);
    const { calledAt, callPrice } = placed.ann;
    const score = callScore({
      right: true,
      openedAt: storyBegins,
      publishedAt,
      calledAt: calledAt ?? publishedAt,
      price: callPrice ?? 1,
    });
    expect(page.rows[0]?.score).toBeCloseTo(score, 9);
    expect(page.rows[3]?.score).toBe(0);
    expect(page.own).toEqual(page.rows[0]);
    expect(page).toMatchObject({
      kind: "calls",
      season: "2026-Q1",
      page: 1,
      pages: 1,
      settledMarkets: 1,
      openMarkets: 0,
    });
  });

  it("does not count a call that came too late, nor one taken back in time", async () => {
    const { market, guess, settle, board, app, clock } = await aStory();
    const where = await market();
    await guess(where, "ann", "xiaomi");
    await guess(where, "bob", "deepseek");
    await aWithdrawal(app, where, named("bob"));
    const publishedAt = clock.pass({ hours: 1 });
    await guess(where, "cid", "xiaomi");
    await guess(where, "ann", "deepseek");
    clock.pass({ hours: 1 });
    await settle(where, "xiaomi", publishedAt);
    expect((await board()).rows.map(({ memberId, hits, calls }) => [memberId, hits, calls])).toEqual([["ann", 1, 1]]);
  });

  it("counts someone else as right if the lab was listed only later, and wrong if it was there to be named", async () => {
    const { market, guess, settle, board } = await aStory();
    const where = await market();
    await guess(where, "ann", "someone else");
    await guess(where, "bob", "Kimi");
    await guess(where, "cid", "someone else");
    await guess(where, "dee", "Frobozz");
    await settle(where, "moonshotai");
    const hits = Object.fromEntries((await board()).rows.map(({ memberId, hits }) => [memberId, hits]));
    expect(hits).toEqual({ ann: 1, bob: 1, cid: 0, dee: 0 });
  });

  it("counts a name nobody knew as right when moderators say it is the builder's, before or after the settlement", async () => {
    const { market, guess, settle, board, db, serverId, clock } = await aStory();
    const [one, two] = [await market(), await market()];
    for (const where of [one, two]) {
      await guess(where, "ann", "Frobozz");
      await guess(where, "bob", "Zork");
    }
    const publishedAt = clock.pass({ hours: 1 });
    await settle(one, "meituan", publishedAt);
    expect((await board()).rows.map(({ hits }) => hits)).toEqual([0, 0]);
    await db.insert(serverLabs).values({ serverId, slug: "meituan", name: "Meituan", aliases: ["FROBOZZ"] });
    await settle(two, "meituan", publishedAt);
    expect((await board()).rows.map(({ memberId, hits, calls }) => [memberId, hits, calls])).toEqual([
      ["ann", 2, 2],
      ["bob", 0, 2],
    ]);
    const record = await showRecord(anApp(db, clock), { serverId, memberId: "ann", name: "ann", privately: true });
    expect(record).toMatchObject({ hits: 2, settled: [{ right: true }, { right: true }] });
  });

  it("counts how many in a row were right, back from the latest reveal, whenever it was settled", async () => {
    const { market, guess, settle, board, clock } = await aStory();
    const first = await market();
    const second = await market();
    const third = await market();
    await guess(first, "ann", "xiaomi");
    await guess(second, "ann", "xiaomi");
    await guess(third, "ann", "deepseek");
    const day = clock.pass({ days: 1 });
    clock.pass({ days: 10 });
    await settle(second, "xiaomi", new Date(day.getTime() + 2000));
    await settle(first, "xiaomi", new Date(day.getTime() + 3000));
    await settle(third, "xiaomi", new Date(day.getTime() + 1000));
    expect((await board()).own).toMatchObject({ hits: 2, calls: 3, streak: 2 });
  });

  it("gives equals the same rank and lists them in one order", async () => {
    const { db, app, clock, serverId, settle, board } = await aStory();
    const where = await aMarket(db, { serverId, market: vectorMarket() });
    clock.pass({ hours: 1 });
    const together = ["ann", "bob", "cid"].map((name) =>
      aGuess(app, where, { member: named(name), suspect: "openai" }),
    );
    await Promise.all(together);
    await settle(where);
    expect((await board()).rows.map(({ memberId, rank, place }) => [memberId, rank, place])).toEqual([
      ["ann", 1, 1],
      ["bob", 1, 2],
      ["cid", 1, 3],
    ]);
  });
});

describe("the points board", () => {
  it("ranks what was won and lost, without the bankroll", async () => {
    const { market, guess, settle, board } = await aStory();
    const where = await market();
    const won = await guess(where, "ann", "xiaomi", 100);
    await guess(where, "bob", "deepseek", 50);
    await guess(where, "cid", "openai");
    await settle(where);
    const page = await board("points");
    expect(page.rows.map(({ memberId, rank, points }) => [memberId, rank, points])).toEqual([
      ["ann", 1, won.paysPoints - 100],
      ["cid", 2, 0],
      ["bob", 3, -50],
    ]);
    expect(page.own?.points).toBe(won.paysPoints - 100);
  });
});

describe("a board", () => {
  it("is empty before anything is settled, and counts what is still open", async () => {
    const { market, guess, board, app, serverId } = await aStory();
    expect(await board()).toMatchObject({ season: "2026-Q1", seasons: ["2026-Q1"], rows: [], own: null, pages: 1 });
    const where = await market();
    const frozen = await market();
    await guess(where, "ann", "xiaomi");
    const request = { key: aKey(), serverId, modelId: frozen.modelId, member: named("mod"), reason: "x" };
    await decideMarket(app, { ...request, kind: "freeze" });
    expect(await board()).toMatchObject({ rows: [], openMarkets: 2, settledMarkets: 0 });
  });

  it("turns pages of ten, never beyond the last, and always shows the asker's own line", async () => {
    const { market, guess, settle, board, db, app, clock } = await aStory();
    const where = await market();
    await guess(where, "ann", "deepseek");
    for (let n = 10; n < 33; n += 1) {
      clock.pass({ hours: 1 });
      await aGuess(app, where, { member: named(`m${n}`), suspect: "xiaomi" });
    }
    await settle(where);
    const [one, two, three, beyond] = [
      await board(),
      await board("calls", null, 2),
      await board("calls", null, 3),
      await board("calls", null, 99),
    ];
    expect([one.rows.length, two.rows.length, three.rows.length]).toEqual([10, 10, 4]);
    expect(beyond).toEqual(three);
    expect(await board("calls", null, -1)).toEqual(one);
    const places = [...one.rows, ...two.rows, ...three.rows].map(({ place }) => place);
    expect(places).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
    expect(one.own).toMatchObject({ memberId: "ann", place: 24, rank: 24 });
    expect(one.pages).toBe(3);
    await db.delete(members);
    expect((await board()).rows[0]?.name).toBe("member m10");
  });

  it("belongs to the season its markets opened in, and is provisional until the last of them is settled", async () => {
    const { market, guess, settle, board, clock } = await aStory();
    const winter = await market(storyBegins);
    const open = await market(storyBegins);
    await guess(winter, "ann", "xiaomi");
    clock.set(new Date("2026-04-05T12:00:00Z"));
    const spring = await market();
    await guess(spring, "bob", "xiaomi");
    await settle(winter);
    expect(await board()).toMatchObject({
      season: "2026-Q2",
      seasons: ["2026-Q2", "2026-Q1"],
      rows: [],
      openMarkets: 1,
    });
    const old = await board("calls", "2026-Q1");
    expect(old).toMatchObject({ season: "2026-Q1", openMarkets: 1, settledMarkets: 1 });
    expect(old.rows.map(({ memberId }) => memberId)).toEqual(["ann"]);
    await settle(open);
    await settle(spring);
    expect(await board("calls", "2026-Q1")).toMatchObject({ openMarkets: 0, settledMarkets: 2 });
    expect((await board()).rows.map(({ memberId }) => memberId)).toEqual(["bob"]);
    expect(await board("calls", "2019-Q4")).toMatchObject({ season: "2019-Q4", rows: [], own: null });
  });

  it("knows nothing of other servers", async () => {
    const here = await aStory();
    const there = await aStory(here.db);
    for (const { market, guess, settle } of [here, there]) {
      const where = await market();
      await guess(where, "ann", "xiaomi", 100);
      await settle(where, "xiaomi");
    }
    await there.guess(await there.market(), "eve", "xiaomi");
    expect((await here.board()).rows).toHaveLength(1);
    expect((await here.board()).settledMarkets).toBe(1);
  });

  it("is built by whoever looks first after a settlement, and the same for all who look at once", async () => {
    const { market, guess, settle, board, db } = await aStory();
    const where = await market();
    await guess(where, "ann", "xiaomi");
    await settle(where);
    const pages = await Promise.all([board(), board(), board()]);
    for (const page of pages) expect(page).toEqual(pages[0]);
    expect(pages[0]?.rows).toHaveLength(1);
    const [state] = await db.select().from(boards);
    expect(state?.builtRevision).toBe(state?.settledRevision);
  });
});
