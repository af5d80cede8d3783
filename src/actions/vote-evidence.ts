import type { App } from "../app.ts";
import { whyTooYoung } from "../domain/account-age.ts";
import { cardWaitMs } from "../domain/card.ts";
import {
  type Evidence,
  type EvidenceBarred,
  type EvidenceVote,
  evidenceLimits,
  type VoteEffect,
  whyNotVote,
} from "../domain/evidence.ts";
import type { Member } from "../domain/member.ts";
import { isLaterPress } from "../domain/press-order.ts";
import { markCard } from "../storage/cards.ts";
import { transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { recountInThread } from "../storage/deliveries.ts";
import { lockPiece, readPiece } from "../storage/evidence.ts";
import { putVote, readVote } from "../storage/evidence-votes.ts";
import { readMarket } from "../storage/markets.ts";
import { readServerRow } from "../storage/servers.ts";

export type VoteAnswer =
  | {
      readonly done: true;
      readonly piece: Evidence;
      /** What the member says of it now. */
      readonly vote: EvidenceVote;
      /** `late`: the member has pressed since, so that this press changes nothing. */
      readonly what: VoteEffect | "late";
    }
  | { readonly done: false; readonly refusal: EvidenceBarred };

/**
 * A member's vote on a piece of this server, in place of the one before. The piece's lock makes that one vote a member,
 * however often and from wherever it is pressed. The piece's message in the model's thread and the model's card show soon
 * after what came of it.
 *
 * @param request.key the press: sent twice, it is answered the same twice, and sent again after a later one of this member
 *   it changes nothing
 */
export async function voteEvidence(
  app: App,
  request: { key: string; serverId: string; member: Member; evidenceId: number; vote: EvidenceVote },
): Promise<VoteAnswer> {
  const { key, serverId, evidenceId, vote } = request;
  const { memberId } = request.member;
  return transact(app.db, async (tx): Promise<VoteAnswer> => {
    const row = await lockPiece(tx, serverId, evidenceId);
    const market = row && (await readMarket(tx, serverId, row.modelId));
    if (!row || !market) return { done: false, refusal: { reason: "no-such-evidence" } };
    const at = app.clock(await readDatabaseTime(tx));
    const server = await readServerRow(tx, serverId);
    const refusal =
      whyNotVote(row, { name: market.model.name, state: market.state }, memberId) ??
      whyTooYoung(request.member, server?.minimumAccountDays ?? 0, at);
    if (refusal) return { done: false, refusal };
    const before = await readVote(tx, evidenceId, memberId);
    const answer = async (what: VoteEffect | "late", stands = vote): Promise<VoteAnswer> => {
      const piece = await readPiece(tx, serverId, evidenceId);
      if (!piece) throw new Error(`evidence ${evidenceId} is gone`);
      return { done: true, piece, vote: stands, what };
    };
    if (before && !isLaterPress(key, before.key)) {
      return answer(before.key === key ? before.answered : "late", before.vote);
    }
    const answered = before === null ? "counted" : before.vote === vote ? "same" : "changed";
    await putVote(tx, { evidenceId, memberId, vote, key, answered, at }, before?.vote ?? null);
    if (answered !== "same") {
      await recountInThread(tx, evidenceId, at, evidenceLimits.recountEveryMs);
      await markCard(tx, row, new Date(at.getTime() + cardWaitMs));
    }
    return answer(answered);
  });
}
