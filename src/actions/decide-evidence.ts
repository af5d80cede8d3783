import type { App } from "../app.ts";
import { cardWaitMs } from "../domain/card.ts";
import { oneLine } from "../domain/clean-text.ts";
import {
  type Evidence,
  type EvidenceBarred,
  type EvidenceState,
  standsHidden,
  whyNotModerate,
  whyNotWithdraw,
} from "../domain/evidence.ts";
import type { Member } from "../domain/member.ts";
import { markCard } from "../storage/cards.ts";
import { transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { renewInThread } from "../storage/deliveries.ts";
import { changePiece, letFilesGo, lockPiece, readPiece } from "../storage/evidence.ts";
import { putDecision, readDecision } from "../storage/evidence-votes.ts";

type Kind = "withdraw" | "hide" | "restore";

export type EvidenceDecision =
  | { readonly done: true; readonly kind: Kind; readonly piece: Evidence }
  | { readonly done: false; readonly refusal: EvidenceBarred };

/** What a decision makes of a piece. Only moderators change what moderators said: a withdrawal leaves their reasons. */
function changeBy(kind: Kind, reason: string | null, before: EvidenceState) {
  if (kind === "withdraw") return { state: "withdrawn" } as const;
  if (kind === "hide") return { state: "hidden", hiddenReason: reason ?? "", restoredReason: null } as const;
  // What its author has withdrawn comes back only by its author.
  return { state: before === "withdrawn" ? before : "shown", restoredReason: reason ?? "" } as const;
}

/**
 * Withdraws a piece (its author), hides or restores it (a moderator: the caller has asked whether they are one). Its
 * message in the model's thread, if it has one, is edited at once. What is withdrawn lets go of its files: their copies
 * are removed when nobody else uses them. A hidden piece that is withdrawn goes on being hidden, and to restore it lets its
 * author file the same again.
 *
 * @param request.key makes it count once: the same press is answered the same twice
 * @param request.reason of hiding and restoring; null for a withdrawal
 */
export async function decideEvidence(
  app: App,
  request: { key: string; kind: Kind; serverId: string; member: Member; evidenceId: number; reason: string | null },
): Promise<EvidenceDecision> {
  const { key, kind, serverId, evidenceId } = request;
  const { memberId } = request.member;
  const reason = request.reason === null ? null : oneLine(request.reason);
  if (reason === "") return { done: false, refusal: { reason: "no-reason" } };
  const decision = await transact(app.db, async (tx): Promise<EvidenceDecision> => {
    const row = await lockPiece(tx, serverId, evidenceId);
    if (!row) return { done: false, refusal: { reason: "no-such-evidence" } };
    if ((await readDecision(tx, key)) === null) {
      const refusal = kind === "withdraw" ? whyNotWithdraw(row, memberId) : whyNotModerate(row, kind);
      if (refusal) return { done: false, refusal };
      const at = app.clock(await readDatabaseTime(tx));
      await putDecision(tx, { key, evidenceId, kind, reason, byMemberId: memberId, at });
      await changePiece(tx, evidenceId, changeBy(kind, reason, row.state));
      if (kind === "withdraw") await letFilesGo(tx, evidenceId, { remember: standsHidden(row) });
      await renewInThread(tx, evidenceId, at);
      await markCard(tx, row, new Date(at.getTime() + cardWaitMs));
    }
    const piece = await readPiece(tx, serverId, evidenceId);
    if (!piece) throw new Error(`evidence ${evidenceId} is gone`);
    return { done: true, kind, piece };
  });
  if (decision.done) app.owed.ring();
  return decision;
}
