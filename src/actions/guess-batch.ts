import type { Clock } from "../app.ts";
import { whyTooYoung } from "../domain/account-age.ts";
import { decideGuess } from "../domain/decide-guess.ts";
import { noGuess, type Wish } from "../domain/guess.ts";
import { resolveLab } from "../domain/lab.ts";
import { closedBecause, type GuessAnswer, type GuessReceipt, standingReceipt } from "../domain/receipt.ts";
import { rules } from "../domain/rules.ts";
import { seasonOf } from "../domain/season.ts";
import { readSuspect } from "../domain/suspect.ts";
import { datesIn } from "../storage/answers.ts";
import { type Db, transactInTwo } from "../storage/database.ts";
import { QuickerElsewhere, writeGuesses } from "../storage/guess-writes.ts";
import { labsOfRows } from "../storage/server-labs.ts";
import { readBallot, type VoteWish, writeBallots } from "./ballots.ts";
import { apply, type Done, makeOwn, record } from "./enter-guess.ts";
import {
  type Books,
  changesOf,
  type Desk,
  deskKey,
  type GuessRequest,
  guessKey,
  openBooks,
  type PlainRequest,
  walletKey,
} from "./guess-books.ts";

const mostTries = 5;

/**
 * Answers a batch of guesses in one database transaction: locks their markets, decides each in turn by the rules of
 * `decideGuess`, and writes what changed. Each counts once per key, in the order given.
 *
 * @returns the answers in the order of the requests, the markets as they are now, and the polls whose voters are to be read
 */
export async function answerGuesses(db: Db, clock: Clock, requests: readonly GuessRequest[]) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transactInTwo(db, {
        read: (tx) => openBooks(tx, requests),
        async write(tx, books) {
          const answers: GuessAnswer[] = requests.map((request) => answerOne(books, clock, request));
          const changes = changesOf(books);
          await Promise.all([writeGuesses(tx, changes), writeBallots(tx, books)]);
          return { answers, markets: changes.markets, pollsToRead: books.ballots.toRead };
        },
      });
    } catch (error) {
      if (!(error instanceof QuickerElsewhere) || tries >= mostTries) throw error;
    }
  }
}

function answerOne(books: Books, clock: Clock, request: GuessRequest): GuessAnswer {
  // The answer under this key was one of ours: it is given again as it was.
  const given = books.given.get(request.key);
  if (given !== undefined) return datesIn(given) as GuessAnswer;
  const desk = books.desks.get(deskKey(request));
  if (!desk) return { placed: false, refusal: { reason: "no-such-model" } };
  const now = clock(desk.databaseTime);
  const at = new Date(Math.max(now.getTime(), desk.lastAt.getTime()));
  const { wish } = request;
  if (wish.kind === "vote" || wish.kind === "unvote") return answerVote(books, desk, request, wish, at);
  const answer = decideAt(books, desk, { ...request, wish }, at);
  books.given.set(request.key, answer);
  return answer;
}

/** A vote is a guess only as long as it is the member's only word on the model: a guess made elsewhere is never touched. */
function answerVote(books: Books, desk: Desk, request: GuessRequest, wish: VoteWish, at: Date): GuessAnswer {
  const ballot = readBallot(books.ballots, desk, request.member.memberId, wish);
  if (!ballot.changed) return { placed: false, refusal: ballot.refusal };
  const key = guessKey(desk.marketId, request.member.memberId);
  const stands = books.guesses.get(key)?.call ?? null;
  const isOwnWord = stands !== null && books.votedIn.get(key) !== wish.pollId;
  const answer: GuessAnswer = isOwnWord
    ? { placed: false, refusal: { reason: "guessed-already", lab: stands.lab } }
    : decideAt(books, desk, ballot.asGuess(request), at);
  ballot.cast(answer);
  return answer;
}

