import type { QuestionAccess } from "./question-access.ts";

/** What /setup keeps for a server. */
export type ServerSettings = {
  readonly serverId: string;
  readonly announcementChannelId: string | null;
  readonly pingRoleId: string | null;
  readonly moderatorRoleId: string | null;
  /** What is for moderators goes here; null: to the announcement channel, without a ping. */
  readonly moderatorChannelId: string | null;
  readonly threadPerModel: boolean;
  readonly pollPerModel: boolean;
  readonly guessOnly: boolean;
  readonly minimumAccountDays: number;
  /** Questions to models in any 24 hours; 0: none may be asked. */
  readonly questionsPerDay: number;
  readonly questionAccess: QuestionAccess;
};

/** Why a message the bot owes a server is not there; shown in /setup. */
export const deliveryProblems = [
  "channel-gone",
  "no-access",
  "cannot-send",
  "cannot-embed",
  "cannot-thread",
  "cannot-poll",
  "cannot-read-history",
  "discord-failed",
] as const;
export type DeliveryProblem = (typeof deliveryProblems)[number];

/**
 * What the bot owes channels. hello, trouble: to the system channel. summary, announcement: to the channel set in /setup.
 * change: what became of a model, to its thread. evidence: to its model's thread.
 * To the moderators, waiting: listings left to them; candidate: who may have built a model; deadline: a model nobody was
 * ever named for.
 * decision: what moderators decided about a model, to the channel set in /setup, else to the one it was decided in.
 * poll: below its model's announcement, or where it was asked for.
 */
export const deliveryKinds = [
  "hello",
  "summary",
  "announcement",
  "trouble",
  "change",
  "evidence",
  "waiting",
  "shrunk",
  "decision",
  "candidate",
  "deadline",
  "poll",
] as const;
export type DeliveryKind = (typeof deliveryKinds)[number];

export type ServerTrouble = {
  readonly kind: DeliveryKind;
  readonly modelName: string | null;
  readonly channelId: string | null;
  readonly problem: DeliveryProblem;
  readonly at: Date;
};

/** A message the bot owes a channel, claimed for sending. */
export type Delivery = {
  readonly deliveryId: number;
  readonly key: string;
  readonly kind: DeliveryKind;
  readonly serverId: string;
  readonly modelId: number | null;
  readonly evidenceId: number | null;
  /** The transaction of a decision. */
  readonly transactionId: number | null;
  /** The read a change or held listings came with; null for every other kind. */
  readonly aboutAt: Date | null;
  /** What moderators are to judge, of a candidate. */
  readonly candidateId: number | null;
  readonly channelId: string | null;
  readonly pingRoleId: string | null;
  readonly threadPerModel: boolean;
  readonly pollPerModel: boolean;
  readonly attempts: number;
  /** When it was first claimed: a crash may have left a message in the channel since then. Null the first time. */
  readonly firstClaimedAt: Date | null;
  readonly messageId: string | null;
  /** Of evidence: the message surely has the files of its piece already. */
  readonly showsFiles: boolean;
};
