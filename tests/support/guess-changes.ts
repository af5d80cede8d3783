import type { GuessChanges } from "../../src/storage/guess-writes.ts";

/** What a batch of guesses writes: nothing but what is given. */
export function changed(changes: Partial<GuessChanges>): GuessChanges {
  return {
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
    lockedIn: "",
    ...changes,
  };
}
