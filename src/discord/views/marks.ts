import { customId } from "../custom-id.ts";

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
  waiting: (at: Date) => customId("waiting", at.getTime()),
  candidate: (candidateId: number) => customId("not-it", candidateId),
  deadline: (modelId: number) => customId("call-off", modelId),
} as const;
