import type { Guess } from "../domain/guess.ts";
import type { Market } from "../domain/market.ts";
import type { Member } from "../domain/member.ts";
import type { Transaction } from "../storage/database.ts";
import { guessOf, marketOf } from "../storage/guess-rows.ts";
import type { GuessChanges } from "../storage/guess-writes.ts";
import { type GuessFacts, lockMarkets, readGuessFacts } from "../storage/guesses.ts";
import { type Ballots, openBallots, type VoteWish } from "./ballots.ts";

/** A guess as it comes from Discord. The key makes it count once, however often it is delivered. */
export type GuessRequest = {
  readonly key: string;
  readonly serverId: string;
  readonly modelId: number;
  readonly member: Member;
  readonly wish: GuessWish | VoteWish;
};

type GuessWish =
  | {
      readonly kind: "guess";
      readonly suspect: string;
      readonly ownPoints: number | null;
      /** The poll it is a vote in, and nothing more. */
      readonly votedIn?: number;
    }
  | { readonly kind: "withdraw" };

/** A guess as its member made it, or as a vote became one. */
export type PlainRequest = GuessRequest & { readonly wish: GuessWish };

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
  /** The poll whose vote is all there is to a guess. */
  votedIn: Map<string, number | null>;
  wallets: Map<string, number>;
  /** Names members were last seen under. */
  names: Map<string, string>;
  settings: Pick<GuessFacts, "settings" | "labs">;
  transactionIds: Iterator<number, undefined>;
  lockedIn: string;
  changes: Changes;
  ballots: Ballots;
};

/** One statement may write a row only once: of rows that change, the latest state stands for all of a batch. */
export type Changes = Pick<GuessChanges, "transactions" | "entries" | "trades" | "calls" | "listedLabs"> & {
  guesses: Map<string, GuessChanges["guesses"][number]>;
  members: Map<string, GuessChanges["members"][number]>;
  newWallets: Map<string, GuessChanges["newWallets"][number]>;
  walletChanges: Map<string, GuessChanges["walletChanges"][number]>;
};

export const deskKey = (request: { serverId: string; modelId: number }) => `${request.serverId}/${request.modelId}`;
export const guessKey = (marketId: number, memberId: string) => `${marketId}/${memberId}`;
export const walletKey = (place: { serverId: string; season: string }, memberId: string) =>
  `${place.serverId}/${place.season}/${memberId}`;

/** The outcomes of a market as its row keeps them. */
function outcomesOf(desk: Desk) {
  return desk.market.outcomes.map(({ lab, weight, shares }) => {
    return { lab, weight, shares, callers: desk.callers.get(lab) ?? 0 };
  });
}

/** Locks the markets and wallets of a batch and reads all its guesses need. */
export async function openBooks(tx: Transaction, requests: readonly GuessRequest[]): Promise<Books> {
  const asked = new Map(requests.map((request) => [deskKey(request), request]));
  const [marketRows, facts, ballots] = await Promise.all([
    lockMarkets(tx, [...asked.values()]),
    readGuessFacts(
      tx,
      requests.map(({ key, serverId, modelId, member }) => ({ key, serverId, modelId, memberId: member.memberId })),
    ),
    openBallots(tx, requests),
  ]);
  const desks = new Map<string, Desk>();
  for (const row of marketRows) {
    const callers = new Map(row.outcomes.map((outcome) => [outcome.lab, outcome.callers]));
    desks.set(deskKey(row), { market: marketOf(row), callers, touched: false, ...row });
  }
  return {
    desks,
    given: new Map(facts.given.map((row) => [row.key, row.answer])),
    guesses: new Map(facts.guesses.map((row) => [guessKey(row.marketId, row.memberId), guessOf(row)])),
    votedIn: new Map(facts.guesses.map((row) => [guessKey(row.marketId, row.memberId), row.votedIn])),
    ballots,
    wallets: new Map(facts.wallets.map((row) => [walletKey(row, row.memberId), row.balancePoints])),
    names: new Map(facts.guesses.map((row) => [`${row.serverId}/${row.memberId}`, row.memberName ?? ""])),
    settings: facts,
    transactionIds: facts.transactionIds.values() as Iterator<number, undefined>,
    lockedIn: facts.lockedIn,
    changes: {
      transactions: [],
      entries: [],
      trades: [],
      calls: [],
      listedLabs: [],
      guesses: new Map(),
      members: new Map(),
      newWallets: new Map(),
      walletChanges: new Map(),
    },
  };
}

/** All that the guesses of a batch have changed, to be written. */
export function changesOf({ changes, desks, lockedIn }: Books) {
  const { guesses, members, newWallets, walletChanges, ...appended } = changes;
  const touched = [...desks.values()].filter((desk) => desk.touched);
  for (const desk of touched) desk.outcomes = outcomesOf(desk);
  return {
    lockedIn,
    guesses: [...guesses.values()],
    members: [...members.values()],
    newWallets: [...newWallets.values()],
    walletChanges: [...walletChanges.values()],
    markets: touched,
    ...appended,
  } satisfies GuessChanges;
}
