import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { addEvidence, type EvidenceRequest } from "../../src/actions/add-evidence.ts";
import { claimDeliveries } from "../../src/actions/claim-deliveries.ts";
import { decideEvidence } from "../../src/actions/decide-evidence.ts";
import { recordPieceSent } from "../../src/actions/deliver-evidence.ts";
import { keepDraft, openDraft } from "../../src/actions/keep-draft.ts";
import { listEvidence } from "../../src/actions/list-evidence.ts";
import { saveServer } from "../../src/actions/set-up-server.ts";
import { showEvidence } from "../../src/actions/show-evidence.ts";
import { voteEvidence } from "../../src/actions/vote-evidence.ts";
import type { App } from "../../src/app.ts";
import { type EvidenceVote, evidenceLimits, evidenceVotes } from "../../src/domain/evidence.ts";
import { type FileKeeper, fileLimits, type Keeping, noFiles, notKept } from "../../src/domain/kept-file.ts";
import type { Member } from "../../src/domain/member.ts";
import type { Db } from "../../src/storage/database.ts";
import { readUsedCopies } from "../../src/storage/evidence.ts";
import { bytesSince } from "../../src/storage/evidence-limits.ts";
import { deliveries, evidence, evidenceDecisions, evidenceVoices, markets } from "../../src/storage/schema.ts";
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

const hashOf = (name: string) => Buffer.from(name.padEnd(32)).toString("hex");

/** Keeps what is called "good", under a hash of its name; nothing else can be had. Tells what was taken back. */
function someFiles(takenBack: string[] = []): FileKeeper {
  return {
    ...noFiles,
    async keep(attachment): Promise<Keeping> {
      const { attachmentId, name, sizeBytes } = attachment;
      if (!name.startsWith("good")) return notKept(attachment, "gone");
      const file = { attachmentId, name, sizeBytes, contentType: "image/png", sha256: hashOf(name), problem: null };
      return { file, takeBack: async () => void takenBack.push(name) };
    },
  };
}

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
    await aPiece(anApp(db), where);
    await db.insert(deliveries).values({ ...about, key: "announced", threadId: "77", dueAt: new Date() });
    const request = aRequest(where);
    await addEvidence(anApp(db), request);
    await addEvidence(anApp(db), request);
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

