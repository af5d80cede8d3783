import { eq } from "drizzle-orm";
import { expect, it } from "vitest";
import { addEvidence } from "../../src/actions/add-evidence.ts";
import { claimDeliveries } from "../../src/actions/claim-deliveries.ts";
import { decideEvidence } from "../../src/actions/decide-evidence.ts";
import { recordPieceSent } from "../../src/actions/deliver-evidence.ts";
import { voteEvidence } from "../../src/actions/vote-evidence.ts";
import type { App } from "../../src/app.ts";
import { evidenceLimits, evidenceVotes } from "../../src/domain/evidence.ts";
import type { Db } from "../../src/storage/database.ts";
import { deliveries, evidence, evidenceDecisions, evidenceVoices } from "../../src/storage/schema.ts";
import { aClock, anApp } from "../support/app.ts";
import { describeOnPostgres } from "../support/database.ts";
import { aKey, aMarket, aMember } from "../support/factories.ts";
import { aPiece, aRequest } from "../support/filing.ts";

describeOnPostgres("two processes at once", (database) => {
  const both = (db: Db) => [anApp(db), anApp(db)] as const;

  it("file the same interaction once", async () => {
    const { db } = await database.open();
    const where = await aMarket(db);
    const request = aRequest(where);
    const answers = await Promise.all([...both(db), ...both(db)].map((app) => addEvidence(app, request)));
    expect(new Set(answers.map((answer) => answer.added && answer.evidence.evidenceId)).size).toBe(1);
    expect(await db.$count(evidence)).toBe(1);
  });

  it("hide and withdraw once what is pressed once", async () => {
    const { db } = await database.open();
    const where = await aMarket(db);
    const [one, other] = both(db);
    const member = aMember();
    const { evidenceId } = await aPiece(one, where, { member });
    for (const kind of ["hide", "withdraw"] as const) {
      const request = { key: aKey(), kind, serverId: where.serverId, member, evidenceId, reason: "so" };
      const answers = await Promise.all([one, other, one, other].map((app) => decideEvidence(app, request)));
      expect(answers.map(({ done }) => done)).toEqual([true, true, true, true]);
    }
    expect(await db.$count(evidenceDecisions)).toBe(2);
  });

  it("show the last count in the thread, whoever writes it while votes come in", async () => {
    const { db } = await database.open();
    const clock = aClock();
    const apps = [anApp(db, clock), anApp(db, clock)];
    const where = await aMarket(db);
    const { evidenceId } = await aPiece(anApp(db, clock), where);
    await db.insert(deliveries).values({
      ...({
        key: `evidence:${evidenceId}`,
        kind: "evidence",
        state: "sent",
        messageId: "78",
        channelId: "77",
      } as const),
      ...{ serverId: where.serverId, modelId: where.modelId, evidenceId, dueAt: clock.now, sentAt: clock.now },
    });
    let shown = 0;
    const write = async (app: App, by: string) => {
      clock.pass({ ms: evidenceLimits.recountEveryMs });
      const [claimed] = await claimDeliveries(app, { by, most: 1 });
      if (!claimed?.piece) return;
      shown = claimed.piece.convincing;
      await recordPieceSent(app, claimed.delivery, claimed.piece, { channelId: "77", messageId: "78" });
    };
    await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        const app = apps[i % 2] ?? anApp(db, clock);
        const request = { key: aKey(), serverId: where.serverId, member: aMember(), evidenceId };
        await voteEvidence(app, { ...request, vote: "convincing" });
        await write(app, `process ${i % 2}`);
      }),
    );
    await write(anApp(db, clock), "the last");
    expect(shown).toBe(12);
    expect(await db.$count(deliveries, eq(deliveries.state, "sent"))).toBe(1);
  });

  it("never take more than a member may file", async () => {
    const { db } = await database.open();
    const where = await aMarket(db);
    const member = aMember();
    const texts = Array.from({ length: 2 * evidenceLimits.perMemberAndModel }, (_, i) => `Piece ${i}`);
    await Promise.all(
      texts.map((text, i) => addEvidence(both(db)[i % 2] ?? anApp(db), aRequest(where, { member, text }))),
    );
    expect(await db.$count(evidence)).toBe(evidenceLimits.perMemberAndModel);
  });

  it("count every member's last vote once, however wildly they press", async () => {
    const { db } = await database.open();
    const where = await aMarket(db);
    const [one, other] = both(db);
    const { evidenceId } = await aPiece(one, where);
    const members = Array.from({ length: 8 }, () => aMember());
    const presses = members.flatMap((member) => [...evidenceVotes, ...evidenceVotes].map((vote) => ({ member, vote })));
    await Promise.all(
      presses.map(({ member, vote }, i) =>
        voteEvidence(i % 2 ? one : other, { key: aKey(), serverId: where.serverId, member, evidenceId, vote }),
      ),
    );
    const [row] = await db.select().from(evidence);
    const voices = await db.select().from(evidenceVoices);
    const count = (vote: string) => voices.filter((voice) => voice.vote === vote).length;
    expect([row?.convincing, row?.weak]).toEqual([count("convincing"), count("weak")]);
    expect(voices).toHaveLength(members.length);
  });
});
