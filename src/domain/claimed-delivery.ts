import type { ModelCard } from "./card.ts";
import type { Evidence } from "./evidence.ts";
import type { HistoryEntry } from "./listing-facts.ts";
import type { NewPoll } from "./poll.ts";
import type { RevealCandidate } from "./reveal.ts";
import type { Delivery } from "./server.ts";
import type { DecisionAnswer, SettlementAnswer } from "./settlement.ts";

/** A decision that was carried out. */
export type MadeDecision = {
  readonly transactionId: number;
  readonly answer: SettlementAnswer | DecisionAnswer;
  readonly byName: string;
};

/** A delivery with all its message is made of. */
export type ClaimedDelivery = {
  readonly delivery: Delivery;
  /** The model of an announcement, a change, a candidate or a deadline; null for every other kind. */
  readonly card: ModelCard | null;
  /** The models open in the server, newest first: for a summary. */
  readonly cards: readonly ModelCard[];
  /** An announcement comes so long after the listing that it must say since when the model is there. */
  readonly late: boolean;
  /** What became of the model, of a change. */
  readonly history: readonly HistoryEntry[];
  /** The piece of evidence that is owed to a thread. */
  readonly piece: Evidence | null;
  /** What moderators decided, and who of them. */
  readonly decision: MadeDecision | null;
  /** What moderators are to judge. */
  readonly candidate: RevealCandidate | null;
  /** The poll that is to be posted. */
  readonly poll: NewPoll | null;
  /** What a notice of trouble is about. */
  readonly trouble: { readonly channelId: string | null; readonly modelName: string | null } | null;
};