function decideAt(books: Books, desk: Desk, request: PlainRequest, at: Date): GuessAnswer {
  const refusal = refusalBefore(books, desk, request, at);
  const wish = refusal ? null : wishOf(books, request);
  if (refusal || !wish || "reason" in wish) {
    const answer: GuessAnswer = { placed: false, refusal: refusal ?? (wish as Exclude<typeof wish, Wish | null>) };
    record(books, desk, request, at, answer);
    return answer;
  }
  const before = books.guesses.get(guessKey(desk.marketId, request.member.memberId)) ?? noGuess;
  const walletBefore = books.wallets.get(walletKey(desk, request.member.memberId)) ?? rules.bankrollPoints;
  const decision = decideGuess(desk.market, before, wish, walletBefore, at, labOfName(books, request.serverId));
  if (!decision.done) {
    const isOwnByNow = decision.refusal.reason === "nothing-new" && makeOwn(books, desk, request, before, at);
    const refusal = isOwnByNow ? ({ ...decision.refusal, reason: "own-by-now" } as const) : decision.refusal;
    const answer: GuessAnswer = { placed: false, refusal };
    record(books, desk, request, at, answer);
    return answer;
  }
  const answer: GuessAnswer = {
    placed: true,
    receipt: receiptOf(desk, decision, walletBefore + decision.walletPoints, {
      pastSeason: desk.season === seasonOf(at) ? null : desk.season,
      guessOnly: rulesOf(books, request)?.guessOnly ?? false,
    }),
  };
  const transactionId = record(books, desk, request, at, answer);
  apply(books, desk, request, decision, { before, transactionId, at });
  return answer;
}

function refusalBefore(books: Books, desk: Desk, request: PlainRequest, at: Date) {
  const closed = closedBecause({ state: desk.state, name: desk.modelName, builders: desk.builders });
  if (closed) return closed;
  if (request.wish.kind === "withdraw") return null;
  const settings = rulesOf(books, request);
  if (settings?.guessOnly && (request.wish.ownPoints ?? 0) > 0) return { reason: "guess-only" } as const;
  return whyTooYoung(request.member, settings?.minimumAccountDays ?? 0, at);
}

function rulesOf(books: Books, { serverId }: PlainRequest) {
  return books.settings.settings.find((row) => row.serverId === serverId);
}

function wishOf(books: Books, request: PlainRequest) {
  if (request.wish.kind === "withdraw") return request.wish;
  const extra = labsOfRows(books.settings.labs.filter((row) => row.serverId === request.serverId));
  const reading = readSuspect(request.wish.suspect, extra);
  if (reading.read) return { kind: "guess", suspect: reading.suspect, ownPoints: request.wish.ownPoints } as const;
  return reading.reason === "no-name"
    ? ({ reason: reading.reason } as const)
    : ({ reason: reading.reason, mostCharacters: reading.mostCharacters } as const);
}

/** What a name nobody knew belongs to by now, if the server's moderators have said. */
function labOfName(books: Books, serverId: string): (name: string) => string | null {
  const extra = labsOfRows(books.settings.labs.filter((row) => row.serverId === serverId));
  return (name) => resolveLab(name, extra)?.slug ?? null;
}

function receiptOf(
  desk: Desk,
  decision: Done,
  walletPoints: number,
  where: Pick<GuessReceipt, "pastSeason" | "guessOnly">,
): GuessReceipt {
  const { modelId, modelName } = desk;
  const place = { modelId, modelName, closed: null, ...where };
  const sales = decision.trades.filter((trade) => trade.kind === "sale");
  return Object.assign(standingReceipt(place, decision.market, decision.guess, walletPoints), {
    what: decision.what,
    stakedFreePoints: decision.stakedFreePoints,
    stakedOwnPoints: decision.stakedOwnPoints,
    clippedPoints: decision.clippedPoints,
    returnedPoints: sales.reduce((sum, sale) => sum + sale.walletPoints, 0),
    listed: decision.listed,
  });
}
