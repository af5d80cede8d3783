import type { QuestionAccess } from "./question-access.ts";

/** What /setup keeps for a server. */
export type ServerSettings = {
  readonly serverId: string;
  readonly announcementChannelId: string | null;
  readonly pingRoleId: string | null;
  readonly moderatorRoleId: string | null;
  readonly threadPerModel: boolean;
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
  "cannot-read-history",
  "discord-failed",
] as const;
export type DeliveryProblem = (typeof deliveryProblems)[number];

/** What the bot owes a channel. `evidence` goes to its model's thread, the rest to a server's channel. */
export const deliveryKinds = ["hello", "summary", "announcement", "trouble", "evidence"] as const;
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
  readonly channelId: string | null;
  readonly pingRoleId: string | null;
  readonly threadPerModel: boolean;
  readonly attempts: number;
  /** When it was first claimed: a crash may have left a message in the channel since then. Null the first time. */
  readonly firstClaimedAt: Date | null;
  readonly messageId: string | null;
};
