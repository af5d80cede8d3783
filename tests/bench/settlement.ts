import { eq, sql } from "drizzle-orm";
import { confirmSettlement, previewSettlement } from "../../src/actions/settle-model.ts";
import { showBoard } from "../../src/actions/show-board.ts";
import { type Db, openDatabase, rows, transact } from "../../src/storage/database.ts";
import { openMarkets } from "../../src/storage/markets.ts";
import { calls, guesses, markets, members, servers, trades, transactions, wallets } from "../../src/storage/schema.ts";
import { benchApp, benchModel, secondsOf } from "./bench-app.ts";

const openedAt = new Date("2026-03-11T20:24:31Z");
const publishedAt = new Date("2026-03-18T19:54:00Z");
const now = new Date("2026-03-18T20:30:00Z");
const labs = ["deepseek", "openai", "z-ai", "qwen", "google", "x-ai", "anthropic", "moonshotai", "other", "xiaomi"];
/** One member in this many was right. */
const oneRightIn = 40;

/**
 * Fills a market with one guess a member: a free and an own buy each, one in forty on the lab that turns out to be right,
 * the others spread over the rest; one in a hundred came after the source was published. Written set-based, because only the settlement is timed.
 */
async function fillMarket(db: Db, size: number): Promise<{ serverId: string; modelId: number }> {
  const serverId = `settled-${size}`;
  const season = "2026-Q1";
  const modelId = await benchModel(db, serverId, openedAt);
  await db.insert(servers).values({ serverId, name: serverId, joinedAt: openedAt });
  const [market] = await transact(db, (tx) =>
    openMarkets(tx, [
      {
        serverId,
        modelId,
        season,
        openedAt,
        market: { liquidity: 12_000, outcomes: labs.map((lab) => ({ lab, weight: 1 / labs.length, shares: 0 })) },
      },
    ]),
  );
  if (!market) throw new Error("no market was opened");
  const { marketId } = market;
  const wrong = labs.length - 1;
  const lab = sql`(${JSON.stringify(labs)}::jsonb ->> (case when n % ${oneRightIn} = 3 then ${wrong} else n % ${wrong} end)::int)`;
  const at = sql`(case when n % 100 = 0 then ${publishedAt.toISOString()}::timestamptz else ${openedAt.toISOString()}::timestamptz end
    + n * interval '1 millisecond')`;
  const all = sql`generate_series(1, ${size}::int) as n`;
  const first = sql`(${transactionBase(size)}::bigint + n)`;
  await db.insert(wallets).select(sql`select ${serverId}::text, ${season}::text, 'm' || n, 990 from ${all}`);
  await db.insert(members).select(sql`select ${serverId}::text, 'm' || n, 'Member ' || n from ${all}`);
  await db
    .insert(transactions)
    .select(
      sql`select ${first}, ${serverId}::text || n, 'guess', ${serverId}::text, ${season}::text, ${marketId}::bigint, 'm' || n, ${at}, null::jsonb from ${all}`,
    );
  await db
    .insert(trades)
    .select(
      sql`select ${marketId}::bigint, n * 3 - 1, ${lab}, 'm' || n, 'free', 'buy', 100.123456, 25, 0, ${first}, ${at} from ${all}`,
    );
  await db
    .insert(trades)
    .select(
      sql`select ${marketId}::bigint, n * 3, ${lab}, 'm' || n, 'own', 'buy', 40.654321, 10, -10, ${first}, ${at} from ${all}`,
    );
  await db
    .insert(calls)
    .select(
      sql`select ${marketId}::bigint, n * 3 - 2, 'm' || n, ${lab}, null, ${lab}, 0.1, ${at}, ${first}, ${at} from ${all}`,
    );
  await db
    .insert(guesses)
    .select(
      sql`select ${marketId}::bigint, 'm' || n, ${serverId}::text, ${lab}, null, ${lab}, 0.1, ${at}, '{}'::jsonb, '{}'::jsonb, 10, 10, 0, 10, ${at}, null from ${all}`,
    );
  await db
    .update(markets)
    .set({ potPoints: size * 35, lastNumber: size * 3, lastAt: now })
    .where(eq(markets.marketId, marketId));
  // A server that has grown is counted by autovacuum; this one grew at once.
  await rows(db, sql`analyze`);
  return { serverId, modelId };
}

/** Far from each other and from the sequence. */
function transactionBase(size: number): number {
  return size * 100_000;
}

/** Times a settlement from the moderator's press to the answer, for markets of growing size, and the first look at the board. */
export async function benchSettlement(databaseUrl: string, sizes: readonly number[]): Promise<void> {
  const database = await openDatabase({ databaseUrl, dataDir: "" });
  const app = benchApp(database.db, () => now);
  const member = { memberId: "settler", name: "Settler", createdAt: openedAt };
  console.log("\nSettling one market: all its guesses, in one transaction");
  let previous: { size: number; seconds: number } | null = null;
  try {
    for (const size of sizes) {
      const { serverId, modelId } = await fillMarket(database.db, size);
      const preview = await previewSettlement(app, {
        serverId,
        member,
        modelId,
        lab: "xiaomi",
        secondLab: null,
        source: "https://example.org/",
        publishedAt: publishedAt.toISOString(),
      });
      if (!preview.done) throw new Error(`no preview: ${preview.refusal.reason}`);
      const { previewId } = preview;
      const settled = await secondsOf(() => confirmSettlement(app, { key: serverId, serverId, member, previewId }));
      if (!settled.result.done) throw new Error(`not settled: ${settled.result.refusal.reason}`);
      const { paidMembers, lateMembers } = settled.result.summary;
      const board = await secondsOf(() =>
        showBoard(app, { serverId, memberId: "m3", kind: "calls", season: "2026-Q1", page: 1 }),
      );
      const again = await secondsOf(() =>
        showBoard(app, { serverId, memberId: "m3", kind: "calls", season: "2026-Q1", page: 1 }),
      );
      const growth: string = previous
        ? `, ${(settled.seconds / previous.seconds).toFixed(1)} × the time of ${previous.size}`
        : "";
      console.log(
        `${size.toLocaleString("en").padStart(10)} guesses: settled in ${settled.seconds.toFixed(2)} s${growth} ` +
          `(${paidMembers} paid, ${lateMembers} too late); board built in ${board.seconds.toFixed(2)} s, shown again in ${(again.seconds * 1000).toFixed(1)} ms`,
      );
      previous = { size, seconds: settled.seconds };
    }
  } finally {
    await database.close();
  }
}