describe("what may be done to a piece", () => {
  async function aPlace() {
    const { db } = await embedded.open();
    const where = await aMarket(db);
    const app = anApp(db);
    const author = aMember();
    const { evidenceId } = await aPiece(app, where, { member: author });
    const vote = (member: Member, key = aKey(), serverId = where.serverId, vote: EvidenceVote = "convincing") =>
      voteEvidence(app, { key, serverId, member, evidenceId, vote });
    return { db, app, where, author, evidenceId, vote };
  }

  it("a press that is sent twice is answered the same twice; a second press is told it counts already", async () => {
    const { vote } = await aPlace();
    const [member, key] = [aMember(), aKey()];
    expect(await vote(member, key)).toMatchObject({ what: "counted", piece: { convincing: 1 } });
    expect(await vote(member, key)).toMatchObject({ what: "counted", piece: { convincing: 1 } });
    expect(await vote(member)).toMatchObject({ what: "same", piece: { convincing: 1 } });
  });

  it("a press that is delivered again after its member has changed their mind does not change it back", async () => {
    const { db, where, vote } = await aPlace();
    const member = aMember();
    const keys = [aKey(), aKey(), aKey(), aKey()] as const;
    const press = (key: string, said: EvidenceVote) => vote(member, key, where.serverId, said);
    await press(keys[0], "convincing");
    const changed = await press(keys[1], "weak");
    expect(changed).toMatchObject({ what: "changed", vote: "weak", piece: { convincing: 0, weak: 1 } });
    const late = { what: "late", vote: "weak", piece: { convincing: 0, weak: 1 } };
    expect(await press(keys[0], "convincing")).toMatchObject(late);
    expect(await press(keys[1], "weak")).toEqual(changed);
    // A press that changed nothing was the last one all the same.
    const same = await press(keys[3], "weak");
    expect(same).toMatchObject({ what: "same" });
    expect(await press(keys[2], "convincing")).toMatchObject(late);
    expect(await press(keys[3], "weak")).toEqual(same);
    expect(await db.$count(evidenceVoices)).toBe(1);
  });

  it("nothing from another server, by its author, or once it is hidden", async () => {
    const { app, where, author, evidenceId, vote } = await aPlace();
    expect(await vote(aMember(), aKey(), "1")).toMatchObject({ refusal: { reason: "no-such-evidence" } });
    expect(await vote(author)).toMatchObject({ refusal: { reason: "own-evidence" } });
    const { serverId } = where;
    const decide = (kind: "withdraw" | "hide" | "restore", member: Member, key = aKey()) =>
      decideEvidence(app, { key, kind, serverId, member, evidenceId, reason: kind === "withdraw" ? null : "because" });
    expect(await decide("withdraw", aMember())).toMatchObject({ refusal: { reason: "own-only" } });
    const unseen = { key: aKey(), kind: "hide", serverId, member: aMember(), evidenceId, reason: "\u2800" } as const;
    expect(await decideEvidence(app, unseen)).toEqual({ done: false, refusal: { reason: "no-reason" } });
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
    expect(await decide("restore", aMember())).toMatchObject({ done: true, piece: { state: "shown" } });
  });

  it("why it was hidden and restored is for everybody; what it says is not, while it is hidden", async () => {
    const { app, where, author, evidenceId } = await aPlace();
    const { serverId } = where;
    const decide = (kind: "withdraw" | "hide" | "restore", reason: string | null, member = aMember()) =>
      decideEvidence(app, { key: aKey(), kind, serverId, member, evidenceId, reason });
    const show = (server = serverId) =>
      showEvidence(app, { serverId: server, evidenceId, reader: { memberId: "9", moderates: false } });
    const board = () => listEvidence(app, { ...where, lab: null, kind: null, page: 1 });
    await decide("hide", "an insult");
    expect(await show()).toEqual({
      done: false,
      refusal: { reason: "hidden-from-you", evidenceId, hiddenReason: "an insult" },
    });
    expect(await show("1")).toMatchObject({ refusal: { reason: "no-such-evidence" } });
    expect(await board()).toMatchObject({ hiddenCount: 1, hidden: [{ evidenceId, hiddenReason: "an insult" }] });
    await decide("restore", "it was none");
    const reasons = { state: "shown", hiddenReason: "an insult", restoredReason: "it was none" };
    expect(await show()).toMatchObject({ shown: { piece: reasons } });
    expect(await board()).toMatchObject({ hiddenCount: 0, labs: [{ strongest: [reasons] }] });
    await decide("withdraw", null, author);
    expect(await show()).toMatchObject({ refusal: { reason: "no-such-evidence" } });
    expect(await board()).toMatchObject({ hiddenCount: 0, hidden: [] });
  });

  it("its author cannot undo that it was hidden by withdrawing it and filing the same again; a moderator can", async () => {
    const { db } = await embedded.open();
    const where = await aMarket(db);
    const app = { ...anApp(db), files: someFiles() };
    const author = aMember();
    const said = { member: author, text: "An insult.", link: "https://example.com/a", files: [aFile("good.png")] };
    const { evidenceId } = await aPiece(app, where, said);
    const { serverId } = where;
    const decide = (kind: "withdraw" | "hide" | "restore", reason: string | null, member = aMember()) =>
      decideEvidence(app, { key: aKey(), kind, serverId, member, evidenceId, reason });
    const show = (moderates: boolean) =>
      showEvidence(app, { serverId, evidenceId, reader: { memberId: "9", moderates } });
    await decide("hide", "an insult");
    const again = { reason: "hidden-before", evidenceId, hiddenReason: "an insult" };
    expect(await refused(app, aRequest(where, said))).toEqual(again);
    expect(await decide("withdraw", null, author)).toMatchObject({ done: true, piece: { hiddenReason: "an insult" } });
    expect([...(await readUsedCopies(db, [hashOf("good.png")]))]).toEqual([]);
    expect(await refused(app, aRequest(where, said))).toEqual(again);
    expect(await refused(app, aRequest(where, { ...said, lab: "deepseek", kind: "leak" }))).toEqual(again);
    expect(await refused(app, aRequest(where, { ...said, text: "an  INSULT", link: null, files: [] }))).toEqual(again);
    const board = () => listEvidence(app, { ...where, lab: null, kind: null, page: 1 });
    expect(await board()).toMatchObject({ labs: [], hidden: [{ evidenceId, hiddenReason: "an insult" }] });
    expect(await show(false)).toMatchObject({ refusal: { reason: "hidden-from-you", hiddenReason: "an insult" } });
    expect(await show(true)).toMatchObject({ shown: { piece: { state: "withdrawn", hiddenReason: "an insult" } } });
    // Somebody else may have the same to say, and its author something else.
    await aPiece(app, where, { ...said, member: aMember() });
    await aPiece(app, where, { ...said, text: "Something else." });
    expect(await decide("restore", "it was none")).toMatchObject({ done: true, piece: { state: "withdrawn" } });
    expect(await decide("restore", "once more")).toMatchObject({ refusal: { reason: "already-withdrawn" } });
    expect(await board()).toMatchObject({ hiddenCount: 0 });
    expect(await refused(app, aRequest(where, said))).toBeNull();
  });

  it("accounts younger than /setup wants them neither file nor vote, and are told when they may", async () => {
    const { db } = await embedded.open();
    const clock = aClock();
    const app = anApp(db, clock);
    const where = await aMarket(db);
    const { evidenceId } = await aPiece(app, where);
    await saveServer(app, where.serverId, { minimumAccountDays: 30 });
    const member = aMember({ createdAt: clock.now });
    const readyAt = new Date(clock.now.getTime() + 30 * 86_400_000);
    const tooYoung = { reason: "account-too-young", minimumDays: 30, readyAt };
    const vote = () => voteEvidence(app, { key: aKey(), serverId: where.serverId, member, evidenceId, vote: "weak" });
    expect(await refused(app, aRequest(where, { member }))).toEqual(tooYoung);
    expect(await vote()).toEqual({ done: false, refusal: tooYoung });
    clock.set(readyAt);
    expect(await refused(app, aRequest(where, { member }))).toBeNull();
    expect(await vote()).toMatchObject({ done: true });
  });

  it("on a frozen model all that may be done on an open one, on one called off nothing but reading", async () => {
    const { db } = await embedded.open();
    const app = anApp(db);
    const frozen = await aMarket(db, { state: "frozen" });
    const piece = await aPiece(app, frozen);
    const vote = { serverId: frozen.serverId, member: aMember(), evidenceId: piece.evidenceId, vote: "weak" } as const;
    expect(await voteEvidence(app, { ...vote, key: aKey() })).toMatchObject({ done: true });
    await db.update(markets).set({ state: "void" }).where(eq(markets.marketId, frozen.marketId));
    expect(await refused(app, aRequest(frozen))).toMatchObject({ reason: "model-void" });
    expect(await voteEvidence(app, { ...vote, key: aKey() })).toMatchObject({ refusal: { reason: "model-closed" } });
    const board = await listEvidence(app, { ...frozen, lab: null, kind: null, page: 1 });
    expect(board).toMatchObject({ takesEvidence: false, labs: [{ for: 1 }] });
  });
});

