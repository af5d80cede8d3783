import { and, eq } from "drizzle-orm";
import { auditLedger } from "../../src/actions/audit-ledger.ts";
import { decideMarket } from "../../src/actions/decide-market.ts";
import { leavePoll, readAgain, recordVoters, takePoll } from "../../src/actions/look-after-polls.ts";
import { showModel } from "../../src/actions/show-models.ts";
import { tellVotes } from "../../src/actions/tell-votes.ts";
import type { Member } from "../../src/domain/member.ts";
import type { RunningPoll } from "../../src/domain/poll.ts";
import type { Db } from "../../src/storage/database.ts";
import { guesses } from "../../src/storage/schema.ts";
import { aClock, anApp } from "./app.ts";
import { embedded } from "./database.ts";
import { aKey, aMarket, aMember, named } from "./factories.ts";
import { aPoll, aVote } from "./polling.ts";

export const [ann, bob, cid] = ["ann", "bob", "cid"].map(named) as [Member, Member, Member];

/** A market with a running poll, and short words for what happens to them, a minute apart. */
export async function aStory(db?: Db) {
  const stored = db ?? (await embedded.open()).db;
  const clock = aClock();
  const app = anApp(stored, clock);
  const row = await aMarket(stored);
  const poll = await aPoll(app, row);
  const mine = (memberId: string) => and(eq(guesses.marketId, row.marketId), eq(guesses.memberId, memberId));
  return {
    db: stored,
    clock,
    app,
    row,
    poll,
    vote(member: Member, lab: string) {
      clock.pass({ minutes: 1 });
      return aVote(app, poll, member, lab);
    },
    unvote(member: Member, lab: string) {
      clock.pass({ minutes: 1 });
      return aVote(app, poll, member, lab, "unvote");
    },
    async standsOn({ memberId }: Member) {
      const [guess] = await stored.select().from(guesses).where(mine(memberId));
      return guess ? guess.lab : null;
    },
    async guessOf({ memberId }: Member) {
      const [guess] = await stored.select().from(guesses).where(mine(memberId));
      if (!guess) throw new Error(`${memberId} has no guess`);
      return guess;
    },
    async counts() {
      const shown = await showModel(app, row);
      const counted = (shown?.card.poll?.votes ?? []).filter(({ count }) => count > 0);
      return Object.fromEntries(counted.map(({ lab, count }) => [lab, count]));
    },
    told: ({ memberId }: Member) => tellVotes(app, { serverId: row.serverId, memberId }),
    decide: (kind: "freeze" | "unfreeze" | "void") =>
      decideMarket(app, { key: aKey(), kind, ...row, member: aMember(), reason: "a test" }),
    differences: async () => (await auditLedger(stored)).differences,
  };
}

type Story = Awaited<ReturnType<typeof aStory>>;

/** Reads the votes back as after an absence: this is the list Discord gives. */
export async function read(
  { app, clock }: Pick<Story, "app" | "clock">,
  list: readonly (readonly [Member, number])[],
  bots: Member[] = [],
) {
  clock.pass({ minutes: 1 });
  await readAgain(app, null);
  const taken = await takePoll(app);
  if (!taken) throw new Error("no poll is due");
  const voter = ([member, answer]: readonly [Member, number]) => ({ ...member, answer, isBot: bots.includes(member) });
  await recordVoters(app, taken, list.map(voter));
  await leavePoll(app, taken, "read");
  return taken;
}

export const answer = (poll: RunningPoll, lab: string) => poll.labs.indexOf(lab) + 1;
