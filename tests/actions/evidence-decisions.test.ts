import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { claimDeliveries } from "../../src/actions/claim-deliveries.ts";
import { decideEvidence } from "../../src/actions/decide-evidence.ts";
import { recordPieceSent } from "../../src/actions/deliver-evidence.ts";
import { listEvidence } from "../../src/actions/list-evidence.ts";
import { saveServer } from "../../src/actions/set-up-server.ts";
import { showEvidence } from "../../src/actions/show-evidence.ts";
import { voteEvidence } from "../../src/actions/vote-evidence.ts";
import { type EvidenceVote, evidenceLimits } from "../../src/domain/evidence.ts";
import type { Member } from "../../src/domain/member.ts";
import { readUsedCopies } from "../../src/storage/evidence.ts";
import { deliveries, evidenceVoices, markets } from "../../src/storage/schema.ts";
import { aClock, anApp } from "../support/app.ts";
import { embedded } from "../support/database.ts";
import { aKey, aMarket, aMember } from "../support/factories.ts";
import { aFile, aPiece, aRequest, hashOf, refused, someFiles } from "../support/filing.ts";

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
    return { app, clock, vote, hide, claimOne, sent };
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

  it("says at once that it is hidden, though its new votes were to wait, and whoever delivers hears of it", async () => {
    const { app, vote, hide, claimOne, sent } = await aPostedPiece();
    await vote();
    await sent(await claimOne());
    await vote();
    expect(await claimOne()).toBeUndefined();
    let rung = 0;
    app.owed.listen(() => rung++);
    await hide("hide");
    expect(rung).toBe(1);
    const hidden = await claimOne();
    expect(hidden).toMatchObject({ piece: { state: "hidden" } });
    // The claim is not over sooner because of what is decided meanwhile.
    await hide("restore");
    expect(await claimOne()).toBeUndefined();
    await sent(hidden);
    expect(await claimOne()).toMatchObject({ piece: { state: "shown" } });
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
