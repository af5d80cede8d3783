import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { rows, transact } from "../../src/storage/database.ts";
import { polls, votes } from "../../src/storage/schema.ts";
import { writeVotes } from "../../src/storage/votes.ts";
import { storyBegins } from "../support/app.ts";
import { describeOnBoth } from "../support/database.ts";
import { aModel } from "../support/factories.ts";

describeOnBoth("the votes of a batch", (database) => {
  async function withPoll() {
    const { db } = await database.open();
    const { modelId } = await aModel(db, { name: "Hunter Alpha", listingId: "openrouter/hunter-alpha" });
    const where = { key: "a poll", serverId: "1", modelId, channelId: "2", messageId: "3", hours: 24 };
    await db.insert(polls).values({ ...where, pollId: 1, labs: ["deepseek"], counts: [0], madeAt: storyBegins });
    const vote = { pollId: 1, memberId: "ann", serverId: "1", answer: 1, changes: 1, refused: null, toldAt: null };
    return { db, changed: { votes: [vote], polls: [{ pollId: 1, counts: [1] }] } };
  }

  it("are kept, and counted, in the transaction that holds their market's lock", async () => {
    const { db, changed } = await withPoll();
    await transact(db, async (tx) => {
      const [current] = await rows<{ id: string }>(tx, sql`select pg_current_xact_id()::text as id`);
      await writeVotes(tx, { ...changed, lockedIn: current?.id ?? "" });
    });
    expect(await db.select().from(votes)).toEqual(changed.votes);
    expect(await db.select({ counts: polls.counts }).from(polls)).toEqual([{ counts: [1] }]);
  });

  it("are not kept in any other, as when the connection was lost between reading and writing", async () => {
    const { db, changed } = await withPoll();
    await transact(db, (tx) => writeVotes(tx, { ...changed, lockedIn: "1" }));
    expect(await db.select().from(votes)).toEqual([]);
    expect(await db.select({ counts: polls.counts }).from(polls)).toEqual([{ counts: [0] }]);
  });
});
