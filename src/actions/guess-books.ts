import { oneLine } from "../domain/clean-text.ts";
import type { GuessDecision } from "../domain/decide-guess.ts";
import type { Guess } from "../domain/guess.ts";
import type { Market } from "../domain/market.ts";
import type { Member } from "../domain/member.ts";
import type { GuessAnswer } from "../domain/receipt.ts";
import { rules } from "../domain/rules.ts";
import type { Transaction } from "../storage/database.ts";
import { callColumns, guessOf, marketOf } from "../storage/guess-rows.ts";
import type { GuessChanges } from "../storage/guess-writes.ts";
import {
  answersGiven,
  lockMarkets,
  lockWallets,
  readGuesses,
  readServerRules,
  takeTransactionIds,
} from "../storage/guesses.ts";

/** A guess as it comes from Discord. The key makes it count once, however often it is delivered. */
export type GuessRequest = {
  readonly key: string;
  readonly serverId: string;
  readonly modelId: number;
  readonly member: Member;
  readonly wish:
    | { readonly kind: "guess"; readonly suspect: string; readonly ownPoints: number | null }
    | { readonly kind: "withdraw" };
};

/** A market as a batch found it, and as its guesses have left it so far. */
export type Desk = Awaited<ReturnType<typeof lockMarkets>>[number] & {
  market: Market;
  callers: Map<string, number>;
  touched: boolean;
};

/** What a batch of guesses has read, what its guesses have changed so far, and what is to be written. */
export type Books = {
  desks: Map<string, Desk>;
  given: Map<string, unknown>;
  guesses: Map<string, Guess>;
  wallets: Map<string, number>;
  /** Names members were last seen under. */
  names: Map<string, string>;
  settings: Awaited<ReturnType<typeof readServerRules>>;
  transactionIds: number[];
  changes: GuessChanges;
};

export const deskKey = (request: { serverId: string; modelId: number }) => `${request.serverId}/${request.modelId}`;
export const guessKey = (marketId: number, memberId: string) => `${marketId}/${memberId}`;
export const walletKey = (desk: Desk, memberId: string) => `${desk.serverId}/${desk.season}/${memberId}`;

/** Takes the next of something that was counted beforehand. */
function next<T>(list: T[]): T {
  const item = list.shift();
  if (item === undefined) throw new Error("counted too few");
  return item;
}

/** The outcomes of a market as its row keeps them. */
export function outcomesOf(desk: Desk) {
  return desk.market.outcomes.map((outcome) => ({ ...outcome, callers: desk.callers.get(outcome.lab) ?? 0 }));
}

/** Locks the markets and wallets of a batch and reads all its guesses need. */
export async function openBooks(tx: Transaction, requests: readonly GuessRequest[]): Promise<Books> {
  const rows = await lockMarkets(tx, requests);
  const desks = new Map<string, Desk>();
  for (const row of rows) {
    const callers = new Map(row.outcomes.map((outcome) => [outcome.lab, outcome.callers]));
    desks.set(deskKey(row), { ...row, market: marketOf(row), callers, touched: false });
  }
  const seats = requests.flatMap((request) => {
    const desk = desks.get(deskKey(request));
    return desk
      ? [{ marketId: desk.marketId, serverId: desk.serverId, season: desk.season, memberId: request.member.memberId }]
      : [];
  });
  const serverIds = [...new Set(requests.map((request) => request.serverId))];
  const [given, guessRows, walletRows, settings, transactionIds] = await Promise.all([
    answersGiven(
      tx,
      requests.map((request) => request.key),
    ),
    readGuesses(tx, seats),
    lockWallets(tx, seats),
    readServerRules(tx, serverIds),
    takeTransactionIds(tx, requests.length * 2),
  ]);
  return {
    desks,
    given: new Map(given.map((row) => [row.key, row.answer])),
    guesses: new Map(guessRows.map((row) => [guessKey(row.marketId, row.memberId), guessOf(row)])),
    wallets: new Map(walletRows.map((row) => [`${row.serverId}/${row.season}/${row.memberId}`, row.balancePoints])),
    names: new Map(guessRows.map((row) => [`${row.serverId}/${row.memberId}`, row.memberName ?? ""])),
    settings,
    transactionIds,
    changes: {
      transactions: [],
      entries: [],
      trades: [],
      calls: [],
      listedLabs: [],
      guesses: [],
      members: [],
      markets: [],
      newWallets: [],
      walletChanges: [],
    },
  };
}

/** The row that makes the key count once and keeps its answer. */
export function record(books: Books, desk: Desk, request: GuessRequest, at: Date, answer: GuessAnswer): number {
  const transactionId = next(books.transactionIds);
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
  request: GuessRequest,
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
    changes.calls.push({ ...call, marketId, number: desk.lastNumber, memberId, transactionId, at });
    if (before.call) desk.callers.set(before.call.outcome, (desk.callers.get(before.call.outcome) ?? 0) - 1);
    const outcome = decision.guess.call?.outcome;
    if (outcome !== undefined) desk.callers.set(outcome, (desk.callers.get(outcome) ?? 0) + 1);
  }
  let potPoints = 0;
  for (const trade of decision.trades) {
    desk.lastNumber += 1;
    potPoints += trade.potPoints;
    changes.trades.push({ ...trade, marketId, number: desk.lastNumber, memberId, transactionId, at });
  }
  enter(changes, transactionId, memberId, { pot: potPoints, wallet: decision.walletPoints });
  desk.market = decision.market;
  desk.potPoints += potPoints;
  desk.lastAt = at;
  desk.touched = true;

  const key = guessKey(marketId, memberId);
  books.guesses.set(key, decision.guess);
  const { call, ...held } = decision.guess;
  const row = {
    marketId,
    memberId,
    serverId,
    ...callColumns(call),
    ...held,
    touchedAt: at,
  };
  replaceIn(changes.guesses, row, (other) => other.marketId === marketId && other.memberId === memberId);
  rename(books, serverId, memberId, oneLine(request.member.name));
  if (decision.walletPoints !== 0) {
    const wallet = walletKey(desk, memberId);
    books.wallets.set(wallet, (books.wallets.get(wallet) ?? 0) + decision.walletPoints);
    const known = changes.walletChanges.find(
      (change) => change.serverId === serverId && change.season === desk.season && change.memberId === memberId,
    );
    if (known) known.points += decision.walletPoints;
    else changes.walletChanges.push({ serverId, season: desk.season, memberId, points: decision.walletPoints });
  }
}

/** Keeps the name a member has now; most have the one they were last seen under. */
function rename(books: Books, serverId: string, memberId: string, name: string): void {
  const key = `${serverId}/${memberId}`;
  if (books.names.get(key) === name) return;
  books.names.set(key, name);
  replaceIn(
    books.changes.members,
    { serverId, memberId, name },
    (other) => other.serverId === serverId && other.memberId === memberId,
  );
}

/** One statement may write a row only once: the latest state stands for all of a batch. */
function replaceIn<T>(list: T[], row: T, same: (other: T) => boolean): void {
  const i = list.findIndex(same);
  if (i < 0) list.push(row);
  else list[i] = row;
}

/** The entries of a transaction: what pot and wallet do not take or give between them is the house's. */
function enter(
  changes: GuessChanges,
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
  const transactionId = next(books.transactionIds);
  books.wallets.set(key, rules.bankrollPoints);
  books.changes.newWallets.push({ serverId, season, memberId, balancePoints: rules.bankrollPoints });
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
