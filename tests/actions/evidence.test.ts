import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { addEvidence, type EvidenceRequest } from "../../src/actions/add-evidence.ts";
import { decideEvidence } from "../../src/actions/decide-evidence.ts";
import { keepDraft, openDraft } from "../../src/actions/keep-draft.ts";
import { showEvidence } from "../../src/actions/show-evidence.ts";
import { evidenceLimits } from "../../src/domain/evidence.ts";
import { type FileKeeper, fileLimits } from "../../src/domain/kept-file.ts";
import type { Member } from "../../src/domain/member.ts";
import { readUsedCopies } from "../../src/storage/evidence.ts";
import { bytesSince } from "../../src/storage/evidence-limits.ts";
import { deliveries, evidence, markets } from "../../src/storage/schema.ts";
import { aClock, anApp } from "../support/app.ts";
import { describeOnBoth, embedded } from "../support/database.ts";
import { aKey, aMarket, aMember } from "../support/factories.ts";
import { aFile, aPiece, aRequest, hashOf, refused, someFiles } from "../support/filing.ts";

describeOnBoth("filing evidence", (database) => {
  it("counts once for the same interaction, and gives the same piece again", async () => {
    const { db } = await database.open();
    const where = await aMarket(db);
    const request = aRequest(where);
    const [first, second] = [await addEvidence(anApp(db), request), await addEvidence(anApp(db), request)];
    expect(first.added).toBe(true);
    expect(second).toEqual(first);
    expect(await db.$count(evidence)).toBe(1);
  });

  it("points out the same file and the same link, and refuses only what its own author files twice", async () => {
    const { db } = await database.open();
    const where = await aMarket(db);
    const app = { ...anApp(db), files: someFiles() };
    const member = aMember();
    const same = { member, text: "", files: [aFile("good.png")] };
    const first = await aPiece(app, where, same);
    expect(await refused(app, aRequest(where, same))).toMatchObject({
      reason: "same-again",
      evidenceId: first.evidenceId,
    });
    expect((await aPiece(app, where, { ...same, member: aMember() })).alike).toEqual([first.evidenceId]);
    expect((await aPiece(app, where, { ...same, stance: "against" })).alike).toContain(first.evidenceId);
    const elsewhere = await aMarket(db);
    expect((await aPiece(app, elsewhere, same)).alike).toEqual([]);
  });

  it("keeps no more bytes a day than a server may, however many file at the same moment; the texts are filed", async () => {
    const { db } = await database.open();
    const where = await aMarket(db);
    const takenBack: string[] = [];
    const apps = [anApp(db), anApp(db)].map((app) => ({ ...app, files: someFiles(takenBack) }));
    const most = Math.floor(evidenceLimits.bytesPerServerAndDay / fileLimits.bytesEach);
    const names = Array.from({ length: most + 3 }, (_, i) => `good${i}.png`);
    const pieces = await Promise.all(
      names.map((name, i) =>
        aPiece(apps[i % 2] ?? anApp(db), where, { text: name, files: [aFile(name, fileLimits.bytesEach)] }),
      ),
    );
    const problems = pieces.flatMap(({ files }) => files.map(({ problem }) => problem ?? "kept"));
    expect(problems.sort()).toEqual([...Array(most).fill("kept"), ...Array(3).fill("server-full")]);
    expect(takenBack).toHaveLength(3);
  });

  it("leaves no copy behind of what was refused, and none in use when a piece is withdrawn", async () => {
    const { db } = await database.open();
    const where = await aMarket(db);
    const takenBack: string[] = [];
    const app = { ...anApp(db), files: someFiles(takenBack) };
    const [ann, bob] = [aMember(), aMember()];
    const picture = { text: "", files: [aFile("good.png")] };
    const first = await aPiece(app, where, { ...picture, member: ann });
    // The same again: its copy is that of the first piece.
    expect(await refused(app, aRequest(where, { ...picture, member: ann }))).toMatchObject({ reason: "same-again" });
    expect(takenBack).toEqual([]);
    const elsewhere = await aMarket(db);
    const second = await aPiece(app, elsewhere, { ...picture, member: bob });
    const used = () => readUsedCopies(db, [hashOf("good.png"), hashOf("another")]);
    const withdraw = (serverId: string, evidenceId: number, member: Member) =>
      decideEvidence(app, { key: aKey(), kind: "withdraw", serverId, member, evidenceId, reason: null });
    await withdraw(where.serverId, first.evidenceId, ann);
    expect([...(await used())]).toEqual([hashOf("good.png")]);
    await withdraw(elsewhere.serverId, second.evidenceId, bob);
    expect([...(await used())]).toEqual([]);
    const moderator = { memberId: "9", moderates: true };
    const seen = await showEvidence(app, { serverId: where.serverId, evidenceId: first.evidenceId, reader: moderator });
    expect(seen).toMatchObject({
      shown: { missing: [], piece: { files: [{ name: "good.png", problem: "removed" }] } },
    });
    // What was withdrawn was downloaded all the same.
    expect(await bytesSince(db, where.serverId, new Date(0))).toBe(100);
  });

  it("takes back what it kept when the model is called off meanwhile", async () => {
    const { db } = await database.open();
    const where = await aMarket(db);
    const takenBack: string[] = [];
    const files = someFiles(takenBack);
    const calledOff: FileKeeper = {
      ...files,
      async keep(...given) {
        await db.update(markets).set({ state: "void" }).where(eq(markets.marketId, where.marketId));
        return files.keep(...given);
      },
    };
    const request = aRequest(where, { files: [aFile("good.png")] });
    expect(await refused({ ...anApp(db), files: calledOff }, request)).toMatchObject({ reason: "model-void" });
    expect(takenBack).toEqual(["good.png"]);
  });

  it("has limits for a member on a model and for a server in a day", async () => {
    const { db } = await database.open();
    const where = await aMarket(db);
    const clock = aClock();
    const app = anApp(db, clock);
    const member = aMember();
    const { evidenceId: _, ...row } = (await db.select().from(evidence))[0] ?? {
      ...{ evidenceId: 0, serverId: where.serverId, modelId: where.modelId, memberId: member.memberId, at: clock.now },
      ...({ lab: "xiaomi", stance: "for", kind: "self", text: "x" } as const),
    };
    const rows = (count: number, memberId: string) =>
      Array.from({ length: count }, () => ({ ...row, memberId, key: aKey() }));
    await db.insert(evidence).values(rows(evidenceLimits.perMemberAndModel, member.memberId));
    expect(await refused(app, aRequest(where, { member }))).toMatchObject({ reason: "member-limit" });
    await db.insert(evidence).values(rows(evidenceLimits.perServerAndDay, "somebody"));
    expect(await refused(app, aRequest(where))).toMatchObject({ reason: "server-limit" });
    clock.pass({ days: 1, ms: 1 });
    expect(await refused(app, aRequest(where))).toBeNull();
  });

  it("owes a piece to its model's thread, once, where there is one", async () => {
    const { db } = await database.open();
    const where = await aMarket(db);
    const about = { serverId: where.serverId, modelId: where.modelId, kind: "announcement", state: "sent" } as const;
    const app = anApp(db);
    let rung = 0;
    app.owed.listen(() => rung++);
    await aPiece(app, where);
    await db.insert(deliveries).values({ ...about, key: "announced", threadId: "77", dueAt: new Date() });
    const request = aRequest(where);
    await addEvidence(app, request);
    await addEvidence(app, request);
    // Those who deliver hear of each that is filed.
    expect(rung).toBe(2);
    const owed = await db.select().from(deliveries).where(eq(deliveries.kind, "evidence"));
    expect(owed).toMatchObject([{ channelId: "77", state: "due", evidenceId: 2 }]);
  });
});

