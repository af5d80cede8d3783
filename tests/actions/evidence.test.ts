import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { addEvidence, type EvidenceRequest } from "../../src/actions/add-evidence.ts";
import { decideEvidence } from "../../src/actions/decide-evidence.ts";
import { listEvidence } from "../../src/actions/list-evidence.ts";
import { showEvidence } from "../../src/actions/show-evidence.ts";
import { voteEvidence } from "../../src/actions/vote-evidence.ts";
import type { App } from "../../src/app.ts";
import { evidenceLimits, evidenceVotes } from "../../src/domain/evidence.ts";
import type { FileKeeper, KeptFile } from "../../src/domain/kept-file.ts";
import type { Member } from "../../src/domain/member.ts";
import type { Db } from "../../src/storage/database.ts";
import { deliveries, evidence, evidenceVoices } from "../../src/storage/schema.ts";
import { aClock, anApp } from "../support/app.ts";
import { describeOnBoth, describeOnPostgres, embedded } from "../support/database.ts";
import { aKey, aMarket, aMember } from "../support/factories.ts";

type Where = { readonly serverId: string; readonly modelId: number };

function aRequest({ serverId, modelId }: Where, changes: Partial<EvidenceRequest> = {}): EvidenceRequest {
  return {
    key: aKey(),
    serverId,
    modelId,
    member: aMember(),
    lab: "xiaomi",
    stance: "for",
    kind: "self",
    text: "It says so.",
    link: null,
    files: [],
    source: null,
    ...changes,
  };
}

/** A piece, filed; throws if it is refused. */
async function aPiece(app: App, where: Where, changes: Partial<EvidenceRequest> = {}) {
  const answer = await addEvidence(app, aRequest(where, changes));
  if (!answer.added) throw new Error(`refused: ${JSON.stringify(answer.refusal)}`);
  return answer.evidence;
}

async function refused(app: App, request: EvidenceRequest) {
  const answer = await addEvidence(app, request);
  return answer.added ? null : answer.refusal;
}

/** Keeps what is called "good", under a hash of its name; nothing else can be had. */
const someFiles: FileKeeper = {
  async keep({ attachmentId, name, sizeBytes }): Promise<KeptFile> {
    const file = { attachmentId, name, sizeBytes };
    return name.startsWith("good")
      ? { ...file, contentType: "image/png", sha256: Buffer.from(name.padEnd(32)).toString("hex"), problem: null }
      : { ...file, contentType: "", sha256: null, problem: "gone" };
  },
  find: async () => null,
};

const aFile = (name: string, sizeBytes = 100) => ({ attachmentId: "1", name, url: "https://cdn", sizeBytes });

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

  it("knows labs by all their names, and refuses those that are none", async () => {
    const { db } = await database.open();
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
    const { db } = await database.open();
    const where = await aMarket(db);
    const piece = await aPiece(anApp(db), where, { text: "a\0\uD800b \u202Ec\r\n\n\n\nsee (https://example.com/x)." });
    expect([piece.text, piece.link]).toEqual(["a b c\n\nsee (https://example.com/x).", "https://example.com/x"]);
  });

  it("needs something to file, and not too much of it", async () => {
    const { db } = await database.open();
    const where = await aMarket(db);
    const reason = async (changes: Partial<EvidenceRequest>) =>
      (await refused(anApp(db), aRequest(where, changes)))?.reason;
    expect(await reason({ text: " \u200B\n" })).toBe("nothing-given");
    expect(await reason({ text: "x".repeat(1001) })).toBe("text-too-long");
    expect(await reason({ text: "", link: "https://example.com" })).toBeUndefined();
    for (const link of ["example.com", "file:///etc/passwd", "https://a:b@example.com", "data:text/html,x"]) {
      expect([link, await reason({ link })]).toEqual([link, "bad-link"]);
    }
  });

  it("keeps the text when a file cannot be kept, and says which", async () => {
    const { db } = await database.open();
    const where = await aMarket(db);
    const app = { ...anApp(db), files: someFiles };
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

  it("points out the same file and the same link, and refuses only what its own author files twice", async () => {
    const { db } = await database.open();
    const where = await aMarket(db);
    const app = { ...anApp(db), files: someFiles };
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
    await aPiece(anApp(db), where);
    await db.insert(deliveries).values({ ...about, key: "announced", threadId: "77", dueAt: new Date() });
    const request = aRequest(where);
    await addEvidence(anApp(db), request);
    await addEvidence(anApp(db), request);
    const owed = await db.select().from(deliveries).where(eq(deliveries.kind, "evidence"));
    expect(owed).toMatchObject([{ channelId: "77", state: "due", evidenceId: 2 }]);
  });
});

describe("what may be done to a piece", () => {
  async function aPlace() {
    const { db } = await embedded.open();
    const where = await aMarket(db);
    const app = anApp(db);
    const author = aMember();
    const { evidenceId } = await aPiece(app, where, { member: author });
    const vote = (member: Member, key = aKey(), serverId = where.serverId) =>
      voteEvidence(app, { key, serverId, member, evidenceId, vote: "convincing" });
    return { db, app, where, author, evidenceId, vote };
  }

  it("a press that is sent twice is answered the same twice; a second press is told it counts already", async () => {
    const { vote } = await aPlace();
    const [member, key] = [aMember(), aKey()];
    expect(await vote(member, key)).toMatchObject({ what: "counted", piece: { convincing: 1 } });
    expect(await vote(member, key)).toMatchObject({ what: "counted", piece: { convincing: 1 } });
    expect(await vote(member)).toMatchObject({ what: "same", piece: { convincing: 1 } });
  });

  it("nothing from another server, by its author, or once it is hidden", async () => {
    const { app, where, author, evidenceId, vote } = await aPlace();
    expect(await vote(aMember(), aKey(), "1")).toMatchObject({ refusal: { reason: "no-such-evidence" } });
    expect(await vote(author)).toMatchObject({ refusal: { reason: "own-evidence" } });
    const { serverId } = where;
    const decide = (kind: "withdraw" | "hide" | "restore", member: Member, key = aKey()) =>
      decideEvidence(app, { key, kind, serverId, member, evidenceId, reason: kind === "withdraw" ? null : "because" });
    expect(await decide("withdraw", aMember())).toMatchObject({ refusal: { reason: "own-only" } });
    const key = aKey();
    expect(await decide("hide", aMember(), key)).toMatchObject({ done: true, piece: { state: "hidden" } });
    expect(await decide("hide", aMember(), key)).toMatchObject({ done: true });
    expect(await decide("hide", aMember())).toMatchObject({ refusal: { reason: "already-hidden" } });
    expect(await vote(aMember())).toMatchObject({ refusal: { reason: "already-hidden" } });
    const seenBy = (memberId: string, moderates = false) =>
      showEvidence(app, { serverId, evidenceId, reader: { memberId, moderates } });
    expect(await seenBy("9")).toMatchObject({ done: false });
    expect(await seenBy("9", true)).toMatchObject({ done: true });
    expect(await seenBy(author.memberId)).toMatchObject({ done: true });
    const board = await listEvidence(app, { ...where, lab: null, kind: null, page: 1 });
    expect(board?.labs).toEqual([]);
    expect(await decide("restore", aMember())).toMatchObject({ done: true, piece: { hiddenReason: null } });
  });
});

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