describe("a piece's message in its thread", () => {
  const by = { by: "this process", most: 5 };

  /** A piece whose message is posted. */
  async function aPostedPiece() {
    const { db } = await embedded.open();
    const clock = aClock();
    const app = anApp(db, clock);
    const where = await aMarket(db);
    const announced = { serverId: where.serverId, modelId: where.modelId, state: "sent", threadId: "77" } as const;
    await db.insert(deliveries).values({ ...announced, kind: "announcement", key: "announced", dueAt: clock.now });
    const { evidenceId } = await aPiece(app, where);
    const vote = (member = aMember()) =>
      voteEvidence(app, { key: aKey(), serverId: where.serverId, member, evidenceId, vote: "convincing" });
    const hide = (kind: "hide" | "restore") => {
      const request = { key: aKey(), serverId: where.serverId, member: aMember(), evidenceId, reason: "so" };
      return decideEvidence(app, { ...request, kind });
    };
    const claimOne = async () => (await claimDeliveries(app, by))[0];
    const sent = async (claimed: Awaited<ReturnType<typeof claimOne>>) => {
      if (!claimed?.piece) throw new Error("nothing is due");
      await recordPieceSent(app, claimed.delivery, claimed.piece, { channelId: "77", messageId: "78" });
    };
    await sent(await claimOne());
    clock.pass({ minutes: 1 });
    return { clock, vote, hide, claimOne, sent };
  }

  it("is owed its new votes at once, and during a burst only every few seconds, the last of them too", async () => {
    const { clock, vote, claimOne, sent } = await aPostedPiece();
    expect(await claimOne()).toBeUndefined();
    const member = aMember();
    await vote(member);
    const first = await claimOne();
    expect(first).toMatchObject({ piece: { convincing: 1 }, delivery: { messageId: "78", showsFiles: true } });
    // While it is being edited.
    await vote();
    await sent(first);
    expect(await claimOne()).toBeUndefined();
    await vote();
    clock.pass({ ms: evidenceLimits.recountEveryMs });
    const second = await claimOne();
    expect(second).toMatchObject({ piece: { convincing: 3 } });
    await sent(second);
    await vote();
    expect(await claimOne()).toBeUndefined();
    clock.pass({ ms: evidenceLimits.recountEveryMs });
    await sent(await claimOne());
    // A vote that changes nothing is no news.
    await vote(member);
    expect(await claimOne()).toBeUndefined();
  });

  it("has its files uploaded anew only after it was hidden", async () => {
    const { vote, hide, claimOne, sent } = await aPostedPiece();
    await vote();
    await hide("hide");
    const hidden = await claimOne();
    expect(hidden).toMatchObject({ piece: { state: "hidden" }, delivery: { showsFiles: false } });
    await hide("restore");
    await sent(hidden);
    const restored = await claimOne();
    expect(restored).toMatchObject({ piece: { state: "shown" }, delivery: { showsFiles: false } });
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
