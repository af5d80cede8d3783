import type { Member } from "../domain/member.ts";
import type { Transaction } from "../storage/database.ts";
import { queueDeliveries } from "../storage/deliveries.ts";
import { nameMember } from "../storage/members.ts";

/** Owes the server one message about a decision, together with the decision: neither is there without the other. */
export async function tellEverybody(
  tx: Transaction,
  { serverId, member, channelId }: { serverId: string; member: Member; channelId?: string },
  { transactionId, modelId, at }: { transactionId: number; modelId: number; at: Date },
): Promise<void> {
  if (channelId === undefined) return;
  await nameMember(tx, { serverId, memberId: member.memberId, name: member.name });
  const key = `decision:${transactionId}`;
  await queueDeliveries(tx, [{ key, kind: "decision", serverId, modelId, transactionId, channelId, dueAt: at }]);
}
