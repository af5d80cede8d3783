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
const labs = [...likeliestLabs(pastReveals, new Date()).map(({ lab }) => lab), "other"];

/** Servers with one market each, on one model. */
async function openBenchMarkets(
  db: Db,
  name: string,
  count: number,
): Promise<{ serverIds: string[]; modelId: number }> {
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

/** Lets members guess as fast as they are answered. Returns guesses placed a second; refused ones do not count. */
async function guessesPerSecond(
  app: App,
  place: { serverIds: string[]; modelId: number },
  run: string,
): Promise<number> {
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
        const memberId = `member-${Math.floor(Math.random() * membersPerServer)}`;
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
 * Guesses a second on PostgreSQL, on one hot market and on many, beside pgbench's TPC-B on the same server in the same
 * run; three rounds in turn, the median of the ratios. Afterwards the whole ledger is audited.
 */
export async function benchGuesses(pgbench: string, urls: { unmask: string; tellers: string }): Promise<void> {
  console.log(
    `Guesses: ${clients} clients, ${secondsPerRun} s a run, ${rounds} rounds, durable commits, pgbench scale ${tellersScale}`,
  );
  await promisify(execFile)(pgbench, ["-i", "-q", "-s", `${tellersScale}`, urls.tellers]);
  const database = await openDatabase({ databaseUrl: urls.unmask, dataDir: "" });
  try {
    const app = benchApp(database.db);
    const hot = await openBenchMarkets(database.db, "hot", 1);
    const many = await openBenchMarkets(database.db, "many", manyMarkets);
    const ratios: { hot: number; many: number }[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const tellers = await tellersPerSecond(pgbench, urls.tellers);
      const onHot = await guessesPerSecond(app, hot, `hot-${round}`);
      const onMany = await guessesPerSecond(app, many, `many-${round}`);
      ratios.push({ hot: onHot / tellers, many: onMany / tellers });
      console.log(
        `  round ${round}: pgbench ${tellers.toFixed(0)}/s · one hot market ${onHot.toFixed(0)}/s (${(onHot / tellers).toFixed(2)} ×)` +
          ` · ${manyMarkets} markets ${onMany.toFixed(0)}/s (${(onMany / tellers).toFixed(2)} ×)`,
      );
    }
    console.log(`  median: one hot market ${median(ratios.map((ratio) => ratio.hot)).toFixed(2)} × pgbench (aim 0.4)`);
    console.log(
      `  median: ${manyMarkets} markets ${median(ratios.map((ratio) => ratio.many)).toFixed(2)} × pgbench (aim 1.0)`,
    );
    const { differences, audited } = await auditLedger(database.db);
    console.log(`  audit afterwards: ${audited.transactions} transactions, ${differences.length} differences`);
    for (const difference of differences.slice(0, 5)) console.log(`    ${difference}`);
    if (differences.length > 0) process.exitCode = 1;
  } finally {
    await database.close();
  }
}
