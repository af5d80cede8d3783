import { and, eq } from "drizzle-orm";
import { auditLedger } from "../../src/actions/audit-ledger.ts";
import { placeGuess } from "../../src/actions/place-guess.ts";
import { showModel } from "../../src/actions/show-models.ts";
import type { Market } from "../../src/domain/market.ts";
import type { Member } from "../../src/domain/member.ts";
import type { Db } from "../../src/storage/database.ts";
import { guesses } from "../../src/storage/schema.ts";
import { aClock, anApp } from "./app.ts";
import { embedded } from "./database.ts";
import { aGuess, aKey, aMarket, named } from "./factories.ts";
import { vectorMarket } from "./market-play.ts";
import { walletsIn } from "./market-rows.ts";

export const [ann, bob, cid, dee, eve] = ["ann", "bob", "cid", "dee", "eve"].map(named) as [
  Member,
  Member,
  Member,
  Member,
  Member,
];

/** A market in a server of its own, and short words for what happens in it, an hour apart. */
export async function aStory(market: Market = vectorMarket(), db?: Db) {
  const stored = db ?? (await embedded.open()).db;
  const clock = aClock();
  const app = anApp(stored, clock);
  const row = await aMarket(stored, { market });
  const { serverId, modelId, marketId } = row;
  return {
    db: stored,
    clock,
    app,
    row,
    guess(member: Member, suspect: string, ownPoints: number | null = null) {
      clock.pass({ hours: 1 });
      return aGuess(app, row, { member, suspect, ownPoints });
    },
    ask(member: Member, suspect: string, ownPoints: number | null = null, key = aKey()) {
      return placeGuess(app, { key, serverId, modelId, member, suspect, ownPoints });
    },
    async held(member: Member) {
      const mine = and(eq(guesses.marketId, marketId), eq(guesses.memberId, member.memberId));
      const [guess] = await stored.select().from(guesses).where(mine);
      return guess;
    },
    async odds() {
      const shown = await showModel(app, { serverId, modelId });
      return Object.fromEntries((shown?.card.odds ?? []).map(({ lab, price }) => [lab, price]));
    },
    wallets: () => walletsIn(stored, serverId),
    async differences() {
      return (await auditLedger(stored)).differences;
    },
  };
}
