import { getTableColumns, is } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";
import { expect, it } from "vitest";
import { addEvidence } from "../../src/actions/add-evidence.ts";
import { addModel } from "../../src/actions/add-model.ts";
import { auditLedger } from "../../src/actions/audit-ledger.ts";
import { forgetServers, keepLeftDays } from "../../src/actions/forget-servers.ts";
import { leaveServer } from "../../src/actions/join-server.ts";
import { offerSettlements } from "../../src/actions/offer-settlements.ts";
import { recordCatalogue } from "../../src/actions/record-catalogue.ts";
import { readServer } from "../../src/actions/set-up-server.ts";
import { showBoard } from "../../src/actions/show-board.ts";
import type { App } from "../../src/app.ts";
import type { Db } from "../../src/storage/database.ts";
import * as schema from "../../src/storage/schema.ts";
import { embedded } from "../support/database.ts";
import { aGuess, aKey, aSettlement, named } from "../support/factories.ts";
import { aGoneModel, settleIn, toldTo } from "../support/reveals.ts";
import {
  aCatalogue,
  aServer,
  aStealthListing,
  firstRead,
  hourMs,
  storyClock,
  watcherApp,
} from "../support/watcher-app.ts";

const dayMs = 24 * hourMs;

/** Two servers that have guessed, argued and settled the same model. */
async function twoServers() {
  const { db } = await embedded.open();
  const clock = storyClock("2026-03-12T01:00:00Z");
  const app = watcherApp(db, clock);
  await firstRead(app);
  for (const serverId of ["100", "200"]) await aServer(app, serverId, { announcementChannelId: `${serverId}1` });
  const { opened } = await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha")));
  const modelId = opened[0]?.modelId ?? 0;
  for (const serverId of ["100", "200"]) {
    clock.later(hourMs);
    const where = { serverId, modelId };
    await aGuess(app, where, { member: named("Ann"), suspect: "xiaomi", ownPoints: 40 });
    await aGuess(app, where, { member: named("Bob"), ownPoints: 10 });
    const piece = { lab: "xiaomi", stance: "for", kind: "other", text: "It says so.", link: null } as const;
    await addEvidence(app, { ...where, ...piece, key: aKey(), member: named("Ann"), files: [], source: null });
    const seen = { serverId, name: "Arena Fox", link: "https://example.com/arena" };
    await addModel(app, { ...seen, key: aKey() });
    clock.later(hourMs);
    await aSettlement(app, where, { publishedAt: clock.now, member: named("Mod") });
    await showBoard(app, boardOf(serverId));
  }
  return { db, clock, app };
}

const boardOf = (serverId: string) =>
  ({ serverId, memberId: "Ann", kind: "calls", season: "2026-Q1", page: 1 }) as const;

/** How many rows each table has that is about servers, models or members. */
async function rowsOf(db: Db) {
  const tables = Object.values<unknown>(schema).filter((each) => is(each, PgTable));
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const ids = ["serverId", "marketId", "transactionId", "evidenceId"];
    if (ids.some((id) => id in getTableColumns(table))) counts[nameOf(table)] = (await db.select().from(table)).length;
  }
  return counts;
}

function nameOf(table: PgTable): string {
  return Object.entries(schema).find(([, each]) => (each as unknown) === table)?.[0] ?? "";
}

async function boardText(app: App, serverId: string) {
  return JSON.stringify((await showBoard(app, boardOf(serverId))).rows);
}

it("a server that is forgotten agrees with nobody any more", async () => {
  const { db } = await embedded.open();
  const { app, clock, modelId } = await aGoneModel(db);
  await settleIn(app, "300", modelId);
  expect((await toldTo(app)).map(({ serverId }) => serverId)).toEqual(["100", "200"]);
  await leaveServer(app, "300");
  clock.later(keepLeftDays * dayMs + 1);
  await forgetServers(app);
  await offerSettlements(app);
  expect((await db.select().from(schema.revealCandidates)).map(({ servers }) => servers)).toEqual([0]);
  clock.later(hourMs);
  const edited = await toldTo(app);
  expect(edited.map(({ serverId, isEdit, candidate }) => [serverId, isEdit, candidate?.standing.kind])).toEqual([
    ["100", true, "lapsed"],
    ["200", true, "lapsed"],
  ]);
});

it("a server that comes back in time finds everything as it was", async () => {
  const { db, clock, app } = await twoServers();
  await offerSettlements(app);
  const [rows, board] = [await rowsOf(db), await boardText(app, "100")];
  await leaveServer(app, "100");
  clock.later(keepLeftDays * dayMs - 1);
  expect(await forgetServers(app)).toBe(0);
  await aServer(app, "100");
  clock.later(dayMs);
  expect(await forgetServers(app)).toBe(0);
  await offerSettlements(app);
  expect(await rowsOf(db)).toEqual(rows);
  expect(await boardText(app, "100")).toBe(board);
  expect((await readServer(app, "100")).settings.announcementChannelId).toBe("1001");
});

it("a server that stays away is forgotten whole, and the other one's books are as they were", async () => {
  const { db, clock, app } = await twoServers();
  const before = await rowsOf(db);
  const board = await boardText(app, "200");
  await leaveServer(app, "100");
  clock.later(keepLeftDays * dayMs + 1);
  expect(await forgetServers(app)).toBe(1);
  // Both had the same: of everything half is left, and of nothing that was there none.
  const half = Object.fromEntries(Object.entries(before).map(([table, count]) => [table, Math.ceil(count / 2)]));
  // And what it settled is noted, to be counted again.
  expect(await rowsOf(db)).toEqual({ ...half, decidedMarkets: (half.decidedMarkets ?? 0) + 1 });
  for (const table of ["trades", "entries", "evidence", "deliveries", "standings"])
    expect(half[table]).toBeGreaterThan(0);
  expect((await auditLedger(db)).differences).toEqual([]);
  expect(await boardText(app, "200")).toBe(board);
  expect(await forgetServers(app)).toBe(0);

  await aServer(app, "100");
  expect(app.models.of("100").models.map(({ name }) => name)).toEqual(["Ox Alpha"]);
  expect((await auditLedger(db)).differences).toEqual([]);
});
