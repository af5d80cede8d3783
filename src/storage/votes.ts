import { and, eq, getTableColumns, gt, isNotNull, isNull, sql } from "drizzle-orm";
import type { VoteRefused } from "../domain/poll.ts";
import type { Db, Transaction } from "./database.ts";
import type { PollRow } from "./polls.ts";
import { recordsetFrom, rowsAsJson, selectAll } from "./recordset.ts";
import { members, models, polls, votes } from "./schema.ts";
import { asStored, columnsOf, jsonOf, statement } from "./statement.ts";

export type VoteRow = typeof votes.$inferSelect;

/** What a batch with votes has to know beside its markets, whose locks guard all of it. */
export type VoteFacts = { polls: PollRow[]; votes: VoteRow[] };

const reading = statement<VoteFacts>(
  "read-vote-facts",
  sql`
    with asked as (
      select distinct "pollId", "memberId" from json_to_recordset(${sql.placeholder("asked")}::json)
        as given("pollId" bigint, "memberId" text)
    )
    select ${jsonOf(sql`
      select ${columnsOf(polls, "poll")} from (select distinct "pollId" from asked) as wanted
      cross join lateral (select * from ${polls} where poll_id = wanted."pollId" limit 1) as poll`)} as polls,
    ${jsonOf(sql`
      select ${columnsOf(votes, "vote")} from asked
      cross join lateral (
        select * from ${votes} where poll_id = asked."pollId" and member_id = asked."memberId" limit 1
      ) as vote`)} as votes`,
);

/** Reads the polls and votes of a batch, in one statement. */
export async function readVoteFacts(
  tx: Transaction,
  asked: readonly { pollId: number; memberId: string }[],
): Promise<VoteFacts> {
  const [facts] = await reading(tx, {
    asked: JSON.stringify(asked.map(({ pollId, memberId }) => ({ pollId, memberId }))),
  });
  if (!facts) throw new Error("one row was asked for and none came");
  return {
    polls: facts.polls.map((row) => asStored(polls, row)),
    votes: facts.votes.map((row) => asStored(votes, row)),
  };
}

// The commit may be on its way behind it, and the connection another one by now: see `TwoSteps`.
const isLocked = sql`pg_current_xact_id()::text = ${sql.placeholder("lockedIn")}::text`;
const names = Object.values(getTableColumns(votes)).map(({ name }) => sql.identifier(name));
// Whether a member was told is written elsewhere, without the market's lock: it stays as it is.
const writing = statement(
  "write-votes",
  sql`
    with counted as (
      update ${polls} set counts = given.counts
      from ${recordsetFrom(polls, sql.placeholder("polls"), ["pollId", "counts"])}
      where ${polls.pollId} = given.poll_id and ${isLocked}
    )
    insert into ${votes} (${sql.join(names, sql`, `)}) select * from ${recordsetFrom(votes, sql.placeholder("votes"))}
    where ${isLocked}
    on conflict (poll_id, member_id) do update
      set answer = excluded.answer, changes = excluded.changes, refused = excluded.refused`,
);

/** Writes what a batch has made of votes, and how many there are now, in one statement that does nothing elsewhere. */
export async function writeVotes(
  tx: Transaction,
  changed: { votes: readonly VoteRow[]; polls: readonly Pick<PollRow, "pollId" | "counts">[]; lockedIn: string },
): Promise<void> {
  await writing(tx, {
    lockedIn: changed.lockedIn,
    votes: rowsAsJson(votes, changed.votes),
    polls: rowsAsJson(polls, changed.polls, ["pollId", "counts"]),
  });
}

/** How the votes of a poll stand, how often each has changed, and why it was in vain. */
export async function readVotes(db: Db, pollId: number) {
  return db
    .select({ memberId: votes.memberId, answer: votes.answer, changes: votes.changes, refused: votes.refused })
    .from(votes)
    .where(eq(votes.pollId, pollId));
}

/** Keeps names for members nobody had a name for; the others were seen under a better one. */
export async function nameStrangers(
  db: Db,
  rows: readonly { serverId: string; memberId: string; name: string }[],
): Promise<void> {
  if (rows.length > 0) {
    await db.insert(members).select(selectAll(members, rows)).onConflictDoNothing();
  }
}

const isUntold = and(isNotNull(votes.answer), isNotNull(votes.refused), isNull(votes.toldAt));

/** Members who voted in vain in polls made since then, and have not been told. */
export async function readUntold(db: Db, since: Date, most: number) {
  return db
    .select({ serverId: votes.serverId, memberId: votes.memberId })
    .from(votes)
    .innerJoin(polls, eq(polls.pollId, votes.pollId))
    .where(and(isUntold, gt(polls.madeAt, since)))
    .limit(most);
}

/** Notes that a member is told now of votes that count for nothing, and gives them: each once. */
export async function takeUntold(
  db: Db,
  { serverId, memberId, at }: { serverId: string; memberId: string; at: Date },
): Promise<{ modelName: string; refused: VoteRefused }[]> {
  const told = await db
    .update(votes)
    .set({ toldAt: at })
    .from(polls)
    .innerJoin(models, eq(models.modelId, polls.modelId))
    .where(and(eq(votes.serverId, serverId), eq(votes.memberId, memberId), isUntold, eq(polls.pollId, votes.pollId)))
    .returning({ modelName: models.name, refused: votes.refused });
  return told.flatMap(({ modelName, refused }) => (refused === null ? [] : [{ modelName, refused }]));
}
