/** What a market can be: taking guesses, stopped for now, paid out, or called off with everybody's points given back. */
export const marketStates = ["open", "frozen", "settled", "void"] as const;
export type MarketStateName = (typeof marketStates)[number];
