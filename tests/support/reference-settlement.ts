import { OTHER } from "../../src/domain/lab.ts";

/*
 * Settlement told a second time, in the words of market.md and sharing no arithmetic with src: whatever settles a market
 * (SQL, a preview) must agree with this to the point. Shares are whole millionths in BigInt, so nothing is rounded but
 * what market.md rounds.
 */

/** A listing with number 0 is an outcome the market opened with. */
export type LedgerListing = { readonly number: number; readonly at: Date; readonly lab: string };

/** One buy or sale, or one row of it: rows may hold one lab each, with the points on any one of them. */
export type LedgerTrade = {
  readonly number: number;
  readonly at: Date;
  readonly memberId: string;
  /** Lab → millionths gained; negative for a sale. */
  readonly shares: Readonly<Record<string, number>>;
  readonly potPoints: number;
  readonly walletPoints: number;
};

/** A call; its lab is null for a withdrawal. `calledAt` is older than `at` when a name was followed. */
export type LedgerCall = {
  readonly number: number;
  readonly at: Date;
  readonly memberId: string;
  readonly lab: string | null;
  readonly name: string | null;
  readonly callPrice: number | null;
  readonly calledAt: Date | null;
};

/** Everything that ever happened in one market. The numbers order it; the times never run backwards along them. */
export type Ledger = {
  readonly openedAt: Date;
  readonly listings: readonly LedgerListing[];
  readonly trades: readonly LedgerTrade[];
  readonly calls: readonly LedgerCall[];
};

export type ReferenceCall = {
  readonly number: number;
  readonly lab: string;
  readonly name: string | null;
  readonly calledAt: Date;
  readonly right: boolean;
  readonly score: number;
};

export type ReferenceMember = {
  /** Shares before the lockout: lab → millionths, without zeros. */
  readonly shares: ReadonlyMap<string, bigint>;
  /** In from the own wallet before the lockout. */
  readonly costPoints: number;
  /** Change of the wallet by taking back what came too late. */
  readonly latePoints: number;
  readonly payoutPoints: number;
  /** What this market has changed in the wallet from its opening to after the settlement. */
  readonly walletPoints: number;
  /** The standing call at T_pub; null if there was none. */
  readonly call: ReferenceCall | null;
};

export type ReferenceSettlement = {
  /** The number of the first row taken back; null if nothing came too late. */
  readonly firstLateNumber: number | null;
  /** Labs that were outcomes before the lockout, OTHER included. */
  readonly listed: readonly string[];
  readonly members: ReadonlyMap<string, ReferenceMember>;
  readonly paidPoints: number;
  /** What the pot held before the payouts, late trades taken back; it ends at zero. */
  readonly potBeforePoints: number;
  /** What the house has gained by this market as a whole (mostly negative: free stakes are in it). */
  readonly housePoints: number;
  /** Who was right first, by the time of the call, then its number; null if nobody was. */
  readonly firstRight: string | null;
};

type Books = {
  listed: string[];
  shares: Map<string, Map<string, bigint>>;
  wallets: Map<string, number>;
  pot: number;
};

type Row = { readonly number: number; readonly at: Date; apply(books: Books): void; undo(books: Books): void };

function give(books: Books, memberId: string, lab: string, millionths: bigint): void {
  const held = books.shares.get(memberId) ?? new Map<string, bigint>();
  const now = (held.get(lab) ?? 0n) + millionths;
  if (now === 0n) held.delete(lab);
  else held.set(lab, now);
  books.shares.set(memberId, held);
}

function tradeRow(trade: LedgerTrade): Row {
  const book = (books: Books, sign: 1 | -1) => {
    for (const [lab, millionths] of Object.entries(trade.shares)) {
      give(books, trade.memberId, lab, BigInt(sign * millionths));
    }
    books.pot += sign * trade.potPoints;
    books.wallets.set(trade.memberId, (books.wallets.get(trade.memberId) ?? 0) + sign * trade.walletPoints);
  };
  return { ...trade, apply: (books) => book(books, 1), undo: (books) => book(books, -1) };
}

function listingRow({ number, at, lab }: LedgerListing): Row {
  return {
    number,
    at,
    apply(books) {
      books.listed.push(lab);
      for (const [memberId, held] of books.shares) give(books, memberId, lab, held.get(OTHER) ?? 0n);
    },
    undo(books) {
      if (books.listed.pop() !== lab) throw new Error(`${lab} was not the last lab listed`);
      for (const [memberId, held] of books.shares) {
        give(books, memberId, lab, -(held.get(OTHER) ?? 0n));
        if (held.has(lab)) throw new Error(`${memberId} keeps shares of ${lab}, which nobody had listed`);
      }
    },
  };
}

function rowsOf(ledger: Ledger): Row[] {
  const listings = ledger.listings.filter((listing) => listing.number > 0).map(listingRow);
  const rows = [...listings, ...ledger.trades.map(tradeRow)].sort((a, b) => a.number - b.number);
  rows.forEach((row, i) => {
    if (row.at.getTime() < (rows[i - 1]?.at.getTime() ?? 0)) throw new Error("the ledger's time runs backwards");
  });
  return rows;
}