describe("what is filed", () => {
  it("knows labs by all their names, and refuses those that are none", async () => {
    const { db } = await embedded.open();
    const where = await aMarket(db);
    expect((await aPiece(anApp(db), where, { lab: "MiMo" })).lab).toBe("xiaomi");
    expect(await refused(anApp(db), aRequest(where, { lab: "nobody" }))).toEqual({
      reason: "no-such-lab",
      typed: "nobody",
    });
    expect(await refused(anApp(db), aRequest(where, { lab: "other" }))).toEqual({ reason: "other-is-no-lab" });
    const elsewhere = { serverId: "1", modelId: where.modelId };
    expect(await refused(anApp(db), aRequest(elsewhere))).toEqual({ reason: "no-such-model" });
  });

  it("cleans the text, and takes the first link in it if none is given", async () => {
    const { db } = await embedded.open();
    const where = await aMarket(db);
    const piece = await aPiece(anApp(db), where, { text: "a\0\uD800b \u202Ec\r\n\n\n\nsee (https://example.com/x)." });
    expect([piece.text, piece.link]).toEqual(["a b c\n\nsee (https://example.com/x).", "https://example.com/x"]);
  });

  it("needs something to file, and not too much of it", async () => {
    const { db } = await embedded.open();
    const where = await aMarket(db);
    const reason = async (changes: Partial<EvidenceRequest>) =>
      (await refused(anApp(db), aRequest(where, changes)))?.reason;
    expect(await reason({ text: " \u200B\n\u2800\u3164" })).toBe("nothing-given");
    expect(await reason({ text: "x".repeat(1001) })).toBe("text-too-long");
    expect(await reason({ text: "", link: "https://example.com" })).toBeUndefined();
    for (const link of ["example.com", "file:///etc/passwd", "https://a:b@example.com", "data:text/html,x"]) {
      expect([link, await reason({ link })]).toEqual([link, "bad-link"]);
    }
  });

  it("keeps the text when a file cannot be kept, and says which", async () => {
    const { db } = await embedded.open();
    const where = await aMarket(db);
    const app = { ...anApp(db), files: someFiles() };
    const piece = await aPiece(app, where, {
      files: [aFile("good.png"), aFile("bad.png"), aFile("good2.png", 9_000_000)],
    });
    expect(piece.files.map(({ name, problem }) => [name, problem])).toEqual([
      ["good.png", null],
      ["bad.png", "gone"],
      ["good2.png", "too-large"],
    ]);
    const bare = await refused(app, aRequest(where, { text: "", files: [aFile("bad.png")] }));
    expect(bare).toMatchObject({ reason: "no-file-kept", files: [{ problem: "gone" }] });
  });
});

it("what PostgreSQL takes in no text stops neither a piece nor what is kept while a form is filled in", async () => {
  const { db } = await embedded.open();
  const where = await aMarket(db);
  const app = anApp(db);
  const member = { ...aMember(), name: "An\0n \ud83d" };
  expect(await aPiece(app, where, { member })).toMatchObject({ memberName: "An n" });
  const whose = { draftId: "1", serverId: where.serverId, memberId: member.memberId };
  const { modelId, stance, kind, link, files, source } = aRequest(where);
  const given = { modelId, stance, kind, link, files, source };
  await keepDraft(app, whose, { ...given, lab: "Xio\ud83dmi", text: "one\0\ntwo" });
  expect(await openDraft(app, whose)).toEqual({ ...given, lab: "Xio\ufffdmi", text: "one\ntwo" });
});
