import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { auditLedger } from "../../src/actions/audit-ledger.ts";
import { placeGuess } from "../../src/actions/place-guess.ts";
import type { App } from "../../src/app.ts";
import { openMarket } from "../../src/domain/market.ts";
import { likeliestLabs, pastReveals } from "../../src/domain/past-reveals.ts";
import { type Db, openDatabase, transact } from "../../src/storage/database.ts";
import { openMarkets } from "../../src/storage/markets.ts";
import { servers } from "../../src/storage/schema.ts";
import { benchApp, benchModel, median } from "./bench-app.ts";

const clients = 32;
const secondsPerRun = 8;
const rounds = 3;
const tellersScale = 50;
const membersPerServer = 20_000;
const manyMarkets = 200;
/** Of each of many servers; few enough that all of them can have guessed before the clock runs. */
const regularsPerServer = 100;
const labs = [...likeliestLabs(pastReveals, new Date()).map(({ lab }) => lab), "other"];

/** Servers with one market each, on one model. */
async function openBenchMarkets(db: Db, name: string, count: number): Promise<Place> {
  const openedAt = new Date();
  const modelId = await benchModel(db, name, openedAt);
  const serverIds = Array.from({ length: count }, (_, i) => `${name}-${i}`);
  await db.insert(servers).values(serverIds.map((serverId) => ({ serverId, name: serverId, joinedAt: openedAt })));
  const market = openMarket(likeliestLabs(pastReveals, openedAt), 500);
  await transact(db, (tx) =>
    openMarkets(
      tx,
      serverIds.map((serverId) => ({ serverId, modelId, season: "2026-Q1", openedAt, market })),
    ),
  );
  return { serverIds, modelId };
}

type Place = { serverIds: string[]; modelId: number };

/** Everybody who is to have guessed before does, once. */
async function letRegularsGuess(app: App, { serverIds, modelId }: Place): Promise<void> {
  for (let n = 0; n < regularsPerServer; n += 1) {
    const memberId = `member-${n}`;
    const member = { memberId, name: memberId, createdAt: new Date(0) };
    await Promise.all(
      serverIds.map((serverId) =>
        placeGuess(app, { key: `before:${serverId}:${n}`, serverId, modelId, member, suspect: "openai", ownPoints: 1 }),
      ),
    );
  }
}

/** Lets members guess as fast as they are answered. Returns guesses placed a second; refused ones do not count. */
async function guessesPerSecond(app: App, place: Place, members: number, run: string): Promise<number> {
  const start = performance.now();
  const until = start + secondsPerRun * 1000;
  let asked = 0;
  let placed = 0;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;
  const createdAt = new Date(0);
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < until) {
        asked += 1;
        const memberId = `member-${Math.floor(Math.random() * members)}`;
        const answer = await placeGuess(app, {
          key: `${run}:${asked}`,
          serverId: pick(place.serverIds),
          modelId: place.modelId,
          member: { memberId, name: memberId, createdAt },
          suspect: pick(labs),
          ownPoints: Math.floor(Math.random() * 20),
        });
        if (answer.placed) placed += 1;
      }
    }),
  );
  return placed / ((performance.now() - start) / 1000);
}

/** pgbench's own TPC-B on the same server with as many clients, in transactions a second. */
async function tellersPerSecond(pgbench: string, url: string): Promise<number> {
  const { stdout } = await promisify(execFile)(pgbench, ["-c", `${clients}`, "-j", "2", "-T", `${secondsPerRun}`, url]);
  const found = /tps = ([\d.]+)/.exec(stdout)?.[1];
  if (!found) throw new Error(`pgbench told no figure: ${stdout}`);
  return Number(found);
}

/**
 * Guesses a second on PostgreSQL, beside pgbench's TPC-B on the same server in the same run; three rounds in turn, the
 * median of the ratios. On one hot market, and on many by two kinds of members, told apart because they cost different
 * rows: those new to the season, whose wallet, bankroll and name are written as well, and those who have guessed before,
 * who sell what they held and change rows that exist, as pgbench does. A week has some of both: newcomers when a season
 * begins, regulars from then on; so the aim is held against each. Afterwards the whole ledger is audited.
 */
export async function benchGuesses(pgbench: string, urls: { unmask: string; tellers: string }): Promise<void> {
  console.log(
    `Guesses: ${clients} clients, ${secondsPerRun} s a run, ${rounds} rounds, durable commits, pgbench scale ${tellersScale}`,
  );
  await promisify(execFile)(pgbench, ["-i", "-q", "-s", `${tellersScale}`, urls.tellers]);
  const database = await openDatabase({ databaseUrl: urls.unmask, dataDir: "" });
  try {
    const app = benchApp(database.db);
    const crowds = [
      {
        name: "one hot market",
        aim: 0.4,
        members: membersPerServer,
        place: await openBenchMarkets(database.db, "hot", 1),
      },
      {
        name: `${manyMarkets} markets, members new to the season`,
        aim: 1,
        members: membersPerServer,
        place: await openBenchMarkets(database.db, "new", manyMarkets),
      },
      {
        name: `${manyMarkets} markets, members who have guessed before`,
        aim: 1,
        members: regularsPerServer,
        place: await openBenchMarkets(database.db, "regular", manyMarkets),
      },
    ].map((crowd) => ({ ...crowd, ratios: [] as number[] }));
    for (const { members, place } of crowds) if (members === regularsPerServer) await letRegularsGuess(app, place);
    for (let round = 1; round <= rounds; round += 1) {
      const tellers = await tellersPerSecond(pgbench, urls.tellers);
      console.log(`  round ${round}: pgbench ${tellers.toFixed(0)}/s`);
      for (const { name, members, place, ratios } of crowds) {
        const rate = await guessesPerSecond(app, place, members, `${name}-${round}`);
        ratios.push(rate / tellers);
        console.log(`    ${name}: ${rate.toFixed(0)}/s (${(rate / tellers).toFixed(2)} ×)`);
      }
    }
    for (const { name, aim, ratios } of crowds)
      console.log(`  median: ${name} ${median(ratios).toFixed(2)} × pgbench (aim ${aim.toFixed(1)})`);
    const { differences, audited } = await auditLedger(database.db);
    console.log(`  audit afterwards: ${audited.transactions} transactions, ${differences.length} differences`);
    for (const difference of differences.slice(0, 5)) console.log(`    ${difference}`);
    if (differences.length > 0) process.exitCode = 1;
  } finally {
    await database.close();
  }
}