/** Plays the whole ledger, then takes back what came at or after a time, newest first. */
function booksAt(ledger: Ledger, publishedAt: Date): { books: Books; lateWallets: Map<string, number> } {
  const opening = ledger.listings.filter((listing) => listing.number === 0).map((listing) => listing.lab);
  const books: Books = { listed: opening, shares: new Map(), wallets: new Map(), pot: 0 };
  const rows = rowsOf(ledger);
  for (const row of rows) row.apply(books);
  for (const [memberId, held] of books.shares) {
    for (const [lab, millionths] of held) {
      if (millionths < 0n) throw new Error(`${memberId} sold more of ${lab} than it had`);
    }
  }
  const before = new Map(books.wallets);
  for (const row of rows.filter((one) => one.at.getTime() >= publishedAt.getTime()).reverse()) row.undo(books);
  const lateWallets = new Map(
    [...before].map(([memberId, was]) => [memberId, (books.wallets.get(memberId) ?? 0) - was]),
  );
  return { books, lateWallets };
}

/** The outcome each builder's share of the payout falls to: its own if it was listed, else OTHER. */
function payingOutcomes(listed: readonly string[], builders: readonly string[]): string[] {
  return builders.map((lab) => (listed.includes(lab) ? lab : OTHER));
}

function standingCall(
  ledger: Ledger,
  memberId: string,
  builders: readonly string[],
  publishedAt: Date,
  labOf: (name: string) => string | null,
): ReferenceCall | null {
  const inTime = ledger.calls.filter((call) => call.memberId === memberId && call.at.getTime() < publishedAt.getTime());
  const last = inTime.reduce<LedgerCall | null>(
    (best, call) => (best && best.number > call.number ? best : call),
    null,
  );
  if (last === null || last.lab === null || last.calledAt === null || last.callPrice === null) return null;
  const { lab, name, calledAt, callPrice } = last;
  const right = builders.some((builder) => {
    if (lab !== OTHER) return lab === builder;
    if (name !== null) return labOf(name) === builder;
    return !ledger.listings.some((listing) => listing.lab === builder && listing.number < last.number);
  });
  const open = publishedAt.getTime() - ledger.openedAt.getTime();
  const early = Math.max(0, Math.min(1, (publishedAt.getTime() - calledAt.getTime()) / open));
  const bold = Math.max(0, Math.min(1, -Math.log(callPrice) / Math.log(50)));
  return { number: last.number, lab, name, calledAt, right, score: right ? 40 + 30 * early + 30 * bold : 0 };
}

/**
 * Settles a market: everything from T_pub on is taken back, a share of a builder pays 1 (½ with two builders), builders
 * not listed by then are paid through OTHER, one floor per member.
 *
 * @param builders one slug or two
 * @param labOf the lab a typed name belongs to now; by default nobody goes by any
 */
export function referenceSettlement(
  ledger: Ledger,
  builders: readonly string[],
  publishedAt: Date,
  labOf: (name: string) => string | null = () => null,
): ReferenceSettlement {
  if (publishedAt.getTime() <= ledger.openedAt.getTime()) throw new Error("only void is offered");
  if (builders.length < 1 || builders.length > 2 || new Set(builders).size !== builders.length) {
    throw new Error("one builder or two");
  }
  const { books, lateWallets } = booksAt(ledger, publishedAt);
  const paying = payingOutcomes(books.listed, builders);
  const memberIds = new Set([...ledger.trades, ...ledger.calls].map((row) => row.memberId));
  const members = new Map<string, ReferenceMember>();
  for (const memberId of memberIds) {
    const shares = books.shares.get(memberId) ?? new Map<string, bigint>();
    const worth = paying.reduce((sum, lab) => sum + (shares.get(lab) ?? 0n), 0n);
    const payoutPoints = Number(worth / (BigInt(builders.length) * 1_000_000n));
    const own = books.wallets.get(memberId) ?? 0;
    members.set(memberId, {
      shares,
      costPoints: 0 - own,
      latePoints: lateWallets.get(memberId) ?? 0,
      payoutPoints,
      walletPoints: own + payoutPoints,
      call: standingCall(ledger, memberId, builders, publishedAt, labOf),
    });
  }
  const rightCalls = [...members].flatMap(([memberId, { call }]) => (call?.right ? [{ memberId, call }] : []));
  rightCalls.sort((a, b) => a.call.calledAt.getTime() - b.call.calledAt.getTime() || a.call.number - b.call.number);
  const late = [...rowsOf(ledger), ...ledger.calls].filter((row) => row.at.getTime() >= publishedAt.getTime());
  return {
    firstLateNumber: late.length === 0 ? null : Math.min(...late.map((row) => row.number)),
    listed: books.listed,
    members,
    paidPoints: [...members.values()].reduce((sum, member) => sum + member.payoutPoints, 0),
    potBeforePoints: books.pot,
    housePoints: 0 - [...members.values()].reduce((sum, member) => sum + member.walletPoints, 0),
    firstRight: rightCalls[0]?.memberId ?? null,
  };
}

/** Voids a market: its whole ledger is taken back. What is left of it: nothing, for anybody. */
export function referenceVoid(ledger: Ledger): {
  wallets: ReadonlyMap<string, number>;
  pot: number;
  heldShares: number;
} {
  const { books } = booksAt(ledger, ledger.openedAt);
  const heldShares = [...books.shares.values()].reduce((sum, held) => sum + held.size, 0);
  return { wallets: books.wallets, pot: books.pot, heldShares };
}
