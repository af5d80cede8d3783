import { expect, it } from "vitest";
import { auditLedger } from "../../src/actions/audit-ledger.ts";
import { nameLab } from "../../src/actions/name-lab.ts";
import { showBoard } from "../../src/actions/show-board.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { readServerLabs } from "../../src/storage/server-labs.ts";
import { aClock, anApp } from "../support/app.ts";
import { describeOnBoth, describeOnPostgres } from "../support/database.ts";
import { aGuess, aMarket, aServer, aSettlement, named } from "../support/factories.ts";
import { marketIn, walletsIn } from "../support/market-rows.ts";

const [ann, bob] = [named("ann"), named("bob")];

describeOnBoth("a name a server's moderators teach", (database) => {
  async function aStory() {
    const { db } = await database.open();
    const clock = aClock();
    const app = anApp(db, clock);
    const row = await aMarket(db);
    const { serverId } = row;
    const says = (member: typeof ann, suspect: string, ownPoints: number | null = null) => {
      clock.pass({ hours: 1 });
      return aGuess(app, row, { member, suspect, ownPoints });
    };
    return {
      db,
      clock,
      app,
      row,
      says,
      name: (name: string, sameAs: string | null = null) => nameLab(app, { serverId, name, sameAs }),
      board: async () => {
        const { rows } = await showBoard(app, { serverId, memberId: "ann", kind: "calls", season: "2026-Q1", page: 1 });
        return Object.fromEntries(rows.map((line) => [line.memberId, `${line.hits} of ${line.calls}`]));
      },
    };
  }

  it("is a lab at once, in suggestions too, and known the second time it is taught", async () => {
    const { db, app, row, name } = await aStory();
    expect(await name("Frobozz Labs")).toEqual({
      done: true,
      name: "Frobozz Labs",
      what: "new-lab",
      labName: "Frobozz Labs",
    });
    const again = { done: false, refusal: { reason: "already-known", name: "frobozz-labs", labName: "Frobozz Labs" } };
    expect(await name("frobozz-labs")).toEqual(again);
    expect(await name("Frobozz Inc", "FROBOZZ LABS")).toMatchObject({ done: true, what: "alias" });
    const kept = [{ serverId: row.serverId, slug: "server-lab-1", name: "Frobozz Labs", aliases: ["Frobozz Inc"] }];
    expect(await readServerLabs(db, row.serverId)).toEqual(kept);
    const { labs, models } = app.models.of(row.serverId);
    expect(labs).toMatchObject([{ slug: "server-lab-1", aliases: ["Frobozz Inc"] }]);
    expect(models).toHaveLength(1);
  });

  it("lets members who guessed it before follow to the lab's own odds with their time and odds", async () => {
    const { app, row, says, name } = await aStory();
    const before = await says(ann, "Frobozz", 100);
    expect(before.call).toMatchObject({ lab: "other", name: "Frobozz", outcome: "other" });
    await says(bob, "deepseek", 50);
    await name("Frobozz");
    const after = await says(ann, "frobozz");
    expect(after).toMatchObject({ what: "moved", listed: "server-lab-1" });
    expect(after.call).toMatchObject({ lab: "server-lab-1", name: null, outcome: "server-lab-1" });
    expect([after.calledAt, after.callPrice]).toEqual([before.calledAt, before.callPrice]);
    const elsewhere = await aMarket(app.db, { modelId: row.modelId });
    expect((await aGuess(app, elsewhere, { suspect: "Frobozz" })).call).toMatchObject({ lab: "other" });
  });

  it("makes guesses on it right in models settled before, without moving a point", async () => {
    const { db, clock, app, row, says, name, board } = await aStory();
    await says(ann, "Redmi AI", 20);
    await says(bob, "someone else", 20);
    const publishedAt = clock.pass({ days: 1 });
    clock.pass({ hours: 1 });
    await aSettlement(app, row, { lab: "xiaomi", publishedAt });
    expect(await board()).toMatchObject({ ann: "0 of 1" });
    const wallets = await walletsIn(db, row.serverId);
    const market = await marketIn(db, row.marketId);
    expect(await name("Redmi AI", "mimo")).toMatchObject({ done: true, labName: "Xiaomi" });
    expect(await board()).toMatchObject({ ann: "1 of 1" });
    expect(await walletsIn(db, row.serverId)).toEqual(wallets);
    expect(await marketIn(db, row.marketId)).toEqual(market);
    expect((await auditLedger(db)).differences).toEqual([]);
  });

  it("changes nothing when it is refused", async () => {
    const { db, app, row, name } = await aStory();
    expect(await name("Grok")).toMatchObject({ done: false, refusal: { reason: "already-known", labName: "xAI" } });
    expect(await name("Zork", "Grue")).toMatchObject({ done: false, refusal: { reason: "no-such-lab" } });
    expect(await readServerLabs(db, row.serverId)).toEqual([]);
    expect(app.models.of(row.serverId).labs).toEqual([]);
  });
});

describeOnPostgres("moderators who teach at the same moment", (database) => {
  it("make one lab of one name, and lose none of many", async () => {
    const { databaseUrl } = await database.settings();
    const opened = await openDatabase({ databaseUrl, dataDir: "", poolSize: 8 });
    try {
      const app = anApp(opened.db);
      const { serverId } = await aServer(opened.db);
      const teach = (name: string, sameAs: string | null) => nameLab(app, { serverId, name, sameAs });
      const same = await Promise.all(Array.from({ length: 8 }, () => teach("Frobozz", null)));
      expect(same).toEqual(same.map(() => ({ done: true, name: "Frobozz", what: "new-lab", labName: "Frobozz" })));
      expect(await readServerLabs(opened.db, serverId)).toHaveLength(1);
      const names = Array.from({ length: 8 }, (_, n) => `Zork ${n}`);
      await Promise.all(names.map((name, n) => teach(name, n % 2 === 0 ? null : "xiaomi")));
      const rows = await readServerLabs(opened.db, serverId);
      expect(rows.map(({ slug }) => slug).sort()).toEqual([...[1, 2, 3, 4, 5].map((n) => `server-lab-${n}`), "xiaomi"]);
      expect(rows.find(({ slug }) => slug === "xiaomi")?.aliases.toSorted()).toEqual(
        names.filter((_, n) => n % 2 === 1),
      );
    } finally {
      await opened.close();
    }
  });
});
