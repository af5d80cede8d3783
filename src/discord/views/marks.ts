import { customId } from "../custom-id.ts";

/** The button of a poll: what it does, to which model, and which delivery posted it. */
export function pollButton(modelId: number, deliveryId: number): readonly [action: string, key: string] {
  return ["guess-poll", `${modelId}.${deliveryId}`];
}

/**
 * What each message the bot owes a channel carries and no other message of that channel does: by it a sent one is found
 * again.
 */
export const marks = {
  announcement: (modelId: number) => customId("guess", modelId),
  hello: customId("models", "hello"),
  summary: customId("models", "summary"),
  trouble: customId("settings", "trouble"),
  change: (modelId: number, at: Date) => customId("details-then", `${modelId}.${at.getTime()}`),
  decision: (modelId: number, transactionId: number) => customId("details-then", `${modelId}.${transactionId}`),
  evidence: (evidenceId: number) => customId("convincing", evidenceId),
  poll: (modelId: number, deliveryId: number) => customId(...pollButton(modelId, deliveryId)),
  waiting: (at: Date) => customId("waiting", at.getTime()),
  candidate: (candidateId: number) => customId("not-it", candidateId),
  deadline: (modelId: number) => customId("call-off", modelId),
} as const;
