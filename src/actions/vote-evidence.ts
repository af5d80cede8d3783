import type { App } from "../app.ts";
import { whyTooYoung } from "../domain/account-age.ts";
import {
  type Evidence,
  type EvidenceBarred,
  type EvidenceVote,
  evidenceLimits,
  whyNotVote,
} from "../domain/evidence.ts";
import type { Member } from "../domain/member.ts";
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
      /** `same`: the member had said so before, and it counts once. */
      readonly what: "counted" | "changed" | "same";
    }
  | { readonly done: false; readonly refusal: EvidenceBarred };

/**
 * A member's vote on a piece of this server, in place of the one before. The piece's lock makes that one vote a member,
 * however often and from wherever it is pressed. The piece's message in the model's thread shows the new count soon after.
 *
 * @param request.key the press: sent twice, it is answered the same twice
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
    const isNew = before?.vote !== vote;
    if (isNew) {
      await putVote(tx, { evidenceId, memberId, vote, key, at }, before?.vote ?? null);
      await recountInThread(tx, evidenceId, at, evidenceLimits.recountEveryMs);
    }
    const piece = await readPiece(tx, serverId, evidenceId);
    if (!piece) throw new Error(`evidence ${evidenceId} is gone`);
    const isAsked = isNew || before.key === key;
    return { done: true, piece, what: !isAsked ? "same" : before === null ? "counted" : isNew ? "changed" : "counted" };
  });
}
