import type { GuessDecision } from "../../src/domain/decide-guess.ts";
import { type Guess, noGuess, upToDate } from "../../src/domain/guess.ts";
import type { Market } from "../../src/domain/market.ts";
import { act, guessOn, openPlay, type Play, vectorMarket } from "../support/market-play.ts";

const hourMs = 3_600_000;

export function done(decision: GuessDecision) {
  if (!decision.done) throw new Error(`refused: ${decision.refusal.reason}`);
  return decision;
}

export function guessOf(play: Play, memberId: string): Guess {
  return upToDate(play.guesses.get(memberId) ?? noGuess, play.market);
}

/** A story told in whole hours after the opening. */
export function story(market: Market = vectorMarket()) {
  const play = openPlay(market);
  return {
    play,
    at: (hour: number) => new Date(play.openedAt.getTime() + hour * hourMs),
    guess: (hour: number, memberId: string, lab: string, ownPoints: number | null = null) =>
      act(play, { memberId, wish: guessOn(lab, ownPoints), atMs: hour * hourMs }),
    withdraw: (hour: number, memberId: string) =>
      act(play, { memberId, wish: { kind: "withdraw" }, atMs: hour * hourMs }),
  };
}
