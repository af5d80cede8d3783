import { cardWaitMs } from "../domain/card.ts";
import { oneLine } from "../domain/clean-text.ts";
import type { GuessDecision } from "../domain/decide-guess.ts";
import type { Guess } from "../domain/guess.ts";
import type { GuessAnswer } from "../domain/receipt.ts";
import { rules } from "../domain/rules.ts";
import { callColumns } from "../storage/guess-rows.ts";
import {
  type Books,
  type Changes,
  type Desk,
  type GuessRequest,
  guessKey,
  type PlainRequest,
  walletKey,
} from "./guess-books.ts";

/** The row that makes the key count once and keeps its answer. */
export function record(books: Books, desk: Desk, request: GuessRequest, at: Date, answer: GuessAnswer): number {
  const transactionId = nextTransactionId(books);
  books.changes.transactions.push({
    transactionId,
    key: request.key,
    kind: "guess",
    serverId: desk.serverId,
    season: desk.season,
    marketId: desk.marketId,
    memberId: request.member.memberId,
    at,
    answer,
  });
  return transactionId;
}

export type Done = Extract<GuessDecision, { done: true }>;

/** Enters what a decision changes: its rows, and the state the next guess of the batch finds. */
export function apply(
  books: Books,
  desk: Desk,
  request: PlainRequest,
  decision: Done,
  { before, transactionId, at }: { before: Guess; transactionId: number; at: Date },
): void {
  const { changes } = books;
  const { memberId } = request.member;
  const { marketId, serverId } = desk;
  openWallet(books, desk, memberId, at);
  if (decision.listed !== null) {
    const place = desk.market.outcomes.length;
    const weight = decision.market.outcomes[place]?.weight ?? 0;
    desk.lastNumber += 1;
    changes.listedLabs.push({ marketId, lab: decision.listed, number: desk.lastNumber, place, weight, at });
  }
  if (decision.called) {
    desk.lastNumber += 1;
    const call = callColumns(decision.guess.call);
    changes.calls.push({ marketId, number: desk.lastNumber, memberId, transactionId, at, ...call });
    if (before.call) desk.callers.set(before.call.outcome, (desk.callers.get(before.call.outcome) ?? 0) - 1);
    const outcome = decision.guess.call?.outcome;
    if (outcome !== undefined) desk.callers.set(outcome, (desk.callers.get(outcome) ?? 0) + 1);
  }
  let potPoints = 0;
  for (const trade of decision.trades) {
    desk.lastNumber += 1;
    potPoints += trade.potPoints;
    changes.trades.push({ marketId, number: desk.lastNumber, memberId, transactionId, at, ...trade });
  }
  enter(changes, transactionId, memberId, { pot: potPoints, wallet: decision.walletPoints });
  desk.market = decision.market;
  desk.potPoints += potPoints;
  desk.lastAt = at;
  desk.cardDueAt ??= new Date(at.getTime() + cardWaitMs);
  desk.touched = true;

  const key = guessKey(marketId, memberId);
  books.guesses.set(key, decision.guess);
  const { call, ...held } = decision.guess;
  const votedIn = (request.wish.kind === "guess" && request.wish.votedIn) || null;
  books.votedIn.set(key, votedIn);
  changes.guesses.set(key, { marketId, memberId, serverId, ...callColumns(call), ...held, touchedAt: at, votedIn });
  rename(books, serverId, memberId, oneLine(request.member.name));
  if (decision.walletPoints !== 0) changeWallet(books, desk, memberId, decision.walletPoints);
}

/**
 * Makes a guess that was only a vote its member's own, who has just made it elsewhere: taking the vote back leaves it alone.
 * Returns false if it was that already, or if this is the vote itself.
 */
export function makeOwn(books: Books, desk: Desk, request: PlainRequest, guess: Guess, at: Date): boolean {
  const { marketId, serverId } = desk;
  const { memberId, name } = request.member;
  const key = guessKey(marketId, memberId);
  const isVote = request.wish.kind === "guess" && request.wish.votedIn !== undefined;
  if (isVote || (books.votedIn.get(key) ?? null) === null) return false;
  const { call, ...held } = guess;
  books.votedIn.set(key, null);
  const row = { marketId, memberId, serverId, ...callColumns(call), ...held, touchedAt: at, votedIn: null };
  books.changes.guesses.set(key, row);
  rename(books, serverId, memberId, oneLine(name));
  return true;
}

/** Keeps the name a member has now; most have the one they were last seen under. A vote may come without one. */
function rename(books: Books, serverId: string, memberId: string, name: string): void {
  const key = `${serverId}/${memberId}`;
  if (name === "" || books.names.get(key) === name) return;
  books.names.set(key, name);
  books.changes.members.set(key, { serverId, memberId, name });
}

/** Into or out of a wallet; one that is opened in this batch is written with what is in it afterwards. */
function changeWallet(books: Books, desk: Desk, memberId: string, points: number): void {
  const key = walletKey(desk, memberId);
  books.wallets.set(key, (books.wallets.get(key) ?? 0) + points);
  const { newWallets, walletChanges } = books.changes;
  const opened = newWallets.get(key);
  if (opened) {
    newWallets.set(key, { ...opened, balancePoints: opened.balancePoints + points });
  } else {
    const before = walletChanges.get(key)?.points ?? 0;
    walletChanges.set(key, { serverId: desk.serverId, season: desk.season, memberId, points: before + points });
  }
}

/** The entries of a transaction: what pot and wallet do not take or give between them is the house's. */
function enter(
  changes: Changes,
  transactionId: number,
  memberId: string,
  points: { pot: number; wallet: number },
): void {
  const house = -points.pot - points.wallet;
  if (points.pot !== 0) changes.entries.push({ transactionId, account: "pot", points: points.pot });
  if (points.wallet !== 0) changes.entries.push({ transactionId, account: "wallet", memberId, points: points.wallet });
  if (house !== 0) changes.entries.push({ transactionId, account: "house", points: house });
}

/** The season's bankroll, when a member first does something in it. */
function openWallet(books: Books, desk: Desk, memberId: string, at: Date): void {
  const key = walletKey(desk, memberId);
  if (books.wallets.has(key)) return;
  const { serverId, season } = desk;
  const transactionId = nextTransactionId(books);
  books.wallets.set(key, rules.bankrollPoints);
  books.changes.newWallets.set(key, { serverId, season, memberId, balancePoints: rules.bankrollPoints });
  books.changes.transactions.push({
    transactionId,
    key: `grant:${key}`,
    kind: "grant",
    serverId,
    season,
    memberId,
    at,
  });
  enter(books.changes, transactionId, memberId, { pot: 0, wallet: rules.bankrollPoints });
}

function nextTransactionId(books: Books): number {
  const { value } = books.transactionIds.next();
  if (value === undefined) throw new Error("counted too few");
  return value;
}
