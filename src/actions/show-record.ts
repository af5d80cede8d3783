import type { App } from "../app.ts";
import { oddsOf, paysPoints, upToDate } from "../domain/guess.ts";
import { worthPoints } from "../domain/guess-trades.ts";
import { OTHER, resolveLab } from "../domain/lab.ts";
import { price } from "../domain/market.ts";
import { callScore, isRightCall } from "../domain/scores.ts";
import { seasonOf } from "../domain/season.ts";
import type { SettledCall, StandingGuess, TrackRecord } from "../domain/track-record.ts";
import { readSeasons } from "../storage/boards.ts";
import { guessOf, marketOf } from "../storage/guess-rows.ts";
import { readStandingGuesses } from "../storage/markets.ts";
import { readHits, readListedLabs, readMemberName, readSettledCalls } from "../storage/records.ts";
import { labsOfRows, readServerLabs } from "../storage/server-labs.ts";
import { readPastWallets, readWallet } from "../storage/wallets.ts";
import { currentTime } from "./current-time.ts";
import { refreshBoard } from "./refresh-board.ts";

const mostLines = 10;

/**
 * A member's record in this server: hits, best call, standing guesses, and for the member's own eyes the wallet.
 *
 * @param request.name shown if the member was never seen guessing
 * @param request.privately whether the member looks at the own record: only then wallet, stakes and unknown names are in it
 */
export async function showRecord(
  app: App,
  request: { serverId: string; memberId: string; name: string; privately: boolean },
): Promise<TrackRecord> {
  const { serverId, memberId, privately } = request;
  const season = seasonOf(await currentTime(app));
  const seasons = (await readSeasons(app.db, serverId)).map((row) => row.season);
  for (const behind of seasons) await refreshBoard(app, serverId, behind);
  const [name, walletPoints, pastWallets, record, standing, settled] = await Promise.all([
    readMemberName(app.db, serverId, memberId),
    privately ? readWallet(app.db, { serverId, season, memberId }) : null,
    privately ? readPastWallets(app.db, { serverId, season, memberId }) : [],
    readHits(app.db, serverId, seasons, memberId),
    readStandingGuesses(app.db, serverId, memberId, mostLines),
    settledCalls(app, serverId, memberId, privately),
  ]);
  const best = settled.filter((call) => call.right).sort((a, b) => b.score - a.score)[0] ?? null;
  return {
    memberId,
    name: name ?? request.name,
    season,
    walletPoints,
    pastWallets,
    ...record,
    best,
    standing: standing.rows.map((row) => standingGuess(row, privately)),
    standingCount: standing.count,
    settled: settled.slice(0, mostLines),
  };
}

type StandingRow = Awaited<ReturnType<typeof readStandingGuesses>>["rows"][number];

function standingGuess(row: StandingRow, privately: boolean): StandingGuess {
  const market = marketOf(row.market);
  const guess = upToDate(guessOf(row.guess), market);
  if (!guess.call) throw new Error(`member ${row.guess.memberId} stands on nothing in market ${row.market.marketId}`);
  // The odds of a name nobody knows would tell others that there is one: without a name they are left out as well.
  const isSecret = !privately && guess.call.lab === OTHER;
  return {
    modelId: row.market.modelId,
    modelName: row.modelName,
    state: row.market.state,
    lab: guess.call.lab,
    unknownName: privately ? guess.call.name : null,
    calledAt: guess.call.at,
    callPrice: isSecret ? null : guess.call.price,
    priceNow: isSecret ? price(market, guess.call.outcome) : oddsOf(market, guess.call),
    ownStakePoints: privately ? guess.ownStakePoints : 0,
    paysPoints: privately ? paysPoints(guess) : 0,
    worthPoints: privately ? worthPoints(market, guess) : 0,
  };
}

async function settledCalls(app: App, serverId: string, memberId: string, privately: boolean): Promise<SettledCall[]> {
  const [rows, labRows] = await Promise.all([
    readSettledCalls(app.db, serverId, memberId),
    readServerLabs(app.db, serverId),
  ]);
  const listed = await readListedLabs(
    app.db,
    rows.map((row) => row.marketId),
  );
  const extra = labsOfRows(labRows);
  return rows.flatMap((row) => {
    const { lab, name, number, callPrice, calledAt, builders, openedAt, publishedAt } = row;
    // A null lab is a withdrawal: nothing stood when the source came out.
    if (lab === null || callPrice === null || calledAt === null || builders === null) return [];
    const listedWhenMade = new Set(
      listed.filter((entry) => entry.marketId === row.marketId && entry.number < number).map((entry) => entry.lab),
    );
    const right = isRightCall(
      { lab, name },
      builders,
      listedWhenMade,
      (typed) => resolveLab(typed, extra)?.slug ?? null,
    );
    const score = callScore({ right, openedAt, publishedAt, calledAt, price: callPrice });
    return [
      {
        modelName: row.modelName,
        lab,
        unknownName: privately ? name : null,
        builders,
        right,
        score,
        calledAt,
        callPrice: !privately && lab === OTHER ? null : callPrice,
        publishedAt,
      },
    ];
  });
}
