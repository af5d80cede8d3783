import type { ClaimedDelivery } from "../domain/claimed-delivery.ts";
import type { ShownEvidence } from "../domain/evidence.ts";
import { aboutOf } from "./sent-before.ts";
import { announcementMessage, helloMessage, summaryMessage, troubleMessage } from "./views/announcement.ts";
import { evidenceMessage } from "./views/evidence.ts";
import { changeMessage } from "./views/history.ts";
import type { LabNames } from "./views/lab-words.ts";
import type { OwedView } from "./views/message.ts";
import { pollMessage } from "./views/poll.ts";
import { candidateMessage, deadlineMessage } from "./views/reveal.ts";
import { decisionMessage } from "./views/settlement.ts";
import { shrunkMessage, waitingMessage } from "./views/waiting.ts";

/**
 * The message of a delivery.
 *
 * @param shown the piece of evidence it is about, with its files
 */
export function messageOf(claimed: ClaimedDelivery, names: LabNames, shown: ShownEvidence | null = null): OwedView {
  const { delivery, card, cards, history, candidate, late, trouble, decision, poll } = claimed;
  switch (delivery.kind) {
    case "announcement":
      if (!card) throw new Error(`the announcement ${delivery.key} has no model`);
      return announcementMessage(card, { pingRoleId: delivery.pingRoleId, late, names });
    case "summary":
      return summaryMessage(cards, names);
    case "change":
      if (!card) throw new Error(`the change ${delivery.key} has no model`);
      return changeMessage(card, history, aboutOf(delivery));
    case "waiting":
      return waitingMessage(aboutOf(delivery));
    case "shrunk":
      return shrunkMessage(aboutOf(delivery));
    case "candidate":
      if (!candidate) throw new Error(`the candidate of ${delivery.key} is gone`);
      return candidateMessage(candidate, names);
    case "deadline":
      if (!card) throw new Error(`the deadline ${delivery.key} has no model`);
      return deadlineMessage(card);
    case "hello":
      return helloMessage();
    case "trouble":
      return troubleMessage(trouble ?? { channelId: null, modelName: null });
    case "decision":
      if (!decision) throw new Error(`the decision ${delivery.key} is gone`);
      return decisionMessage(decision, names);
    case "poll":
      if (!poll) throw new Error(`${delivery.key} is gone`);
      return pollMessage(poll, delivery.deliveryId, names);
    case "evidence":
      if (!shown) throw new Error(`${delivery.key} is gone`);
      return evidenceMessage(shown, names);
  }
}
